import { describe, expect, it, test } from "vitest";
import { createNarrator } from "../../src/cli/world/narrator.ts";
import type { ProgressState } from "../../src/report/progress.ts";
import type { RunEvent } from "../../src/run/events.ts";

type DispatchEvent = Extract<RunEvent, { readonly kind: "dispatch" }>["event"];

function narrate(...events: readonly RunEvent[]): {
  readonly last: ProgressState | undefined;
  readonly said: readonly string[];
} {
  const states: ProgressState[] = [];
  const said: string[] = [];
  const narrator = createNarrator({ update: (state) => states.push(state), clear: () => undefined }, (line) =>
    said.push(line),
  );
  for (const event of events) narrator(event);
  return { last: states.at(-1), said };
}

const sent = (event: DispatchEvent): RunEvent => ({ kind: "dispatch", event });
const started = sent({ type: "phase.started", phase: "sales_orders", entries: 10, open: 7 });
const settled = sent({
  type: "entry.settled",
  entryId: 1,
  resource: "sales_orders",
  key: "A",
  outcome: "accepted",
  attempts: 1,
});

describe("progress", () => {
  test.each<{ readonly name: string; readonly events: readonly RunEvent[]; readonly shows: ProgressState }>([
    {
      name: "counts the rows of an input while it is read",
      events: [{ kind: "reading", input: "orders", rows: 500 }],
      shows: { phase: "reading orders", done: 500 },
    },
    {
      name: "says how far bringing scattered rows together is",
      events: [{ kind: "reading", input: "orders", rows: 2000, of: 9000 }],
      shows: { phase: "grouping orders", done: 2000, total: 9000 },
    },
    {
      name: "starts a phase with what is done already",
      events: [started],
      shows: { phase: "sales orders", done: 3, total: 10 },
    },
    {
      name: "counts every entry that ends",
      events: [started, settled, settled],
      shows: { phase: "sales orders", done: 5, total: 10 },
    },
    {
      name: "counts entries that end together",
      events: [started, sent({ type: "entries.settled", phase: "sales_orders", outcome: "unchanged", entries: 4 })],
      shows: { phase: "sales orders", done: 7, total: 10 },
    },
    {
      name: "says what it waits for",
      events: [started, sent({ type: "throttled", waitMs: 20_000, untilMs: 0, requestsPerSecond: 2 })],
      shows: { phase: "sales orders", done: 3, total: 10, waiting: "the API asked for a pause of 20 s" },
    },
    {
      name: "waits for nothing any more once an entry ends",
      events: [started, sent({ type: "outage.opened", cause: "refused" }), settled],
      shows: { phase: "sales orders", done: 4, total: 10 },
    },
    {
      name: "says when results are written",
      events: [started, { kind: "reporting", folder: "x" }],
      shows: { phase: "writing results", done: 3 },
    },
  ])("$name", ({ events, shows }) => {
    expect(narrate(...events).last).toEqual(shows);
  });
});

describe("a line of its own", () => {
  test.each<{ readonly event: RunEvent; readonly line: string }>([
    { event: { kind: "warning", message: "orders.csv has no rows" }, line: "warning: orders.csv has no rows" },
    {
      event: { kind: "detected", file: "orders.csv", what: 'delimiter ";"' },
      line: 'orders.csv: detected delimiter ";"',
    },
    {
      event: { kind: "upgraded", from: 2, to: 3, copy: "ledgers/a.db.before-v3" },
      line: "The ledger was brought from version 2 to 3. As it was before: ledgers/a.db.before-v3 (the run after this one removes it).",
    },
    {
      event: sent({ type: "outage.opened", cause: "connection refused" }),
      line: "The API does not answer (connection refused). Sending stops; it is asked now and then.",
    },
    { event: sent({ type: "outage.closed", afterMs: 65_400 }), line: "The API answers again after 65 s." },
    {
      event: sent({ type: "lookup.fallback", resource: "products", cause: "the filter does nothing" }),
      line: "The list of products cannot be searched (the filter does nothing): everything is read once instead.",
    },
  ])("is given to $event", ({ event, line }) => {
    expect(narrate(event).said).toEqual([line]);
  });

  it("is not given to every entry", () => {
    expect(
      narrate(started, settled, sent({ type: "lookup", resource: "products", via: "in", keys: 1, found: 0 })).said,
    ).toEqual([]);
  });
});
