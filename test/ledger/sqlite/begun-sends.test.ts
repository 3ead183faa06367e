import { expect, it } from "vitest";
import { beginTogether } from "../../../src/ledger/sqlite/begun-sends.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import type { NewSend } from "../../../src/model/ledger/entry.ts";
import { openEntries, stage } from "../build.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

/** Four planned entries, one of them an update, and their sends. */
async function planned(folder: string): Promise<readonly [NewSend, NewSend, NewSend, NewSend]> {
  await using ledger = await openLedger({ folder, baseUrl, mode: "write" });
  const { run } = await stage(ledger, "r", ["A", "B", "C", "D"]);
  const sends = [...(await openEntries(ledger, run)).values()].map(({ id, key, hash }): NewSend => {
    const plan = key === "C" ? ({ kind: "update", remoteId: "of-C" } as const) : ({ kind: "create" } as const);
    return { entryId: id, plan, hash, atMs: id + 0.5, ...(key === "B" ? { serverAtMs: 7.5 } : {}), terms };
  });
  await ledger.queue.plan(sends.map(({ entryId, plan }) => ({ entryId, plan })));
  const [a, b, c, d] = sends;
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("four entries");
  return [a, b, c, d];
}

/** Everything that the beginning of a send writes. */
function written(folder: string): unknown {
  const connection = new Connection(ledgerPath(folder, baseUrl), { mode: "read", durable: true });
  try {
    return ["entries", "sends"].map((table) => connection.all(`select * from ${table} order by id`));
  } finally {
    connection.close();
  }
}

it("sends that begin in one turn leave the same in the ledger as sends that begin one by one", async () => {
  await using together = await scratchFolder();
  await using alone = await scratchFolder();
  const sends = await planned(together.folder);
  expect(await planned(alone.folder)).toEqual(sends);
  const ids: { together?: readonly (readonly number[])[]; alone?: (readonly number[])[] } = {};
  {
    await using ledger = await openLedger({ folder: together.folder, baseUrl, mode: "write" });
    ids.together = await Promise.all(sends.map((send) => ledger.queue.sending([send])));
  }
  {
    await using ledger = await openLedger({ folder: alone.folder, baseUrl, mode: "write" });
    ids.alone = [];
    for (const send of sends) ids.alone.push(await ledger.queue.sending([send]));
  }
  expect(ids.together).toEqual(ids.alone);
  expect(written(together.folder)).toEqual(written(alone.folder));
});

it("the sends of one turn are written together", async () => {
  await using scratch = await scratchFolder();
  const sends = await planned(scratch.folder);
  const connection = new Connection(ledgerPath(scratch.folder, baseUrl), { mode: "write", durable: true });
  try {
    expect(connection.write(() => beginTogether(connection, sends))).toEqual([1, 2, 3, 4]);
  } finally {
    connection.close();
  }
});

it("of the sends of one turn, the one that may not begin is refused and the others begin", async () => {
  await using scratch = await scratchFolder();
  const [a, b, c, d] = await planned(scratch.folder);
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  await ledger.queue.sending([b]);
  await ledger.queue.settle([{ entryId: d.entryId, settlement: { outcome: "invalid" } }]);
  const ends = await Promise.allSettled([a, b, c, d, a].map((send) => ledger.queue.sending([send])));
  expect(ends.map((end) => (end.status === "fulfilled" ? end.value : String(end.reason)))).toEqual([
    [2],
    expect.stringContaining("in doubt"),
    [3],
    expect.stringContaining("must not be sent"),
    expect.stringContaining("in doubt"),
  ]);
});

it("an entry that is sent in another way than it was planned is planned so with its send", async () => {
  await using scratch = await scratchFolder();
  const [a, b] = await planned(scratch.folder);
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const update = { kind: "update", remoteId: "of-A" } as const;
  await Promise.all([{ ...a, plan: update }, b].map((send) => ledger.queue.sending([send])));
  const [first] = await ledger.queue.openSends("products", "A");
  expect(first?.plan).toEqual(update);
});
