// All runs of a job as a table: newest first, a line each, as many columns as the terminal has room for.
import type { Outcome } from "../model/outcome.ts";
import { durationText, grouped, momentText, words } from "./wording.ts";

/** A run as the table shows it. */
export interface TableRun {
  readonly runId: string;
  readonly command: string;
  readonly account: string;
  readonly startedAtMs: number;
  /** Absent while it has none. */
  readonly endedAtMs?: number;
  /** The exit code, or what there is instead: `under way`, `killed`. */
  readonly exit: string;
  /** By outcome; absent for a run that ended before it had any. */
  readonly rows: Readonly<Partial<Record<Outcome, number>>> | undefined;
}

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  readonly isNumber: boolean;
  /** The higher, the sooner it is left out. */
  readonly dispensable: number;
}

/** The table, every line within the width. Count columns without a count are left out, and the account where all have one. */
export function runsTable(runs: readonly TableRun[], width: number): string {
  let columns = columnsOf(runs);
  while (lineWidth(columns) > width && columns.length > 1) {
    const worst = Math.max(...columns.map(({ dispensable }) => dispensable));
    columns = columns.filter(({ dispensable }) => dispensable < worst);
  }
  const line = (at: number | undefined): string =>
    columns
      .map((column) => {
        const text = at === undefined ? column.title : (column.cells[at] ?? "");
        return column.isNumber ? text.padStart(widthOf(column)) : text.padEnd(widthOf(column));
      })
      .join("  ")
      .trimEnd();
  return [line(undefined), ...runs.map((_, at) => line(at))].join("\n");
}

function columnsOf(runs: readonly TableRun[]): readonly Column[] {
  const text = (title: string, dispensable: number, cell: (run: TableRun) => string): Column => ({
    title,
    cells: runs.map(cell),
    isNumber: false,
    dispensable,
  });
  const count = (title: string, dispensable: number, ...among: readonly Outcome[]): readonly Column[] => {
    const counts = runs.map(({ rows }) => (rows === undefined ? undefined : sumOf(rows, among)));
    const isEmpty = counts.every((number) => number === undefined || number === 0);
    const cells = counts.map((number) => (number === undefined ? "" : grouped(number)));
    return isEmpty && dispensable > alwaysShown ? [] : [{ title, cells, isNumber: true, dispensable }];
  };
  const hasSeveral = new Set(runs.map(({ account }) => account)).size > 1;
  return [
    text("run", 10, ({ runId }) => runId),
    text("started", 0, ({ startedAtMs }) => momentText(startedAtMs)),
    text("took", 4, ({ startedAtMs, endedAtMs }) =>
      endedAtMs === undefined ? "" : durationText(endedAtMs - startedAtMs),
    ),
    text("command", 3, ({ command }) => command),
    ...count("accepted", 1, "accepted"),
    ...count(words("unchanged"), 12, "unchanged"),
    ...count(words("skipped"), 16, "skipped"),
    ...count(words("excluded"), 17, "excluded"),
    ...count(words("invalid"), 11, "invalid"),
    ...count(words("blocked"), 14, "blocked"),
    ...count("failed", 2, "failed", "rejected"),
    ...count(words("in_doubt"), 15, "in_doubt"),
    ...count(words("pending"), 13, "pending"),
    text("exit", 0, ({ exit }) => exit),
    ...(hasSeveral ? [text("account", 5, ({ account }) => account)] : []),
  ];
}

const alwaysShown = 2;

function sumOf(rows: NonNullable<TableRun["rows"]>, among: readonly Outcome[]): number {
  return among.reduce((sum, outcome) => sum + (rows[outcome] ?? 0), 0);
}

function widthOf({ title, cells }: Column): number {
  return Math.max(title.length, ...cells.map(({ length }) => length));
}

function lineWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + widthOf(column) + 2, -2);
}
