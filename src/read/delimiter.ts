// Looking at a delimited file before it is read: its header's text, what ends a line, what separates cells.
// Looks only at the header; sniffing the rows is not done here.
import { ImportError } from "../model/error.ts";
import type { FileInfo, SourceSettings } from "../model/row.ts";
import { maxRowBytes, pieceBytes } from "./limits.ts";
import { type Pull, peek } from "./pull.ts";

/** What the header alone tells. */
interface HeaderLook {
  readonly text: string;
  /** What ends the header record; `\n` when nothing does. */
  readonly newline: FileInfo["newline"];
}

/** Looks at the header record, quoted line breaks included, and leaves it where it is. */
export async function lookAtHeader(text: Pull): Promise<HeaderLook> {
  for (let size = pieceBytes; ; size *= 2) {
    const bytes = await peek(text, size);
    const found = cutHeader(bytes.toString("utf8"), bytes.length < size);
    if (found !== undefined) return found;
    if (size > maxRowBytes) return { text: bytes.toString("utf8"), newline: "\n" };
  }
}

/**
 * The delimiter: what the mapping says, a tab for TSV, else a comma; but where the header has no comma outside quotes
 * and has `;`, tab or `|`, the most frequent of these, with `detected` saying so.
 */
export function chooseDelimiter(
  format: "csv" | "tsv",
  settings: SourceSettings,
  header: string,
): { readonly delimiter: string; readonly detected: readonly string[] } {
  if (settings.delimiter !== undefined) return { delimiter: checkedDelimiter(settings.delimiter), detected: [] };
  if (format === "tsv") return { delimiter: "\t", detected: [] };
  const unquoted = header.replace(/"[^"]*"?/g, "");
  if (unquoted.includes(",")) return { delimiter: ",", detected: [] };
  const counts = [";", "\t", "|"].map((delimiter) => ({
    delimiter,
    count: unquoted.trim().split(delimiter).length - 1,
  }));
  const best = counts.reduce((most, next) => (next.count > most.count ? next : most));
  if (best.count === 0) return { delimiter: ",", detected: [] };
  return { delimiter: best.delimiter, detected: [`delimiter ${delimiterName(best.delimiter)}`] };
}

/** A delimiter as people write it: `";"`, or the word tab. */
export function delimiterName(delimiter: string): string {
  return delimiter === "\t" ? "tab" : `"${delimiter}"`;
}

function checkedDelimiter(delimiter: string): string {
  if ([...delimiter].length === 1 && !['"', "\n", "\r", " "].includes(delimiter)) return delimiter;
  throw new ImportError("MAPPING_INVALID", `source.delimiter: ${JSON.stringify(delimiter)} cannot separate cells`, {
    hint: 'write one character, such as "," ";" "|" or "\\t"',
  });
}

// The first line end outside quotes after something that is not blank; undefined when more text may hold it.
function cutHeader(text: string, isAll: boolean): HeaderLook | undefined {
  const start = text.search(/\S/);
  if (start === -1) return isAll ? { text: "", newline: "\n" } : undefined;
  const ends = /"[^"]*(?:"|$)|\r\n|\n|\r/g;
  ends.lastIndex = start;
  for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
    const [found] = match;
    if (found.startsWith('"')) continue;
    if (found === "\r" && match.index + 1 === text.length && !isAll) return undefined;
    return { text: text.slice(start, match.index), newline: found as FileInfo["newline"] };
  }
  return isAll ? { text: text.slice(start), newline: "\n" } : undefined;
}
