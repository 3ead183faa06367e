// Submitted runs in the database: one of an account at a time, one driver at a time, and what is left when that is gone.
import { afterAll, describe, expect, it } from "vitest";
import { openSubmissions } from "../../../src/ledger/postgres/accounts/submissions.ts";
import { driveLedger, openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { checkLedger } from "../../../src/model/ledger/ledger-address.ts";
import type { NewSubmission } from "../../../src/model/ledger/submissions.ts";
import { asTester, newAccount, startServer } from "./server.ts";

const server = await startServer();

describe("submitted runs", () => {
  if (typeof server === "string") return it.skip(`are not tested: ${server}`);
  afterAll(() => server[Symbol.asyncDispose]());
  const by = { host: "here", pid: 1 };

  /** An account with a ledger, and a run to submit. */
  async function staged() {
    if (typeof server === "string") throw new Error(server);
    const account = newAccount(server.url);
    const checked = checkLedger(server.url);
    if (!checked.ok) throw new Error(checked.why);
    const ledger = await openLedger({ ...account.choice, mode: "write" });
    const { runId } = await ledger.runs.begin({ runId: "r1", job: "/j/import.yaml", command: "run", startedAtMs: 1 });
    const { baseUrl } = account.choice;
    const run: NewSubmission = {
      baseUrl,
      runId,
      job: "/j/import.yaml",
      by,
      snapshot: { version: 1, text: "a\u0000b" },
    };
    const submissions = openSubmissions(checked.address);
    return {
      ...{ account, ledger, run, submissions },
      async [Symbol.asyncDispose]() {
        await submissions[Symbol.asyncDispose]();
        await account[Symbol.asyncDispose]();
      },
    };
  }

  it("are one of an account at a time, and keep every other writer out until their end", async () => {
    await using at = await staged();
    const made = await at.submissions.submit(at.run);
    expect(made).toMatchObject({ state: "waiting", isFree: false, drivers: 0, by });
    expect(await at.submissions.snapshot(made.id)).toEqual(at.run.snapshot);
    const refused = {
      code: "STATE_LOCKED",
      message: expect.stringMatching(/a submitted run that has not ended: r1 of/),
    };
    await expect(at.submissions.submit({ ...at.run, runId: "r2" })).rejects.toMatchObject(refused);
    await at.ledger[Symbol.asyncDispose]();
    await expect(openLedger({ ...at.account.choice, mode: "write" })).rejects.toMatchObject(refused);
    const driven = await driveLedger(at.account.choice);
    const turn = await at.submissions.taken(made.id, by);
    if (turn === undefined) throw new Error("it was not taken");
    await at.submissions.ended(turn, 3);
    await driven?.[Symbol.asyncDispose]();
    expect(await at.submissions.open(at.run.baseUrl)).toBeUndefined();
    expect(await at.submissions.find(at.run.baseUrl, "r1")).toMatchObject({ state: "ended", exitCode: 3 });
    expect(await at.submissions.taken(made.id, by)).toBeUndefined();
    await (await openLedger({ ...at.account.choice, mode: "write" }))[Symbol.asyncDispose]();
  });

  it("are free while nobody has the account, also when their driver is gone", async () => {
    await using at = await staged();
    const { id } = await at.submissions.submit(at.run);
    await at.ledger[Symbol.asyncDispose]();
    const now = async () => await at.submissions.find(at.run.baseUrl, "r1");
    expect((await now())?.isFree).toBe(true);
    const driven = await driveLedger(at.account.choice);
    expect(await driveLedger(at.account.choice)).toBeUndefined();
    await at.submissions.taken(id, by);
    expect(await now()).toMatchObject({ state: "driven", isFree: false, driver: by });
    await driven?.[Symbol.asyncDispose]();
    expect(await now()).toMatchObject({ state: "driven", isFree: true, driver: by });
  });

  it("listen to their newest driver alone", async () => {
    await using at = await staged();
    const { id } = await at.submissions.submit(at.run);
    await at.ledger[Symbol.asyncDispose]();
    const before = await at.submissions.taken(id, by);
    const after = await at.submissions.taken(id, { host: "there", pid: 2 });
    if (before === undefined || after === undefined) throw new Error("it was not taken");
    expect(await at.submissions.note(before, { rate: 1 })).toBeUndefined();
    await at.submissions.handedOver(before);
    await at.submissions.ended(before, 0);
    expect(await at.submissions.note(after, { rate: 2 })).toEqual({ isStopAsked: false });
    await at.submissions.askStop(id);
    expect(await at.submissions.note(after, { rate: 3 })).toEqual({ isStopAsked: true });
    const now = await at.submissions.find(at.run.baseUrl, "r1");
    expect(now).toMatchObject({
      state: "driven",
      drivers: 2,
      progress: { rate: 3 },
      driver: { host: "there", pid: 2 },
    });
    await at.submissions.handedOver(after, { message: "the disk is full", waitMs: 60_000 });
    expect(await at.submissions.find(at.run.baseUrl, "r1")).toMatchObject({
      ...{ state: "waiting", trouble: "the disk is full", isFree: false },
    });
  });

  it("are shared by the workers that are alive", async () => {
    await using at = await staged();
    await at.submissions.submit(at.run);
    await at.ledger[Symbol.asyncDispose]();
    const accounts = (await at.submissions.list()).length;
    const one = { id: "one", host: "here", pid: 1 };
    const other = { id: "other", host: "there", pid: 2 };
    expect(await at.submissions.sign(one)).toEqual({ workers: 1, accounts });
    expect(await at.submissions.sign(other)).toEqual({ workers: 2, accounts });
    expect(await at.submissions.sign(one)).toEqual({ workers: 2, accounts });
    await at.submissions.signOff(other);
    expect(await at.submissions.sign(one)).toEqual({ workers: 1, accounts });
    await at.submissions.sign(other);
    await asTester(server.url, "update luminous_import.workers set alive_until = clock_timestamp() where id = 'other'");
    expect(await at.submissions.sign(one)).toEqual({ workers: 1, accounts });
    await at.submissions.signOff(one);
  });
});
