import { expect, it } from "vitest";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import {
  accept,
  addFile,
  all,
  beginRun,
  entry,
  error,
  flat,
  type LedgerPlace,
  openEntry,
  row,
  stage,
  warning,
} from "./build.ts";
import { settleOne } from "./one.ts";

export function resultClaims(makePlace: () => Promise<LedgerPlace>): void {
  it("counts entries by how they stand to their source's own sums, by input; others are not counted", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { id: run } = await beginRun(ledger, "r");
    const [a, b] = [await addFile(ledger, run, { input: "a" }), await addFile(ledger, run, { input: "b" })];
    await ledger.staging.addRows([...[1, 2, 3, 4].map((number) => row(a.id, number)), row(b.id, 1)]);
    await ledger.staging.addEntries(run, [
      entry(a.id, 1, "1", { agreement: "agrees" }),
      entry(a.id, 2, "2", { agreement: "agrees", problems: [error] }),
      entry(a.id, 3, "3", { agreement: "differs", problems: [error] }),
      entry(a.id, 4, "4"),
      entry(b.id, 1, "5", { agreement: "unstated" }),
    ]);
    const resource = "products";
    expect(await ledger.results.agreements(run)).toEqual([
      { input: "a", resource, agreement: "agrees", entries: 2 },
      { input: "a", resource, agreement: "differs", entries: 1 },
      { input: "b", resource, agreement: "unstated", entries: 1 },
    ]);
  });

  it("keys, raw texts and problems come back character by character, whatever they hold", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { id: run } = await beginRun(ledger, "r");
    const file = await addFile(ledger, run);
    const texts = [
      "A\0",
      "A\x001",
      "A\ufdd0",
      "A\ufdd00",
      "A\ufdd01\0",
      '"\\\n\u0001',
      "\u{1f600}\u2028",
      "1e400",
      "null",
    ];
    const told = (text: string) => ({ ...error, message: text, value: text });
    await ledger.staging.addRows(texts.map((raw, at) => row(file.id, at + 1, { raw, fault: told(raw) })));
    await ledger.staging.addEntries(
      run,
      texts.map((text, at) => entry(file.id, at + 1, text, { problems: [told(text)] })),
    );
    const rows = (await all(ledger.results.unmade(file.id))).flat();
    expect(rows.map(({ raw }) => raw)).toEqual(texts);
    expect(rows.map(({ entry }) => entry?.key)).toEqual(texts);
    expect(rows.map(({ entry }) => entry?.problems)).toEqual(texts.map((text) => [told(text)]));
    expect(rows.map(({ problems }) => problems)).toEqual(texts.map((text) => [told(text)]));
    expect((await all(ledger.results.rows(run))).flat()).toEqual(rows.map(({ raw: _, ...fate }) => fate));
  });

  it("every row of input and join files has one line, in input order; reference rows have none", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { id: run } = await beginRun(ledger, "r");
    const main = await addFile(ledger, run, { input: "orders", file: "orders.csv" });
    const details = await addFile(ledger, run, { input: "orders", join: "details", kind: "join", file: "details.csv" });
    const customers = await addFile(ledger, run, {
      input: "orders",
      join: "customers",
      kind: "reference",
      file: "c.csv",
    });
    const fault = { ...error, code: "ragged_row" } as const;
    await ledger.staging.addRows([row(customers.id, 1), row(customers.id, 2, { fault })]);
    await ledger.staging.addRows([row(details.id, 1), row(details.id, 2, { outcome: "invalid", problems: [error] })]);
    await ledger.staging.addRows([
      row(main.id, 1),
      row(main.id, 2, { outcome: "excluded" }),
      row(main.id, 3, { fault, outcome: "invalid", problems: [fault] }),
      row(main.id, 4, { fault }),
      row(main.id, 5),
    ]);
    const rows = [row(main.id, 1).ref, row(details.id, 1).ref];
    await ledger.staging.addEntries(run, [entry(main.id, 1, "O", { rows, problems: [warning] })]);
    await accept(ledger, await openEntry(ledger, run, "O"), "1");

    const found = await flat(ledger.results.rows(run));
    expect(
      found.map(({ ref, line, outcome, entry, problems }) => [ref.file, line, outcome, entry?.key, problems]),
    ).toEqual([
      [main.id, 2, "accepted", "O", []],
      [main.id, 3, "excluded", undefined, []],
      [main.id, 4, "invalid", undefined, [fault]],
      [main.id, 5, "pending", undefined, [fault]],
      [main.id, 6, "pending", undefined, []],
      [details.id, 2, "accepted", "O", []],
      [details.id, 3, "invalid", undefined, [error]],
    ]);
    expect(await ledger.results.files(run)).toEqual([main, details, customers]);
    expect(await ledger.results.referenceFaults(run)).toEqual([
      { input: "orders", join: "customers", file: "c.csv", rows: 1, first_line: 3 },
    ]);
    const tallies = await ledger.results.tallies(run);
    expect(tallies).toHaveLength(6);
    expect(tallies).toEqual(
      expect.arrayContaining([
        { input: "orders", phase: "products", outcome: "accepted", rows: 1, entries: 1 },
        { input: "orders", phase: undefined, outcome: "excluded", rows: 1, entries: 0 },
        { input: "orders", phase: undefined, outcome: "invalid", rows: 1, entries: 0 },
        { input: "orders", phase: undefined, outcome: "pending", rows: 2, entries: 0 },
        { input: "orders.details", phase: "products", outcome: "accepted", rows: 1, entries: 0 },
        { input: "orders.details", phase: undefined, outcome: "invalid", rows: 1, entries: 0 },
      ]),
    );
  });

  it("an entry counts once in the tallies, with all its rows, over several files of an input", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { id: run } = await beginRun(ledger, "r");
    const [a, b] = [await addFile(ledger, run), await addFile(ledger, run)];
    await ledger.staging.addRows([row(a.id, 1), row(a.id, 2), row(b.id, 1)]);
    await ledger.staging.addEntries(run, [
      entry(a.id, 1, "A", { rows: [row(a.id, 1).ref, row(b.id, 1).ref] }),
      entry(a.id, 2, "kit", { phase: "kits" }),
    ]);
    expect(await ledger.results.tallies(run)).toEqual([
      { input: "products", phase: "kits", outcome: "pending", rows: 1, entries: 1 },
      { input: "products", phase: "products", outcome: "pending", rows: 2, entries: 1 },
    ]);
  });

  it("gives the raw text of rows that failed, all rows of their entries, and of none that was only not reached", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const outcomes = ["rejected", "failed", "blocked", "in_doubt", "pending", "skipped", "unchanged", "open"] as const;
    const { run, file } = await stage(ledger, "r", [...outcomes, { key: "invalid", problems: [error] }, "accepted"]);
    await ledger.staging.addRows([row(file, 20, { outcome: "excluded" }), row(file, 21, { outcome: "invalid" })]);
    await accept(ledger, await openEntry(ledger, run, "accepted"));
    for (const outcome of outcomes) {
      if (outcome !== "open") await settleOne(ledger.queue, (await openEntry(ledger, run, outcome)).id, { outcome });
    }
    const unmade = await flat(ledger.results.unmade(file));
    expect(unmade.map(({ raw, outcome }) => [raw, outcome])).toEqual([
      ["row 1", "rejected"],
      ["row 2", "failed"],
      ["row 3", "blocked"],
      ["row 4", "in_doubt"],
      ["row 9", "invalid"],
      ["row 21", "invalid"],
    ]);
  });

  it("a joined row that several entries share goes with the one that did not make it", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run, file } = await stageWithSharedRow(ledger);
    await accept(ledger, await openEntry(ledger, run, "A"));
    await settleOne(ledger.queue, (await openEntry(ledger, run, "B")).id, { outcome: "rejected" });
    expect((await flat(ledger.results.rows(run))).map((each) => each.entry?.key)).toEqual(["A", "B", "B"]);
    expect((await flat(ledger.results.unmade(file))).map(({ raw }) => raw)).toEqual(["row 2", "row 3"]);
  });

  it("a joined row goes with an entry that failed, also where one before it was not reached", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run, file } = await stageWithSharedRow(ledger);
    await settleOne(ledger.queue, (await openEntry(ledger, run, "B")).id, { outcome: "rejected" });
    expect((await flat(ledger.results.unmade(file))).map(({ raw }) => raw)).toEqual(["row 2", "row 3"]);
  });

  it("reads any number of rows in batches", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run, file } = await stage(ledger, "r", []);
    await ledger.staging.addRows(
      Array.from({ length: 1_234 }, (_, index) => row(file, index + 1, { outcome: "invalid" })),
    );
    const batches = await all(ledger.results.rows(run));
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flat().map(({ line }) => line)).toEqual(Array.from({ length: 1_234 }, (_, index) => index + 2));
    expect(await flat(ledger.results.unmade(file))).toHaveLength(1_234);
  });

  it("compares with the newest earlier run of the job that ended", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const end = (run: number) => ledger.runs.end(run, { endedAtMs: 1, exitCode: 0, summary: {} });
    const first = await stage(ledger, "first", ["older"]);
    expect(await ledger.results.changes(first.run)).toBeUndefined();
    await end(first.run);
    await end((await stage(ledger, "second", ["same", "changed", "gone"])).run);
    await stage(ledger, "killed", ["nothing"]);
    await end((await beginRun(ledger, "elsewhere", "other-job.yaml")).id);

    const { run } = await stage(ledger, "now", [
      "same",
      { key: "changed", hash: "x" },
      "new",
      { key: "new too", problems: [error] },
    ]);
    expect(await ledger.results.changes(run)).toEqual({ since: "second", same: 1, changed: 1, gone: 1, new: 2 });
  });
}

/** The entries A and B with a row each, and a third row that both have. */
async function stageWithSharedRow(ledger: Ledger) {
  const { run, file } = await stage(ledger, "r", []);
  await ledger.staging.addRows([row(file, 1), row(file, 2), row(file, 3)]);
  const shared = row(file, 3).ref;
  await ledger.staging.addEntries(run, [
    entry(file, 1, "A", { rows: [row(file, 1).ref, shared] }),
    entry(file, 2, "B", { rows: [row(file, 2).ref, shared] }),
  ]);
  return { run, file };
}
