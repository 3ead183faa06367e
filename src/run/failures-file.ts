// How to read a failures file that somebody may have saved again: spreadsheets add a byte order mark, take another delimiter,
// put cells in quotes, write UTF-8. What is in the file decides over what it was written with, and the difference is told.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { ImportError } from "../model/error.ts";
import type { FileInfo, SourceSettings } from "../model/row.ts";
import { delimiterName } from "../read/delimiter.ts";
import { openInput } from "../read/open.ts";

/** Settings that a failures file can be read with, and what is odd about them in words. */
interface FailuresFileSettings {
  readonly source: SourceSettings;
  readonly warnings: readonly string[];
}

/**
 * Finds out how to read the failures file of a file with these facts: as it was written, unless more of the columns
 * are found with another delimiter, or its bytes are plainly UTF-8, or cells are in quotes now. Throws `INPUT_UNREADABLE` when no delimiter makes a table of it.
 */
export async function failuresFileSettings(path: string, shown: string, info: FileInfo): Promise<FailuresFileSettings> {
  const { format, records } = info;
  const encoding = await encodingOf(path, info);
  const quote = info.quote === undefined || (await hasQuotedCells(path)) ? undefined : info.quote;
  const written: SourceSettings = {
    format,
    // UTF-8 is left to be detected: Excel's "CSV" makes it the encoding of the machine.
    ...(encoding === "utf-8" ? {} : { encoding }),
    ...(quote === undefined ? {} : { quote }),
    ...(records === undefined ? {} : { records }),
  };
  const delimiter = info.columns === undefined ? undefined : await delimiterOf(path, shown, info, written);
  return {
    source: delimiter === undefined ? written : { ...written, delimiter },
    warnings: [
      ...(quote === info.quote ? [] : [`${shown}: read with cells in quotes (re-saved?)`]),
      ...(encoding === info.encoding ? [] : [`${shown}: read as ${encoding} instead of ${info.encoding} (re-saved?)`]),
      ...(delimiter === undefined || delimiter === info.delimiter
        ? []
        : [
            `${shown}: read with ${delimiterName(delimiter)} instead of ${delimiterName(info.delimiter ?? ",")} (re-saved?)`,
          ]),
    ],
  };
}

/** Problems are written as they are into a file without quotes; with a quote before one, somebody else put it there. */
async function hasQuotedCells(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536));
  // The two bytes of UTF-16 are not worth telling apart: its NULs are taken out.
  return /[\t,;|]"row \d+: /.test(buffer.toString("latin1", 0, bytesRead).replaceAll("\0", ""));
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
