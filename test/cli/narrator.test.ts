import { describe, expect, it, test } from "vitest";
import { createNarrator } from "../../src/cli/world/narrator.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { sent, settledEntry, started } from "../run/run-events.ts";

const nowMs = new Date("2026-11-27T10:15:00").getTime();

function said(...events: readonly RunEvent[]): readonly string[] {
  const lines: string[] = [];
  const narrator = createNarrator(
    (line) => lines.push(line),
    () => nowMs,
  );
  for (const event of events) narrator(event);
  return lines;
}

const settled = settledEntry();

const outage = { type: "outage.opened", nextProbeAtMs: nowMs + 1000, givesUpAtMs: nowMs + 900_000 } as const;

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
      event: sent({ ...outage, cause: "ECONNREFUSED", answered: true }),
      line: "The API stopped answering (ECONNREFUSED). Paused: next try in 1 s, giving up at 10:30:00 (exit 4; the same command continues).",
    },
    {
      event: sent({ ...outage, cause: "ENOTFOUND", answered: false }),
      line: "The API does not answer (ENOTFOUND). Paused: next try in 1 s, giving up at 10:30:00 (exit 4; the same command continues).",
    },
    { event: sent({ type: "outage.closed", afterMs: 65_400 }), line: "The API answers again after 65 s." },
    {
      event: sent({ type: "lookup.fallback", resource: "products", cause: "the filter does nothing" }),
      line: "The list of products cannot be searched (the filter does nothing): everything is read once instead.",
    },
  ])("is given to $event", ({ event, line }) => {
    expect(said(event)).toEqual([line]);
  });

  it("is not given to every entry", () => {
    expect(
      said(started, settled, sent({ type: "lookup", resource: "products", via: "in", keys: 1, found: 0 })),
    ).toEqual([]);
  });
});
