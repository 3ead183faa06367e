// Which of an entry's problems a row's line shows, for results and failures alike. How it is written is decided there.
import { splitRowId } from "../model/draft.ts";
import type { ResultRow, StagedFile } from "../model/ledger.ts";
import { isSettledWell } from "../model/outcome.ts";
import type { Problem } from "../model/problem.ts";

/** The files of a run as results need them: rows name their file by id, problems by name. */
export interface RunFiles {
  readonly byId: ReadonlyMap<number, StagedFile>;
  /** Names of the files whose rows have result lines. Mappings and reference files are not among them. */
  readonly rowFileNames: ReadonlySet<string>;
}

/** The problems of a row and its entry, sorted by where they are. A problem is in one list only, and only once. */
export interface RowProblems {
  /** In a cell of this row, or of this row as a whole. */
  readonly own: readonly Problem[];
  /** Of the whole entry, or caused by the mapping or a reference file: every row has them. */
  readonly shared: readonly Problem[];
  /** In other rows of the entry. */
  readonly elsewhere: readonly Problem[];
}

/** Builds `RunFiles` from what the ledger lists. */
export function runFiles(files: readonly StagedFile[]): RunFiles {
  return {
    byId: new Map(files.map((file) => [file.id, file])),
    rowFileNames: new Set(files.filter(({ kind }) => kind !== "reference").map(({ file }) => file)),
  };
}

/** How people and results call the input of a file: `orders`, or `orders.details` for a join. */
export function inputName({ input, join }: Pick<StagedFile, "input" | "join">): string {
  return join === undefined ? input : `${input}.${join}`;
}

/** Every problem of a row and its entry, the row's own first; equal ones once. */
export function allProblems(row: ResultRow): readonly Problem[] {
  const ofEntry = row.entry?.problems ?? [];
  if (row.problems.length === 0) return ofEntry;
  const ofRow = new Set(row.problems.map(identityOf));
  return [...row.problems, ...ofEntry.filter((problem) => !ofRow.has(identityOf(problem)))];
}

function identityOf({ code, file, line, path, column, message }: Problem): string {
  return JSON.stringify([code, file, line, path, column, message]);
}

/** Sorts the problems of a row by where they are. */
export function rowProblems(row: ResultRow, files: RunFiles): RowProblems {
  const sorted = { own: [] as Problem[], shared: [] as Problem[], elsewhere: [] as Problem[] };
  const ownCount = row.problems.length;
  for (const [index, problem] of allProblems(row).entries()) {
    sorted[index < ownCount ? "own" : placeOf(problem, row, files)].push(problem);
  }
  return sorted;
}

/**
 * The one problem that a row's line shows, or undefined. Errors come before warnings, the row's own before the
 * entry's. A row that did not make it because of another row gets `same_entry`, with that row's line in the message;
 * its own warnings do not hide that, because they are not the reason.
 */
export function shownProblem(row: ResultRow, files: RunFiles): Problem | undefined {
  const { own, shared, elsewhere } = rowProblems(row, files);
  const error = own.find(isError);
  if (error !== undefined) return error;
  const sharedError = shared.find(isError);
  if (sharedError !== undefined) return withPlaceInMessage(sharedError);
  const other = isSettledWell(row.outcome) ? undefined : elsewhere.find(isError);
  if (other !== undefined) return { code: "same_entry", message: `${placeText(other)}: ${other.message}` };
  return own[0] ?? (shared[0] === undefined ? undefined : withPlaceInMessage(shared[0]));
}

/** True for a problem that decides the outcome: everything but warnings. */
export function isError({ severity }: Problem): boolean {
  return severity !== "warning";
}

/** `orders.csv:1043`. */
export function placeText({ file, line }: Problem): string {
  return line === undefined ? (file ?? "") : `${file ?? ""}:${line}`;
}

function placeOf(problem: Problem, row: ResultRow, { byId, rowFileNames }: RunFiles): keyof RowProblems {
  if (problem.file === undefined || !rowFileNames.has(problem.file)) return "shared";
  if (problem.row === undefined && problem.line === undefined) return "shared";
  const isSameRow =
    problem.row === undefined ? problem.line === row.line : problem.row === splitRowId(row.rowId).rowNumber;
  return isSameRow && problem.file === byId.get(row.fileId)?.file ? "own" : "elsewhere";
}

// The cell named is in a mapping or a reference file, so the line's `column` would be read as one of its own file.
function withPlaceInMessage(problem: Problem): Problem {
  if (problem.file === undefined) return problem;
  const { code, severity, path } = problem;
  return {
    code,
    message: `${placeText(problem)}: ${problem.message}`,
    ...(severity === undefined ? {} : { severity }),
    ...(path === undefined ? {} : { path }),
  };
}
