// Records against those of csv-parse, which reads what is sound, in the same settings.
import { CsvError, parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { CsvRecord } from "../../src/read/csv-record.ts";
import { parseRecord, readRecords } from "../../src/read/csv-records.ts";
import type { Source } from "../../src/read/source.ts";
import { byteReaderFrom } from "../../src/read/text/byte-reader.ts";

type Quote = "none" | undefined;
interface Known {
  /** Those above the first one with a wrong quote. */
  readonly records: readonly CsvRecord[];
  readonly isSound: boolean;
}

const delimiters = [",", ";", "\t", "|", " ", "·"] as const;

function knownRecords(text: string, delimiter: string, quote: Quote): Known {
  const records: Known["records"][number][] = [];
  const bytes = Buffer.from(text);
  let start = 0;
  const take = (cells: readonly string[], end: number): void => {
    const own = bytes.toString("utf8", start, end);
    const blank = new RegExp(`^(?:(?!${delimiter === "|" ? "\\|" : delimiter})[^\\S\\r\\n])*(?:\\r\\n|\\n|\\r)`);
    let raw = own;
    while (blank.test(raw)) raw = raw.replace(blank, "");
    const before = bytes.toString("utf8", 0, start) + own.slice(0, own.length - raw.length);
    start = end;
    const withoutEnd = raw.replace(/(?:\r\n|\n|\r)$/, "");
    const isEnded = withoutEnd.length < raw.length;
    const line = before.split(/\r\n|\n|\r/).length;
    const trimmed = cells.map((cell) => cell.trim());
    records.push({ cells: trimmed, raw: withoutEnd, line, ...(isEnded ? {} : { isEnded }) });
  };
  try {
    parse(bytes, {
      delimiter,
      ...(quote === "none" ? { quote: null } : {}),
      record_delimiter: ["\r\n", "\n", "\r"],
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: string[], info) => {
        take(cells, info.bytes);
        return undefined;
      },
    });
    return { records, isSound: true };
  } catch (error) {
    if (error instanceof CsvError) return { records, isSound: false };
    throw error;
  }
}

// Pieces end between characters, as those of a source do.
function sourceOf(text: string, pieceLength: number): Source {
  async function* pieces() {
    const characters = [...text];
    for (let at = 0; at < characters.length; at += pieceLength) {
      yield Buffer.from(characters.slice(at, at + pieceLength).join(""));
    }
  }
  const facts = { file: "in.csv", encoding: "utf-8", bom: false, gzip: false, detected: [] };
  return { ...facts, ...byteReaderFrom(pieces()), [Symbol.asyncDispose]: async () => {} };
}

async function recordsOf(text: string, pieceLength: number, delimiter: string, quote: Quote) {
  const records: CsvRecord[] = [];
  const source = sourceOf(text, pieceLength);
  for await (const some of readRecords(source, { delimiter, quote, firstLine: 1 })) records.push(...some);
  return records;
}

// Where the two differ on purpose: `="…"` is the text in the quotes for us only, and csv-parse takes a second pair of quotes behind
// an empty one (`"" "a"`), which is a wrong quote, and refuses blanks behind a quote right before the end of the file, and
// those that are more than one byte everywhere.
const isOurs = (text: string): boolean =>
  /="|""[^\S\r\n]+"|"[^\S\r\n]+[\s\S]{0,4}$|"[ \t\v\f]*[\u00a0\u3000\u2028\ufeff]/.test(text);

function files(units: readonly string[], quotes: readonly Quote[]) {
  const unit = fc.oneof(
    { weight: 2, arbitrary: fc.constant("D") },
    { weight: 5, arbitrary: fc.constantFrom(...units) },
  );
  return fc
    .record({
      parts: fc.array(unit, { maxLength: 30 }),
      delimiter: fc.constantFrom(...delimiters),
      quote: fc.constantFrom(...quotes),
      pieceLength: fc.constantFrom(1, 2, 3, 7, 64),
    })
    .map(({ parts, ...rest }) => ({ ...rest, text: parts.join("").replaceAll("D", rest.delimiter) }))
    .filter(({ text }) => !isOurs(text));
}

const spaces = [" ", "\t", "\v", "\f", "\u00a0", "\u3000", "\u2028", "\ufeff"];
const lineEnds = ["\n", "\r\n", "\r"];

it("are those of csv-parse: cells, text and line, whatever stands in and around quotes that are sound", async () => {
  const quoted = ['"x"', '"a""b"', '"a\nb"', '"\r\n"', '""', '"D"', '" a "', '""""', 'D" q "D', '"a\r"'];
  const plain = ["a", "0", "é", "😀", "=", "a text of more than thirteen letters", "\u0085", "\u001c"];
  const file = files([...quoted, ...plain, ...plain, ...spaces, ...lineEnds, ...lineEnds], [undefined, "none"]);
  await fc.assert(
    fc.asyncProperty(file, async ({ text, pieceLength, delimiter, quote }) => {
      const known = knownRecords(text, delimiter, quote);
      fc.pre(known.isSound);
      const records = await recordsOf(text, pieceLength, delimiter, quote);
      expect(records).toEqual(known.records);
      for (const { raw, cells } of records) expect(parseRecord(raw, delimiter, quote)).toEqual(cells);
    }),
    { numRuns: 500 },
  );
});

it("are those of csv-parse up to the first one that it refuses, and that one has a wrong quote or a quote as text", async () => {
  const file = files(["a", '"', '"', '""', " ", "é", "\u00a0", ...lineEnds], [undefined]);
  await fc.assert(
    fc.asyncProperty(file, async ({ text, pieceLength, delimiter }) => {
      const known = knownRecords(text, delimiter, undefined);
      let records: readonly CsvRecord[];
      try {
        records = await recordsOf(text, pieceLength, delimiter, undefined);
      } catch (error) {
        expect(error).toMatchObject({ code: "INPUT_UNREADABLE" }); // nothing shows where the next row begins
        expect(known.isSound).toBe(false);
        return;
      }
      const [refused] = records.slice(known.records.length);
      expect(records.slice(0, known.records.length)).toEqual(known.records);
      if (known.isSound) expect(refused).toBeUndefined();
      else expect(refused?.fault !== undefined || refused?.cells.some((cell) => cell.includes('"'))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it("take blanks of more than one byte behind a quote as blanks", async () => {
  const records = await recordsOf('"a"\u00a0,b\n"c" \u3000,"d"\ufeff\n', 3, ",", undefined);
  expect(records.map(({ cells, fault }) => [...cells, fault])).toEqual([
    ["a", "b", undefined],
    ["c", "d", undefined],
  ]);
});
