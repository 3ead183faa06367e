// One pass over the rows of a run: tallies by input, phase and fate, and problems by signature. Writing them is not here.
import type { ResultRow } from "../model/ledger/results.ts";
import { type Action, isFailed, type Outcome } from "../model/outcome.ts";
import type { Phase, ResourceName } from "../model/resource.ts";
import { type ProblemGroups, tallyProblems } from "./problems.ts";
import { allProblems, inputName, isSame, type RunFiles } from "./row-outcome.ts";

/** Rows and entries of one input and phase that ended in the same way. */
export interface Tally {
  /** `orders`, or `orders.details`. */
  readonly input: string;
  /** Null for rows that became no entry, of an input whose resource was not said. */
  readonly phase: Phase | null;
  readonly outcome: Outcome;
  readonly action: Action | null;
  readonly rows: number;
  /** Entries count once, with their first row: sums over all tallies are exact. */
  readonly entries: number;
}

/** What a pass over all rows of a run has seen. */
export interface TalliedRows {
  readonly tallies: readonly Tally[];
  /** By file id. */
  readonly rowsOfFile: ReadonlyMap<number, number>;
  /** The ids of files that have rows which failed. */
  readonly filesWithFailures: ReadonlySet<number>;
  /** Problems of an entry count once, however many rows it has. */
  readonly problems: ProblemGroups;
}

/** Looks at rows as they pass. */
export interface RowTally {
  /** Takes each row of the run once, in input order. */
  see(row: ResultRow, files: RunFiles): void;
  tallied(): TalliedRows;
}

/** A new tally. `resourceOf` (by input name) says where rows belong that became no entry. */
export function tallyRows(resourceOf: Readonly<Record<string, ResourceName>> = {}): RowTally {
  const tallies = new Map<string, Sum>();
  let last: Sum | undefined; // most rows end as the one before
  const rowsOfFile = new Map<number, number>();
  const filesWithFailures = new Set<number>();
  const problems = tallyProblems();
  const seen = createIdSet();
  return {
    see(row, files) {
      const file = files.byId.get(row.ref.file);
      const isFirst = row.entry !== undefined && seen.add(row.entry.id);
      const input = file === undefined ? "" : inputName(file);
      const phase = row.entry?.phase ?? (file === undefined ? undefined : resourceOf[file.input]) ?? null;
      const action = row.entry?.action ?? null;
      if (!isOf(last, input, phase, row.outcome, action)) last = tallyOf(tallies, input, phase, row.outcome, action);
      last.rows += 1;
      if (isFirst) last.entries += 1;
      if (isFailed(row.outcome)) filesWithFailures.add(row.ref.file);
      rowsOfFile.set(row.ref.file, (rowsOfFile.get(row.ref.file) ?? 0) + 1);
      for (const problem of isFirst ? allProblems(row) : newProblems(row)) problems.add(problem);
    },
    tallied: () => ({
      tallies: [...tallies.values()].map((sum) => ({ ...sum })),
      rowsOfFile,
      filesWithFailures,
      problems: problems.groups(),
    }),
  };
}

/** A tally that is being counted. */
type Sum = Pick<Tally, "input" | "phase" | "outcome" | "action"> & { rows: number; entries: number };

function isOf(
  sum: Sum | undefined,
  input: string,
  phase: Phase | null,
  outcome: Outcome,
  action: Action | null,
): sum is Sum {
  return sum?.outcome === outcome && sum.phase === phase && sum.action === action && sum.input === input;
}

function tallyOf(
  tallies: Map<string, Sum>,
  input: string,
  phase: Phase | null,
  outcome: Outcome,
  action: Action | null,
): Sum {
  const name = [input, phase, outcome, action].join("\n");
  const sum = tallies.get(name) ?? { input, phase, outcome, action, rows: 0, entries: 0 };
  tallies.set(name, sum);
  return sum;
}

// Problems of a later row of an entry that the entry itself does not have.
function newProblems(row: ResultRow): ResultRow["problems"] {
  if (row.problems.length === 0 || row.entry === undefined) return row.problems;
  const ofEntry = row.entry.problems;
  return row.problems.filter((problem) => !ofEntry.some((known) => isSame(known, problem)));
}

const bitsPerPage = 32_768;

// Which entries were seen: rows of one entry may lie far apart. One bit an entry, so a million cost 125 KB.
function createIdSet(): { add(id: number): boolean } {
  const pages = new Map<number, Uint8Array>();
  return {
    /** True when the id is new. */
    add(id) {
      const number = Math.floor(id / bitsPerPage);
      const page = pages.get(number) ?? new Uint8Array(bitsPerPage / 8);
      pages.set(number, page);
      const bit = id % bitsPerPage;
      const byte = page[bit >> 3] ?? 0;
      page[bit >> 3] = byte | (1 << (bit & 7));
      return (byte & (1 << (bit & 7))) === 0;
    },
  };
}
