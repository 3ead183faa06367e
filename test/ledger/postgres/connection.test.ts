// What goes together, in which order, and what is left when something fails: the connection below a ledger on PostgreSQL.
import pg from "pg";
import { expect, it, vi } from "vitest";
import { leaseAccount } from "../../../src/ledger/postgres/accounts/lease.ts";
import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { addressOf, connect } from "../../../src/ledger/postgres/storage/connect.ts";
import type { Batch, Connection } from "../../../src/ledger/postgres/storage/connection.ts";
import { openDatabaseLine } from "../../../src/ledger/postgres/storage/database-line.ts";
import type { Ledger } from "../../../src/model/ledger/ledger.ts";
import { openEntry, stage } from "../build.ts";
import { sendOne } from "../one.ts";
import { terms } from "../terms.ts";
import { describeOnServer } from "./on-server.ts";
import { asTester, newAccount } from "./server.ts";

await describeOnServer("a connection to PostgreSQL", (url) => {
  it("does its work in the order in which it was asked for, writes that stand together in one transaction", async () => {
    await using opened = await openConnection(url);
    const { connection } = opened;
    const transaction = () =>
      connection.write(async (db) => (await db.one<{ id: string }>("select pg_current_xact_id()::text id"))?.id);
    const [first, second, count, third] = await Promise.all([
      transaction(),
      transaction(),
      connection.read(async (db) => (await db.one<{ n: number }>("select count(*) n from runs"))?.n),
      transaction(),
    ]);
    expect(count).toBe(0);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("gives each write its own fault and only that, and tells those who cache what was taken back", async () => {
    await using opened = await openConnection(url);
    const { connection } = opened;
    const takenBack = vi.fn();
    connection.onRollback(takenBack);
    const add = (name: string) =>
      connection.write((db) => db.run("insert into account_facts (name, value, at_ms) values (?, '1', 1)", name));
    const ends = await Promise.allSettled([add("a"), add("b"), add("a"), add("c")]);
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(takenBack).toHaveBeenCalled();
    const names = await connection.read((db) => db.all<{ name: string }>("select name from account_facts order by 1"));
    expect(names.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("does calls of a batch with one statement, those first that may overtake, and each alone where that did nothing", async () => {
    await using opened = await openConnection(url);
    const { connection } = opened;
    const done: string[] = [];
    const batch = (name: string, goesFirst: boolean): Batch<number, number> => ({
      isDurable: false,
      goesFirst,
      together: async (_, items) => {
        done.push(`${name}: ${items.join(" ")}`);
        return items.includes(0) ? undefined : items.map((item) => item * 10);
      },
      alone: async (_, item) => {
        done.push(`${name} alone: ${item}`);
        if (item === 0) throw new Error("none");
        return item * 10;
      },
    });
    const [late, early] = [batch("late", false), batch("early", true)];
    const calls = [late, early, late, early].map((each, at) => connection.inBatch(each, at + 1));
    expect(await Promise.all(calls)).toEqual([10, 20, 30, 40]);
    expect(done.splice(0)).toEqual(["early: 2 4", "late: 1 3"]);
    const ends = await Promise.allSettled([connection.inBatch(late, 0), connection.inBatch(late, 5)]);
    expect(ends).toMatchObject([{ status: "rejected", reason: { message: "none" } }, { value: 50 }]);
    expect(done).toEqual(["late: 0 5", "late alone: 0", "late alone: 5"]);
  });

  it("waits for the disk with a send, and with nothing else", async () => {
    await using account = newAccount(url);
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    const sql = await recording(async () => {
      const { run } = await stage(ledger, "r", ["A"]);
      await ledger.queue.plan([{ entryId: (await openEntry(ledger, run, "A")).id, plan: { kind: "create" } }]);
    });
    expect(sql.filter((each) => each.includes("synchronous_commit"))).toEqual([]);
    const { id, hash } = await taken(ledger, 1);
    const ofSend = await recording(() => sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 1, terms }));
    expect(ofSend).toEqual([expect.stringContaining("set_config('synchronous_commit', 'on', true)")]);
  });

  it("takes an entry from the queue to its end with three statements and three commits", async () => {
    await using account = newAccount(url);
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    const { run } = await stage(ledger, "r", ["A"]);
    await ledger.queue.plan([{ entryId: (await openEntry(ledger, run, "A")).id, plan: { kind: "create" } }]);
    const sql = await recording(() => through(ledger, run));
    expect(sql).toHaveLength(3);
    expect(await ledger.queue.progress(run, "products")).toEqual([{ outcome: "accepted", entries: 1 }]);
  });

  it("takes many entries at once to their ends with hardly more", async () => {
    await using account = newAccount(url);
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    const keys = Array.from({ length: 64 }, (_, at) => `K${at}`);
    const { run } = await stage(ledger, "r", keys);
    for await (const page of ledger.queue.unplanned(run, "products", 100))
      await ledger.queue.plan(page.map(({ id }) => ({ entryId: id, plan: { kind: "create" } })));
    const sql = await recording(() => Promise.all(keys.map(() => through(ledger, run))));
    // Each is taken by a call of its own here; their sends and ends go together.
    expect(sql.filter((each) => !each.includes("free as (")).length).toBeLessThan(8);
    expect(await ledger.queue.progress(run, "products")).toEqual([{ outcome: "accepted", entries: 64 }]);
  });

  it("goes on over a new connection when it was cut, with all that was answered and what its opening keeps", async () => {
    await using account = newAccount(url);
    await using ledger = await openLedger({ ...account.choice, url: toBeCut(url), mode: "write" });
    const { run } = await stage(ledger, "r", ["A", "B"]);
    await ledger.queue.choosePilot(run, { phases: ["products"], limit: 1, unchangeable: [] });
    const { id, hash } = await openEntry(ledger, run, "A");
    await ledger.queue.plan([{ entryId: id, plan: { kind: "create" } }]);
    await cut(url);
    const sendId = await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 1, terms });
    await cut(url);
    expect(await ledger.queue.openSends("products", "A")).toMatchObject([{ sendId }]);
    expect(await ledger.queue.pilot(run)).toMatchObject([{ taken: "first", entries: 1 }]);
    await ledger.flush();
  });

  it.each([
    { name: "a write was done whose answer is lost", write: "write + 1", why: "went away in the moment of a write" },
    { name: "a server that crashed has lost what was answered", write: "0", why: "has lost what was written last" },
  ])("does nothing more when $name, and says that the next run continues", async ({ write, why }) => {
    await using account = newAccount(url);
    const ledger = await openLedger({ ...account.choice, url: toBeCut(url), mode: "write" });
    await stage(ledger, "r", ["A"]);
    await asTester(url, `update luminous_import.fences set write = ${write} where account = ${ledger.lease?.account}`);
    await cut(url);
    for (let times = 0; times < 2; times += 1)
      await expect(ledger.runs.list()).rejects.toMatchObject({
        code: "STATE_LOST",
        message: expect.stringContaining(why),
        hint: expect.stringContaining("run the same command again"),
      });
    await ledger[Symbol.asyncDispose]();
    await using again = await openLedger({ ...account.choice, mode: "write" });
    expect(await again.runs.list()).toMatchObject([{ runId: "r" }]);
  });

  it("leaves what was written to whoever opens the ledger next, also when only its lease ends", async () => {
    await using account = newAccount(url);
    const lost = await openLedger({ ...account.choice, url: toBeCut(url), mode: "write" });
    const { run } = await stage(lost, "r", ["A"]);
    await lost.queue.settleRest(run, undefined);
    await cut(url);
    await lost.lease?.giveBack();
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    expect(await ledger.queue.progress(run, "products")).toEqual([{ outcome: "pending", entries: 1 }]);
    await lost[Symbol.asyncDispose]();
  });
});

async function openConnection(url: string): Promise<AsyncDisposable & { readonly connection: Connection }> {
  const account = newAccount(url);
  const line = openDatabaseLine(addressOf(url), 1500);
  const lease = await leaseAccount(line, account.choice.baseUrl);
  const opened = await connect({ ...account.choice, lease });
  return {
    connection: opened,
    async [Symbol.asyncDispose]() {
      await opened.close();
      await lease.giveBack();
      await line[Symbol.asyncDispose]();
      await account[Symbol.asyncDispose]();
    },
  };
}

/** Nobody else's connection has this name. */
const name = `to be cut ${process.pid}`;

function toBeCut(url: string): string {
  return `${url}?application_name=${encodeURIComponent(name)}`;
}

function cut(url: string): Promise<void> {
  return asTester(url, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`);
}

/** Takes an entry, sends it and accepts it. */
async function through(ledger: Ledger, run: number): Promise<void> {
  const { id, hash } = await taken(ledger, run);
  const sendId = await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 1, terms });
  const settlement = { outcome: "accepted", action: "created", remoteId: `remote ${id}`, httpStatus: 201 } as const;
  await ledger.queue.settle([{ entryId: id, settlement, send: { sendId, result: "accepted", atMs: 2 } }]);
}

async function taken(ledger: Ledger, run: number) {
  const [entry] = await ledger.queue.take(run, "products", 1, 1);
  if (entry === undefined) throw new Error("nothing was left to take");
  return entry;
}

/** What is sent to the server meanwhile. */
async function recording(work: () => Promise<unknown>): Promise<readonly string[]> {
  const query = vi.spyOn(pg.Client.prototype, "query");
  try {
    await work();
    return query.mock.calls.map(([sent]) => textOf(sent));
  } finally {
    query.mockRestore();
  }
}

function textOf(sent: unknown): string {
  return typeof sent === "object" && sent !== null && "text" in sent ? String(sent.text) : String(sent);
}
