// Who drives an account: one process at a time, by the server's clock, and whoever drives it no more writes nothing.
import pg from "pg";
import { expect, it, vi } from "vitest";
import { leaseAccount, leaseAny } from "../../../../src/ledger/postgres/accounts/lease.ts";
import { leaseMs } from "../../../../src/ledger/postgres/accounts/taking.ts";
import { openLedger } from "../../../../src/ledger/postgres/open-ledger.ts";
import { schemaName } from "../../../../src/ledger/postgres/storage/account-schema.ts";
import { addressOf } from "../../../../src/ledger/postgres/storage/connect.ts";
import { type DatabaseLine, openDatabaseLine } from "../../../../src/ledger/postgres/storage/database-line.ts";
import { type Clock, systemClock } from "../../../../src/model/clock.ts";
import type { QueuedEntry } from "../../../../src/model/ledger/entry.ts";
import type { Ledger } from "../../../../src/model/ledger/ledger.ts";
import type { Queue } from "../../../../src/model/ledger/queue.ts";
import { beginRun, openEntry, row, stage } from "../../build.ts";
import { sendOne, settleOne } from "../../one.ts";
import { terms } from "../../terms.ts";
import { describeOnServer } from "../on-server.ts";
import { asTester, newAccount } from "../server.ts";

await describeOnServer("a lease", (url) => {
  const lineTo = (): DatabaseLine => openDatabaseLine(addressOf(url), 2000);
  const wanted = (baseUrl: string) => ({ where: "a.base_url = ?", parameters: [baseUrl] });

  it("is one process's of several that ask at the same time, and another's with a higher epoch when it was given back", async () => {
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    await using line = lineTo();
    await (await leaseAccount(line, baseUrl)).giveBack();
    const lines = [lineTo(), lineTo(), lineTo(), lineTo()];
    const taken = await Promise.all(lines.map((each) => leaseAny(each, wanted(baseUrl))));
    const [lease, ...others] = taken.filter((each) => each !== undefined);
    expect([lease?.epoch, others]).toEqual([2, []]);
    expect(lease?.isSure()).toBe(true);
    await lease?.giveBack();
    expect(lease?.isSure()).toBe(false);
    const next = await leaseAny(line, wanted(baseUrl));
    expect(next?.epoch).toBe(3);
    expect(next?.quietMs).toBeGreaterThan(0); // the rolling second of the one before
    expect(next?.quietMs).toBeLessThanOrEqual(1000);
    await next?.giveBack();
    for (const each of lines) await each[Symbol.asyncDispose]();
  });

  it("is refused with the words who has it, since when and until when, and taken when its owner does not renew it", async () => {
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    await using line = lineTo();
    const sleeps = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(asleep(ms), signal),
    };
    let isAsleep = false;
    const asleep = (ms: number) => (isAsleep ? 3_600_000 : ms);
    const first = await leaseAccount(line, baseUrl, sleeps);
    await expect(leaseAccount(line, baseUrl)).rejects.toMatchObject({
      code: "STATE_LOCKED",
      message: expect.stringMatching(
        `the account ${baseUrl} is in use by process ${process.pid} since 20.*; unless it renews its lease, until 20`,
      ),
    });
    isAsleep = true;
    const second = await leaseAccount(line, baseUrl);
    expect(second.epoch).toBe(first.epoch + 1);
    expect(first.isSure()).toBe(false);
    await second.giveBack();
  });

  it("is not sure any more before anybody else can take it, is sure again when it is renewed, and is lost when it was taken", async () => {
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    await using line = lineTo();
    const clock = handClock();
    const lease = await leaseAccount(line, baseUrl, clock);
    expect(lease.isSure()).toBe(true);
    clock.passedMs += leaseMs - 501;
    expect(lease.isSure()).toBe(true);
    clock.passedMs += 1;
    expect(lease.isSure()).toBe(false);
    clock.wake();
    await vi.waitFor(() => expect(lease.isSure()).toBe(true));
    await asTester(
      url,
      `update luminous_import.accounts set lease_until = to_timestamp(0) where base_url = '${baseUrl}'`,
    );
    const other = await leaseAny(line, wanted(baseUrl));
    expect(other?.epoch).toBe(lease.epoch + 1);
    clock.wake();
    await vi.waitFor(() => expect(lease.lost.aborted).toBe(true));
    expect(lease.lost.reason).toMatchObject({ code: "STATE_LOST" });
    expect(lease.isSure()).toBe(false);
    await lease.giveBack();
    expect(await leaseAny(line, wanted(baseUrl))).toBeUndefined(); // it is the other's all the same
    await other?.giveBack();
  });

  it("goes by the server's clock: machines whose clocks are wrong take it as others do, and no sooner", async () => {
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    await using line = lineTo();
    await using elsewhere = lineTo();
    const ahead = { ...systemClock, nowMs: () => Date.now() + 6000 };
    const behind = { ...systemClock, nowMs: () => Date.now() - 20_000 };
    const first = await leaseAccount(line, baseUrl, ahead);
    expect(first.isSure()).toBe(true);
    expect(await leaseAny(elsewhere, wanted(baseUrl), behind)).toBeUndefined();
    await first.giveBack();
    const second = await leaseAny(elsewhere, wanted(baseUrl), behind);
    expect(second?.isSure()).toBe(true);
    expect(await leaseAny(line, wanted(baseUrl), ahead)).toBeUndefined();
    await second?.giveBack();
  });

  it("tells whoever has the account next what is left of a pause", async () => {
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    await using line = lineTo();
    const first = await leaseAccount(line, baseUrl);
    first.pause(60_000);
    first.pause(1000); // a shorter one ends no longer one
    await first.giveBack();
    const second = await leaseAccount(line, baseUrl);
    expect(second.quietMs).toBeGreaterThan(50_000);
    expect(second.quietMs).toBeLessThanOrEqual(60_000);
    await second.giveBack();
  });

  it.each<{ readonly name: string; readonly write: (to: Written) => Promise<unknown> }>([
    { name: "a run", write: ({ ledger }) => beginRun(ledger, "next") },
    { name: "rows", write: ({ ledger, file }) => ledger.staging.addRows([row(file, 9)]) },
    { name: "plans", write: ({ queue, open }) => queue.plan([{ entryId: open.id, plan: { kind: "create" } }]) },
    { name: "what it takes", write: ({ queue, run }) => queue.take(run, "products", 1, 9) },
    { name: "what it gives back", write: ({ queue, open }) => queue.postpone(open.id, 9) },
    {
      name: "a send",
      write: ({ queue, open: { id, hash } }) => sendOne(queue, id, { plan: { kind: "create" }, hash, atMs: 1, terms }),
    },
    { name: "the end of a send", write: ({ queue, sendId }) => queue.sent({ sendId, result: "refused", atMs: 2 }) },
    {
      name: "an acceptance",
      write: ({ queue, sent, sendId }) =>
        settleOne(
          queue,
          sent.id,
          { outcome: "accepted", action: "created", remoteId: "r-1" },
          { sendId, result: "accepted", atMs: 2 },
        ),
    },
    { name: "another end", write: ({ queue, open }) => settleOne(queue, open.id, { outcome: "rejected" }) },
    { name: "the end of all that is open", write: ({ queue, run }) => queue.settleRest(run, undefined) },
    { name: "anything, by a flush", write: ({ ledger }) => ledger.flush() },
  ])("that is another process's keeps this one from writing $name", async ({ write }) => {
    await using account = newAccount(url);
    const ledger = await openLedger({ ...account.choice, mode: "write" });
    const { queue } = ledger;
    const { run, file } = await stage(ledger, "r", ["A", "B"]);
    const [sent, open] = [await openEntry(ledger, run, "A"), await openEntry(ledger, run, "B")];
    await queue.plan([{ entryId: sent.id, plan: { kind: "create" } }]);
    const sendId = await sendOne(queue, sent.id, { plan: { kind: "create" }, hash: sent.hash, atMs: 1, terms });
    await ledger.flush();
    await asTester(url, `update luminous_import.fences set epoch = epoch + 1 where account = ${ledger.lease?.account}`);
    const before = await everythingOf(url, account.choice.baseUrl);
    await expect(write({ ledger, queue, run, file, sent, open, sendId })).rejects.toMatchObject({
      code: "STATE_LOST",
      message: expect.stringContaining("the lease of the account ran out"),
    });
    expect(await everythingOf(url, account.choice.baseUrl)).toEqual(before);
    await expect(ledger.runs.list()).rejects.toMatchObject({ code: "STATE_LOST" });
    await ledger[Symbol.asyncDispose]();
  });
});

interface Written {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly run: number;
  readonly file: number;
  /** Has an open send. */
  readonly sent: QueuedEntry;
  readonly open: QueuedEntry;
  readonly sendId: number;
}

/** Every row of the account's schema, as XML. */
async function everythingOf(url: string, baseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const sql = `select schema_to_xml('${schemaName(baseUrl)}', true, false, '')::text as everything`;
    return (await client.query<{ everything: string }>(sql)).rows[0]?.everything ?? "";
  } finally {
    await client.end();
  }
}

/** A clock that stands still, and whose sleepers wake when they are told to. */
function handClock(): Clock & { passedMs: number; wake(): void } {
  let sleepers: (() => void)[] = [];
  const clock = {
    passedMs: 0,
    nowMs: () => 1_000_000 + clock.passedMs,
    monotonicMs: () => clock.passedMs,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        sleepers.push(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
    wake() {
      const waking = sleepers;
      sleepers = [];
      for (const each of waking) each();
    },
  };
  return clock;
}
