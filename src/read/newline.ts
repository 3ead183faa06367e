// Which line end a text uses. For delimited files the header tells: see delimiter.ts.
import type { FileInfo } from "../model/row.ts";
import { batchChars, pieceBytes } from "./limits.ts";
import { type Pull, peek } from "./pull.ts";

/** The first line end that stands ahead, which stays where it is; `\n` when the first megabyte has none. */
export async function lookAtNewline(text: Pull): Promise<FileInfo["newline"]> {
  for (let size = pieceBytes; ; size *= 2) {
    const bytes = await peek(text, size);
    const isAll = bytes.length < size;
    const found = /\r\n|\n|\r(?=[\s\S])/.exec(bytes.toString("latin1"))?.[0];
    if (found === "\r\n" || found === "\n" || found === "\r") return found;
    if (isAll || size >= batchChars) return bytes.at(-1) === 0x0d ? "\r" : "\n";
  }
}
