// A file that was cut off in its last line: nothing in it says so, but that other files of the input end with a line end.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { ImportError } from "../../src/model/error.ts";
import { check } from "../../src/run/check.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { errorOf, type Files, jobFolder } from "./job-folder.ts";

const mapping = `version: 1
resource: products
source: { format: FORMAT, decimal: "." }
fields: { sku: SKU, name: SKU, category.name: { value: X }, retail_price: Price }
`;
const files: Files = {
  "import.yaml":
    'version: 1\nlimits: { requests_per_second: 1000, read_lag_seconds: 0 }\ninputs: [{ name: goods, file: "*.csv", mapping: map.yaml }]\n',
  "map.yaml": mapping.replace("FORMAT", "csv"),
};
const whole = "SKU,Price\nA,1.50\nB,12.50\n";
/** One of its numbers has lost its end. */
const cut = "SKU,Price\nA,1.50\nB,12";

async function trial(given: Files) {
  const sandbox = await startSandbox();
  const folder = await jobFolder({ ...files, ...given });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const told: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.kind === "warning") told.push(event.message);
    if (event.kind === "detected") told.push(`${event.file}: ${event.what}`);
  };
  const noted = async <T>(command: Promise<T>): Promise<{ readonly result: T; readonly told: readonly string[] }> => {
    const result = await command;
    return { result, told: told.splice(0) };
  };
  return {
    sandbox,
    write: (name: string, text: string) => writeFileSync(join(folder.path, name), text),
    run: async (strict = false) => noted(run(await folder.loadJob(), { account, strict, onEvent })),
    check: async (strict = false) => noted(check(await folder.loadJob(), { strict, onEvent })),
    retry: async (strict = false) => noted(retry(await folder.loadJob(), { account, strict, onEvent })),
    fails: async (command: Promise<unknown>): Promise<ImportError> => {
      const error = await errorOf(command);
      told.length = 0;
      return error;
    },
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

const detected = (file: string, line: number): string =>
  `${file}: no line end behind the last line (the last row begins on line ${line})`;
const refusal = (says: string) => ({
  code: "INPUT_UNREADABLE",
  message: expect.stringContaining(says),
  hint: expect.stringContaining("Nothing was sent."),
});

describe("a last line without a line end", () => {
  it("is a detection, and no more where nothing says that the input's files end otherwise", async () => {
    await using at = await trial({ "a.csv": cut });
    const { result, told } = await at.run(true);
    expect(result.exitCode).toBe(0);
    expect(told).toEqual([detected("a.csv", 3)]);
    expect(result.summary.files.map((file) => file.detected)).toEqual([[detected("", 3).slice(2)]]);
  });

  it("is a warning where another file of the input has one, whichever comes first, and with strict an error", async () => {
    await using at = await trial({ "a.csv": cut, "b.csv": "SKU,Price\nC,1\n" });
    const says = "a.csv: is it cut off? Its last line has no line end, and b.csv has one";
    expect((await at.check()).told).toEqual([detected("a.csv", 3), says]);
    expect(await at.fails(at.check(true))).toMatchObject(refusal(says));
    expect(await at.fails(at.run(true))).toMatchObject(refusal(says));
    expect(at.sandbox.counts().created).toMatchObject({ products: 0, sales_orders: 0 });
    const { result, told } = await at.run();
    expect([result.exitCode, told]).toEqual([0, [detected("a.csv", 3), says]]);
    expect(result.summary.warnings).toEqual([says]);
  });

  it("is a warning where a file of an earlier run had one, of this job and input, as often as it is read", async () => {
    await using at = await trial({ "a.csv": whole });
    const first = await at.run();
    expect(first.told).toEqual([]);
    at.write("a.csv", cut);
    const says = `a.csv: is it cut off? Its last line has no line end, and a.csv had one in run ${first.result.summary.run_id}`;
    for (const command of [at.check, at.run, at.run]) {
      expect((await command()).told).toEqual([detected("a.csv", 3), says]);
      expect(await at.fails(command(true))).toMatchObject(refusal(says));
    }
    at.write("other.yaml", String(files["import.yaml"]));
    at.write("import.yaml", String(files["import.yaml"]).replace("name: goods", "name: others"));
    expect((await at.run()).told).toEqual([detected("a.csv", 3)]);
  });

  it("is no warning any more once ten files came without one; one that is read again counts once", async () => {
    await using at = await trial({ "a.csv": whole });
    await at.run();
    at.write("a.csv", cut);
    const warned = async (): Promise<boolean> => (await at.run()).told.length > 1;
    for (let runs = 0; runs < 11; runs += 1) expect(await warned()).toBe(true);
    const next: boolean[] = [];
    for (let number = 2; number <= 12; number += 1) {
      at.write("a.csv", `${cut}.${number}`);
      next.push(await warned());
    }
    expect(next).toEqual([...Array<boolean>(9).fill(true), false, false]);
  });

  test.each([
    { what: "of a header alone", before: whole, text: "SKU,Pri", format: "csv", ends: false, fails: true },
    { what: "that is the only row", before: whole, text: "SKU,Price\nA,1", format: "csv", ends: false },
    { what: "with blanks behind it", before: whole, text: "SKU,Price\nA,1\n  \t", format: "csv", ends: true },
    { what: "with a carriage return", before: whole, text: "SKU,Price\rA,1\r", format: "csv", ends: true },
    { what: "that ends in quotes", before: whole, text: 'SKU,Price\nA,"1\n"', format: "csv", ends: false },
    { what: "with the end mark of DOS", before: whole, text: "SKU,Price\r\nA,1\r\n\u001a", format: "csv", ends: true },
    {
      what: "of NDJSON",
      before: '{"SKU":"A","Price":1}\n',
      text: '{"SKU":"A","Price":1}',
      format: "ndjson",
      ends: false,
    },
    {
      what: "of JSON, whose end is a bracket",
      before: '[{"SKU":"A","Price":1}]\n',
      text: '[{"SKU":"A","Price":1}]',
      format: "json",
      ends: true,
    },
  ])("$what: $ends", async ({ before, text, format, ends, fails = false }) => {
    await using at = await trial({ "a.csv": before, "map.yaml": mapping.replace("FORMAT", format) });
    await at.run();
    at.write("a.csv", text);
    if (fails) return expect((await at.fails(at.run())).code).toBe("MAPPING_INVALID");
    const { told } = await at.run();
    expect(told.some((line) => line.includes("is it cut off?"))).toBe(!ends);
    expect(told.some((line) => line.includes("no line end behind the last line"))).toBe(!ends);
  });

  it("of a header that lost only its last name's end is told, though there are no rows", async () => {
    await using at = await trial({ "a.csv": "SKU,Price,Note\nA,1,x\n" });
    await at.run();
    at.write("a.csv", "SKU,Price,No");
    expect((await at.run()).told).toEqual([
      "a.csv has no rows",
      "a.csv: no line end behind the last line",
      expect.stringContaining("a.csv: is it cut off?"),
    ]);
    expect(await at.fails(at.run(true))).toMatchObject({ code: "INPUT_UNREADABLE" });
  });

  it("of a failures file is told: it was written with one", async () => {
    await using at = await trial({ "a.csv": "SKU,Price\nA,x" });
    const { result } = await at.run();
    const failures = join(result.folder, "failures", "goods.csv");
    writeFileSync(failures, "SKU,Price,_import_outcome,_import_problem,_import_column\nA,1,invalid,row 1: x,Price");
    const says =
      "failures/goods.csv: is it cut off? Its last line has no line end, and failures files are written with one";
    expect(await at.fails(at.retry(true))).toMatchObject(refusal(says));
    expect((await at.retry()).told).toEqual([detected("failures/goods.csv", 2), says]);
  });
});
