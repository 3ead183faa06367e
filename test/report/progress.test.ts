import { describe, expect, it, test } from "vitest";
import { createProgress, type ProgressOptions, type ProgressState, progressLine } from "../../src/report/progress.ts";
import { durationText } from "../../src/report/wording.ts";

describe("a progress line", () => {
  test.each<{ readonly state: ProgressState; readonly perSecond?: number; readonly is: string }>([
    { state: { phase: "reading orders.csv", done: 1204 }, is: "reading orders.csv  1,204" },
    { state: { phase: "kits", done: 0, total: 0 }, is: "kits  0 of 0" },
    {
      state: { phase: "sales orders", done: 1204, total: 9120 },
      perSecond: 3.94,
      is: "sales orders  1,204 of 9,120 (13 %)  3.9/s  33 min left",
    },
    {
      state: { phase: "products", done: 9, total: 10, waiting: "the API asked for a pause of 20 s" },
      perSecond: 0,
      is: "products  9 of 10 (90 %)  0.0/s  waiting: the API asked for a pause of 20 s",
    },
    {
      state: { phase: "products", done: 9999, total: 10_000 },
      perSecond: 1234.5,
      is: "products  9,999 of 10,000 (99 %)  1,235/s  0 s left",
    },
    { state: { phase: "products", done: 10, total: 10 }, perSecond: 5, is: "products  10 of 10 (100 %)  5.0/s" },
  ])("$is", ({ state, perSecond, is }) => {
    expect(progressLine(state, perSecond)).toBe(is);
  });

  test.each([
    { durationMs: 45_400, is: "45 s" },
    { durationMs: 12 * 60_000, is: "12 min" },
    { durationMs: 3 * 3_600_000 + 20 * 60_000, is: "3 h 20 min" },
    { durationMs: 2 * 3_600_000, is: "2 h" },
    { durationMs: 52 * 3_600_000, is: "2 d 4 h" },
  ])("writes a duration as $is", ({ durationMs, is }) => {
    expect(durationText(durationMs)).toBe(is);
  });
});

describe("on a terminal", () => {
  it("rewrites one line, at most ten times a second", () => {
    const { progress, written, pass } = display({ isTty: true });
    for (let done = 0; done < 100; done += 1) {
      progress.update({ phase: "products", done, total: 100 });
      pass(10);
    }
    expect(written).toHaveLength(10);
    expect(written.every((text) => text.startsWith("\rproducts") && text.endsWith("\u001B[K"))).toBe(true);
  });

  it("shows the rate of what happened in this phase, waits included", () => {
    const { progress, written, pass } = display({ isTty: true });
    progress.update({ phase: "products", done: 1000, total: 1000 });
    progress.update({ phase: "kits", done: 40, total: 100 });
    pass(5000);
    progress.update({ phase: "kits", done: 50, total: 100 });
    expect(written.at(-1)).toContain("kits  50 of 100 (50 %)  2.0/s  25 s left");
    pass(5000);
    progress.update({ phase: "kits", done: 50, total: 100, waiting: "a pause" });
    expect(written.at(-1)).toContain("1.0/s  50 s left  waiting: a pause");
  });

  it("forgets the pace of more than a minute ago", () => {
    const { progress, written, pass } = display({ isTty: true });
    for (let second = 0; second <= 200; second += 1) {
      progress.update({
        phase: "products",
        done: second <= 100 ? second * 50 : 5000 + (second - 100) * 2,
        total: 9000,
      });
      pass(1000);
    }
    expect(written.at(-1)).toContain("  2.0/s");
  });

  it("never fills the last column", () => {
    const { progress, written } = display({ isTty: true, columns: 20 });
    progress.update({ phase: "a phase with a long name", done: 1, total: 2 });
    expect(written).toEqual(["\ra phase with a lon…\u001B[K"]);
  });

  it("takes its line away for other output, and puts it back", () => {
    const { progress, written } = display({ isTty: true });
    progress.clear();
    progress.update({ phase: "products", done: 1 });
    progress.clear();
    progress.clear();
    progress.update({ phase: "products", done: 2 });
    expect(written).toEqual(["\rproducts  1\u001B[K", "\r\u001B[K", "\rproducts  2\u001B[K"]);
  });
});

describe("elsewhere", () => {
  it("writes a plain line every ten seconds", () => {
    const { progress, written, pass } = display({ isTty: false });
    for (let second = 0; second <= 25; second += 1) {
      progress.update({ phase: "products", done: second * 4, total: 1000 });
      pass(1000);
    }
    progress.clear();
    expect(written).toEqual([
      "products  40 of 1,000 (4 %)  4.0/s  4 min left\n",
      "products  80 of 1,000 (8 %)  4.0/s  4 min left\n",
    ]);
  });

  it("writes nothing when it shall be quiet", () => {
    const { progress, written, pass } = display({ isTty: true, quiet: true });
    progress.update({ phase: "products", done: 1 });
    pass(20_000);
    progress.update({ phase: "products", done: 2 });
    progress.clear();
    expect(written).toEqual([]);
  });
});

function display({
  columns = 80,
  ...options
}: Pick<ProgressOptions, "isTty" | "quiet"> & { readonly columns?: number }) {
  const written: string[] = [];
  let nowMs = 1000;
  const stream = { columns, write: (text: string) => written.push(text) };
  const progress = createProgress({ stream, clock: () => nowMs, ...options });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { progress, written, pass };
}
