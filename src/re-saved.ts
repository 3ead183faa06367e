// How to read a failures file that somebody may have saved again: spreadsheets add a byte order mark, take another delimiter,
// write UTF-8. What is in the file decides over what it was written with, and the difference is told.
import { createReadStream } from "node:fs";
import { ImportError } from "./model/error.ts";
import type { FileInfo, SourceSettings } from "./model/row.ts";
import { delimiterName } from "./read/delimiter.ts";
import { openInput } from "./read/open.ts";

/** Settings that a failures file can be read with, and what is odd about them in words. */
interface Reading {
  readonly source: SourceSettings;
  readonly warnings: readonly string[];
}

/**
 * Finds out how to read the failures file of a file with these facts: as it was written, unless more of the columns
 * are found with another delimiter, or its bytes are plainly UTF-8. Throws `INPUT_UNREADABLE` when no delimiter makes a table of it.
 */
export async function readingOf(path: string, shown: string, info: FileInfo): Promise<Reading> {
  const { format, records } = info;
  const encoding = await encodingOf(path, info);
  const written = { format, encoding, ...(records === undefined ? {} : { records }) };
  const delimiter = info.columns === undefined ? undefined : await delimiterOf(path, shown, info, written);
  return {
    source: delimiter === undefined ? written : { ...written, delimiter },
    warnings: [
      ...(encoding === info.encoding ? [] : [`${shown}: read as ${encoding} instead of ${info.encoding} (re-saved?)`]),
      ...(delimiter === undefined || delimiter === info.delimiter
        ? []
        : [
            `${shown}: read with ${delimiterName(delimiter)} instead of ${delimiterName(info.delimiter ?? ",")} (re-saved?)`,
          ]),
    ],
  };
}

const delimiters = [",", ";", "\t", "|"];

async function delimiterOf(
  path: string,
  shown: string,
  info: FileInfo,
  settings: SourceSettings,
): Promise<string | undefined> {
  const written = info.delimiter ?? ",";
  let best: { readonly delimiter: string; readonly found: number } | undefined;
  let failure: ImportError | undefined;
  for (const delimiter of [written, ...delimiters.filter((other) => other !== written)]) {
    try {
      await using opened = await openInput(path, shown, { ...settings, delimiter });
      const columns = opened.info.columns ?? [];
      const found = columns.filter((column) => info.columns?.includes(column) === true).length;
      if (best === undefined || found > best.found) best = { delimiter, found };
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      failure ??= error;
    }
  }
  // The first failure is that of the delimiter it was written with.
  if (best === undefined) throw failure;
  return best.found === 0 ? written : best.delimiter;
}

// A byte order mark decides by itself when the file is opened. UTF-8 beyond ASCII is hardly ever valid by chance; text of an
// encoding with two bytes a character is never without NUL.
async function encodingOf(path: string, { encoding }: FileInfo): Promise<string> {
  if (encoding === "utf-8") return encoding;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let beyondAscii = false;
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      if (piece.includes(0)) return encoding;
      beyondAscii ||= piece.some((byte) => byte > 127);
      decoder.decode(piece, { stream: true });
    }
    decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) return encoding;
    throw error;
  }
  return beyondAscii || encoding.startsWith("utf-16") || encoding.startsWith("utf-32") ? "utf-8" : encoding;
}
