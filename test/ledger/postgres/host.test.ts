// The one door to the ledgers, with a database behind it: which there are, who has them, and what a plan is given of them.
import { hostname } from "node:os";
import { expect, it } from "vitest";
import { ledgersIn } from "../../../src/ledger/host.ts";
import { schemaName } from "../../../src/ledger/postgres/storage/account-schema.ts";
import { checkLedger, type LedgerAddress } from "../../../src/model/ledger/ledger-address.ts";
import type { LedgerPlace } from "../../../src/model/ledger/ledger-host.ts";
import { accept, openEntry, stage } from "../build.ts";
import { sendOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";
import { describeOnServer } from "./on-server.ts";
import { asTester, newAccount } from "./server.ts";

await describeOnServer("the ledgers in a database", (url) => {
  it("are those of accounts to which the job has run, and nothing else that lies there", async () => {
    await using scratch = await scratchFolder();
    await using account = newAccount(url);
    await using other = newAccount(url);
    const { baseUrl } = account.choice;
    const place = placeOf(url, scratch.folder, "/jobs/this.yaml");
    const ledgers = ledgersIn(place);
    const theirs = "someone-else-01234567";
    await asTester(
      url,
      `create schema "${theirs}"; create table "${theirs}".ledger (base_url text, holder_backend int); create table "${theirs}".runs (id int)`,
    );
    try {
      expect(await ledgers.list()).toEqual([]);
      expect(await ledgers.find(baseUrl)).toBeUndefined();
      await began(place, baseUrl, "/jobs/this.yaml");
      await began(place, other.choice.baseUrl, "/jobs/another.yaml");
      const own = { place: expect.stringContaining(schemaName(baseUrl)), baseUrl };
      expect(await ledgers.list()).toEqual([own]);
      expect(await ledgers.find(baseUrl)).toEqual(own);
      expect(await ledgersIn(placeOf(url, scratch.folder)).list()).toContainEqual(own);
    } finally {
      await asTester(url, `drop schema "${theirs}" cascade`);
    }
  });

  it("are written by one process at a time, which the others are told of, and are free when it is gone", async () => {
    await using scratch = await scratchFolder();
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    const job = "/jobs/this.yaml";
    const ledgers = ledgersIn(placeOf(url, scratch.folder, job));
    {
      await using ledger = await ledgers.open(baseUrl, "write");
      await ledger.runs.begin({ runId: "r1", job, command: "run", startedAtMs: 1 });
      const holder = {
        pid: process.pid,
        runId: "r1",
        sinceMs: expect.closeTo(Date.now(), -5),
        untilMs: expect.any(Number),
      };
      expect(await ledgers.holders(baseUrl)).toEqual([holder]);
      expect(await ledgers.holders()).toEqual([holder]);
      await using reader = await ledgers.open(baseUrl, "read");
      expect(await reader.runs.list()).toHaveLength(1);
      // As another machine would have written it.
      await asTester(
        url,
        `update luminous_import.accounts set owner_host = 'elsewhere-${hostname()}' where base_url = '${baseUrl}'`,
      );
      expect(await ledgers.holders(baseUrl)).toEqual([{ ...holder, host: `elsewhere-${hostname()}` }]);
      await expect(ledgers.open(baseUrl, "write")).rejects.toMatchObject({
        code: "STATE_LOCKED",
        message: expect.stringContaining(
          `the account ${baseUrl} is in use by process ${process.pid} on elsewhere-${hostname()} (run r1) since 20`,
        ),
      });
    }
    expect(await ledgers.holders()).toEqual([]);
    await using again = await ledgers.open(baseUrl, "write");
    expect(await again.runs.list()).toHaveLength(1);
  });

  it("give a scratch ledger what a plan has to know: keys, acceptances, facts, controls, runs and open sends", async () => {
    await using scratch = await scratchFolder();
    await using account = newAccount(url);
    const { baseUrl } = account.choice;
    const place = placeOf(url, scratch.folder);
    {
      await using ledger = await ledgersIn(place).open(baseUrl, "write");
      const { run } = await stage(ledger, "1", ["made", "doubtful"]);
      const made = await openEntry(ledger, run, "made");
      await ledger.queue.plan([{ entryId: made.id, plan: { kind: "create" } }]);
      await accept(ledger, made, "remote-1");
      const { id, hash } = await openEntry(ledger, run, "doubtful");
      await ledger.queue.plan([{ entryId: id, plan: { kind: "create" } }]);
      await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 1, terms });
      await ledger.account.learn({ name: "clock", value: { aheadMs: 7, said: "\0\ud800" }, atMs: 5 });
      await ledger.account.keepControls("products", [{ key: "made", remoteId: "remote-1" }], 5);
    }
    await using known = await ledgersIn({ state: scratch.folder }).openScratch({ knowing: { ...place, baseUrl } });
    expect(await known.runs.list()).toMatchObject([{ runId: "1" }]);
    expect(await known.account.facts()).toEqual([{ name: "clock", value: { aheadMs: 7, said: "\0\ud800" }, atMs: 5 }]);
    expect(await known.account.controls("products")).toEqual([{ key: "made", remoteId: "remote-1" }]);
    expect(await known.queue.openSends("products", "doubtful")).toMatchObject([{ plan: { kind: "create" } }]);
    expect(await known.queue.holder("products", "remote-1")).toBe("made");
    const { run } = await stage(known, "2", ["made", "new"]);
    expect(await known.queue.settleUnchanged(run, "products")).toBe(1);
  });
});

function placeOf(url: string, state: string, job?: string): LedgerPlace & { readonly ledger: LedgerAddress } {
  const checked = checkLedger(url);
  if (!checked.ok) throw new Error(checked.why);
  return { state, ledger: checked.address, ...(job === undefined ? {} : { file: { path: job } }) };
}

async function began(place: LedgerPlace, baseUrl: string, job: string): Promise<void> {
  await using ledger = await ledgersIn(place).open(baseUrl, "write");
  await ledger.runs.begin({ runId: `run of ${job}`, job, command: "run", startedAtMs: 1 });
}
