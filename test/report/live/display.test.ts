// How figures get onto a screen, and off it again.
import { describe, expect, it } from "vitest";
import { createDisplay, type DisplayOptions } from "../../../src/report/live/display.ts";
import { panelLines, plainText } from "../../../src/report/live/panel.ts";
import type { RunFigures } from "../../../src/report/live/run-figures.ts";
import { nowMs, runFigures } from "./figures.ts";
import { createScreen } from "./screen.ts";

/** The screen as a program knows it that is told of a new width only when somebody sets it here. */
function toldColumns(screen: ReturnType<typeof createScreen>) {
  return { write: (text: string) => screen.write(text), rows: 24, columns: screen.columns };
}

function displayOn(stream: DisplayOptions["stream"], options: Partial<DisplayOptions> = {}) {
  let figures: RunFigures = runFigures();
  let asked = 0;
  let monotonicMs = 0;
  const display = createDisplay({
    stream,
    canRedraw: true,
    colour: false,
    clock: { nowMs: () => nowMs + monotonicMs, monotonicMs: () => monotonicMs },
    figures: () => {
      asked += 1;
      return figures;
    },
    ...options,
  });
  return {
    display,
    asked: () => asked,
    pass(ms: number, next: RunFigures = figures) {
      monotonicMs += ms;
      figures = next;
      display.update();
    },
    panel: (width: number) =>
      panelLines(figures, { width: Math.min(width, 64), height: 24, nowMs: nowMs + monotonicMs }).map(plainText),
  };
}

describe("on a terminal", () => {
  it("the panel is redrawn in place, below what was there before", () => {
    const screen = createScreen(80);
    screen.write("$ luminous-import run import.yaml\n");
    const shown = displayOn(screen);
    for (let done = 0; done < 50; done += 1) {
      shown.pass(200, runFigures({ phases: [{ phase: "products", entries: 50, done }] }));
      expect(screen.lines()).toEqual(["$ luminous-import run import.yaml", ...shown.panel(79)]);
    }
  });

  it("a panel that has become lower leaves nothing of the higher one", () => {
    const screen = createScreen(80);
    const shown = displayOn(screen);
    shown.pass(200, runFigures({ waiting: { kind: "retry", untilMs: nowMs + 60_000 } }));
    expect(screen.lines()).toHaveLength(7);
    shown.pass(200, runFigures());
    expect(screen.lines()).toEqual(shown.panel(79));
  });

  it("it survives every resize, also to less than the frame that is shown, and leaves what stands above", () => {
    const screen = createScreen(100);
    screen.write("a line before\n");
    const shown = displayOn(screen);
    shown.pass(200);
    for (const columns of [60, 41, 100, 39, 20, 80, 79, 81, 30, 140]) {
      screen.columns = columns;
      shown.pass(200);
      shown.pass(400);
      expect(screen.lines()).toEqual(["a line before", ...shown.panel(columns - 1)]);
    }
  });

  it("a terminal that says its new width late loses nothing, and is redrawn once the width has settled", () => {
    const screen = createScreen(100);
    screen.write("one\ntwo\nthree\n");
    const terminal = toldColumns(screen);
    const shown = displayOn(terminal);
    shown.pass(200);
    // What the program is told is one size behind.
    for (const columns of [60, 30, 120, 44, 90]) {
      terminal.columns = screen.columns;
      screen.columns = columns;
      for (let tick = 0; tick < 3; tick += 1) shown.pass(100);
    }
    terminal.columns = screen.columns;
    for (let tick = 0; tick < 5; tick += 1) shown.pass(100);
    expect(screen.lines()).toEqual(["one", "two", "three", ...shown.panel(89)]);
  });

  it("it goes out of the way of a line that comes in the middle of a resize, and erases nothing of others", () => {
    const screen = createScreen(100);
    screen.write("one\ntwo\nthree\n");
    const terminal = toldColumns(screen);
    const shown = displayOn(terminal);
    shown.pass(200);
    terminal.columns = 30;
    shown.pass(100);
    shown.display.clear();
    screen.write("four\n");
    expect(screen.lines()).toEqual(["one", "two", "three", "four"]);
  });

  it("it goes out of the way and leaves the screen as it was", () => {
    const screen = createScreen(80);
    screen.write("before\n");
    const shown = displayOn(screen);
    shown.pass(200);
    shown.display.clear();
    shown.display.clear();
    screen.write("something else\n");
    expect(screen.lines()).toEqual(["before", "something else"]);
    shown.pass(0);
    expect(screen.lines()).toEqual(["before", "something else", ...shown.panel(79)]);
  });

  it("it never has more lines than the terminal", () => {
    const screen = createScreen(80, 2);
    displayOn(screen).pass(200);
    expect(screen.lines().length).toBeLessThanOrEqual(2);
  });

  it("a hundred thousand updates ask for the figures at most ten times a second", () => {
    const screen = createScreen(80);
    const shown = displayOn(screen);
    for (let entry = 0; entry < 100_000; entry += 1) shown.pass(0.01);
    expect(shown.asked()).toBeLessThanOrEqual(11);
  });

  it("the same frame is not written twice", () => {
    const written: string[] = [];
    const { run: _, ...still } = runFigures();
    const shown = displayOn({ columns: 80, rows: 24, write: (text) => written.push(text) });
    for (let at = 0; at < 20; at += 1) shown.pass(1000, still);
    expect(written).toHaveLength(1);
  });

  it("colours are used only where they are wanted", () => {
    const frames = [true, false].map((colour) => {
      const written: string[] = [];
      displayOn({ columns: 80, rows: 24, write: (text) => written.push(text) }, { colour }).pass(200);
      return written.join("");
    });
    expect(frames[0]).toContain("\u001B[32m");
    expect(frames[1]).not.toContain("m█");
    expect(frames[1]?.replaceAll("\u001B[2K", "").replaceAll("\u001B[J", "")).not.toContain("\u001B");
  });

  it("what comes from elsewhere cannot act on the terminal", () => {
    const written: string[] = [];
    const shown = displayOn({ columns: 80, rows: 24, write: (text) => written.push(text) });
    shown.pass(200, { ...runFigures({ phases: [] }), step: { kind: "reading", input: "a\u001B[2Jb\n", rows: 1 } });
    expect(written.join("")).toContain(String.raw`reading a\u001b[2Jb\n  1 rows`);
  });
});

describe("elsewhere", () => {
  it("there is a line every ten seconds, which begins with the time", () => {
    const written: string[] = [];
    const shown = displayOn({ write: (text) => written.push(text) }, { canRedraw: false });
    for (let second = 0; second < 25; second += 1) shown.pass(1000);
    shown.display.clear();
    const time = (ms: number) => new Date(nowMs + ms).toISOString().replace(".000Z", "Z");
    const line =
      "sales orders 2,310 of 9,120 (25 %), 28 min left; accepted 3,402, failed 12, 429: 3; 3.9 of 4.0 requests/s, 4 in flight";
    expect(written).toEqual([`${time(10_000)} ${line}\n`, `${time(20_000)} ${line}\n`]);
  });
});
