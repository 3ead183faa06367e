import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobFile } from "../../../src/job/job.ts";
import type { OpenInput, Row } from "../../../src/model/row.ts";
import { keepRows, roomForRows } from "../../../src/staging/files/kept-rows.ts";
import { prepareInputs } from "../../../src/staging/prepare.ts";
import { jobFolder, stagedJob } from "../job-folder.ts";

const file: JobFile = { path: "/in.csv", shown: "in.csv" };
const row = (number: number, raw: string): Row => ({ number, line: number + 1, raw, cells: { A: raw } });
const read = (rows: readonly Row[]): OpenInput => ({
  info: { path: "/in.csv", format: "csv", encoding: "utf-8", bom: false, gzip: false, newline: "\n", detected: [] },
  async *batches() {
    yield rows;
  },
  lastLineEnds: () => false,
  detectedLate: () => ["no line end behind the last line"],
  async [Symbol.asyncDispose]() {},
});

async function rowsOf(input: OpenInput | undefined): Promise<readonly Row[] | undefined> {
  if (input === undefined) return undefined;
  const rows: Row[] = [];
  for await (const batch of input.batches()) rows.push(...batch);
  return rows;
}

const job = "version: 1\ninputs: [{ name: main, file: in.csv, mapping: map.yaml }]\n";
const mapping = "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: P }\n";
const many = (rows: number): string =>
  `SKU,Name,P\n${Array.from({ length: rows }, (_, at) => `S-${at},${"name ".repeat(30)}${at},1.5`).join("\n")}`;

describe("a small file is read once", () => {
  it("and gives its rows, and what was found at its end, a second time", async () => {
    const rows = [row(1, "a"), row(2, "b")];
    const kept = keepRows(roomForRows());
    const keep = kept.keep(file);
    keep?.add(rows);
    keep?.end(read(rows));
    const again = kept.take(file);
    expect(await rowsOf(again)).toEqual(rows);
    expect(again?.detectedLate()).toEqual(["no line end behind the last line"]);
    expect(again?.lastLineEnds()).toBe(false);
    expect(kept.take(file)).toBeUndefined();
  });

  it("and the rows of a larger one are not kept, nor those of one that was left before its end", () => {
    const isKept = (length: number, isWhole: boolean): boolean => {
      const kept = keepRows(roomForRows(1000));
      const keep = kept.keep(file);
      const rows = [row(1, "x".repeat(length))];
      keep?.add(rows);
      keep?.end(isWhole ? read(rows) : undefined);
      return kept.take(file) !== undefined;
    };
    expect([isKept(1000, true), isKept(1001, true), isKept(10, false)]).toEqual([true, false, false]);
  });

  it("and together the files take no more room than there is", () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.boolean()), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, (files) => {
        const room = roomForRows(1000);
        const kept = files.map(([length, isWhole], at) => {
          const rows = keepRows(room);
          const keep = rows.keep({ path: `/${at}.csv`, shown: `${at}.csv` });
          keep?.add([row(1, "x".repeat(length))]);
          keep?.end(isWhole ? read([]) : undefined);
          return rows.take({ path: `/${at}.csv`, shown: "" }) === undefined ? 0 : length;
        });
        expect(room.left).toBe(1000 - kept.reduce((sum, length) => sum + length, 0));
        expect(room.left).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("by the look before staging", async () => {
    const rowsKept = async (text: string): Promise<readonly Row[] | undefined> => {
      await using folder = await jobFolder({ "import.yaml": job, "map.yaml": mapping, "in.csv": text });
      const [input] = await prepareInputs(await folder.loadJob());
      const [main] = input?.input.files ?? [];
      return main === undefined ? undefined : await rowsOf(input?.kept.take(main));
    };
    const small = many(1000);
    expect((await rowsKept(small))?.map(({ raw }) => raw)).toEqual(small.split("\n").slice(1));
    expect(await rowsKept(many(15_000))).toBeUndefined();
  });

  it("with the same outcome as a large one: a last line without an end is told", async () => {
    const detected: string[] = [];
    const onDetected = (_: string, what: string): void => void detected.push(what);
    await using staged = await stagedJob(
      { "import.yaml": job, "map.yaml": mapping, "in.csv": "SKU,Name,P\nA,Tea,1.5\nB,Mug,2.5" },
      { onDetected },
    );
    expect(await staged.fates()).toEqual(["in.csv:2 pending A", "in.csv:3 pending B"]);
    expect(detected).toEqual(["no line end behind the last line (the last row begins on line 3)"]);
  });
});
