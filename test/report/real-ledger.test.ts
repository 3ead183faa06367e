// The reporter on the real ledger: what the other tests assume of `Results` is so.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { openLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import type { NewEntry } from "../../src/model/ledger/entry.ts";
import type { RowRef } from "../../src/model/row.ts";
import { writeFailures } from "../../src/report/failures.ts";
import { writeResults } from "../../src/report/results.ts";
import { tallyRows } from "../../src/report/tally-rows.ts";
import { csvInfo, temporaryFolder } from "./fake-results.ts";

it("gives every row of the ledger one line, and the failed ones back", async () => {
  await using folder = await temporaryFolder();
  await using ledger = await openLedger({ folder: folder.path, baseUrl: "http://127.0.0.1:1/v1", mode: "write" });
  const run = await ledger.runs.begin({ runId: "r1", job: "job.yaml", command: "run", startedAtMs: 1000 });
  const orders = await ledger.staging.addFile({
    run: run.id,
    input: "orders",
    kind: "input",
    file: "orders.csv",
    info: csvInfo,
  });
  const details = await ledger.staging.addFile({
    run: run.id,
    input: "orders",
    join: "details",
    kind: "join",
    file: "details.csv",
    info: { ...csvInfo, headerRaw: "Order,SKU" },
  });
  const ofOrders = (number: number): RowRef => ({ file: orders.id, number });
  const ofDetails = (number: number): RowRef => ({ file: details.id, number });
  await ledger.staging.addRows([
    { ref: ofOrders(1), line: 2, raw: "A,1" },
    { ref: ofOrders(2), line: 3, raw: '"B",0' },
    { ref: ofOrders(3), line: 4, raw: "C,9", outcome: "excluded" },
    { ref: ofDetails(1), line: 2, raw: "A,X" },
    { ref: ofDetails(2), line: 3, raw: "B,Y" },
    {
      ref: ofDetails(3),
      line: 4,
      raw: "Z,Y",
      outcome: "invalid",
      problems: [{ code: "join_orphan", message: "no order Z" }],
    },
  ]);
  const wrong = {
    code: "too_small",
    message: "must be greater than 0",
    file: "orders.csv",
    line: 3,
    row: 2,
    column: "Qty",
    value: "0",
  } as const;
  await ledger.staging.addEntries(run.id, [
    order("A", [ofOrders(1), ofDetails(1)]),
    { ...order("B", [ofOrders(2), ofDetails(2)]), problems: [wrong] },
  ]);
  await ledger.staging.finish(run.id);
  await ledger.flush();

  const rowTally = tallyRows();
  const lines = await writeResults(ledger.results, run.id, folder.path, { onRow: rowTally.see });
  const csv = parse(await readFile(join(folder.path, "results.csv")), { columns: true }) as Record<string, string>[];
  expect(lines).toBe(6);
  expect(csv.map(({ input, row, key, outcome, code, message }) => [input, row, key, outcome, code, message])).toEqual([
    ["orders", "1", "A", "pending", "", ""],
    ["orders", "2", "B", "invalid", "too_small", "must be greater than 0"],
    ["orders", "3", "", "excluded", "", ""],
    ["orders.details", "1", "A", "pending", "", ""],
    ["orders.details", "2", "B", "invalid", "same_entry", "orders.csv:3: must be greater than 0"],
    ["orders.details", "3", "", "invalid", "join_orphan", "no order Z"],
  ]);

  const written = await writeFailures(ledger.results, run.id, folder.path);
  expect(written.map(({ name, rows }) => [name, rows])).toEqual([
    ["failures/orders.csv", 1],
    ["failures/orders.details.csv", 2],
  ]);
  expect(await readFile(join(folder.path, "failures/orders.details.csv"), "utf8")).toBe(
    [
      "Order,SKU,_import_outcome,_import_problem,_import_column",
      "B,Y,invalid,row 2: orders.csv:3: must be greater than 0,",
      "Z,Y,invalid,row 3: no order Z,",
      "",
    ].join("\n"),
  );

  // The tally and the ledger count the same rows.
  const byLedger = await ledger.results.tallies(run.id);
  const { tallies } = rowTally.tallied();
  for (const outcome of ["pending", "invalid", "excluded"]) {
    const rowsOf = (counts: readonly { readonly outcome: string; readonly rows: number }[]): number =>
      counts.filter((count) => count.outcome === outcome).reduce((sum, { rows }) => sum + rows, 0);
    expect(rowsOf(tallies), outcome).toBe(rowsOf(byLedger));
  }
});

function order(key: string, rows: readonly RowRef[]): NewEntry {
  return {
    resource: "sales_orders",
    phase: "sales_orders",
    position: rows[0] ?? { file: 0, number: 0 },
    key,
    payload: { order_number: key },
    clears: {},
    hash: `hash of ${key}`,
    keys: [{ key, path: "order_number" }],
    references: [],
    problems: [],
    creationProblems: [],
    rows,
  };
}
