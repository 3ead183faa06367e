// Rows of NDJSON files: one JSON object a line. A bad line is its own row's fault; blank lines are no rows.
import type { ImportError } from "../model/error.ts";
import type { Row } from "../model/row.ts";
import { elementRow } from "./cells.ts";
import { lookAtNewline } from "./newline.ts";
import type { FormatRows } from "./reading.ts";
import type { Source } from "./source.ts";
import { batchChars, batchRows, maxRowBytes } from "./text/limits.ts";
import { carriageReturn, lineFeed } from "./text/line-counter.ts";
import { rowTooLong } from "./text/unreadable.ts";

/** Reads lines as rows. Throws `INPUT_UNREADABLE` for a line over 8 MB. */
export async function readNdjson(source: Source): Promise<FormatRows> {
  const newline = await lookAtNewline(source);
  return { facts: { newline }, detected: [], rows: () => rowsOf(source) };
}

async function* rowsOf(source: Source): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  let chars = 0;
  let number = 0;
  for await (const { text, line } of linesOf(source)) {
    if (text.trim() === "") continue;
    number++;
    rows.push(elementRow(text, { file: source.file, line, column: 1, number }));
    chars += text.length;
    if (rows.length < batchRows && chars < batchChars) continue;
    yield rows;
    rows = [];
    chars = 0;
  }
  if (rows.length > 0) yield rows;
}

interface Line {
  readonly text: string;
  readonly line: number;
}

// CR LF, LF and CR end a line; JSON has none of them inside a string.
async function* linesOf(source: Source): AsyncGenerator<Line> {
  let line = 1;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let afterReturn = false;
  const finish = (rest: Buffer): Line => {
    if (keptBytes + rest.length > maxRowBytes) throw tooLong(source.file, line);
    const bytes = kept.length === 0 ? rest : Buffer.concat([...kept, rest]);
    kept = [];
    keptBytes = 0;
    return { text: bytes.toString("utf8"), line: line++ };
  };
  for (let piece = await source.read(); piece !== undefined; piece = await source.read()) {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (byte === lineFeed && afterReturn) start = at + 1;
      else if (byte === lineFeed || byte === carriageReturn) {
        yield finish(piece.subarray(start, at));
        start = at + 1;
      }
      afterReturn = byte === carriageReturn;
    }
    if (start === piece.length) continue;
    kept.push(piece.subarray(start));
    keptBytes += piece.length - start;
    if (keptBytes > maxRowBytes) throw tooLong(source.file, line);
  }
  if (keptBytes > 0) yield finish(Buffer.alloc(0));
}

function tooLong(file: string, line: number): ImportError {
  return rowTooLong(file, line, "NDJSON has one object on each line; for a JSON array set source.format: json");
}
