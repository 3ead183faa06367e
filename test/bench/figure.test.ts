// What benches compute of what they measured: middles, goals, windows of a second, and the table. Nothing here is measured.
import { describe, expect, it } from "vitest";
import { atLeast, atMost, figureOf, ratios, spreadOf } from "../../bench/performance/figure.ts";
import { available, mostInASecond, secondsUntil } from "../../bench/performance/pace.ts";
import { tableMarkdown, tableText, withTable } from "../../bench/performance/table.ts";

describe("a figure", () => {
  it("is the middle value, or the mean of the two in the middle", () => {
    expect(spreadOf([9, 1, 4])).toEqual({ median: 4, low: 1, high: 9 });
    expect(spreadOf([10, 2, 4, 100])).toEqual({ median: 7, low: 2, high: 100 });
    expect(() => spreadOf([])).toThrow("middle of nothing");
  });

  it("meets its goal on the side that is good, the goal itself included", () => {
    const isMet = (goal: ReturnType<typeof atLeast>, values: readonly number[]) =>
      figureOf({ name: "n", title: "t", goal }, values).isMet;
    expect(isMet(atLeast(3), [3])).toBe(true);
    expect(isMet(atLeast(3), [2.9, 2.9, 9])).toBe(false);
    expect(isMet(atMost(3), [3])).toBe(true);
    expect(isMet(atMost(3), [1, 3.1, 3.1])).toBe(false);
  });

  it("of two programs divides calls that ran one after the other", () => {
    const call = (seconds: number) => ({ exitCode: 0, seconds, cpuSeconds: 1, peakMb: 1, stdout: "", stderr: "" });
    expect(ratios([call(6), call(9)], [call(2), call(9)], "seconds")).toEqual([3, 1]);
  });
});

describe("a pace", () => {
  it("counts the most requests in any second, wherever it begins", () => {
    expect(mostInASecond([])).toBe(0);
    expect(mostInASecond([0, 900, 950, 1000, 1850, 1899])).toBe(5);
    expect(mostInASecond([0, 1000, 2000])).toBe(1); // a second later is another second
  });

  it("adds up what a limit lets through in its steps", () => {
    const steps = [
      { fromSeconds: 0, perSecond: 50 },
      { fromSeconds: 60, perSecond: 10 },
      { fromSeconds: 90, perSecond: 50 },
    ];
    expect(available(steps, 180)).toBe(60 * 50 + 30 * 10 + 90 * 50);
    expect(available(steps, 70)).toBe(60 * 50 + 10 * 10);
  });

  it("is back when three seconds together hold as many as wanted, and not in one crowded moment", () => {
    const slow = [0, 1, 2, 3, 4, 5];
    const crowded = [5.1, 5.1, 5.1, 5.1];
    const fast = Array.from({ length: 20 }, (_, index) => 8 + index / 4);
    expect(secondsUntil([...slow, ...crowded, ...fast], 2, 4)).toBeCloseTo(8.75); // 12 of them from 8 to 10.75
    expect(secondsUntil([...slow, ...crowded], 2, 4)).toBeUndefined();
  });
});

describe("the table", () => {
  const figures = [
    figureOf(
      { name: "share", title: "share of the baseline", goal: atLeast(0.25), note: "the baseline: 47 µs" },
      [0.2, 0.3, 0.26],
    ),
    figureOf({ name: "bytes", title: "bytes", unit: "B", goal: atMost(500) }, [1383]),
  ];

  it("says value, spread, goal and whether it is met in every line", () => {
    expect(tableText(figures).split("\n")).toEqual([
      "figure  value   spread          goal              what",
      "share   0.260   0.200 to 0.300  ≥ 0.25   met      share of the baseline (the baseline: 47 µs)",
      "bytes   1383 B  once            ≤ 500 B  NOT MET  bytes",
    ]);
  });

  it("stands in the document between its markers, with the day and the machine", () => {
    const table = tableMarkdown({ date: "2026-01-31", machine: "2 × Some CPU", length: "usual", figures });
    const page = "# Title\n<!-- figures: npm run bench -- --docs -->\nold\n<!-- end of figures -->\nend\n";
    const written = withTable(page, table);
    expect(written).toContain("Measured on 2026-01-31: 2 × Some CPU.");
    expect(written).toContain("| bytes | ≤ 500 B | 1383 B | once | **no** |");
    expect(written).not.toContain("old");
    expect(withTable(written, table)).toBe(written);
    expect(() => withTable("# Title\n", table)).toThrow("the document has no");
  });
});
