// Lines for one of the process's terminals, which would break them anywhere. What goes into a file or a pipe stays as it is:
// there a line is a line.
import { wrap } from "../../report/wrap.ts";
import type { Terminal } from "./world.ts";

/**
 * The text with its lines broken between words where they are longer than the terminal is wide; what goes on stands below the
 * beginning of the sentence. A line with a command of ours stays whole: broken, it would be pasted as two.
 */
export function fitted(text: string, { isTTY, columns = 80 }: Pick<Terminal, "isTTY" | "columns">): string {
  if (!isTTY) return text;
  const lines = text.split("\n");
  return lines.flatMap((line) => (line.includes("luminous-import ") ? line : brokenLine(line, columns))).join("\n");
}

/** Of `ok      a claim: its numbers` the claim is the sentence. */
function brokenLine(line: string, columns: number): readonly string[] {
  const head = /^(?: +|\S+ {2,})/.exec(line)?.[0] ?? "";
  if (head.length > columns / 2) return wrap(line, columns);
  const parts = wrap(line.slice(head.length), columns - head.length);
  return parts.map((part, at) => (at === 0 ? head : " ".repeat(head.length)) + part);
}
