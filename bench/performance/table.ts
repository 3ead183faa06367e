// The table as people read it: in the terminal, and in docs/performance.md.
import type { Figure } from "./figure.ts";

/** What bench/results.json holds. */
export interface Results {
  /** The day, as 2026-01-31. */
  readonly date: string;
  readonly machine: string;
  readonly length: string;
  readonly figures: readonly Figure[];
}

/** The figures, one a line, columns aligned. */
export function tableText(figures: readonly Figure[]): string {
  const lines = [["figure", "value", "spread", "goal", "", "what"], ...figures.map(cellsOf)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function cellsOf(figure: Figure): readonly string[] {
  const { name, title, note } = figure;
  const what = note === "" ? title : `${title} (${note})`;
  return [name, valueText(figure), spreadText(figure), goalText(figure), figure.isMet ? "met" : "NOT MET", what];
}

/** The same as a table of Markdown, with the day and the machine above it. */
export function tableMarkdown({ date, machine, length, figures }: Results): string {
  const rows = figures.map((figure) => {
    const { title, note, isMet } = figure;
    const what = note === "" ? title : `${title}; ${note}`;
    return `| ${what} | ${goalText(figure)} | ${valueText(figure)} | ${spreadText(figure)} | ${isMet ? "yes" : "**no**"} |`;
  });
  const how = length === "usual" ? "" : ` (--${length})`;
  return [
    `Measured on ${date}${how}: ${machine}.`,
    "",
    "| figure | goal | median | lowest to highest | met |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

const begin = "<!-- figures: npm run bench -- --docs -->";
const end = "<!-- end of figures -->";

/** The document with the table between its markers. Throws when they are not there. */
export function withTable(document: string, table: string): string {
  const [before, rest] = split(document, begin);
  const [, after] = split(rest, end);
  return `${before}${begin}\n${table}\n${end}${after}`;
}

function split(text: string, marker: string): readonly [string, string] {
  const at = text.indexOf(marker);
  if (at === -1) throw new Error(`the document has no ${marker}`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function valueText({ value, unit }: Figure): string {
  return withUnit(numberText(value), unit);
}

function spreadText({ low, high, repetitions }: Figure): string {
  return repetitions === 1 ? "once" : `${numberText(low)} to ${numberText(high)}`;
}

function goalText({ goal: { side, value }, unit }: Figure): string {
  return `${side === "at least" ? "≥" : "≤"} ${withUnit(String(value), unit)}`;
}

function withUnit(text: string, unit: string): string {
  return unit === "" ? text : `${text} ${unit}`;
}

/** Three digits that count, and whole numbers whole. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
