// What is left when the server itself dies: everything up to the last send that may have left, and no half of anything.
import { afterAll, describe, expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { openEntry, stage } from "../build.ts";
import { neverTwice } from "../never-twice.ts";
import { sendOne } from "../one.ts";
import { terms } from "../terms.ts";
import { newAccount, startServer } from "./server.ts";

const server = await startServer();

describe("a crash of the PostgreSQL server", () => {
  if (typeof server === "string") return it.skip(`is not tested: ${server}`);
  const { url, crash } = server;
  afterAll(() => server[Symbol.asyncDispose]());
  if (crash === undefined) return it.skip("is not tested: LUMINOUS_TEST_POSTGRES names a server that others use");

  it("keeps every send that may have left, with all that was written before it", async () => {
    for (let times = 0; times < 3; times += 1) {
      await using account = newAccount(url);
      const ledger = await openLedger({ ...account.choice, mode: "write" });
      const { run } = await stage(ledger, "r", ["A", "B"]);
      const { id, hash } = await openEntry(ledger, run, "A");
      await ledger.queue.plan([{ entryId: id, plan: { kind: "create" } }]);
      const sendId = await sendOne(ledger.queue, id, { plan: { kind: "create" }, hash, atMs: 1, terms });
      await crash();
      // What this opening kept for itself is lost with the server.
      await expect(ledger.runs.list()).rejects.toMatchObject({ code: "STATE_LOST" });
      await ledger[Symbol.asyncDispose]();

      await using again = await openLedger({ ...account.choice, mode: "write" });
      expect(await again.queue.openSends("products", "A")).toMatchObject([{ sendId }]);
      expect(await again.queue.take(run, "products", 2, 9)).toMatchObject([{ id, doubt: { sendId }, attempts: 1 }]);
      const next = await stage(again, "next", ["A"]);
      const inDoubt = await openEntry(again, next.run, "A");
      const second = sendOne(again.queue, inDoubt.id, { plan: { kind: "create" }, hash, atMs: 2, terms });
      await expect(second).rejects.toThrow("in doubt");
    }
  });

  neverTwice(async () => {
    const account = newAccount(url);
    return {
      open: () => openLedger({ ...account.choice, mode: "write" }),
      crash,
      [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
    };
  }, 6);

  it("keeps what was flushed", async () => {
    await using account = newAccount(url);
    const ledger = await openLedger({ ...account.choice, mode: "write" });
    const { run } = await stage(ledger, "r", ["A"]);
    await ledger.queue.settleRest(run, undefined);
    await ledger.flush();
    await crash();
    await ledger[Symbol.asyncDispose]();
    await using again = await openLedger({ ...account.choice, mode: "write" });
    expect(await again.queue.progress(run, "products")).toEqual([{ outcome: "pending", entries: 1 }]);
  });
});
