import { expect, it } from "vitest";
import { openAcceptances } from "../../../src/ledger/sqlite/accepted-ends.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import type { EntryEnd } from "../../../src/model/ledger/entry.ts";
import { openEntries, stage } from "../build.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

type End = EntryEnd & {
  readonly settlement: { readonly outcome: "accepted"; readonly remoteId: string };
  readonly send: NonNullable<EntryEnd["send"]>;
};

/** Four entries under way, one of them with a variant and one an update, and how they end. */
async function underWay(folder: string): Promise<readonly End[]> {
  await using ledger = await openLedger({ folder, baseUrl, mode: "write" });
  const variants = [
    { key: "B", path: "sku" },
    { key: "B-1", path: "variants[0].sku" },
  ];
  const { run } = await stage(ledger, "r", ["A", { key: "B", keys: variants }, "C", "D"]);
  const entries = [...(await openEntries(ledger, run)).values()];
  const plans = entries.map(({ key }) =>
    key === "C" ? ({ kind: "update", remoteId: "of C" } as const) : ({ kind: "create" } as const),
  );
  const ids = await ledger.queue.sending(
    entries.map(({ id, hash }, at) => ({ entryId: id, plan: plans[at] ?? { kind: "create" }, hash, atMs: 5, terms })),
  );
  return entries.map(({ id, key }, at) => ({
    entryId: id,
    settlement: {
      outcome: "accepted",
      action: key === "C" ? "updated" : "created",
      remoteId: `${key}-1`,
      httpStatus: key === "C" ? 200 : 201,
    },
    send: { sendId: ids[at] ?? 0, result: "accepted", atMs: 6 + at, httpStatus: key === "C" ? 200 : 201 },
  }));
}

/** Everything that the end of an entry writes. */
function written(folder: string): unknown {
  const connection = new Connection(ledgerPath(folder, baseUrl), { mode: "read", durable: true });
  try {
    return ["entries", "sends", "accepted", "remembered"].map((table) =>
      connection.all(`select * from ${table} order by 1, 2`),
    );
  } finally {
    connection.close();
  }
}

it("entries that end in one turn leave the same in the ledger as entries that end one by one", async () => {
  await using together = await scratchFolder();
  await using alone = await scratchFolder();
  const ends = await underWay(together.folder);
  expect(await underWay(alone.folder)).toEqual(ends);
  {
    await using ledger = await openLedger({ folder: together.folder, baseUrl, mode: "write" });
    await Promise.all(ends.map((end) => ledger.queue.settle([end])));
  }
  {
    await using ledger = await openLedger({ folder: alone.folder, baseUrl, mode: "write" });
    for (const end of ends) await ledger.queue.settle([end]);
  }
  expect(written(together.folder)).toEqual(written(alone.folder));
});

it("the entries of one turn end together, and none by itself", async () => {
  await using scratch = await scratchFolder();
  const ends = await underWay(scratch.folder);
  const connection = new Connection(ledgerPath(scratch.folder, baseUrl), { mode: "write", durable: true });
  try {
    const settle = openAcceptances(connection, (_, { entryId }) => {
      throw new Error(`entry ${entryId} ended by itself`);
    });
    await Promise.all(ends.map(settle));
    expect(connection.all("select outcome, count(*) entries from entries group by outcome")).toEqual([
      expect.objectContaining({ outcome: "accepted", entries: 4 }),
    ]);
    expect(connection.all("select 1 from sends where open = 1")).toEqual([]);
  } finally {
    connection.close();
  }
});

it("one that has ended before is told so, and the others of its turn end", async () => {
  await using scratch = await scratchFolder();
  const ends = await underWay(scratch.folder);
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  await ledger.queue.settle(ends.slice(1, 2));
  const settled = await Promise.allSettled(ends.map((end) => ledger.queue.settle([end])));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(settled[1]).toMatchObject({ reason: { message: expect.stringContaining("is accepted already") } });
  expect(await ledger.results.sends(1)).toEqual([{ result: "accepted", sends: 4 }]);
});

it("two ends of one entry in one turn: one counts, the other is told", async () => {
  await using scratch = await scratchFolder();
  const [a, b] = await underWay(scratch.folder);
  if (a === undefined || b === undefined) throw new Error("there are four");
  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const settled = await Promise.allSettled([a, b, a].map((end) => ledger.queue.settle([end])));
  expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
});
