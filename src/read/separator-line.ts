// The line with which Excel is told what separates the cells: `sep=;`, at the very top, no part of the table.
import type { FileInfo } from "../model/row.ts";
import { type ByteReader, peek } from "./text/byte-reader.ts";

/** The line as it stands there, and what it says. */
interface SeparatorLine {
  /** Without its line end. */
  readonly raw: string;
  readonly delimiter: string;
  readonly newline: FileInfo["newline"];
}

/** Reads such a line away; undefined when there is none, and nothing was read. */
export async function takeSeparatorLine(text: ByteReader): Promise<SeparatorLine | undefined> {
  const head = (await peek(text, longestBytes)).toString("utf8", 0, longestBytes);
  // Programs that know nothing of it fill the line up with empty cells.
  const [line, raw = "", delimiter = "", end = ""] = /^("?sep=([^"\r\n])"?[,;\t|]*)(\r\n|\n|\r|$)/i.exec(head) ?? [];
  if (line === undefined) return undefined;
  const bytes = await text.read();
  if (bytes !== undefined) text.unread(bytes.subarray(Buffer.byteLength(line)));
  return { raw, delimiter, newline: end === "\r\n" || end === "\r" ? end : "\n" };
}

const longestBytes = 1024;
