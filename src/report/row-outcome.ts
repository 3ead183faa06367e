// Which of an entry's problems a row's line shows, for results and failures alike. How it is written is decided there.
import type { ResultRow } from "../model/ledger/results.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
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
  return [...row.problems, ...ofEntryAlone(row)];
}

/** The problems of the entry that the row does not have itself. */
function ofEntryAlone({ entry, problems }: ResultRow): readonly Problem[] {
  const ofEntry = entry?.problems ?? [];
  return problems.length === 0 ? ofEntry : ofEntry.filter((problem) => !problems.some((own) => isSame(own, problem)));
}

/** True for problems that say the same of the same place. */
export function isSame(one: Problem, other: Problem): boolean {
  return (
    one.code === other.code &&
    one.line === other.line &&
    one.file === other.file &&
    one.path === other.path &&
    one.column === other.column &&
    one.message === other.message
  );
}

/** Sorts the problems of a row by where they are. */
export function rowProblems(row: ResultRow, files: RunFiles): RowProblems {
  const { shared, placed, byPlace } = sortedByPlace(row.entry?.problems ?? noProblems, files);
  const file = files.byId.get(row.ref.file)?.file;
  const here = [
    ...(byPlace.get(placeKey(file, "row", row.ref.number)) ?? noProblems),
    ...(byPlace.get(placeKey(file, "line", row.line)) ?? noProblems),
  ];
  const isNew = (problem: Problem): boolean => !row.problems.some((own) => isSame(own, problem));
  const ofThisRow = new Set(here);
  return {
    own: [
      ...row.problems,
      ...(here.length < 2 ? here : placed.filter((problem) => ofThisRow.has(problem))).filter(isNew),
    ],
    shared: row.problems.length === 0 ? shared : shared.filter(isNew),
    elsewhere:
      ofThisRow.size === 0 && row.problems.length === 0
        ? placed
        : placed.filter((problem) => !ofThisRow.has(problem) && isNew(problem)),
  };
}

interface SortedByPlace {
  readonly shared: readonly Problem[];
  /** Those that name a row, in their order. */
  readonly placed: readonly Problem[];
  readonly byPlace: ReadonlyMap<string, readonly Problem[]>;
}

const noProblems: readonly Problem[] = [];

// All rows of an entry come with the same list: sorted anew for each, a thousand problems of twenty thousand rows would be
// looked at twenty million times.
const sorted = new WeakMap<readonly Problem[], SortedByPlace>();

function sortedByPlace(problems: readonly Problem[], { rowFileNames }: RunFiles): SortedByPlace {
  const known = sorted.get(problems);
  if (known !== undefined) return known;
  const shared: Problem[] = [];
  const placed: Problem[] = [];
  const byPlace = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { file, row, line } = problem;
    if (file === undefined || !rowFileNames.has(file) || (row === undefined && line === undefined)) {
      shared.push(problem);
      continue;
    }
    placed.push(problem);
    const key = row === undefined ? placeKey(file, "line", line) : placeKey(file, "row", row);
    const there = byPlace.get(key);
    if (there === undefined) byPlace.set(key, [problem]);
    else there.push(problem);
  }
  const made = { shared, placed, byPlace };
  sorted.set(problems, made);
  return made;
}

function placeKey(file: string | undefined, by: "row" | "line", number: number | undefined): string {
  return `${by} ${number} ${file}`;
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

/** The error that kept a row from making it: its own, else one of the whole entry, else the first of another row of its entry. */
export function decidingProblem(row: ResultRow, files: RunFiles): Problem | undefined {
  const { own, shared, elsewhere } = rowProblems(row, files);
  return own.find(isError) ?? shared.find(isError) ?? elsewhere.find(isError);
}

/** True for a problem that decides the outcome: everything but warnings. */
export function isError({ severity }: Problem): boolean {
  return severity !== "warning";
}

/** `orders.csv:1043`. */
export function placeText({ file, line }: Problem): string {
  return line === undefined ? (file ?? "") : `${file ?? ""}:${line}`;
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
