// The auditor's view: laws that hold over a run, and that see it when somebody breaks one.

import { expect, it } from "vitest";
import { accept, error, flat, type LedgerPlace, openEntry, stage } from "./build.ts";
import { settleOne } from "./one.ts";

export function auditClaims(makePlace: () => Promise<LedgerPlace>): void {
  it("finds every law kept over a run with every kind of end, each with its numbers", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B", "C", { key: "D", problems: [error] }]);
    await accept(ledger, await openEntry(ledger, run, "A"));
    await settleOne(ledger.queue, (await openEntry(ledger, run, "B")).id, { outcome: "rejected", problems: [error] });
    await ledger.queue.settleRest(run, undefined);
    await ledger.runs.end(run, { endedAtMs: 2_000, exitCode: 3, summary: {} });
    const laws = await ledger.audit.invariants(run);
    expect(laws.filter(({ breaches }) => breaches > 0)).toEqual([]);
    expect(laws.length).toBeGreaterThan(5);
    for (const { law, claim, numbers } of laws) expect([law, claim, numbers]).not.toContain("");
  });

  it("sees an id that two keys were created with", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    for (const key of ["A", "B"]) await accept(ledger, await openEntry(ledger, run, key), "7");
    await ledger.runs.end(run, { endedAtMs: 2_000, exitCode: 0, summary: {} });
    const broken = (await ledger.audit.invariants(run)).filter(({ breaches }) => breaches > 0);
    expect(broken).toMatchObject([{ law: "one_key_per_id" }]);
  });

  it("gives what Luminous is sure to have, with its content as long as that is kept", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    const { id } = await openEntry(ledger, run, "A");
    await accept(ledger, await openEntry(ledger, run, "A"), "7");
    expect(await flat(ledger.audit.accepted(run))).toMatchObject([
      { id, resource: "products", key: "A", remoteId: "7", hash: "hash of A", action: "created" },
    ]);
    expect(await ledger.audit.content(id)).toEqual({ payload: { sku: "A" }, clears: {} });
    expect(await ledger.audit.content(id + 100)).toBeUndefined();
  });
}
