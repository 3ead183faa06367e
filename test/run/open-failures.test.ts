// What failed stays open until something accepts it: over several nights with other files, runs in between, retries of a
// part, edits in more than one failures file, and files that are gone. Over real HTTP.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { purgeState } from "../../src/history/purge.ts";
import { countOpenFailures } from "../../src/history/status.ts";
import { loadJob } from "../../src/job/job.ts";
import { type RetryResult, retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import type { RunOptions, RunResult } from "../../src/run/run-options.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { parseResults, type TableRecord } from "../e2e/table.ts";
import { jobFolder } from "../staging/job-folder.ts";

const mapping = `version: 1
resource: products
fields: { sku: SKU, name: Name, category.name: { value: Tools }, retail_price: Price }
`;
const job = `version: 1
limits: { requests_per_second: 1000, timeout_seconds: 2, read_lag_seconds: 0 }
inputs: [{ name: main, file: in.csv, mapping: map.yaml }]
`;
const head = "SKU,Name,Price";
const csv = (...lines: readonly string[]): string => `${[head, ...lines].join("\n")}\n`;

interface Nights extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** A run over a file with these lines below its header. */
  run(lines: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
  retry(options?: Partial<RunOptions>): Promise<RetryResult>;
  edit(result: RunResult, change: (text: string) => string, name?: string): Promise<void>;
  remove(result: RunResult): Promise<void>;
  open(): Promise<number>;
  readonly path: string;
}

async function nights(files: Readonly<Record<string, string>> = {}): Promise<Nights> {
  const sandbox = await startSandbox();
  const folder = await jobFolder({ "import.yaml": job, "map.yaml": mapping, ...files });
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const theJob = () => loadJob("import.yaml", { cwd: folder.path });
  return {
    sandbox,
    path: folder.path,
    async run(lines, options = {}) {
      await writeFile(join(folder.path, "in.csv"), csv(...lines));
      return await run(await theJob(), { account, ...options });
    },
    retry: async (options = {}) => await retry(await theJob(), { account, ...options }),
    async edit({ folder: of }, change, name = "main.csv") {
      const file = join(of, "failures", name);
      await writeFile(file, change(await readFile(file, "utf8")));
    },
    remove: ({ folder: of }) => rm(join(of, "failures"), { recursive: true }),
    open: async () => (await countOpenFailures(await theJob(), sandbox.url)).rows,
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

const keysIn = (sandbox: Sandbox): readonly string[] =>
  sandbox
    .records("products")
    .map(({ key }) => key)
    .toSorted();

async function rowsOf({ result }: RetryResult): Promise<readonly TableRecord[]> {
  if (result === undefined) throw new Error("there was nothing to retry");
  return parseResults(await readFile(join(result.folder, "results.csv"), "utf8"));
}

const fates = async (retried: RetryResult): Promise<readonly string[]> =>
  (await rowsOf(retried)).flatMap(({ key, outcome }) => (outcome === "excluded" ? [] : [`${key} ${outcome}`]));

describe("a job with another file each night", () => {
  it("keeps what failed on Monday open on Wednesday, and one retry takes the failures of all nights", async () => {
    await using at = await nights();
    const monday = await at.run(["A,Ax,1", "B,Bx,x"]);
    const tuesday = await at.run(["C,Cx,y", "D,Dx,1"]);
    const wednesday = await at.run(["E,Ex,1"]);
    expect(wednesday.summary.open_failures).toEqual({ rows: 2, earlier_rows: 2 });
    expect(wednesday.exitCode).toBe(0);
    await at.edit(monday, (text) => text.replace(",x", ",2"));
    const first = await at.retry();
    expect(await fates(first)).toEqual(["B accepted", "C invalid"]);
    expect(first.retried).toBe(tuesday.summary.run_id);
    const [, failed] = await rowsOf(first);
    expect(failed?.file).toBe(`runs/${tuesday.summary.run_id}/failures/main.csv`);
    expect(first.result?.summary.open_failures).toEqual({ rows: 1, earlier_rows: 0 });
    // What is left stands in the newest failures file alone.
    if (first.result === undefined) throw new Error("no result");
    expect(await readdir(join(first.result.folder, "failures"))).toEqual(["main.2.csv"]);
    await at.edit(first.result, (text) => text.replace(",y", ",3"), "main.2.csv");
    const second = await at.retry();
    expect(await fates(second)).toEqual(["C accepted"]);
    expect(keysIn(at.sandbox)).toEqual(["A", "B", "C", "D", "E"]);
    expect(await at.open()).toBe(0);
    expect((await at.retry()).result).toBeUndefined();
  });

  it("takes one input with --only, and the others stay open", async () => {
    const two = job.replace("}]", "}, { name: two, file: two.csv, mapping: map.yaml }]");
    await using at = await nights({ "import.yaml": two, "two.csv": csv("T,Tx,x") });
    const first = await at.run(["A,Ax,x"]);
    await at.edit(first, (text) => text.replace(",x", ",1"));
    await at.edit(first, (text) => text.replace(",x", ",1"), "two.csv");
    const retried = await at.retry({ only: "two" });
    expect(await fates(retried)).toEqual(["T accepted"]);
    expect(retried.result?.summary.open_failures).toEqual({ rows: 1, earlier_rows: 1 });
    expect(await fates(await at.retry())).toEqual(["A accepted"]);
    expect(await at.open()).toBe(0);
  });
});

describe("a run in between", () => {
  it("makes rows good that it accepts, whatever they say by now", async () => {
    await using at = await nights();
    await at.run(["A,Ax,x", "B,Bx,x"]);
    const second = await at.run(["A,Ax,1", "B,Bx,x"]);
    expect(second.summary.open_failures).toEqual({ rows: 1, earlier_rows: 0 });
    expect(await fates(await at.retry())).toEqual(["B invalid"]);
  });

  it("that finds a row unchanged makes it good as well", async () => {
    await using at = await nights();
    await at.run(["A,Ax,1"]);
    await at.run(["A,Ax,x"]);
    expect(await at.open()).toBe(1);
    await at.run(["A,Ax,1"]);
    expect(await at.open()).toBe(0);
  });

  it("and leaves a row out that the mapping excludes by now", async () => {
    await using at = await nights();
    await at.run([",Total,x", "A,Ax,1"]);
    expect(await at.open()).toBe(1);
    await writeFile(join(at.path, "map.yaml"), `${mapping}where: 'row["Name"] != "Total"'\n`);
    // The very file again.
    const account = { baseUrl: at.sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
    await run(await loadJob("import.yaml", { cwd: at.path }), { account });
    expect(await at.open()).toBe(0);
  });

  it("fails with the same rows again: they are one, and the newer failures file counts", async () => {
    await using at = await nights();
    await at.run(["A,Ax,x", "B,Bx,1"]);
    const second = await at.run(["A,Ax,x", "B,Bx,1"]);
    expect(second.summary.open_failures).toEqual({ rows: 1, earlier_rows: 0 });
    await at.edit(second, (text) => text.replace(",x", ",1"));
    const retried = await at.retry();
    expect(await fates(retried)).toEqual(["A accepted"]);
    expect(await at.open()).toBe(0);
    expect(keysIn(at.sandbox)).toEqual(["A", "B"]);
  });

  it("fails with other content under the same key: the newer content counts", async () => {
    await using at = await nights();
    await at.run(["A,Ax,x"]);
    await at.run(["A,Ay,y"]);
    expect(await at.open()).toBe(1);
    const [row, ...others] = await rowsOf(await at.retry());
    expect([row?.value, others.length]).toEqual(["y", 0]);
  });

  it("that was stopped leaves what it did not reach to the next run, and it is in no failures file", async () => {
    await using at = await nights();
    const pilot = await at.run(["A,Ax,1", "B,Bx,x", "C,Cx,1"], { limit: 1 });
    expect(pilot.summary.outcomes.pending.rows).toBe(1);
    const failures = await readFile(join(pilot.folder, "failures", "main.csv"), "utf8");
    expect(failures.split("\n")).toHaveLength(3);
    expect(pilot.summary.open_failures).toEqual({ rows: 1, earlier_rows: 0 });
    expect(await fates(await at.retry())).toEqual(["B invalid"]);
  });
});

describe("a retry that was stopped", () => {
  it("leaves what it did not reach open, with the edits in the older file", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x", "B,Bx,x", "C,Cx,x"]);
    await at.edit(first, (text) => text.replace("Ax,x", "Ax,1").replace("Bx,x", "Bx,2"));
    const stopped = await at.retry({ limit: 1 });
    expect(await fates(stopped)).toEqual(["A accepted", "B pending", "C invalid"]);
    expect(stopped.result?.summary.open_failures).toEqual({ rows: 2, earlier_rows: 1 });
    const again = await at.retry();
    // A is made, and C stands in the newer failures file.
    expect(await fates(again)).toEqual(["B accepted", "C invalid"]);
    expect((await rowsOf(again)).map(({ outcome, message }) => [outcome, message?.slice(0, 24)])).toEqual([
      ["excluded", "nothing is left to do wi"],
      ["accepted", ""],
      ["excluded", "it is taken from the fai"],
      ["invalid", expect.anything()],
    ]);
    expect(keysIn(at.sandbox)).toEqual(["A", "B"]);
    expect(await at.open()).toBe(1);
  });

  it("does not read a new row of the older file twice", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x", "B,Bx,x"]);
    await at.edit(first, (text) => `${text.replaceAll(",x", ",1")}N,New,z,,,\n`);
    const stopped = await at.retry({ limit: 1 });
    expect(await fates(stopped)).toEqual(["A accepted", "B pending", "N invalid"]);
    if (stopped.result === undefined) throw new Error("no result");
    await at.edit(stopped.result, (text) => text.replace(",z", ",4"));
    await at.retry();
    expect(keysIn(at.sandbox)).toEqual(["A", "B", "N"]);
    expect(at.sandbox.counts().created.products).toBe(3);
    expect(await at.open()).toBe(0);
  });
});

describe("edits in more than one failures file", () => {
  it("an edit in the older file is taken where the newer one has the row as it was, and that is said", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x"]);
    await at.run(["A,Ax,x"]);
    await at.edit(first, (text) => text.replace(",x", ",1"));
    const retried = await at.retry();
    expect(await fates(retried)).toEqual(["A accepted"]);
    expect(retried.result?.summary.warnings).toEqual([
      `runs/${first.summary.run_id}/failures/main.csv: its edited rows are taken, as a newer run has them only as they were (the first on line 2)`,
    ]);
    expect(await at.open()).toBe(0);
  });

  it("two different edits of one row are refused, with both places, until one is taken back", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x", "B,Bx,x"]);
    const second = await at.run(["A,Ax,x", "B,Bx,x"]);
    await at.edit(first, (text) => text.replace("Ax,x", "Ax,1"));
    await at.edit(second, (text) => text.replace("Ax,x", "Ax,2").replace("Bx,x", "Bx,3"));
    const refused = await at.retry();
    expect(await fates(refused)).toEqual(["A invalid", "B accepted"]);
    expect((await rowsOf(refused))[0]).toMatchObject({
      code: "duplicate_row",
      line: "2",
      message: expect.stringContaining(
        `this row was edited here and, in another way, in runs/${first.summary.run_id}/failures/main.csv on line 2`,
      ),
    });
    expect(keysIn(at.sandbox)).toEqual(["B"]);
    // The refused retry has a failures file of its own, with the edit that it read.
    expect(await fates(await at.retry())).toEqual(["A invalid"]);
    await at.edit(first, (text) => text.replace("Ax,1", "Ax,2"));
    expect(await fates(await at.retry())).toEqual(["A accepted"]);
    expect(await at.open()).toBe(0);
  });

  it("edits of two rows of one entry in two files are two edits of the entry", async () => {
    const grouped = mapping.replace("fields:", "group: { by: SKU }\nfields:");
    await using at = await nights({ "map.yaml": grouped });
    const lines = ["A,Ax,x", "A,Ax,x"];
    const first = await at.run(lines);
    const second = await at.run(lines);
    await at.edit(first, (text) => text.replace("Ax,x", "Ax,1"));
    await at.edit(second, (text) => text.replace(/(Ax,x.*\n)A,Ax,x/, "$1A,Ax,2"));
    const refused = await at.retry();
    expect((await rowsOf(refused)).filter(({ code }) => code === "duplicate_row")).toHaveLength(1);
    expect(keysIn(at.sandbox)).toEqual([]);
  });

  it("the same edit in both is one", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x"]);
    const second = await at.run(["A,Ax,x"]);
    for (const each of [first, second]) await at.edit(each, (text) => text.replace(",x", ",1"));
    expect(await fates(await at.retry())).toEqual(["A accepted"]);
  });
});

describe("failures files that are gone", () => {
  it("go with a purge, which counts the rows that nobody can retry any more", async () => {
    await using at = await nights();
    await at.run(["A,Ax,x", "B,Bx,1"]);
    await at.run(["C,Cx,y"]);
    const purge = { folder: join(at.path, ".luminous-import"), beforeMs: Date.now() + 60_000 };
    expect(await purgeState({ ...purge, dryRun: true })).toMatchObject({ rows: 2, openRows: 1 });
    expect(await at.open()).toBe(2);
    expect(await purgeState(purge)).toMatchObject({ rows: 2, openRows: 1 });
    expect(await at.open()).toBe(1);
    expect(await fates(await at.retry())).toEqual(["C invalid"]);
  });

  it("are named with their run and input, and what an older file still has is taken from there", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x"]);
    const second = await at.run(["A,Ax,x", "B,Bx,x"]);
    await at.remove(second);
    await at.edit(first, (text) => text.replace(",x", ",1"));
    const retried = await at.retry();
    expect(await fates(retried)).toEqual(["A accepted"]);
    expect(retried.result?.summary.warnings).toContainEqual(
      expect.stringMatching(
        `failures/main.csv is gone: 2 rows of input "main" that run ${second.summary.run_id} could not bring in`,
      ),
    );
    expect(retried.result?.summary.open_failures).toEqual({ rows: 1, earlier_rows: 1 });
    const nothing = await at.retry();
    expect(nothing.result).toBeUndefined();
    expect(nothing.warnings).toEqual([expect.stringContaining(`run ${second.summary.run_id} could not bring in`)]);
  });
});

describe("a row that somebody took out of its failures file", () => {
  const without =
    (...keys: readonly string[]) =>
    (text: string): string =>
      text
        .split("\n")
        .filter((line) => !keys.some((key) => line.startsWith(`${key},`)))
        .join("\n");
  const givenUp = ({ result }: RetryResult): readonly string[] =>
    (result?.summary.warnings ?? []).filter((warning) => warning.includes("given up"));

  it("is given up by the retry that reads the file, is named, and is not counted any more", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x", "B,Bx,x", "C,Cx,1"]);
    await at.edit(first, (text) => without("B")(text).replace("Ax,x", "Ax,2"));
    expect(await at.open()).toBe(2);
    const retried = await at.retry();
    expect(givenUp(retried)).toEqual([
      `1 row was taken out of failures/main.csv of run ${first.summary.run_id}: it is given up, and no longer counted as open (B)`,
    ]);
    expect(retried.result?.summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    expect(retried.exitCode).toBe(0);
    expect(await at.open()).toBe(0);
    expect((await at.retry()).result).toBeUndefined();
    expect((await at.run(["D,Dx,1"])).summary.open_failures).toEqual({ rows: 0, earlier_rows: 0 });
    // The very rows again are open again, as any.
    const again = await at.run(["B,Bx,x"]);
    expect(again.summary.open_failures).toEqual({ rows: 1, earlier_rows: 0 });
    expect(await fates(await at.retry())).toEqual(["B invalid"]);
    expect(keysIn(at.sandbox)).toEqual(["A", "C", "D"]);
  });

  it("a file with nothing left but its header gives all of them up, and the others are counted", async () => {
    await using at = await nights();
    const lines = ["A,Ax,x", "B,Bx,x", ",Cx,x", "D,Dx,x", "E,Ex,x"];
    const first = await at.run(lines);
    await at.edit(first, (text) => text.slice(0, text.indexOf("\n") + 1));
    const retried = await at.retry();
    expect(givenUp(retried)).toEqual([
      expect.stringMatching(/^5 rows were taken out of .*: they are given up, .* \(A, B, row 3 and 2 more\)$/),
    ]);
    expect(await at.open()).toBe(0);
  });

  it("stays open while another input is retried, when nothing was staged, and when the file is gone", async () => {
    const two = job.replace("}]", "}, { name: two, file: two.csv, mapping: map.yaml }]");
    await using at = await nights({ "import.yaml": two, "two.csv": csv("T,Tx,x") });
    const first = await at.run(["A,Ax,x", "B,Bx,x"]);
    await at.edit(first, without("B"));
    expect(givenUp(await at.retry({ only: "two" }))).toEqual([]);
    expect(await at.open()).toBe(3);
    await writeFile(join(at.path, "map.yaml"), mapping.replace("Price", "Prize"));
    await expect(at.retry()).rejects.toThrow();
    await writeFile(join(at.path, "map.yaml"), mapping);
    const stop = AbortSignal.abort();
    await expect(at.retry({ stop })).rejects.toThrow();
    expect(await at.open()).toBe(3);
    const second = await at.run(["A,Ax,x", "B,Bx,x"]);
    await at.remove(second);
    expect(givenUp(await at.retry())).toEqual([]);
  });

  it("stays open where it may stand in the file without its number, and where a quote swallowed it", async () => {
    await using at = await nights();
    const first = await at.run(["A,Ax,x", "B,Bx,x", ",Cx,x", "D,Dx,x"]);
    // What A and the row without a key were, the new rows may be; B is neither.
    await at.edit(first, (text) => `${without("A", "B", "")(text)}\nA,Ax,1,,,\nN,Nx,1,,,\n`);
    const retried = await at.retry({ limit: 1 });
    expect(givenUp(retried)).toEqual([expect.stringMatching(/^1 row .*\(B\)$/)]);
    await using keyless = await nights();
    const second = await keyless.run(["A,Ax,x", "B,Bx,x"]);
    await keyless.edit(second, (text) => `${without("B")(text)}\n,Bx,1,,,\n`);
    expect(givenUp(await keyless.retry())).toEqual([]);
    await using other = await nights();
    const swallowed = await other.run(["A,Ax,x", "B,Bx,x", "C,Cx,x"]);
    const swallow = (text: string) =>
      text.replace(/^B,.*/m, 'B,"Bx,x,invalid,row 2: bad,Price').replace("C,Cx", 'C",Cx');
    await other.edit(swallowed, swallow);
    for (const _ of [1, 2]) expect(givenUp(await other.retry())).toEqual([]);
    await other.edit(swallowed, (text) => without("B")(text.replace(/^B,.*\nC"/m, "C")));
    expect(givenUp(await other.retry())).toEqual([expect.stringMatching(/^1 row .*\(B\)$/)]);
  });

  it("an older file that still has it as it was does not bring it back, but one that was edited does", async () => {
    await using at = await nights();
    const lines = ["A,Ax,x", "B,Bx,x"];
    const first = await at.run(lines);
    const second = await at.run(lines);
    await at.edit(first, (text) => text.replace("Bx,x", "Bx,1"));
    await at.edit(second, without("A", "B"));
    const retried = await at.retry();
    expect(givenUp(retried)).toEqual([expect.stringMatching(/^1 row .*\(A\)$/)]);
    expect(await fates(retried)).toEqual(["B accepted"]);
    expect(await at.open()).toBe(0);
  });

  it("is one row of an entry whose others go on, also when a retry is stopped", async () => {
    const grouped = mapping.replace("fields:", "group: { by: SKU }\nfields:");
    await using at = await nights({ "map.yaml": grouped });
    const first = await at.run(["A,Ax,x", "A,Ax,y", "B,Bx,z"]);
    await at.edit(first, (text) => text.replace(/^A,Ax,y.*\n/m, "").replace("Ax,x", "Ax,1"));
    const stopped = await at.retry({ limit: 1 });
    expect(givenUp(stopped)).toEqual([expect.stringMatching(/^1 row .*\(A\)$/)]);
    expect(await at.open()).toBe(1);
    expect(await fates(await at.retry())).toEqual(["B invalid"]);
  });

  it("is not one that is there, and left out as an older file's rows are taken", async () => {
    const grouped = mapping.replace("fields:", "group: { by: SKU }\nfields:");
    await using at = await nights({ "map.yaml": grouped });
    const lines = ["A,Ax,x", "A,Ax,y", "B,Bx,z"];
    const first = await at.run(lines);
    await at.run(lines);
    await at.edit(first, (text) => text.replace(/^A,Ax,y.*\n/m, "").replace("Ax,x", "Ax,1"));
    const retried = await at.retry();
    expect(await fates(retried)).toEqual(["A accepted", "B invalid"]);
    expect(givenUp(retried)).toEqual([]);
  });
});
