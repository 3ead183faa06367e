// Opening an input: from a path to rows. Chooses the format and puts source and reader together; each format is a file
// of its own.
import type { Cells, FileInfo, Format, OpenInput, Row, SourceSettings } from "../model/row.ts";
import type { Streams } from "./bytes.ts";
import { parseElement } from "./cells.ts";
import { parseCsvRow, readCsv } from "./csv.ts";
import { chooseFormat } from "./format.ts";
import { readJson } from "./json-array.ts";
import { watchLastLine } from "./last-line.ts";
import { readNdjson } from "./ndjson.ts";
import type { FormatRows } from "./reading.ts";
import { openSource, type Source } from "./source.ts";

/**
 * Opens a file for reading, or `stdin` for the path `-`. `shownName` is the file as people know it; problems and errors name it.
 * Throws `INPUT_UNREADABLE` for what no row can be blamed for, here or while the rows are read, and `MAPPING_INVALID` for an
 * encoding or a delimiter that cannot be. Leaving the loop over `batches()` closes the file, as disposing does.
 */
export async function openInput(
  path: string,
  shownName: string,
  settings: SourceSettings,
  streams: Streams = {},
): Promise<OpenInput> {
  const source = watchLastLine(await openSource(path, shownName, settings.encoding, streams));
  try {
    const { format, detected } = await chooseFormat(path, source, settings);
    const formatRows = await readFormat(format, source, settings);
    const { encoding, bom, gzip } = source;
    const allDetected = [...detected, ...source.detected, ...formatRows.detected];
    let isRead = false;
    let lastRowLine: number | undefined;
    // The end of a JSON text tells by itself that it is whole.
    const lastLineEnds = (): boolean | undefined => (format === "json" ? undefined : source.endsLine());
    return {
      info: { path, format, encoding, bom, gzip, ...formatRows.facts, detected: allDetected },
      batches() {
        if (isRead) throw new Error(`the rows of ${shownName} can be read once`);
        isRead = true;
        return closingAfter(formatRows.rows(), source, (line) => {
          lastRowLine = line;
        });
      },
      lastLineEnds,
      detectedLate: () => [
        ...(formatRows.detectedLate?.() ?? []),
        ...(lastLineEnds() === false ? [unendedLine(lastRowLine)] : []),
      ],
      [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    };
  } catch (error) {
    await source[Symbol.asyncDispose]();
    throw error;
  }
}

/** Settings that read a file again as it was read, whatever they were. */
export function sameSettings(info: FileInfo): SourceSettings {
  const { format, encoding, delimiter, quote, records, headerLine, renamed = [] } = info;
  return {
    format,
    encoding,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(records === undefined ? {} : { records }),
    ...(headerLine === undefined ? {} : { headerLine }),
    renamed,
  };
}

/** The cells of one row of a file, from the row's `raw` text: the same that reading the file gave. */
export function parseRow(info: FileInfo, raw: string): Cells {
  switch (info.format) {
    case "csv":
    case "tsv":
      return parseCsvRow(info, raw);
    case "json":
    case "ndjson":
      return parseElement(raw).cells;
    default:
      return info.format satisfies never;
  }
}

function readFormat(format: Format, source: Source, settings: SourceSettings): Promise<FormatRows> {
  switch (format) {
    case "csv":
    case "tsv":
      return readCsv(source, format, settings);
    case "json":
      return readJson(source, settings);
    case "ndjson":
      return readNdjson(source);
    default:
      return format satisfies never;
  }
}

function unendedLine(lastRowLine: number | undefined): string {
  return `no line end behind the last line${lastRowLine === undefined ? "" : ` (the last row begins on line ${lastRowLine})`}`;
}

async function* closingAfter(
  batches: AsyncIterable<readonly Row[]>,
  source: Source,
  onLine: (line: number) => void,
): AsyncGenerator<readonly Row[]> {
  try {
    for await (const rows of batches) {
      const last = rows.at(-1);
      if (last !== undefined) onLine(last.line);
      yield rows;
    }
  } finally {
    await source[Symbol.asyncDispose]();
  }
}
