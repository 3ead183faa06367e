// A plan over a ledger that remembers earlier runs: what they left in doubt is looked up for the plan as for a run, and what they
// made is known, although their rows stay where they are.

import { expect, it } from "vitest";
import { loadJob } from "../../src/job/job.ts";
import { plan } from "../../src/plan/plan.ts";
import { run } from "../../src/run/run.ts";
import { accountOf, oldFolder } from "../ledger/sqlite/old-ledger.ts";

it("knows what a killed run had accepted, and looks up what it left in doubt; its run makes nothing twice", async () => {
  await using sandbox = await accountOf(4);
  await using folder = await oldFolder(4, sandbox.url);
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const job = await loadJob("import.yaml", { cwd: folder.path });
  const open = Number(folder.value("select count(*) from sends where open = 1"));
  const before = sandbox.counts().created;
  const made = await plan(job, { account });
  expect(sandbox.counts().created).toEqual(before);
  expect([open > 0, folder.value("select count(*) from sends where open = 1")]).toEqual([true, open]);
  const unchanged = made.plan.resources.reduce((sum, counts) => sum + counts.unchanged, 0);
  expect(unchanged).toBeGreaterThan(10);

  const result = await run(job, { account, plan: made.file });
  const of = (name: string) =>
    result.summary.tallies
      .filter(({ outcome, action }) => (action ?? outcome) === name)
      .reduce((sum, { entries }) => sum + entries, 0);
  const planned = (name: "create" | "update" | "unchanged" | "invalid" | "blocked") =>
    made.plan.resources.reduce((sum, counts) => sum + counts[name], 0);
  expect({ created: of("created"), updated: of("updated"), still: of("unchanged") + of("recovered") }).toEqual({
    created: planned("create"),
    updated: planned("update"),
    still: planned("unchanged"),
  });
  expect([of("invalid"), of("blocked"), of("failed")]).toEqual([planned("invalid"), planned("blocked"), 0]);
  const keys = sandbox.records("sales_orders").map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)]);
});
