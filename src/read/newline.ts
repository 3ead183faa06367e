// Which line end a text uses: the first one, and for delimited files the one that ends the header.
import type { FileInfo } from "../model/row.ts";
import { type ByteReader, peek } from "./text/byte-reader.ts";
import { batchChars, maxRowBytes, pieceBytes } from "./text/limits.ts";

/** The first line end that stands ahead, which stays where it is; `\n` when the first megabyte has none. */
export async function lookAtNewline(text: ByteReader): Promise<FileInfo["newline"]> {
  for (let size = pieceBytes; ; size *= 2) {
    const bytes = await peek(text, size);
    const isAll = bytes.length < size;
    const found = /\r\n|\n|\r(?=[\s\S])/.exec(bytes.toString("latin1"))?.[0];
    if (found === "\r\n" || found === "\n" || found === "\r") return found;
    if (isAll || size >= batchChars) return bytes.at(-1) === 0x0d ? "\r" : "\n";
  }
}

/** What ends the header record, quoted line breaks aside, which stays where it is; undefined when nothing does. */
export async function lookAtHeaderEnd(text: ByteReader, quote?: "none"): Promise<FileInfo["newline"] | undefined> {
  for (let size = pieceBytes; ; size *= 2) {
    const bytes = await peek(text, size);
    const isAll = bytes.length < size;
    const found = headerEnd(bytes.toString("utf8"), quote, isAll);
    if (found !== undefined || isAll || size > maxRowBytes) return found;
  }
}

// The first line end outside quotes after something that is not blank; undefined when there is none so far.
function headerEnd(text: string, quote: "none" | undefined, isAll: boolean): FileInfo["newline"] | undefined {
  const start = text.search(/\S/);
  if (start === -1) return undefined;
  const ends = quote === "none" ? /\r\n|\n|\r/g : /"[^"]*(?:"|$)|\r\n|\n|\r/g;
  ends.lastIndex = start;
  for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
    const [found] = match;
    if (found.startsWith('"')) continue;
    if (found === "\r" && match.index + 1 === text.length && !isAll) return undefined;
    if (found === "\r\n" || found === "\n" || found === "\r") return found;
  }
  return undefined;
}
