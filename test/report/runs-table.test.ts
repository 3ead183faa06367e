// The table of all runs.
import { expect, it } from "vitest";
import { runsTable, type TableRun } from "../../src/report/runs-table.ts";

const run: TableRun = {
  runId: "20261127-101500-1a2f",
  command: "run",
  account: "https://acme.example/v1",
  startedAtMs: new Date("2026-11-27T10:15:00").getTime(),
  endedAtMs: new Date("2026-11-27T10:56:00").getTime(),
  exit: "3",
  rows: { accepted: 9102, unchanged: 0, rejected: 3, failed: 1, invalid: 14 },
};
const { endedAtMs: _, ...open } = run;
const runs: readonly TableRun[] = [{ ...open, runId: "20261128-101500-0000", exit: "under way", rows: undefined }, run];

it("has a line for each run, with its counts", () => {
  expect(runsTable(runs, 200).split("\n")).toEqual([
    "run                   started           took    command  accepted  invalid  failed  exit",
    "20261128-101500-0000  2026-11-27 10:15          run                                 under way",
    "20261127-101500-1a2f  2026-11-27 10:15  41 min  run         9,102       14       4  3",
  ]);
});

it("leaves out columns, the least needed first, until a line fits", () => {
  expect(runsTable(runs, 75).split("\n")[2]).toBe("2026-11-27 10:15  41 min  run         9,102       4  3");
  expect(runsTable(runs, 45).split("\n")[2]).toBe("2026-11-27 10:15     9,102       4  3");
  for (let width = 30; width < 120; width += 1)
    for (const line of runsTable(runs, width).split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
});

it("names the accounts where there are several", () => {
  expect(runsTable(runs, 200)).not.toContain("acme");
  expect(runsTable([...runs, { ...run, account: "http://127.0.0.1:4010" }], 200)).toContain("https://acme.example/v1");
});
