import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, it, test } from "vitest";
import type { FileInfo, Row, SourceSettings } from "../../src/model/row.ts";
import { openInput, sameSettings } from "../../src/read/open.ts";
import { csvFailures } from "../../src/report/failure-csv.ts";

async function read(text: string, settings: SourceSettings): Promise<{ info: FileInfo; rows: readonly Row[] }> {
  await using input = await openInput("-", "in.csv", settings, { stdin: Readable.from([Buffer.from(text)]) });
  const rows: Row[] = [];
  for await (const batch of input.batches()) rows.push(...batch);
  return { info: input.info, rows };
}

function failuresOf(info: FileInfo, rows: readonly Row[]): string {
  const { head, row, foot } = csvFailures(info);
  const texts = rows.map(({ raw, number, retryOf }, at) =>
    row(raw, { outcome: "invalid", problem: `row ${retryOf ?? number}: no price`, column: "" }, at === 0),
  );
  return head + texts.join("") + foot;
}

test.each([
  {
    what: "with Excel's first line",
    text: '"sep=;"\r\nsku;price\r\nA;1,5\r\n',
    failures:
      '"sep=;"\r\nsku;price;_import_outcome;_import_problem;_import_column\r\nA;1,5;invalid;row 1: no price;\r\n',
  },
  {
    what: "whose header is padded and some of its rows are not",
    text: "sku,price,,\nA,1,,\nB,2\n",
    failures:
      "sku,price,,,_import_outcome,_import_problem,_import_column\nA,1,,,invalid,row 1: no price,\nB,2,,,invalid,row 2: no price,\n",
  },
  {
    what: "whose rows are padded and its header is not",
    text: "sku,price\nA,1,\nB,2,\n",
    failures:
      "sku,price,_import_outcome,_import_problem,_import_column\nA,1,invalid,row 1: no price,\nB,2,invalid,row 2: no price,\n",
  },
])("the failures file of a file $what", async ({ text, failures }) => {
  const { info, rows } = await read(text, {});
  expect(failuresOf(info, rows)).toBe(failures);
});

it("reads as the rows it was made of: the same cells, and what was ragged is ragged, also the second time", async () => {
  const cell = fc.constantFrom("", "", "A", "1,5", " padded ", '"q""q"', 'in"ch', "invalid", "row 3: x");
  const table = fc.record({
    header: fc.constantFrom("a,b", "a,b,c,d", "a,b,,", ",a,b", "a,,b,"),
    rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 8 }),
    padding: fc.constantFrom("", "", ",", ",,"),
    separator: fc.constantFrom("", "sep=,\n"),
  });
  await fc.assert(
    fc.asyncProperty(table, async ({ header, rows, padding, separator }) => {
      const text = `${separator}${header}\n${rows.map((cells) => cells.join(",") + padding).join("\n")}\n`;
      const whole = await read(text, { format: "csv", delimiter: "," });
      // What is left out never comes into a failures file.
      const first = { ...whole, rows: whole.rows.filter(({ leftOut }) => leftOut === undefined) };
      const again = await read(failuresOf(first.info, first.rows), sameSettings(first.info));
      const twice = await read(failuresOf(again.info, again.rows), sameSettings(again.info));
      for (const { info, rows: found } of [again, twice]) {
        expect(info.columns).toEqual(first.info.columns);
        expect(found.map(({ fault }) => fault?.code)).toEqual(first.rows.map(({ fault }) => fault?.code));
        expect(found.map(({ retryOf }) => retryOf)).toEqual(first.rows.map(({ number }) => number));
        const sound = (of: readonly Row[]) => of.flatMap(({ cells, fault }) => (fault === undefined ? [cells] : []));
        expect(sound(found)).toEqual(sound(first.rows));
      }
    }),
    { numRuns: 1000 },
  );
});

it("reads as the rows it was made of where quotes are wrong: the same cells, faults and row numbers, also the second time", async () => {
  const row = fc.constantFrom("A,1", 'B,"x, y"', 'C,5" pipe', 'D,"a"b', 'E,"6" x" long', '"F"f,"2"', 'G,"half open');
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      const settings = { format: "csv", delimiter: "," } as const;
      const first = await read(`a,b\n${rows.join("\n")}\n`, settings);
      expect(first.rows.map(({ raw }) => raw)).toEqual(rows);
      const written = failuresOf(first.info, first.rows);
      const again = await read(written, sameSettings(first.info));
      expect(failuresOf(again.info, again.rows)).toBe(written);
      for (const found of [first, again]) {
        expect(found.rows.map(({ fault }) => fault?.code)).toEqual(
          rows.map((text) => (/^[ABC]/.test(text) ? undefined : "unreadable_row")),
        );
      }
      expect(again.rows.map(({ retryOf }) => retryOf)).toEqual(first.rows.map(({ number }) => number));
      expect(again.rows.map(({ cells }) => cells)).toEqual(first.rows.map(({ cells }) => cells));
    }),
    { numRuns: 300 },
  );
});
