import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outcomes } from "../../src/model/outcome.ts";
import { type Problem, problemSignature } from "../../src/model/problem.ts";
import { writeReports } from "../../src/report/html/write-reports.ts";
import { tallyProblems } from "../../src/report/problems.ts";
import { buildSummary, writeSummary } from "../../src/report/summary.ts";
import { entry, type FakeRow, fakeResults, runRecord, stagedFile, temporaryFolder } from "./fake-results.ts";

const files = [
  stagedFile(1, "orders"),
  stagedFile(2, "orders", { join: "details", file: "details.csv" }),
  stagedFile(3, "orders", { join: "customers", file: "customers.csv", kind: "reference" }),
];
const wrong: Problem = {
  code: "too_small",
  message: "must be greater than 0",
  path: "items[0].quantity",
  column: "Qty",
};
const facts = { endedAtMs: runRecord().startedAtMs + 90_500, exitCode: 3, folder: "state/runs/1", failures: [] };

describe("a summary", () => {
  it("tallies rows and entries by input, phase, outcome and action", async () => {
    const created = entry("accepted", { action: "created" });
    const rows: readonly FakeRow[] = [
      { entry: created },
      { entry: entry("accepted", { action: "recovered" }) },
      { outcome: "excluded" },
      { entry: created },
      { fileId: 2, entry: created },
      { fileId: 2, outcome: "invalid", problems: [{ code: "join_orphan", message: "no order 7" }] },
    ];
    const summary = await buildSummary(fakeResults(files, rows), runRecord(), facts);
    expect(summary.tallies).toEqual([
      { input: "orders", phase: "sales_orders", outcome: "accepted", action: "created", rows: 2, entries: 1 },
      { input: "orders", phase: "sales_orders", outcome: "accepted", action: "recovered", rows: 1, entries: 1 },
      { input: "orders", phase: null, outcome: "excluded", action: null, rows: 1, entries: 0 },
      { input: "orders.details", phase: "sales_orders", outcome: "accepted", action: "created", rows: 1, entries: 0 },
      { input: "orders.details", phase: null, outcome: "invalid", action: null, rows: 1, entries: 0 },
    ]);
    expect(summary.totals).toEqual({ rows: 6, entries: 2 });
    expect(summary.outcomes).toMatchObject({ accepted: { rows: 4, entries: 2 }, failed: { rows: 0, entries: 0 } });
    expect(summary.files.map(({ input, kind, rows: count }) => [input, kind, count])).toEqual([
      ["orders", "input", 4],
      ["orders.details", "join", 2],
      ["orders.customers", "reference", null],
    ]);
  });

  it("counts what failed and is still open, in this run and before", async () => {
    const open = { rows: 5, earlierRows: 3 };
    const summary = await buildSummary(fakeResults(files, []), runRecord(), { ...facts, open });
    expect(summary.open_failures).toEqual({ rows: 5, earlier_rows: 3 });
  });

  it("says when, how and why it ended", async () => {
    const stopped = { code: "OUTAGE", message: "the API did not answer for 15 minutes" };
    const summary = await buildSummary(fakeResults(files, []), runRecord(), { ...facts, exitCode: 4, stopped });
    expect(summary).toMatchObject({
      run_id: "20241121-2300",
      job: "job.yaml",
      command: "run",
      account: null,
      started_at: "2024-11-21T23:00:00.000Z",
      ended_at: "2024-11-21T23:01:30.500Z",
      duration_seconds: 90.5,
      exit_code: 4,
      ended: "stopped",
      stopped,
      traffic: null,
      open_failures: null,
      changes: null,
    });
  });

  it("passes on what the ledger and the caller know", async () => {
    const changes = { since: "20241120-2300", new: 1, changed: 2, gone: 3, same: 4 };
    const fault = { input: "orders", join: "customers", file: "customers.csv", rows: 2, first_line: 7 };
    const results = fakeResults(files, [], {
      changes: async () => changes,
      referenceFaults: async () => [fault],
      sends: async () => [
        { result: "accepted", sends: 7 },
        { result: undefined, sends: 1 },
      ],
    });
    const traffic = { requests: 12, retries: 1, throttled: 2, lookups: 3, pauses: 1, waitingMs: 2500 };
    const summary = await buildSummary(results, runRecord(), {
      ...facts,
      account: "https://acme.api.joinluminous.com/external/api/v1",
      traffic,
      warnings: ["the account is new to this state folder"],
    });
    expect(summary).toMatchObject({
      account: "https://acme.api.joinluminous.com/external/api/v1",
      ended: "finished",
      changes,
      reference_faults: [fault],
      sends: { accepted: 7, open: 1 },
      traffic: { requests: 12, retries: 1, throttled: 2, lookups: 3, pauses: 1, waiting_seconds: 2.5 },
      warnings: ["the account is new to this state folder"],
    });
  });

  it("counts the problems of an entry once, however many rows it has, and those of rows as well", async () => {
    const invalid = entry("invalid", { problems: [wrong, { ...wrong, path: "items[1].quantity" }] });
    const orphan: Problem = { code: "join_orphan", message: "no order 7" };
    const ragged: Problem = { code: "ragged_row", message: "2 cells expected, 3 found" };
    const rows: readonly FakeRow[] = [
      { entry: invalid },
      { entry: entry("unchanged", { problems: [{ ...wrong, severity: "warning" }] }) },
      { entry: invalid, problems: [ragged] },
      { entry: invalid, problems: [wrong] },
      { fileId: 2, outcome: "invalid", problems: [orphan] },
    ];
    const { problems } = await buildSummary(fakeResults(files, rows), runRecord(), facts);
    expect(problems.top.map(({ code, severity, count }) => [code, severity, count])).toEqual([
      ["too_small", "error", 2],
      ["ragged_row", "error", 1],
      ["join_orphan", "error", 1],
      ["too_small", "warning", 1],
    ]);
    expect(problems).toMatchObject({ signatures: 4, errors: 4, warnings: 1, ungrouped: 0 });
  });

  it("adds up to the rows that were read, for any mix of outcomes", async () => {
    const drawn = fc.array(
      fc.record({ outcome: fc.constantFrom(...outcomes), group: fc.nat(4), fileId: fc.constantFrom(1, 2) }),
    );
    await fc.assert(
      fc.asyncProperty(drawn, async (draws) => {
        const groups = new Map<string, ReturnType<typeof entry>>();
        const rows = draws.map(({ outcome, group, fileId }): FakeRow => {
          if (outcome === "excluded") return { fileId, outcome };
          const name = `${outcome} ${group}`;
          const ofGroup = groups.get(name) ?? entry(outcome);
          groups.set(name, ofGroup);
          return { fileId, entry: ofGroup };
        });
        const {
          totals,
          tallies,
          outcomes: byOutcome,
        } = await buildSummary(fakeResults(files, rows), runRecord(), facts);
        expect(totals).toEqual({ rows: draws.length, entries: groups.size });
        for (const counts of [tallies, Object.values(byOutcome)]) {
          expect(counts.reduce((sum, { rows: count }) => sum + count, 0)).toBe(draws.length);
          expect(counts.reduce((sum, { entries }) => sum + entries, 0)).toBe(groups.size);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("summary.json", () => {
  it("is the summary as JSON, and names the files beside it", async () => {
    await using folder = await temporaryFolder();
    const failures = [{ name: "failures/orders.csv", input: "orders", rows: 1 }];
    const summary = await buildSummary(fakeResults(files, []), runRecord(), { ...facts, ndjson: true, failures });
    await writeSummary(folder.path, summary);
    expect(JSON.parse(await readFile(join(folder.path, "summary.json"), "utf8"))).toEqual(summary);
    expect(summary.results).toEqual({
      folder: "state/runs/1",
      results_csv: "results.csv",
      results_ndjson: "results.ndjson",
      summary: "summary.json",
      report: "report.html",
      failures,
    });
  });
});

describe("the reports of a run", () => {
  const rows: readonly FakeRow[] = [
    { raw: "A,0", entry: entry("invalid", { problems: [wrong] }) },
    { raw: "B,1", entry: entry("pending") },
    { raw: "C,1", outcome: "excluded" },
  ];
  const { endedAtMs, exitCode, folder: shownFolder } = facts;
  const callerFacts = { endedAtMs, exitCode, folder: shownFolder, resourceOf: { orders: "sales_orders" } as const };

  it("are written together, in one pass that gives the same summary as one of its own", async () => {
    await using folder = await temporaryFolder();
    const results = fakeResults(files, rows);
    const summary = await writeReports(results, runRecord(), folder.path, callerFacts, { ndjson: true });
    const failures = [{ name: "failures/orders.csv", input: "orders", rows: 1 }];
    const group = { signature: problemSignature(wrong), code: "too_small", rows: 1, example: wrong } as const;
    const reasons = { rows: 1, groups: [group], kinds: 1, other_rows: 0 };
    expect(summary).toEqual(
      await buildSummary(results, runRecord(), { ...callerFacts, ndjson: true, failures, reasons }),
    );
    expect(summary.tallies.map(({ phase }) => phase)).toEqual(["sales_orders", "sales_orders", "sales_orders"]);
    for (const name of ["results.csv", "results.ndjson", "summary.json", "report.html", "failures/orders.csv"]) {
      expect((await readFile(join(folder.path, name), "utf8")).length, name).toBeGreaterThan(0);
    }
  });

  it("do not call failures what a check leaves ready to be sent", async () => {
    await using folder = await temporaryFolder();
    const summary = await writeReports(
      fakeResults(files, rows),
      runRecord({ command: "check" }),
      folder.path,
      callerFacts,
    );
    expect(summary.results.failures).toEqual([{ name: "failures/orders.csv", input: "orders", rows: 1 }]);
    expect(await readFile(join(folder.path, "failures/orders.csv"), "utf8")).toMatch(/^Order,.*\nA,0,invalid,.*\n$/);
    expect(summary.outcomes.pending.rows).toBe(1);
  });

  it("leave no failures file of an earlier check once everything is well", async () => {
    await using folder = await temporaryFolder();
    await writeReports(fakeResults(files, rows), runRecord({ command: "check" }), folder.path, callerFacts);
    await writeReports(fakeResults(files, rows.slice(1)), runRecord({ command: "check" }), folder.path, callerFacts);
    expect(await readdir(join(folder.path, "failures"))).toEqual([]);
  });
});

describe("grouping problems", () => {
  it("keeps the first three examples of a signature, and cuts what is long", () => {
    const tally = tallyProblems();
    for (let row = 1; row <= 5; row += 1) tally.add({ ...wrong, row, value: "9".repeat(row === 1 ? 100_000 : 1) });
    const [group] = tally.groups().groups;
    expect(group).toMatchObject({ count: 5, code: "too_small", severity: "error" });
    expect(group?.examples.map(({ row }) => row)).toEqual([1, 2, 3]);
    expect(group?.examples[0]?.value).toHaveLength(500);
  });

  it("keeps a bounded number of signatures and counts the rest", () => {
    const tally = tallyProblems(2);
    for (const column of ["A", "B", "C", "A", "D"]) tally.add({ ...wrong, column });
    expect(tally.groups().groups.map(({ count, examples }) => [examples[0]?.column, count])).toEqual([
      ["A", 2],
      ["B", 1],
    ]);
    expect(tally.groups().ungrouped).toBe(2);
  });

  it("holds no more after ten thousand different problems than after a thousand, however long their texts", () => {
    const tally = tallyProblems();
    const letters = (row: number): string => [...String(row)].map((digit) => "abcdefghij"[Number(digit)]).join("");
    const long = "x".repeat(5_000);
    const heldAfter: number[] = [];
    for (let row = 0; row < 10_000; row += 1) {
      const column = `${letters(row)} ${long}`;
      const cells = Array.from({ length: 20 }, () => ({ file: "a.csv", line: 1, row: 1, column, value: long }));
      tally.add({ ...wrong, row, message: `${letters(row)} ${long}`, value: long, column, path: column, cells });
      if (row === 1_000 || row === 9_999) heldAfter.push(JSON.stringify(tally.groups().groups).length);
    }
    const { groups, ungrouped } = tally.groups();
    expect([groups.length, ungrouped]).toEqual([1_000, 9_000]);
    expect(heldAfter[1]).toBe(heldAfter[0]);
    expect(heldAfter[1]).toBeLessThan(20_000 * groups.length);
    expect(Math.max(...groups.map(({ signature }) => signature.length))).toBeLessThanOrEqual(500);
  });

  it("lists errors before warnings, even when those are more", () => {
    const tally = tallyProblems();
    for (const severity of ["warning", "warning"] as const) tally.add({ ...wrong, severity });
    tally.add(wrong);
    expect(tally.groups().groups.map(({ severity, count }) => [severity, count])).toEqual([
      ["error", 1],
      ["warning", 2],
    ]);
  });
});
