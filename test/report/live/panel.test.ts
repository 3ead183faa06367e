// The panel as a pure function of figures and room.
import { describe, expect, it, test } from "vitest";
import { columnsOf, panelLines, plainText } from "../../../src/report/live/panel.ts";
import type { RunFigures, Waiting } from "../../../src/report/live/run-figures.ts";
import { at, nowMs, runFigures } from "./figures.ts";

function panel(figures: RunFigures, width: number, height = 24): readonly string[] {
  return panelLines(figures, { width, height, nowMs }).map(plainText);
}

const pause: Waiting = { kind: "pause", pauseMs: 20_000, untilMs: at("10:31:05") };
const outage: Waiting = {
  kind: "outage",
  cause: "ECONNREFUSED",
  answered: true,
  nextProbeAtMs: at("10:16:20"),
  givesUpAtMs: at("10:31:12"),
};

describe("the panel", () => {
  it("of 80 columns has a bar for each phase, the counts, the rate, and what it waits for", () => {
    expect(panel(runFigures({ waiting: pause }), 79)).toEqual([
      "run of import.yaml  20261127-101500-1a2f  1 min 12 s",
      `products      ${"█".repeat(29)}  1,204 of 1,204  100 %`,
      `sales orders  ${"█".repeat(7)}${"░".repeat(22)}  2,310 of 9,120   25 %  28 min left`,
      "accepted 3,402 · failed 12 · 429: 3 · 3.9 of 4.0 requests/s · 4 in flight",
      "waiting: the API asked for a pause of 20 s, until 10:31:05",
    ]);
  });

  it("of 40 columns leaves out the bars and the percentage, and breaks lines between words", () => {
    expect(panel(runFigures({ waiting: outage }), 41)).toEqual([
      "run of import.yaml  1 min 12 s",
      "products      1,204 of 1,204",
      "sales orders  2,310 of 9,120  28 min left",
      "accepted 3,402 · failed 12 · 429: 3",
      "3.9 of 4.0 requests/s · 4 in flight",
      "waiting: the API stopped answering",
      "(ECONNREFUSED); next try 10:16:20, giving",
      "up at 10:31:12",
    ]);
  });

  it("says how many rows were read while it reads", () => {
    const { phases: _, ...reading } = runFigures({ step: { kind: "reading", input: "orders", rows: 12_400 } });
    expect(panel({ ...reading, phases: [] }, 60).slice(1)).toEqual(["reading orders  12,400 rows"]);
    const grouping = { kind: "reading", input: "orders", rows: 2000, of: 9000 } as const;
    expect(panel({ ...reading, step: grouping, phases: [] }, 60).slice(1)).toEqual([
      "grouping orders  2,000 of 9,000 rows",
    ]);
  });

  it("has no title in a check, which is no run", () => {
    const { run: _, ...check } = runFigures({ step: { kind: "inspecting", input: "orders", rows: 500 }, phases: [] });
    expect(panel(check, 60)).toEqual(["looking at orders  500 rows"]);
  });

  it("tells of an API that never answered, and that it is being asked now", () => {
    const { nextProbeAtMs: _, ...asking } = outage;
    expect(panel(runFigures({ waiting: { ...asking, answered: false } }), 100).at(-1)).toBe(
      "waiting: the API does not answer (ECONNREFUSED); asking it now, giving up at 10:31:12",
    );
  });

  it("names the day of a moment that is not today's", () => {
    const waiting: Waiting = { ...pause, untilMs: new Date("2026-11-28T00:10:00").getTime() };
    expect(panel(runFigures({ waiting }), 100).at(-1)).toContain("until 2026-11-28 00:10:00");
  });

  it("counts what is only now and then there: invalid, blocked, unchanged, in doubt", () => {
    const outcomes = { accepted: 1, unchanged: 20, skipped: 2, invalid: 3, blocked: 4, in_doubt: 5 };
    expect(panel(runFigures({ outcomes }), 150)).toContain(
      "accepted 1 · unchanged 20 · skipped 2 · invalid 3 · blocked 4 · failed 0 · in doubt 5 · 429: 3 · 3.9 of 4.0 requests/s · 4 in flight",
    );
  });

  it("says 100 % and fills the bar only when everything is done", () => {
    const [, line] = panel(runFigures({ phases: [{ phase: "products", entries: 100_000, done: 99_999 }] }), 79);
    expect(line).toContain("99 %");
    expect(line).toContain("█░");
  });

  test.each([1, 2, 3, 4, 5, 6, 7])("of %i lines has no more", (height) => {
    const lines = panel(runFigures({ waiting: outage }), 50, height);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(height);
    // The phase that is under way is what matters most.
    expect(lines.some((line) => line.startsWith("sales orders"))).toBe(true);
  });

  it("is never wider than the room, and no word is broken, whatever the width", () => {
    const wordsOf = (lines: readonly string[]) => lines.flatMap((line) => line.split(/[ █░]+/)).filter(Boolean);
    const input = "a name that 日本語 people give";
    for (const waiting of [pause, outage, { kind: "retry", untilMs: nowMs } as const]) {
      for (const step of [{ kind: "sending" }, { kind: "reading", input, rows: 12 }] as const) {
        const figures = runFigures({ waiting, step });
        const known = new Set(wordsOf(panel(figures, 500)));
        for (let width = 16; width <= 140; width += 1) {
          const lines = panel(figures, width);
          for (const line of lines) expect(columnsOf(line), `${width}: ${line}`).toBeLessThanOrEqual(width);
          const broken = wordsOf(lines).filter((word) => !known.has(word));
          expect(broken, String(width)).toEqual([]);
        }
      }
    }
  });

  it("cuts only a word that is longer than a line", () => {
    const step = { kind: "reading", input: "products_export_of_the_whole_shop", rows: 1 } as const;
    expect(panel({ ...runFigures({ step, phases: [] }) }, 20)).toContain("reading");
    const { run } = runFigures();
    const long = { ...run, job: "the-very-long-name-of-a-job.yaml" };
    expect(panel(runFigures({ run: long }), 12)[0]).toBe("run of");
  });
});
