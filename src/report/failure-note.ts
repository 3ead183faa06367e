// What a failures file says about a row, in words for the person who will fix it. Where it is put is the format's matter.
import { rowLabel } from "../model/failure-notes.ts";
import type { ResultRow } from "../model/ledger/results.ts";
import type { Outcome } from "../model/outcome.ts";
import { describeProblem, type Problem } from "../model/problem.ts";
import { isError, placeText, type RunFiles, rowProblems } from "./row-outcome.ts";

/** The three `_import_*` cells of a row. One line each. */
export interface FailureNote {
  readonly outcome: Outcome;
  /** Which row it is, then what is wrong with it: `row 12: …`, joined by `; `. */
  readonly problem: string;
  /** The columns of the row's own cells that have to be looked at, joined by `; `. */
  readonly column: string;
}

/** How rows of one file format are put into a failures file; all of it text, encoded afterwards. */
export interface FailureFormat {
  readonly head: string;
  row(raw: string, note: FailureNote, isFirst: boolean): string;
  readonly foot: string;
}

const maxNoteLength = 2000;

/** The note of one row: all its own problems, those of the whole entry, and the first of another row of the entry. */
export function failureNote(row: ResultRow, files: RunFiles): FailureNote {
  const { own, shared, elsewhere } = rowProblems(row, files);
  const others = elsewhere.filter(isError);
  const errors = [
    ...own.filter(isError).map(inThisRow),
    ...shared.filter(isError).map(describeProblem),
    // Only the first: an order of a thousand faulty lines would otherwise be written a thousand times a thousand.
    ...others.slice(0, 1).map((problem) => `${placeText(problem)}: ${problem.message}`),
    ...(others.length > 1 ? [`${others.length - 1} more in other rows of the same entry`] : []),
  ];
  const warnings = own.filter((problem) => !isError(problem)).map((problem) => `warning: ${inThisRow(problem)}`);
  const columns = new Set(own.filter(isError).flatMap(({ column }) => (column === undefined ? [] : [column])));
  return {
    outcome: row.outcome,
    problem: oneLine([rowLabel(row.ref.number), [...errors, ...warnings].join("; ")].filter(isThere).join(": ")),
    column: oneLine([...columns].join("; ")),
  };
}

function isThere(text: string): boolean {
  return text !== "";
}

// File and line are where the row once was; in the failures file it is this very row.
function inThisRow({ file: _file, line: _line, ...rest }: Problem): string {
  return describeProblem(rest);
}

function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  return line.length > maxNoteLength ? `${line.slice(0, maxNoteLength - 1)}…` : line;
}
