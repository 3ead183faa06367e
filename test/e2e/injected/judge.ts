// Judges what the program said of a fault: the very cell and path, only the row, nothing, or another cell.
import type { Problem } from "../../../src/model/problem.ts";
import type { TableRecord } from "../table.ts";
import { mappingFile, type Wanted } from "./inject.ts";

/** A line of results.ndjson, as far as it is judged. */
export interface Told {
  readonly file: string;
  readonly line: number;
  readonly outcome: string;
  readonly problems: readonly (Problem & { readonly cells?: readonly Problem[] })[];
}

/** How a fault was reported. */
export interface Verdict {
  /** `part`: a cell that the refused value is made of, but not the faulty one. */
  readonly grade: "exact" | "part" | "row only" | "unnamed" | "unreported" | "wrong";
  /** What was said, for a person to read. */
  readonly said: string;
}

/** Of results.ndjson and results.csv of a run. */
export function judge(wanted: Wanted, told: readonly Told[], rows: readonly TableRecord[]): Verdict {
  const { kind, at, path, madeOf, ownLine } = wanted;
  const entry = told.find(isAtLine(at)) ?? told.find(isAtLine(ownLine));
  const errors = entry?.problems.filter(({ severity }) => severity === undefined) ?? [];
  const said = errors.map(({ file, line, column, value, path: to, message, cells }) =>
    JSON.stringify({ file, line, column, value: value?.slice(0, 40), path: to, message: message.slice(0, 90), cells }),
  );
  const verdict = (grade: Verdict["grade"], more = ""): Verdict => ({
    grade,
    said: `${grade}: ${kind.name}, put at ${placeOf(at)} → ${path}: ${entry?.outcome} ${more} ${said.join(" and ")}`,
  });
  if (entry === undefined || entry.outcome !== kind.outcome || errors.length === 0) return verdict("unreported");

  const isInjected = (cell: Partial<Problem>): boolean =>
    cell.file === at.file &&
    cell.line === at.line &&
    cell.column === at.column &&
    (at.value === undefined || cell.value === at.value);
  const isPart = (cell: Partial<Problem>): boolean =>
    madeOf.some(({ file, line, column }) => cell.file === file && cell.line === line && cell.column === column);
  const isExact = (problem: Told["problems"][number]): boolean =>
    (problem.path ?? "") === path &&
    (isInjected(problem) ||
      (kind.outcome === "rejected" && isPart(problem) && (problem.cells?.some(isInjected) ?? false)));
  const isElsewhere = (problem: Partial<Problem>): boolean =>
    problem.file !== undefined &&
    !isInjected(problem) &&
    !(kind.outcome === "rejected" && isPart(problem)) &&
    !(problem.column === undefined && at.column !== undefined && isAtLine(at)(problem));

  if (errors.some(isElsewhere)) return verdict("wrong", "names another cell:");
  const exact = errors.find(isExact);
  if (exact === undefined) {
    if (errors.some(isInjected)) return verdict("wrong", `at another path than ${path}:`);
    if (errors.some(isPart)) return verdict("part");
    return verdict(errors.some(({ file }) => file !== undefined) ? "row only" : "unnamed");
  }
  return isShown(exact, at, rows, ownLine) ? verdict("exact") : verdict("row only", "results.csv shows less:");
}

/** The verdicts by grade: `{ exact: 50, wrong: 1 }`. */
export function tallyOf(verdicts: readonly Verdict[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { grade } of verdicts) counts[grade] = (counts[grade] ?? 0) + 1;
  return counts;
}

function placeOf({ file, line, column, value }: Wanted["at"]): string {
  return `${file}:${line} ${column ?? ""} ${JSON.stringify(value?.slice(0, 40) ?? "")}`;
}

function isAtLine({ file, line }: Partial<Problem>): (other: Partial<Problem>) => boolean {
  return (other) => other.file === file && other.line === line;
}

/** The row's own line in results.csv; what stands in no row of the input is named in the message of the order's line. */
function isShown(
  { path, column, value }: Problem,
  at: Wanted["at"],
  rows: readonly TableRecord[],
  ownLine: Wanted["ownLine"],
): boolean {
  const lineOf = (place: Partial<Problem>) =>
    rows.find(({ file, line }) => file === place.file && line === String(place.line));
  const own = lineOf(at);
  if (own !== undefined) return own.column === column && own.path === (path ?? "") && isSame(own.value, value);
  const shown = lineOf(ownLine);
  return at.file === mappingFile || at.file === "customers.csv"
    ? shown?.path === path && shown?.message?.startsWith(`${at.file}:${at.line}: `) === true
    : false;
}

function isSame(shown: string | undefined, value: string | undefined): boolean {
  return shown === (value ?? "") || /\p{Surrogate}/u.test(value ?? "");
}
