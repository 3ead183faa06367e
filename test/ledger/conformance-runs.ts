import { expect, it } from "vitest";
import { beginRun, type LedgerPlace } from "./build.ts";

export function runClaims(makePlace: () => Promise<LedgerPlace>): void {
  it("lists runs newest first and finds one by what people see", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await beginRun(ledger, "20260101-a");
    const second = await beginRun(ledger, "20260102-b");

    expect(await ledger.runs.list()).toEqual([second, first]);
    expect(await ledger.runs.find("20260101-a")).toEqual(first);
    expect(await ledger.runs.find("nobody")).toBeUndefined();
  });

  it("keeps how a run ended, and has no end for one that was killed", async () => {
    await using place = await makePlace();
    {
      await using ledger = await place.open();
      const { id } = await beginRun(ledger, "ended");
      await ledger.runs.end(id, { endedAtMs: 2_000, exitCode: 3, summary: { rows: 7 } });
      await beginRun(ledger, "killed");
    }
    await using ledger = await place.open();
    expect(await ledger.runs.find("ended")).toMatchObject({ endedAtMs: 2_000, exitCode: 3, summary: { rows: 7 } });
    expect(await ledger.runs.find("killed")).not.toHaveProperty("endedAtMs");
  });

  it("refuses a second run with the same run id, without harm to what was written beside it", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const [first, second, third] = await Promise.allSettled([
      beginRun(ledger, "a"),
      beginRun(ledger, "a"),
      beginRun(ledger, "b"),
    ]);
    expect([first.status, second.status, third.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await ledger.runs.list()).map(({ runId }) => runId)).toEqual(["b", "a"]);
  });
}
