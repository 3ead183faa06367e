// What a retry writes into the ledger, and what a later run over the rows as they were finds there.

import { expect, it } from "vitest";
import type { NewEntry } from "../../src/model/ledger/entry.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { RowRef } from "../../src/model/row.ts";
import { accept, addFile, all, entry, error, info, type LedgerPlace, openEntry, row } from "./build.ts";

interface Staged extends Partial<NewEntry> {
  readonly key: string;
  /** Row numbers of the entry, and the row of the retried run that each was. */
  readonly at: readonly { readonly number: number; readonly source?: RowRef }[];
}

/** A run, or a retry of one, with these entries in one file. */
async function stageRun(ledger: Ledger, runId: string, entries: readonly Staged[], retryOf?: number) {
  const { id: run } = await ledger.runs.begin({
    runId,
    job: "job.yaml",
    command: retryOf === undefined ? "run" : "retry",
    startedAtMs: 1,
    ...(retryOf === undefined ? {} : { retryOf }),
  });
  const { id: file } = await addFile(ledger, run);
  const rows = entries.flatMap(({ at }) => at);
  await ledger.staging.addRows(
    rows.map(({ number, source }) => row(file, number, source === undefined ? {} : { source })),
  );
  await ledger.staging.addEntries(
    run,
    entries.map(({ key, at, ...more }) =>
      entry(file, at[0]?.number ?? 1, key, { rows: at.map(({ number }) => ({ file, number })), ...more }),
    ),
  );
  return { run, file };
}

async function fates(ledger: Ledger, run: number): Promise<readonly string[]> {
  return (await all(ledger.results.rows(run)))
    .flat()
    .map(({ outcome, entry: of, problems }) =>
      [of?.key ?? "-", outcome, ...[...(of?.problems ?? []), ...problems].map(({ message }) => message)].join(" "),
    );
}

const bad = { problems: [error] };

/** An entry of two rows that failed in a run, and what a retry may make of one of the rows. */
async function stageOfTwoRows(ledger: Ledger) {
  const original = [{ key: "A", at: [{ number: 1 }, { number: 2 }], rowsHash: "rows of A", ...bad }];
  const first = await stageRun(ledger, "r1", original);
  const half = (key: string, number: number, more: Pick<Staged, "problems"> = {}): Staged => ({
    key,
    at: [{ number, source: { file: first.file, number } }],
    rowsHash: `half ${key}`,
    ...more,
  });
  return { original, first, half };
}

/** Declares the claims. */
export function retryClaims(makePlace: () => Promise<LedgerPlace>): void {
  it("knows rows again that a retry made good, under another key too", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const original = [{ key: "A-", at: [{ number: 1 }, { number: 2 }], rowsHash: "rows of A", ...bad }];
    const first = await stageRun(ledger, "r1", original);
    const source = { file: first.file, number: 2 };
    const second = await stageRun(ledger, "r2", [{ key: "A", at: [{ number: 1, source }] }], first.run);
    await accept(ledger, await openEntry(ledger, second.run, "A"));
    const third = await stageRun(ledger, "r3", original);
    expect(await ledger.staging.settleRepaired(third.run)).toBe(1);
    expect(await fates(ledger, third.run)).toEqual(Array(2).fill("A- unchanged accepted by retry of run r1"));
    const changed = await stageRun(ledger, "r4", [{ key: "A-", at: [{ number: 1 }], rowsHash: "others", ...bad }]);
    expect(await ledger.staging.settleRepaired(changed.run)).toBe(0);
  });

  it("knows them only when all that the retry made of them is where it should be, over several retries", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { original, first, half } = await stageOfTwoRows(ledger);
    const second = await stageRun(ledger, "r2", [half("A", 1), half("B", 2, bad)], first.run);
    await accept(ledger, await openEntry(ledger, second.run, "A"));
    const third = await stageRun(ledger, "r3", original);
    expect(await ledger.staging.settleRepaired(third.run)).toBe(0);
    const source = { file: second.file, number: 2 };
    const fourth = await stageRun(ledger, "r4", [{ key: "B", at: [{ number: 1, source }] }], second.run);
    await accept(ledger, await openEntry(ledger, fourth.run, "B"));
    const fifth = await stageRun(ledger, "r5", original);
    expect(await ledger.staging.settleRepaired(fifth.run)).toBe(1);
  });

  it("does not vouch for content that something else took the place of", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const original = [{ key: "A", at: [{ number: 1 }], rowsHash: "rows of A", ...bad }];
    const first = await stageRun(ledger, "r1", original);
    // Without the columns that name the row, the key does.
    const second = await stageRun(ledger, "r2", [{ key: "A", at: [{ number: 1 }] }], first.run);
    await accept(ledger, await openEntry(ledger, second.run, "A"));
    const third = await stageRun(ledger, "r3", original);
    expect(await ledger.staging.settleRepaired(third.run)).toBe(1);
    const fourth = await stageRun(ledger, "r4", [{ key: "A", at: [{ number: 1 }], hash: "newer" }]);
    await accept(ledger, await openEntry(ledger, fourth.run, "A"));
    const fifth = await stageRun(ledger, "r5", original);
    expect(await ledger.staging.settleRepaired(fifth.run)).toBe(0);
    expect(await fates(ledger, fifth.run)).toEqual([`A invalid ${error.message}`]);
  });

  it("tells what the retried runs made under a key, and what they kept apart", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const apart = { ...bad, key: "D" };
    const first = await stageRun(ledger, "r1", [
      { key: "A", at: [{ number: 1 }] },
      { ...apart, at: [{ number: 2 }] },
      { ...apart, at: [{ number: 3 }], hash: "other" },
    ]);
    await accept(ledger, await openEntry(ledger, first.run, "A"));
    const at = [2, 3].map((number) => ({ number, source: { file: first.file, number } }));
    const second = await stageRun(
      ledger,
      "r2",
      [
        { key: "A", at: [{ number: 1 }] },
        { key: "D", at },
      ],
      first.run,
    );
    expect(await ledger.staging.madeBefore(second.run)).toMatchObject([{ key: "A", path: "sku", runId: "r1" }]);
    expect(await ledger.staging.keptApart(second.run, [second.file])).toMatchObject([{ key: "D" }]);
    expect(await ledger.staging.keptApart(second.run, [])).toEqual([]);
    expect(await ledger.staging.madeBefore(first.run)).toEqual([]);
  });

  it("tells the rows of a retry that name the same row of the retried run, of all its files and of no other retry", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stageRun(ledger, "r1", [
      { key: "A", at: [{ number: 1 }, { number: 2 }, { number: 3 }], ...bad },
    ]);
    const source = (number: number) => ({ file: first.file, number });
    const cut = await stageRun(ledger, "r2", [{ key: "A", at: [{ number: 1, source: source(1) }] }], first.run);
    const second = await stageRun(
      ledger,
      "r3",
      [
        { key: "A", at: [{ number: 1, source: source(2) }, { number: 2 }, { number: 3, source: source(1) }] },
        { key: "B", at: [{ number: 4, source: source(3) }, { number: 5, source: source(2) }, { number: 6 }] },
      ],
      first.run,
    );
    expect(await all(ledger.staging.comeTwice(cut.run))).toEqual([]);
    expect(await all(ledger.staging.comeTwice(second.run))).toMatchObject([
      { source: source(2), rows: [1, 5].map((number) => ({ ref: { file: second.file, number } })) },
    ]);
    const at = [5, 1, 4].map((number, index) => ({ number: index + 1, source: { file: second.file, number } }));
    const third = await stageRun(ledger, "r4", [{ key: "A", at }], second.run);
    expect(await all(ledger.staging.comeTwice(third.run))).toMatchObject([
      { source: source(2), rows: [1, 2].map((number) => ({ ref: { file: third.file, number } })) },
    ]);
  });

  it("gives up what a retry did not find in a failures file, once that retry has its results", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const end = (run: number) => ledger.runs.end(run, { endedAtMs: 2, exitCode: 3, summary: { version: 1 } });
    const open = async (ofRun?: number) => (await ledger.failures.count("job.yaml", ofRun)).rows;
    const original = ["A", "B", "C", "D", "E"].map((key, at) => ({ key, at: [{ number: at + 1 }], ...bad }));
    const first = await stageRun(ledger, "r1", original);
    await end(first.run);
    /** A retry that finds only A, and leaves C out. */
    const retried = async (runId: string) => {
      await ledger.failures.files("job.yaml");
      const { id: run } = await ledger.runs.begin({
        runId,
        job: "job.yaml",
        command: "retry",
        startedAtMs: 1,
        retryOf: first.run,
      });
      const { id: file } = await addFile(ledger, run, { info: { ...info, retryOf: first.file } });
      await ledger.staging.addRows([row(file, 1, { source: { file: first.file, number: 1 } })]);
      await ledger.staging.addEntries(run, [entry(file, 1, "A", bad)]);
      return { run, given: await ledger.failures.giveUp(run, [{ file: first.file, number: 3 }]) };
    };
    const given = [
      {
        file: first.file,
        rows: 3,
        first: [
          { number: 2, key: "B" },
          { number: 4, key: "D" },
          { number: 5, key: "E" },
        ],
      },
    ];
    const cut = await retried("r2");
    expect(cut.given).toEqual(given);
    expect(await open()).toBe(5);
    const second = await retried("r3");
    expect(second.given).toEqual(given);
    expect(await open(second.run)).toBe(2);
    expect(await open()).toBe(5);
    await end(second.run);
    expect(await open()).toBe(2);
    // No retry that follows gives them up again, and what fails again is open again.
    expect((await retried("r4")).given).toEqual([]);
    const third = await stageRun(ledger, "r5", [{ key: "B", at: [{ number: 1 }], ...bad }]);
    await end(third.run);
    expect(await open()).toBe(3);
  });

  it("takes a row that was given up for none that a retry made good", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { original, first, half } = await stageOfTwoRows(ledger);
    const second = await stageRun(ledger, "r2", [half("B", 2, bad), half("A", 1)], first.run);
    await ledger.runs.end(second.run, { endedAtMs: 2, exitCode: 3, summary: { version: 1 } });
    await ledger.failures.files("job.yaml");
    const { id: run } = await ledger.runs.begin({
      runId: "r3",
      job: "job.yaml",
      command: "retry",
      startedAtMs: 1,
      retryOf: second.run,
    });
    await addFile(ledger, run, { info: { ...info, retryOf: second.file } });
    expect(await ledger.failures.giveUp(run, [])).toMatchObject([{ rows: 1, first: [{ number: 2, key: "B" }] }]);
    await accept(ledger, await openEntry(ledger, second.run, "A"));
    const third = await stageRun(ledger, "r4", original);
    expect(await ledger.staging.settleRepaired(third.run)).toBe(0);
  });
}
