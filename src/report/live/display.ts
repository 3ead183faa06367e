// The figures of a run on stderr: a panel that is redrawn in place on a terminal, a line every ten seconds elsewhere. There
// is no timer here: whoever has one calls `update` as often as it likes.
import { createColors } from "picocolors";
import { visibleLine } from "../../model/text/visible.ts";
import { plainFigures } from "./figures-text.ts";
import { columnsOf, type PanelLine, panelLines, plainText, type Tone } from "./panel.ts";
import type { RunFigures } from "./run-figures.ts";

/** Where figures are shown. */
export interface DisplayOptions {
  readonly stream: {
    write(text: string): unknown;
    readonly columns?: number | undefined;
    readonly rows?: number | undefined;
  };
  /** False also for a terminal that cannot move its cursor: then as if it were a file. */
  readonly canRedraw: boolean;
  readonly colour: boolean;
  /** Asked only when something is about to be shown. */
  readonly figures: () => RunFigures;
  /** ms since the epoch, and ms of which only differences count. */
  readonly clock: { nowMs(): number; monotonicMs(): number };
}

/** A display. It holds nothing open, so there is nothing to close but the panel: see `clear`. */
export interface Display {
  /** May be called for every entry: what is worked out and written is bounded by the clock. */
  update(): void;
  /** Takes the panel off the terminal, before anything else writes there. The next update puts it back. */
  clear(): void;
}

const redrawMs = 100;
const plainLineMs = 10_000;
const settleMs = 400;
/** Lines as short as these stay whole on most terminals that become narrower. */
const mostColumns = 64;

/** A display that shows nothing yet. */
export function createDisplay(options: DisplayOptions): Display {
  return options.canRedraw ? createPanel(options) : createPlainLines(options);
}

// The cursor stays behind the last character of the last line, and is never hidden: whatever ends the program, the terminal
// is as it was but for the panel itself.
//
// A terminal that changes its width breaks the lines on it anew, and tells only later: tmux up to a quarter of a second. Who
// goes up too far in between erases what others wrote. So nothing is drawn until the size has been the same for a while, and
// who has to make way before that goes up no more lines than the frame has at the least: litter is the smaller harm.
function createPanel({ stream, colour, figures, clock }: DisplayOptions): Display {
  const paint = painter(colour);
  let shown: readonly PanelLine[] = [];
  let shownText = "";
  let nextMs = Number.NEGATIVE_INFINITY;
  let seen = sizeOf(stream);
  let settledMs = Number.NEGATIVE_INFINITY;

  /** The size, once it has settled. */
  const settledSize = (nowMs: number): Size | undefined => {
    const size = sizeOf(stream);
    if (size.columns !== seen.columns || size.rows !== seen.rows) {
      seen = size;
      if (shown.length > 0) settledMs = nowMs + settleMs;
    }
    return nowMs < settledMs ? undefined : size;
  };

  // On a terminal that has become narrower, lines have been broken into several.
  const height = (size: Size | undefined): number => {
    const heights = shown.map((line) =>
      size === undefined ? 1 : Math.max(1, Math.ceil(columnsOf(plainText(line)) / size.columns)),
    );
    return heights.reduce((sum, each) => sum + each, 0);
  };

  return {
    update() {
      const nowMs = clock.monotonicMs();
      const size = settledSize(nowMs);
      if (size === undefined || nowMs < nextMs) return;
      nextMs = nowMs + redrawMs;
      const { columns, rows } = size;
      if (columns < 2 || rows < 1) return;
      // One column stays free: a full line makes some terminals wrap, and then it cannot be redrawn.
      const width = Math.min(columns - 1, mostColumns);
      const lines = panelLines(visibleFigures(figures()), { width, height: rows, nowMs: clock.nowMs() });
      const text = lines.map((line) => `${eraseLine}${paint(line)}`).join("\n");
      if (text === shownText) return;
      stream.write(`${shown.length === 0 ? "" : upToLine(height(size))}${text}\u001B[J`);
      [shown, shownText] = [lines, text];
    },
    clear() {
      if (shown.length > 0) {
        const lines = height(settledSize(clock.monotonicMs()));
        stream.write(`${upToLine(lines)}${Array(lines).fill(eraseLine).join("\n")}${upToLine(lines)}`);
      }
      [shown, shownText] = [[], ""];
      nextMs = Number.NEGATIVE_INFINITY;
    },
  };
}

const eraseLine = "\u001B[2K";

/** To the beginning of the first of so many lines, from the last of them. */
function upToLine(lines: number): string {
  return lines > 1 ? `\r\u001B[${lines - 1}A` : "\r";
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

function sizeOf({ columns = 80, rows = 24 }: DisplayOptions["stream"]): Size {
  return { columns, rows };
}

// A log gets no line for what takes less than ten seconds.
function createPlainLines({ stream, figures, clock }: DisplayOptions): Display {
  let nextMs = clock.monotonicMs() + plainLineMs;
  return {
    update() {
      const monotonicMs = clock.monotonicMs();
      if (monotonicMs < nextMs) return;
      nextMs = monotonicMs + plainLineMs;
      const nowMs = clock.nowMs();
      stream.write(`${isoText(nowMs)} ${plainFigures(visibleFigures(figures()), nowMs)}\n`);
    },
    clear: () => undefined,
  };
}

/** A painter of lines, with colours of our own or with none. */
export function painter(colour: boolean): (line: PanelLine) => string {
  const { green, red, yellow, dim } = createColors(colour);
  const asItIs = (text: string): string => text;
  const paints: Readonly<Record<Tone, (text: string) => string>> = {
    plain: asItIs,
    good: green,
    bad: red,
    waiting: yellow,
    quiet: dim,
  };
  return (line) => line.map(({ text, tone }) => (text === "" ? "" : paints[tone](text))).join("");
}

/** The figures with what came from elsewhere (names of inputs, the cause of an outage) made visible, each on one line. */
export function visibleFigures(figures: RunFigures): RunFigures {
  const { run, step, waiting } = figures;
  return {
    ...figures,
    ...(run === undefined ? {} : { run: { ...run, job: visibleLine(run.job) } }),
    step: "input" in step ? { ...step, input: visibleLine(step.input) } : step,
    ...(waiting?.kind === "outage" ? { waiting: { ...waiting, cause: visibleLine(waiting.cause) } } : {}),
  };
}

function isoText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
