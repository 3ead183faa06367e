// The law of an audit that a created remote id belongs to one key, in ledgers where it holds and where a server lied.

import { expect, it, test } from "vitest";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import type { Ledger } from "../../../src/model/ledger/ledger.ts";
import { accept, openEntry, stage } from "../build.ts";
import { sendOne, settleOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

interface Step {
  readonly run: string;
  readonly key: string;
  /** The id that the server gave. */
  readonly id: string;
  readonly does: "creates" | "recovers" | "updates";
  /** Of products unless said. */
  readonly resource?: "sales_orders";
  /** A lookup of this run had shown before that the key's record is gone. */
  readonly goneBefore?: boolean;
}

const twice = "products B was created as 7, and so was A";

test.each<{ name: string; steps: readonly Step[]; breaches: readonly string[] }>([
  {
    name: "holds when every creation got an id of its own",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "1", key: "B", id: "8", does: "recovers" },
    ],
    breaches: [],
  },
  {
    name: "is broken by two creations of one run",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "1", key: "B", id: "7", does: "creates" },
    ],
    breaches: [twice],
  },
  {
    name: "is broken by a creation that was recovered under the id of another",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "1", key: "B", id: "7", does: "recovers" },
    ],
    breaches: [twice],
  },
  {
    name: "is broken over runs",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "2", key: "B", id: "7", does: "creates" },
    ],
    breaches: [twice],
  },
  {
    name: "names each creation after the first",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "1", key: "B", id: "7", does: "creates" },
      { run: "2", key: "C", id: "7", does: "creates" },
    ],
    breaches: [twice, "products C was created as 7, and so was B"],
  },
  {
    name: "holds when a record that was renamed in Luminous is updated under its new key",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "2", key: "B", id: "7", does: "updates" },
    ],
    breaches: [],
  },
  {
    name: "holds when two records changed their keys and were updated",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "1", key: "B", id: "8", does: "creates" },
      { run: "2", key: "A", id: "8", does: "updates" },
      { run: "2", key: "B", id: "7", does: "updates" },
    ],
    breaches: [],
  },
  {
    name: "holds for records of two resources, which count for themselves",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "1", key: "B", id: "7", does: "creates", resource: "sales_orders" },
    ],
    breaches: [],
  },
  {
    name: "holds when the key that had the id was proved gone before",
    steps: [
      { run: "1", key: "A", id: "7", does: "creates" },
      { run: "2", key: "A", id: "9", does: "creates", goneBefore: true },
      { run: "2", key: "B", id: "7", does: "creates" },
    ],
    breaches: [],
  },
])("$name", async ({ steps, breaches }) => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const newest = await play(ledger, steps);
  expect(await breachesOf(ledger, newest)).toEqual(breaches);
  await ledger[Symbol.asyncDispose]();
});

it("is broken still when the runs are purged and one of the records was updated since", async () => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const newest = await play(ledger, [
    { run: "1", key: "A", id: "7", does: "creates" },
    { run: "2", key: "B", id: "7", does: "creates" },
    { run: "3", key: "A", id: "7", does: "updates" },
    { run: "4", key: "C", id: "8", does: "creates" },
  ]);
  expect((await ledger.upkeep.purge(5_000, "do")).runs.map(({ runId }) => runId)).toEqual(["1", "2", "3"]);
  expect(await breachesOf(ledger, newest)).toEqual(["products A was created as 7, and so was B"]);
  await ledger[Symbol.asyncDispose]();
});

it("is broken still when what was accepted comes from a version that did not keep the created id", async () => {
  await using scratch = await scratchFolder();
  const ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const newest = await play(ledger, [
    { run: "1", key: "A", id: "7", does: "creates" },
    { run: "2", key: "B", id: "7", does: "creates" },
    { run: "3", key: "C", id: "8", does: "creates" },
  ]);
  await ledger.upkeep.purge(5_000, "do");
  await ledger.flush();
  const database = new Database(ledger.place, "write");
  database.exec("update accepted set created_id = null");
  database.close();
  expect(await breachesOf(ledger, newest)).toEqual([twice]);
  await ledger[Symbol.asyncDispose]();
});

/** Plays the steps, each run to its end; gives the newest run. */
async function play(ledger: Ledger, steps: readonly Step[]): Promise<number> {
  let newest = 0;
  for (const runId of new Set(steps.map(({ run }) => run))) {
    const ofRun = steps.filter(({ run }) => run === runId);
    const { run } = await stage(
      ledger,
      runId,
      ofRun.map(({ key, resource }) => (resource === undefined ? key : { key, resource, phase: resource })),
    );
    for (const step of ofRun) {
      const each = await openEntry(ledger, run, step.key, step.resource);
      if (step.goneBefore === true) {
        await ledger.flush();
        const database = new Database(ledger.place, "write");
        database
          .prepare("insert into gone (key, run) select id, ? from keys where key = ? and resource = 'products'")
          .run(run, step.key);
        database.close();
      }
      if (step.does === "creates") await accept(ledger, each, step.id);
      else {
        const plan =
          step.does === "updates" ? ({ kind: "update", remoteId: step.id } as const) : ({ kind: "create" } as const);
        const sendId = await sendOne(ledger.queue, each.id, { plan, hash: each.hash, atMs: 10, terms });
        const [result, action] =
          step.does === "updates" ? (["accepted", "updated"] as const) : (["recovered", "recovered"] as const);
        await ledger.queue.sent({ sendId, result, atMs: 11 });
        await settleOne(ledger.queue, each.id, { outcome: "accepted", action, remoteId: step.id });
      }
    }
    await ledger.queue.settleRest(run, undefined);
    await ledger.runs.end(run, { endedAtMs: 2_000, exitCode: 0, summary: { version: 1 } });
    newest = run;
  }
  return newest;
}

/** The examples of the law; no other law is broken. */
async function breachesOf(ledger: Ledger, run: number): Promise<readonly string[]> {
  const broken = (await ledger.audit.invariants(run)).filter(({ breaches }) => breaches > 0);
  expect(broken.filter(({ law }) => law !== "one_key_per_id")).toEqual([]);
  return broken.flatMap(({ examples }) => examples);
}
