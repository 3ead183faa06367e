// The panel of a run on a terminal, as lines: a pure function of its figures and the room there is. Columns are left out
// where they do not fit, and words stay whole. How it gets onto the screen is display.ts.
import width from "fast-string-width";
import { durationText, words } from "../wording.ts";
import { wrap } from "../wrap.ts";
import {
  countTexts,
  currentPhase,
  doneText,
  leftText,
  percentText,
  stepText,
  trafficTexts,
  waitingText,
} from "./figures-text.ts";
import type { PhaseFigures, RunFigures, RunTitle } from "./run-figures.ts";

/** What a stretch of a line means; a terminal without colours shows it all the same. */
export type Tone = "plain" | "good" | "bad" | "waiting" | "quiet";

/** A stretch of a line. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the panel, without a line end. */
export type PanelLine = readonly Span[];

/** The room for a panel, and the time of day, ms since the epoch. */
export interface PanelRoom {
  readonly width: number;
  readonly height: number;
  readonly nowMs: number;
}

/** The lines of the panel: none wider than the room, and no more than its height. */
export function panelLines(figures: RunFigures, room: PanelRoom): readonly PanelLine[] {
  const { phases, run, waiting } = figures;
  const step = stepText(figures.step);
  const titles = run === undefined ? [] : [titleLine(run, room)];
  const bars = phaseLines(phases, room.width);
  const steps = step === undefined ? [] : [[plain([step.what, step.count ?? ""].filter(isFilled).join("  "))]];
  const totals = phases.length === 0 ? [] : totalLines(figures, room.width);
  const waits =
    waiting === undefined
      ? []
      : wrap(waitingText(waiting, room.nowMs), room.width).map((text): PanelLine => [{ text, tone: "waiting" }]);
  const current = currentPhase(phases);
  const main = bars.filter((_, at) => phases[at] === current);
  // From all of it down to the least that says something.
  const choices = [
    [...titles, ...bars, ...steps, ...totals, ...waits],
    [...bars, ...steps, ...totals, ...waits],
    [...main, ...steps, ...totals, ...waits],
    [...main, ...steps, ...totals.slice(0, 1), ...waits.slice(0, 1)],
    steps.length > 0 ? steps : main,
  ];
  const lines = choices.find(({ length }) => length <= room.height) ?? [];
  return lines.map((line) => fitted(line, room.width));
}

/** The line as text alone. */
export function plainText(line: PanelLine): string {
  return line.map(({ text }) => text).join("");
}

/** Columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  return width(text);
}

/** `run of import.yaml  20261127-101500-1a2f  1 min 12 s`; the name of the run goes first where it is too much. */
function titleLine({ runId, command, job, startedAtMs }: RunTitle, { width: room, nowMs }: PanelRoom): PanelLine {
  const what = `${command} of ${job}`;
  const elapsed = elapsedText(nowMs - startedAtMs);
  for (const name of [gap + runId, ""]) {
    const line = [plain(what), quiet(name), plain(gap + elapsed)];
    if (columnsOf(plainText(line)) <= room) return line;
  }
  return [plain(what)];
}

/** Seconds as long as a person counts them. */
function elapsedText(elapsedMs: number): string {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  return seconds < 60 || seconds >= 3600
    ? durationText(seconds * 1000)
    : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

interface Columns {
  readonly hasBar: boolean;
  readonly hasPercent: boolean;
  readonly hasLeft: boolean;
}

/** The richest first. */
const columnChoices: readonly Columns[] = [
  { hasBar: true, hasPercent: true, hasLeft: true },
  { hasBar: false, hasPercent: true, hasLeft: true },
  { hasBar: false, hasPercent: false, hasLeft: true },
  { hasBar: false, hasPercent: true, hasLeft: false },
  { hasBar: false, hasPercent: false, hasLeft: false },
];
const barColumns = { least: 8, most: 30 };
const gap = "  ";

function phaseLines(phases: readonly PhaseFigures[], room: number): readonly PanelLine[] {
  const cells = phases.map((phase) => ({
    name: words(phase.phase),
    done: doneText(phase),
    percent: percentText(phase),
    left: leftText(phase),
  }));
  const widest = (column: "name" | "done" | "percent" | "left") =>
    Math.max(0, ...cells.map((cell) => columnsOf(cell[column])));
  const widths = { name: widest("name"), done: widest("done"), percent: widest("percent"), left: widest("left") };
  const taken = ({ hasPercent, hasLeft }: Columns): number =>
    [widths.name, widths.done, hasPercent ? widths.percent : 0, hasLeft ? widths.left : 0]
      .filter((column) => column > 0)
      .reduce((sum, column) => sum + column + gap.length, -gap.length);
  const least = (columns: Columns) => taken(columns) + (columns.hasBar ? barColumns.least + gap.length : 0);
  const columns = columnChoices.find((choice) => least(choice) <= room) ?? columnChoices.at(-1);
  if (columns === undefined) return [];
  const bar = Math.min(barColumns.most, room - taken(columns) - gap.length);
  return cells.map(({ name, done, percent, left }, at): PanelLine => {
    const phase = phases[at];
    const numbers = [
      done.padStart(widths.done),
      ...(columns.hasPercent ? [percent.padStart(widths.percent)] : []),
      ...(columns.hasLeft && left !== "" ? [left.padStart(widths.left)] : []),
    ];
    return [
      plain(name.padEnd(widths.name) + gap),
      ...(columns.hasBar && phase !== undefined ? [...barSpans(phase, bar), plain(gap)] : []),
      plain(numbers.join(gap)),
    ];
  });
}

// Full only when it is done, and begun only when something is.
function barSpans({ done, entries }: PhaseFigures, columns: number): readonly Span[] {
  const share = entries <= 0 ? 0 : Math.min(1, done / entries);
  const filled = share > 0 ? Math.max(1, Math.floor(share * columns)) : 0;
  return [
    { text: "█".repeat(filled), tone: "good" },
    { text: "░".repeat(columns - filled), tone: "quiet" },
  ];
}

/** All counts with dots between them; where one line is too short, what went over the wire gets a line of its own. */
function totalLines(figures: RunFigures, room: number): readonly PanelLine[] {
  const counts = countTexts(figures).map(({ text, isBad }): Span => ({ text, tone: isBad === true ? "bad" : "plain" }));
  const traffic = trafficTexts(figures).map(plain);
  const together = dotted([...counts, ...traffic], room);
  return together.length === 1 ? together : [...dotted(counts, room), ...dotted(traffic, room)];
}

/** In as many lines as the parts need. */
function dotted(parts: readonly Span[], room: number): readonly PanelLine[] {
  const lines: Span[][] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const isRoom = last !== undefined && columnsOf(`${plainText(last)}${dot}${part.text}`) <= room;
    if (isRoom) last.push(quiet(dot), part);
    else lines.push([part]);
  }
  return lines;
}

const dot = " · ";

/** The line within the room: words that do not fit are left out, and only a first word that is too long is cut. */
function fitted(line: PanelLine, room: number): PanelLine {
  const text = plainText(line);
  if (columnsOf(text) <= room) return line;
  const [first = "", ...others] = text.split(" ");
  let fit = cutWord(first, room);
  for (const word of others) {
    if (columnsOf(fit) + 1 + columnsOf(word) > room) break;
    fit = `${fit} ${word}`;
  }
  return [plain(fit.trimEnd())];
}

function cutWord(word: string, room: number): string {
  if (columnsOf(word) <= room) return word;
  let fit = "";
  for (const character of word) {
    if (columnsOf(fit + character) > room - 1) break;
    fit += character;
  }
  return room > 0 ? `${fit}…` : "";
}

function plain(text: string): Span {
  return { text, tone: "plain" };
}

function quiet(text: string): Span {
  return { text, tone: "quiet" };
}

function isFilled(text: string): boolean {
  return text !== "";
}
