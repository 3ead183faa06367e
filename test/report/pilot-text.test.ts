import { expect, test } from "vitest";
import { pilotNote } from "../../src/report/pilot-text.ts";
import { buildSummary, type Pilot } from "../../src/report/summary.ts";
import { fakeResults, runRecord } from "./fake-results.ts";

type Amounts = readonly (readonly [
  phase: Pilot["phases"][number]["phase"],
  taken: "first" | "needed",
  entries: number,
])[];

test.each<{ readonly of: Amounts; readonly says: string }>([
  {
    of: [
      ["channels", "needed", 1],
      ["products", "needed", 1204],
      ["companies", "needed", 3],
      ["sales_orders", "first", 10],
    ],
    says: "Pilot: 10 orders with their 1 channel, 1,204 products and 3 companies.",
  },
  {
    of: [
      ["products", "needed", 2],
      ["kits", "first", 1],
      ["companies", "first", 1],
    ],
    says: "Pilot: 1 kit and 1 company with their 2 products.",
  },
  { of: [["products", "first", 10]], says: "Pilot: 10 products." },
  { of: [], says: "" },
])("a pilot is told as $says", async ({ of, says }) => {
  const counts = of.map(([phase, taken, entries]) => ({ phase, taken, entries, outcome: "accepted" as const }));
  const facts = { endedAtMs: 1, exitCode: 0, folder: "runs/1", failures: [] };
  const summary = await buildSummary(fakeResults([], []), runRecord(), { ...facts, pilot: { limit: 10, counts } });
  expect(pilotNote(summary)).toBe(says);
});
