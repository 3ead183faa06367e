// What a run leaves behind is the same, byte for byte, whichever ledger it has: jobs of fixtures/ are run with both, twice.
import { existsSync, readdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { audit } from "../../../src/audit/audit.ts";
import { loadJob } from "../../../src/job/job.ts";
import { readJobOutline } from "../../../src/job/job-outline.ts";
import { run } from "../../../src/run/run.ts";
import { startSandbox } from "../../../src/sandbox/server.ts";
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
    const [sqlite, postgres] = [await filesOf(job), await filesOf(job, url)];
    expect(sqlite.flat().length).toBeGreaterThan(3);
    expect(postgres).toEqual(sqlite);
  });
});

/** The results, the failures and the counts of a run and of the same run again. */
async function filesOf(path: string, ledger?: string): Promise<readonly (readonly unknown[])[]> {
  await using scratch = await scratchFolder();
  await using sandbox = await startSandbox({ companies: ["Holm & Co, ApS", "Larsen Supply", "Nordisk", "Nordisk"] });
  const { url: baseUrl } = sandbox;
  const place = { state: scratch.folder, ...(ledger === undefined ? {} : { ledger }) };
  const job = await loadJob(path, place);
  // One request at a time, so that records come into being in one order.
  const limits = { ...job.limits, requestsPerSecond: 2000, concurrency: 1, readLagMs: 0 };
  const found: unknown[][] = [];
  for (let times = 0; times < 2; times += 1) {
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
