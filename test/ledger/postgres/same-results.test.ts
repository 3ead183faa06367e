// What a run leaves behind is the same, byte for byte, whichever ledger it has: jobs of fixtures/ and the real Northwind exports are run with both, twice.
import { existsSync, readdirSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { audit } from "../../../src/audit/audit.ts";
import { loadJob } from "../../../src/job/job.ts";
import { readJobOutline } from "../../../src/job/job-outline.ts";
import { run } from "../../../src/run/run.ts";
import { startSandbox } from "../../../src/sandbox/server.ts";
import { exportPath, missingExports } from "../../e2e/real-exports.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { describeOnServer } from "./on-server.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures");
// Groups, joins, kits, companies, rows left out, and every way of not making it. LUMINOUS_TEST_POSTGRES=… runs all that there are.
const some = ["b2b-orders", "companies", "kits", "northwind", "sales-ledger", "unified-importer"];
const names = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, "expected.json")));
const tried = (process.env.LUMINOUS_TEST_POSTGRES ?? "") === "" ? some : names;

await describeOnServer("a job whose ledger is in PostgreSQL", (url) => {
  it.each(tried)("leaves behind of fixtures/%s what it leaves behind with SQLite", async (name) => {
    const job = join(fixtures, name, "import.yaml");
    const [sqlite, postgres] = [await filesOf(job), await filesOf(job, { ledger: url })];
    expect(sqlite.flat().length).toBeGreaterThan(3);
    expect(postgres).toEqual(sqlite);
  });

  it.skipIf(missingExports !== undefined)(
    "leaves behind of the Northwind set what it leaves behind with SQLite",
    async () => {
      const [of, by] = [
        (part: string) => exportPath(`northwind-${part}.csv`),
        (part: string) => join(fixtures, `../mappings/northwind-${part}.yaml`),
      ];
      const job = {
        version: 1,
        inputs: [
          {
            name: "orders",
            file: of("orders"),
            join: { details: of("order-details"), customers: of("customers") },
            mapping: by("orders"),
          },
          {
            name: "products",
            file: of("products"),
            join: { categories: of("categories"), suppliers: of("suppliers") },
            mapping: by("products"),
          },
        ],
      };
      await using scratch = await scratchFolder();
      const path = join(scratch.folder, "import.yaml");
      await writeFile(path, JSON.stringify(job));
      expect(await filesOf(path, { ledger: url, runs: 1 })).toEqual(await filesOf(path, { runs: 1 }));
    },
  );
});

/** The results, the failures and the counts of a run, and of the same run again. */
async function filesOf(
  path: string,
  { ledger, runs = 2 }: { readonly ledger?: string; readonly runs?: number } = {},
): Promise<readonly (readonly unknown[])[]> {
  await using scratch = await scratchFolder();
  await using sandbox = await startSandbox({ companies: ["Holm & Co, ApS", "Larsen Supply", "Nordisk", "Nordisk"] });
  const { url: baseUrl } = sandbox;
  const place = { state: scratch.folder, ...(ledger === undefined ? {} : { ledger }) };
  const job = await loadJob(path, place);
  // One request at a time, so that records come into being in one order.
  const limits = { ...job.limits, requestsPerSecond: 2000, concurrency: 1, readLagMs: 0 };
  const found: unknown[][] = [];
  for (let times = 0; times < runs; times += 1) {
    const account = { baseUrl, baseUrlFrom: "the test", token: "sandbox" };
    const { exitCode, folder, summary } = await run(
      { ...job, limits },
      { account, report: { ndjson: true, words: [] } },
    );
    const failures = join(folder, "failures");
    const files = ["results.csv", "results.ndjson"].map((name) => join(folder, name));
    for (const name of (await readdir(failures).catch(() => [])).sort()) files.push(join(failures, name));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    const { totals, outcomes, tallies, problems, warnings, control_totals } = summary;
    found.push([exitCode, ...texts, totals, outcomes, tallies, problems, warnings, control_totals]);
  }
  const { exitCode } = await audit(await readJobOutline(path, { cwd: "/", ...place }), { baseUrl });
  expect(exitCode).toBe(0);
  return found;
}
