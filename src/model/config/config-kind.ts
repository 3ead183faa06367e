// What a file is that was named as a job or a mapping, where it is plainly something else: an export, or the other of the
// two. Only its beginning is looked at, and nothing of it is shown.
import { extname } from "node:path";

/** What people write, and what they export. */
export type ConfigKind = "job" | "mapping" | "CSV" | "JSON export";

/** The kind of file that a text is; undefined where that cannot be told, and the YAML reader has to say what is wrong. */
export function configKind(text: string, path: string): ConfigKind | undefined {
  const head = text.slice(0, enoughCharacters).replace(/^\uFEFF/, "");
  const extension = extname(path.replace(/\.gz$/i, "")).toLowerCase();
  // YAML, also as a flow or as JSON. A job has inputs whatever else is wrong with it, a mapping fields and a resource.
  if (hasKey(head, "inputs")) return "job";
  if (hasKey(head, "fields") || hasKey(head, "resource")) return "mapping";
  if (/^\s*(?:\[\s*[[{"\d]|\{\s*")/.test(head)) return "JSON export";
  if (/^\s*[[{]/.test(head)) return undefined;
  return isTable(head, /^\.(csv|tsv|tab)$/.test(extension)) ? "CSV" : undefined;
}

const enoughCharacters = 64 * 1024;
const enoughLines = 20;

// At the top of block YAML, or the first level of a flow.
function hasKey(head: string, key: string): boolean {
  const quoted = `["']?${key}["']?\\s*:`;
  const flow = `^\\s*\\{(?:[^{}\\[\\]]*,)?\\s*${quoted}`;
  return new RegExp(`^${quoted}(?:\\s|$)`, "m").test(head) || new RegExp(flow).test(head);
}

/** Lines that one delimiter cuts into as many cells; one line is enough where the name says that it is a table. */
function isTable(head: string, isNamedSo: boolean): boolean {
  const lines = head.split(/\r\n?|\n/, enoughLines).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (isNamedSo) return lines.length > 0;
  if (lines.some((line) => /^(?:---|- |[\w-]+:(?:\s|$))/.test(line))) return false;
  const [first = "", second = ""] = lines;
  return [",", ";", "\t", "|"].some((delimiter) => {
    const cells = first.split(delimiter).length;
    return cells > 1 && second.split(delimiter).length >= cells;
  });
}
