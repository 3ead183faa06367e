// Over random nights, edits, runs and retries: a source row is open exactly from the run in which it failed until something
// accepted it, or a retry found it taken out of its failures file; and nothing is created twice.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { countOpenFailures } from "../../src/history/status.ts";
import { loadJob } from "../../src/job/job.ts";
import { retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobFolder } from "../staging/job-folder.ts";

const files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, timeout_seconds: 2, read_lag_seconds: 0 }
inputs: [{ name: main, file: in.csv, mapping: map.yaml }]
`,
  "map.yaml": `version: 1
resource: products
fields: { sku: SKU, name: Name, category.name: { value: Tools }, retail_price: Price }
`,
};

const keys = ["A", "B", "C", "D", "E"];

type Step =
  /** A file with these rows, each good or faulty in its own way. */
  | { readonly do: "night"; readonly rows: readonly { readonly key: string; readonly fault: number }[] }
  | { readonly do: "again" }
  /** Makes the row of a key good in the newest failures file that has it, or in all of them. */
  | { readonly do: "fix"; readonly key: string; readonly everywhere: boolean }
  /** Takes the row of a key out of all failures files. */
  | { readonly do: "take away"; readonly key: string }
  | { readonly do: "retry"; readonly limit: number | undefined };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("night" as const),
    rows: fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), fault: fc.integer({ min: 0, max: 2 }) }), {
      selector: ({ key }) => key,
      minLength: 1,
    }),
  }),
  fc.record({ do: fc.constant("again" as const) }),
  fc.record({ do: fc.constant("fix" as const), key: fc.constantFrom(...keys), everywhere: fc.boolean() }),
  fc.record({ do: fc.constant("take away" as const), key: fc.constantFrom(...keys) }),
  fc.record({ do: fc.constant("retry" as const), limit: fc.constantFrom(undefined, undefined, 1) }),
);

it("a row is open from its failure until it is accepted or given up, whatever happens between", {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 9 }), async (steps) => {
      await using sandbox = await startSandbox();
      await using folder = await jobFolder(files);
      const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
      const job = () => loadJob("import.yaml", { cwd: folder.path });
      const runs: RunResult[] = [];
      const open = new Set<string>();
      const takenAway = new Set<string>();
      let rows: readonly { readonly key: string; readonly fault: number }[] = [];
      const failureFiles = (): readonly string[] =>
        runs
          .toReversed()
          .flatMap(({ folder: of, summary }) => summary.results.failures.map(({ name }) => join(of, name)));
      const plain = async (): Promise<void> => {
        const text = rows.map(({ key, fault }) => `${key},N${key},${fault === 0 ? "1" : `x${fault}`}\n`).join("");
        await writeFile(join(folder.path, "in.csv"), `SKU,Name,Price\n${text}`);
        const before = new Set(open);
        runs.push(await run(await job(), { account }));
        const result = await readFile(join(runs.at(-1)?.folder ?? "", "results.csv"), "utf8");
        for (const { key } of rows) {
          const isBad = new RegExp(`,${key},invalid,`).test(result);
          takenAway.delete(key);
          if (isBad) open.add(key);
          else open.delete(key);
        }
        // Only rows of this file changed.
        for (const key of before) if (!rows.some((row) => row.key === key)) expect(open.has(key)).toBe(true);
      };
      for (const each of steps) {
        if (each.do === "night") {
          rows = each.rows;
          await plain();
        } else if (each.do === "again") {
          if (rows.length > 0) await plain();
        } else if (each.do === "fix") {
          for (const file of failureFiles()) {
            const text = existsSync(file) ? await readFile(file, "utf8") : "";
            const fixed = text.replace(new RegExp(`^${each.key},(\\w+),x\\d`, "m"), `${each.key},$1,7`);
            if (fixed === text) continue;
            await writeFile(file, fixed);
            if (!each.everywhere) break;
          }
        } else if (each.do === "take away") {
          if (open.has(each.key)) takenAway.add(each.key);
          for (const file of failureFiles()) {
            const text = existsSync(file) ? await readFile(file, "utf8") : "";
            const rest = text.replace(new RegExp(`^${each.key},.*\\n`, "m"), "");
            if (rest !== text) await writeFile(file, rest);
          }
        } else if (runs.length > 0) {
          const { result } = await retry(await job(), {
            account,
            ...(each.limit === undefined ? {} : { limit: each.limit }),
          });
          if (result === undefined) expect(open.size).toBe(0);
          else {
            runs.push(result);
            const text = await readFile(join(result.folder, "results.csv"), "utf8");
            const given = result.summary.warnings.filter((warning) => warning.includes("given up"));
            const counts = given.map((warning) => Number(/^\d+/.exec(warning)?.[0]));
            expect(counts.reduce((sum, count) => sum + count, 0)).toBe(takenAway.size);
            for (const key of takenAway) open.delete(key);
            takenAway.clear();
            for (const key of open) if (new RegExp(`,${key},(accepted|unchanged),`).test(text)) open.delete(key);
            for (const key of open) expect(text).toMatch(new RegExp(`,${key},(invalid|pending),`));
          }
        }
        if (runs.length > 0) expect((await countOpenFailures(await job(), sandbox.url)).rows).toBe(open.size);
      }
      for (const key of keys) expect(sandbox.records("products", key).length).toBeLessThanOrEqual(1);
      expect(sandbox.counts().duplicates.products).toBe(0);
      expect(sandbox.counts().created.products).toBe(sandbox.records("products").length);
    }),
    { numRuns: Number(process.env.OPEN_FAILURES_RUNS ?? 12) },
  );
});
