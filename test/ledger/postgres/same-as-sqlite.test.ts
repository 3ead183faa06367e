// One story of several runs, told to both ledgers: what they say of it afterwards is the same, word for word.
import { expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { openLedger as openSqliteLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import type { Ledger } from "../../../src/model/ledger/ledger.ts";
import { accept, addFile, all, entry, error, flat, info, openEntries, row, stage, warning } from "../build.ts";
import { sendOne, settleOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";
import { describeOnServer } from "./on-server.ts";
import { newAccount } from "./server.ts";

await describeOnServer("a ledger on PostgreSQL", (url) => {
  it("says of runs, rows, sends, failures and laws what one on SQLite says", async () => {
    await using scratch = await scratchFolder();
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    await using sqlite = await openSqliteLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    await using postgres = await openLedger({ ...account.choice, mode: "write" });
    const runs = await live(sqlite);
    expect(await live(postgres)).toEqual(runs);
    const told = await tellAll(sqlite, runs);
    expect(told.rows.flat().length).toBeGreaterThan(20);
    expect(await tellAll(postgres, runs)).toEqual(told);
    expect(await planned(postgres, runs)).toEqual(await planned(sqlite, runs));
    expect(await postgres.upkeep.dropPayloads()).toBe(await sqlite.upkeep.dropPayloads());
    const purged = await sqlite.upkeep.purge(1_001, "do");
    expect(purged.runs.length).toBeGreaterThan(0);
    expect(await postgres.upkeep.purge(1_001, "do")).toEqual(purged);
    expect(await postgres.upkeep.shrink()).toBeGreaterThanOrEqual(0);
    expect(await tellAll(postgres, runs)).toEqual(await tellAll(sqlite, runs));
    const replaced = await replacing(sqlite);
    expect(replaced.superseded.length).toBeGreaterThan(0);
    expect(await replacing(postgres)).toEqual(replaced);
  });
});

/** Four runs with every kind of end, the third a retry of the second, the last one killed. Gives their ids. */
async function live(ledger: Ledger): Promise<readonly number[]> {
  const names = ["made", "refused", "doubtful", "skipped", "put off", "updated"];
  const first = await stage(ledger, "1", [
    ...names,
    { key: "wrong", problems: [error, warning] },
    { key: "kit", references: [{ path: "kit_items[0].sku", resource: "products", key: "wrong", fill: true }] },
    { key: "twin", keys: ["twin", "twin-red"].map((key, at) => ({ key, path: `variants[${at}].sku` })) },
    { key: "twin-red", rowsHash: "rows of twin-red" },
  ]);
  await endAll(ledger, first.run);
  const second = await stage(ledger, "2", [
    ...names.map((key) => (key === "updated" ? { key, hash: "newer" } : key)),
    { key: "wrong", problems: [error] },
    { key: "twin-red", rowsHash: "rows of twin-red", problems: [error] },
  ]);
  await ledger.queue.settleUnchanged(second.run, "products");
  await endAll(ledger, second.run);
  const { id: retry } = await ledger.runs.begin({
    runId: "3",
    job: "job.yaml",
    command: "retry",
    startedAtMs: 1_000,
    retryOf: second.run,
  });
  const { id: file } = await addFile(ledger, retry, { info: { ...info, retryOf: second.file } });
  await ledger.staging.addRows([
    row(file, 1, { source: { file: second.file, number: 7 } }),
    row(file, 2, { source: { file: second.file, number: 8 }, outcome: "excluded" }),
    row(file, 3, { fault: error, outcome: "invalid", rowsHash: "a faulty row" }),
  ]);
  await ledger.staging.addEntries(retry, [entry(file, 1, "right")]);
  const right = (await openEntries(ledger, retry)).get("right");
  if (right !== undefined) await accept(ledger, right);
  await end(ledger, retry, 3);
  const last = await stage(ledger, "4", ["made", "killed", { key: "wrong", problems: [error] }]);
  return [first.run, second.run, retry, last.run];
}

async function endAll(ledger: Ledger, run: number): Promise<void> {
  for (const [key, each] of await openEntries(ledger, run)) {
    if (key === "skipped") await settleOne(ledger.queue, each.id, { outcome: "skipped", remoteId: "there" });
    else if (key === "kit") await settleOne(ledger.queue, each.id, { outcome: "blocked", problems: [error] });
    else if (["refused", "doubtful", "put off"].includes(key)) {
      if (each.doubt !== undefined) continue;
      const result = key === "refused" ? "refused" : key === "doubtful" ? "unanswered" : "throttled";
      const sendId = await sendOne(ledger.queue, each.id, {
        plan: { kind: "create" },
        hash: each.hash,
        atMs: 10,
        terms,
      });
      await ledger.queue.sent({ sendId, result, atMs: 11, httpStatus: 422 });
      if (key === "refused") await settleOne(ledger.queue, each.id, { outcome: "rejected", problems: [error] });
      if (key === "doubtful") await ledger.queue.absent(sendId, 12);
    } else await accept(ledger, each);
  }
  await ledger.queue.settleRest(run, warning);
  await end(ledger, run, 3);
}

function end(ledger: Ledger, run: number, exitCode: number): Promise<void> {
  return ledger.runs.end(run, { endedAtMs: 2_000, exitCode, summary: { version: 1 } });
}

/** A run over two files of one input, the second with other content for a key of the first. */
async function replacing(ledger: Ledger) {
  const { run, file } = await stage(ledger, "5", ["old", "kept"]);
  const { id: newer } = await addFile(ledger, run);
  await ledger.staging.addRows([row(newer, 1, { source: { file, number: 1 } }), row(newer, 2)]);
  await ledger.staging.addEntries(run, [entry(newer, 1, "old", { hash: "new" }), entry(newer, 2, "added")]);
  const superseded = await flat(ledger.staging.superseded(run));
  const joined = await ledger.staging.joinedApart(run, [newer]);
  await ledger.staging.dropSuperseded(run);
  await ledger.staging.finish(run);
  return { superseded, joined, left: await flat(ledger.results.rows(run)), counts: await ledger.staging.counts(run) };
}

/** Makes plans of what the last run has open, and gives what the ledger says of them and of its entries. */
async function planned(ledger: Ledger, runs: readonly number[]) {
  const run = runs.at(-1) ?? 0;
  const open = [...(await openEntries(ledger, run)).values()];
  const ids = ["p1", "p2", "p3", "p4", "p5", "p6"];
  for (const [at, planId] of ids.entries()) {
    const plan = { planId, job: "job.yaml", madeAtMs: 100 + at, afterRun: at, contentHash: `content ${at}` };
    const entries = open.map(({ resource, key, hash }, nth) => ({
      resource,
      key: nth === 0 ? key : `${key} of another plan`,
      hash,
      decision: "blocked" as const,
      remoteId: undefined,
      state: "state",
      problems: [warning],
    }));
    await ledger.plans.save(
      plan,
      inOrder([entries.slice(0, 1), entries.slice(1)], async (batch) => batch),
    );
  }
  await ledger.plans.done("p6", "4");
  const saved = await ledger.plans.find("p6");
  if (saved === undefined) throw new Error("the plan was not kept");
  return {
    saved,
    found: await all(inOrder(ids, (planId) => ledger.plans.find(planId))),
    newest: await ledger.plans.newestRun(),
    between: await ledger.plans.runBetween({ ...saved, afterRun: 1 }),
    strangers: await ledger.plans.strangers(saved.id, run),
    of: await ledger.plans.of(
      saved.id,
      open.map(({ id }) => id),
    ),
    heldBack: await flat(ledger.plans.heldBack(saved.id, run, "products")),
    purged: await ledger.plans.purge(104, "do"),
    left: await all(inOrder(ids, (planId) => ledger.plans.find(planId))),
  };
}

async function tellAll(ledger: Ledger, runs: readonly number[]) {
  const ofRuns = <T>(ask: (run: number) => Promise<T>): Promise<readonly T[]> => all(inOrder(runs, ask));
  const rows = await ofRuns((run) => flat(ledger.results.rows(run)));
  const keys = ["made", "doubtful", "wrong", "twin-red", "right", "nobody"];
  const entryIds = [...new Set(rows.flat().flatMap((each) => each.entry?.id ?? []))];
  const openFiles = await ledger.failures.files("job.yaml");
  const openRows = await ledger.failures.statesOf(rows.flat().map(({ ref }) => ref));
  const carriedFrom = await ledger.failures.carriedFrom("job.yaml", 0);
  return {
    rows,
    runs: await ledger.runs.list(),
    files: await ofRuns((run) => ledger.results.files(run)),
    tallies: await ofRuns(async (run) => sorted(await ledger.results.tallies(run))),
    changes: await ofRuns((run) => ledger.results.changes(run)),
    sends: await ofRuns((run) => ledger.results.sends(run)),
    counts: await ofRuns((run) => ledger.staging.counts(run)),
    // What is sound is another thing for a file than for a server.
    laws: await ofRuns(async (run) => (await ledger.audit.invariants(run)).filter(({ law }) => law !== "file")),
    accepted: await ofRuns((run) => flat(ledger.audit.accepted(run))),
    history: await all(inOrder(keys, (key) => ledger.history.entriesWithKey(key, 9))),
    near: await all(inOrder(keys, async (key) => [...(await ledger.history.keysNear(key))].sort())),
    sendsOfEntries: await ledger.history.sends(entryIds),
    payloads: await all(inOrder(entryIds, (id) => ledger.history.payload(id))),
    open: await ledger.failures.count("job.yaml"),
    openFiles,
    openRows,
    carriedFrom,
    carriedRows: await all(inOrder(carriedFrom, (from) => flat(ledger.failures.carriedRows(from)))),
    madeGoodLater: await ledger.failures.madeGoodLater("job.yaml"),
    rehearsed: await ofRuns((run) => flat(ledger.plans.rehearsed(run))),
    lastSends: await ofRuns((run) => ledger.queue.lastSendMs(run)),
    holder: await ledger.queue.holder("products", "remote made"),
    called: await all(
      inOrder(["products.csv", "csv", "/exports/products.csv"], (name) => ledger.history.filesCalled(name, name)),
    ),
    atLines: await all(inOrder([1, 2, 3, 99], (line) => ledger.history.rowAtLine(1, line))),
    containing: await ledger.history.rowsContaining([1, 2, 3], "w 1", 9),
    taken: await all(inOrder(["row 1", "row 9"], (raw) => ledger.failures.wasTaken(2, raw))),
    doubts: await all(inOrder(keys, (key) => ledger.queue.openSends("products", key))),
  };
}

async function* inOrder<Item, T>(items: readonly Item[], ask: (item: Item) => Promise<T>): AsyncGenerator<T> {
  for (const item of items) yield await ask(item);
}

function sorted<T>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
