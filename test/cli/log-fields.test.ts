// Fields of the log: names, moments and numbers as documented, and sentences without the cells that they quote.
import { expect, it, test } from "vitest";
import { levelOf, logFields } from "../../src/cli/world/log-fields.ts";

it("has snake case, moments as ISO times, whole milliseconds, and the entry under its number", () => {
  const fields = {
    entryId: 7,
    remoteId: "12",
    untilMs: 0,
    nextProbeAtMs: 1000,
    durationMs: 20.4,
    phases: [{ ownPhase: 1 }],
  };
  expect(logFields(fields)).toEqual({
    entry: 7,
    remote_id: "12",
    until: "1970-01-01T00:00:00.000Z",
    next_probe_at: "1970-01-01T00:00:01.000Z",
    duration_ms: 20,
    phases: [{ own_phase: 1 }],
  });
});

test.each([
  {
    name: "what",
    text: 'decimal "," (line 2: "CELL")',
    is: 'decimal "," (line 2)',
  },
  {
    name: "message",
    text: 'p.csv: column "SKU": 3 cells (lines 4, 9 …: "CELL") look like dates. If that is right: source: { accept: { "SKU": [x] } } in p.yaml',
    is: 'p.csv: column "SKU": 3 cells (lines 4, 9 …)',
  },
  { name: "message", text: 'the channel "CELL "a" CELL" pushes', is: "the channel … pushes" },
  { name: "message", text: 'a quote "CELL', is: "a quote …" },
  { name: "message", text: "no quotes at all", is: "no quotes at all" },
])("leaves cells out of $text", ({ name, text, is }) => {
  const shown = String(logFields({ [name]: text })[name]);
  expect(shown).not.toContain("CELL");
  expect(shown.startsWith(is)).toBe(true);
});

test.each([
  { event: "entry.settled", fields: { outcome: "accepted" }, level: "info" },
  { event: "entry.settled", fields: { outcome: "rejected" }, level: "warn" },
  { event: "entries.settled", fields: { outcome: "pending" }, level: "info" },
  { event: "run.ended", fields: { exitCode: 3 }, level: "warn" },
  { event: "run.ended", fields: { exitCode: 0 }, level: "info" },
  { event: "outage.opened", fields: {}, level: "warn" },
] as const)("$event with $fields is $level", ({ event, fields, level }) => {
  expect(levelOf(event, fields)).toBe(level);
});
