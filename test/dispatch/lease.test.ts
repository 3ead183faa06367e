// What a dispatch does when it drives its account by a lease: nothing leaves that is not sure to be its own, and who comes next is told.
import { expect, it } from "vitest";
import { ImportError } from "../../src/model/error.ts";
import type { Lease } from "../../src/model/ledger/lease.ts";
import { many, product, rehearse, tally, writesOf } from "./rehearsal.ts";

it("nothing leaves while the lease is not sure, no attempt is used up for it, and everything goes on afterwards", async () => {
  await using rehearsal = await rehearse();
  const run = await rehearsal.stage(many(6, (n) => product(`P-${n}`)));
  let asked = 0;
  let unsure = 0;
  // Not sure at every second look: more often than an entry has attempts.
  const lease = leaseThat({
    isSure() {
      asked += 1;
      if (asked % 2 === 0) unsure += 1;
      return asked % 2 === 1;
    },
  });
  const ledger = { ...rehearsal.ledger, lease };
  const { results } = await rehearsal.dispatch(run, { ledger, limits: { attempts: 1 } });
  expect(tally(results)).toEqual({ accepted: 6 });
  expect(writesOf(rehearsal.sandbox)).toBe(6);
  expect(unsure).toBeGreaterThan(2);
});

it("a lease that is lost ends it with the reason, and nothing more leaves", async () => {
  await using rehearsal = await rehearse();
  const run = await rehearsal.stage(many(20, (n) => product(`P-${n}`)));
  const lost = new AbortController();
  const reason = new ImportError("STATE_LOST", "another process has taken the account");
  let asked = 0;
  const lease = leaseThat({
    lost: lost.signal,
    isSure() {
      asked += 1;
      if (asked === 8) lost.abort(reason);
      return !lost.signal.aborted;
    },
  });
  await expect(rehearsal.dispatch(run, { ledger: { ...rehearsal.ledger, lease } })).rejects.toBe(reason);
  const counts = rehearsal.sandbox.counts();
  expect(counts.started).toBe(7);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(rehearsal.sandbox.counts().started).toBe(7);
});

it("what was left of a pause is waited out before the first question, and a new one is told to who comes next", async () => {
  await using rehearsal = await rehearse({ faults: { throttle: 0.2 }, seed: 1 });
  const run = await rehearsal.stage(many(12, (n) => product(`P-${n}`)));
  const pauses: number[] = [];
  const lease = leaseThat({ quietMs: 700, pause: (ms) => pauses.push(ms) });
  const began = performance.now();
  let firstAfterMs: number | undefined;
  const { results } = await rehearsal.dispatch(run, {
    ledger: { ...rehearsal.ledger, lease },
    onAnswer: () => {
      firstAfterMs ??= performance.now() - began;
    },
  });
  expect(firstAfterMs).toBeGreaterThanOrEqual(690);
  expect(rehearsal.sandbox.counts().statuses["429"]).toBeGreaterThan(0);
  expect(pauses).toHaveLength(rehearsal.sandbox.counts().statuses["429"] ?? 0);
  for (const pause of pauses) expect(pause).toBeGreaterThan(0);
  expect(tally(results)).toEqual({ accepted: 12 });
});

function leaseThat(does: Partial<Lease>): Lease {
  const base: Lease = {
    account: 1,
    baseUrl: "http://127.0.0.1",
    epoch: 1,
    deadlineMs: Number.POSITIVE_INFINITY,
    quietMs: 0,
    lost: new AbortController().signal,
    isSure: () => true,
    pause: () => {},
    giveBack: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { ...base, ...does };
}
