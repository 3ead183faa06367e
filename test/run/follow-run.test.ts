// From the events of a run to its figures.
import { describe, expect, it, test } from "vitest";
import type { RunFigures } from "../../src/report/live/run-figures.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { followRun } from "../../src/run/follow-run.ts";
import { sent, settledEntry, started } from "./run-events.ts";

const startMs = 1_700_000_000_000;
const staged: RunEvent = {
  kind: "staged",
  entries: 14,
  open: 11,
  phases: [
    { phase: "products", entries: 4, open: 4, invalid: 0 },
    { phase: "sales_orders", entries: 10, open: 7, invalid: 3 },
  ],
};
const settled = settledEntry();
const leaves = sent({ type: "request.started", purpose: "write" });
const answered = sent({
  type: "request",
  purpose: "write",
  status: 200,
  result: "accepted",
  durationMs: 5,
  requestsPerSecond: 4,
});
const throttled = sent({ type: "throttled", waitMs: 20_000, untilMs: startMs + 20_000, requestsPerSecond: 2 });
const opened = sent({
  type: "outage.opened",
  cause: "ECONNREFUSED",
  answered: true,
  nextProbeAtMs: startMs + 1000,
  givesUpAtMs: startMs + 900_000,
});

/** What the figures are after these events; a number lets so many milliseconds pass. */
function figuresAfter(...events: readonly (RunEvent | number)[]): RunFigures {
  let nowMs = 0;
  const followed = followRun({ nowMs: () => startMs + nowMs, monotonicMs: () => nowMs });
  for (const event of events) {
    if (typeof event === "number") nowMs += event;
    else followed.see(event);
  }
  return followed.figures();
}

const orders = (figures: RunFigures) => figures.phases.find(({ phase }) => phase === "sales_orders");

describe("the figures of a run", () => {
  it("name the run once the ledger knows it", () => {
    const run = { runId: "r1", command: "retry", job: "import.yaml", startedAtMs: 5 };
    expect(figuresAfter({ kind: "begun", ...run }).run).toEqual(run);
    expect(figuresAfter().run).toBeUndefined();
  });

  test.each<{ readonly event: RunEvent; readonly step: RunFigures["step"] }>([
    {
      event: { kind: "inspecting", input: "orders", rows: 500 },
      step: { kind: "inspecting", input: "orders", rows: 500 },
    },
    {
      event: { kind: "reading", input: "orders", rows: 2000, of: 9000 },
      step: { kind: "reading", input: "orders", rows: 2000, of: 9000 },
    },
    { event: staged, step: { kind: "sending" } },
    { event: { kind: "reporting", folder: "x" }, step: { kind: "reporting" } },
  ])("are at $step.kind after $event.kind", ({ event, step }) => {
    expect(figuresAfter(event).step).toEqual(step);
  });

  it("have every phase from the moment that everything is read, with what is invalid done already", () => {
    const { phases, outcomes } = figuresAfter(staged);
    expect(phases).toEqual([
      { phase: "products", entries: 4, done: 0 },
      { phase: "sales_orders", entries: 10, done: 3 },
    ]);
    expect(outcomes).toEqual({ invalid: 3 });
  });

  it("count every entry that ends, and those that end together", () => {
    const together = sent({ type: "entries.settled", phase: "sales_orders", outcome: "unchanged", entries: 4 });
    const figures = figuresAfter(staged, started, settled, settled, together);
    expect(orders(figures)).toMatchObject({ entries: 10, done: 9 });
    expect(figures.outcomes).toEqual({ invalid: 3, accepted: 2, unchanged: 4 });
  });

  it("leave what a pilot holds back out of its phase, also when it was told before the phase began", () => {
    const held = sent({ type: "entries.settled", phase: "sales_orders", outcome: "pending", entries: 5 });
    const begun = sent({ type: "phase.started", phase: "sales_orders", entries: 10, open: 2 });
    expect(orders(figuresAfter(staged, held, begun, settled))).toMatchObject({ entries: 5, done: 4 });
    expect(orders(figuresAfter(staged, started, held, settled))).toMatchObject({ entries: 5, done: 4 });
  });

  it("know how much time is left by the rate of the last minute, once there is one", () => {
    const phase = (entries: number) => sent({ type: "phase.started", phase: "sales_orders", entries, open: entries });
    const each = Array.from({ length: 10 }, () => [1000, settled]).flat();
    expect(orders(figuresAfter(phase(70), 1000, settled))?.leftMs).toBeUndefined();
    expect(orders(figuresAfter(phase(70), ...each))?.leftMs).toBe(60_000);
    // Slower since more than a minute: what was before does not count any more.
    const slower = Array.from({ length: 20 }, () => [10_000, settled]).flat();
    expect(orders(figuresAfter(phase(70), ...each, ...slower))?.leftMs).toBeCloseTo(400_000, -4);
  });

  it("know the time left by what was sent: what ended without a send says nothing of the pace", () => {
    const phase = sent({ type: "phase.started", phase: "sales_orders", entries: 1000, open: 1000 });
    const found = settledEntry({ entryId: 2, key: "B", outcome: "unchanged", attempts: 0 });
    const together = sent({ type: "entries.settled", phase: "sales_orders", outcome: "unchanged", entries: 500 });
    const each = Array.from({ length: 10 }, () => [1000, settled, ...Array.from({ length: 9 }, () => found)]).flat();
    const figures = figuresAfter(phase, together, ...each);
    expect(orders(figures)).toMatchObject({ done: 600, leftMs: 400_000 });
    expect(orders(figuresAfter(phase, together, 6000, found))?.leftMs).toBeUndefined();
  });

  it("count requests: in flight, of the last ten seconds, answered 429, and the limit that holds", () => {
    const busy = Array.from({ length: 40 }, () => [250, leaves, answered]).flat();
    const refused = sent({
      type: "request",
      purpose: "write",
      status: 429,
      result: "throttled",
      durationMs: 5,
      requestsPerSecond: 4,
    });
    const figures = figuresAfter(started, ...busy, leaves, leaves, refused);
    expect(figures).toMatchObject({ inFlight: 1, throttled: 1, limitPerSecond: 4 });
    expect(figures.requestsPerSecond).toBeCloseTo(4, 0);
    expect(figuresAfter(started, leaves).requestsPerSecond).toBeUndefined();
  });

  it("say that a pause holds until it is over, and what limit holds after it", () => {
    expect(figuresAfter(started, throttled)).toMatchObject({
      waiting: { kind: "pause", pauseMs: 20_000, untilMs: startMs + 20_000 },
      limitPerSecond: 2,
    });
    expect(figuresAfter(started, throttled, 20_001).waiting).toBeUndefined();
  });

  it("say until when an outage is waited for, and when it is asked again", () => {
    const probe = (answers: boolean, nextProbeAtMs?: number) =>
      sent({ type: "outage.probe", answered: answers, ...(nextProbeAtMs === undefined ? {} : { nextProbeAtMs }) });
    const outage = { kind: "outage", cause: "ECONNREFUSED", answered: true, givesUpAtMs: startMs + 900_000 };
    expect(figuresAfter(opened).waiting).toEqual({ ...outage, nextProbeAtMs: startMs + 1000 });
    expect(figuresAfter(opened, probe(false, startMs + 3000)).waiting).toEqual({
      ...outage,
      nextProbeAtMs: startMs + 3000,
    });
    // A probe that is answered 429, or leaves, ends no outage.
    expect(
      figuresAfter(opened, sent({ type: "request.started", purpose: "probe" }), throttled, settled).waiting,
    ).toMatchObject(outage);
    expect(figuresAfter(opened, probe(true), sent({ type: "outage.closed", afterMs: 5000 })).waiting).toBeUndefined();
  });

  it("say that lookups are made until something is sent", () => {
    const lookup = sent({ type: "lookup", resource: "products", via: "in", keys: 4, found: 0 });
    expect(figuresAfter(started, lookup).waiting).toEqual({ kind: "lookup" });
    expect(figuresAfter(started, lookup, leaves).waiting).toBeUndefined();
    expect(figuresAfter(started, throttled, 30_000, lookup).waiting).toEqual({ kind: "lookup" });
  });
});
