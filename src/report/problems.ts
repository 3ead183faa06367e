// Problems grouped by signature, for the summary and for `check`: the same thing wrong a thousand times is one line.
import { type Problem, type ProblemCode, problemSignature } from "../model/problem.ts";
import { isError } from "./row-outcome.ts";

/** Problems that are the same thing: how many, and the first few as they are. */
export interface ProblemGroup {
  readonly signature: string;
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly count: number;
  readonly examples: readonly Problem[];
}

/** Why rows did not make it: each of these rows counts once, under the problem that decided. */
export interface Reasons {
  /** Rows that ended invalid, blocked, rejected, failed or in doubt. */
  readonly rows: number;
  /** The most frequent; their rows and `other_rows` add up to `rows`. */
  readonly groups: readonly Reason[];
  /** Different reasons seen, those that are not in `groups` included. */
  readonly kinds: number;
  readonly other_rows: number;
}

/** One reason. `code` is null where a row has no problem that says why. */
export interface Reason {
  readonly signature: string;
  readonly code: ProblemCode | null;
  readonly rows: number;
  /** Of the first row, with its cell; null where there is none. */
  readonly example: Problem | null;
}

/** What a tally knows: the groups, worst first, and what did not fit. */
export interface ProblemGroups {
  /** Errors before warnings, then by count, then in the order seen. */
  readonly groups: readonly ProblemGroup[];
  /** Problems whose signature came after the tally was full: counted, not grouped. */
  readonly ungrouped: number;
}

/** Counts problems by signature in bounded memory: so many signatures, and so much text of each. */
export interface ProblemTally {
  add(problem: Problem): void;
  groups(): ProblemGroups;
}

const maxSignatures = 1000;
const maxExamples = 3;
const maxExampleText = 500;
const maxExampleCells = 10;

/** A tally that keeps at most `limit` signatures with three examples each. */
export function tallyProblems(limit: number = maxSignatures): ProblemTally {
  const bySignature = new Map<string, { count: number; readonly examples: Problem[] }>();
  let ungrouped = 0;
  return {
    add(problem) {
      const signature = cut(`${problem.severity ?? "error"} | ${problemSignature(problem)}`);
      const known = bySignature.get(signature);
      if (known !== undefined) {
        known.count += 1;
        if (known.examples.length < maxExamples) known.examples.push(bounded(problem));
      } else if (bySignature.size < limit) {
        bySignature.set(signature, { count: 1, examples: [bounded(problem)] });
      } else {
        ungrouped += 1;
      }
    },
    groups: () => ({
      groups: [...bySignature.entries()]
        .flatMap(([signature, { count, examples }]) => {
          const [first] = examples;
          return first === undefined ? [] : [groupOf(signature, first, count, examples)];
        })
        .sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning") || b.count - a.count),
      ungrouped,
    }),
  };
}

function groupOf(signature: string, first: Problem, count: number, examples: readonly Problem[]): ProblemGroup {
  return {
    signature: signature.slice(signature.indexOf(" | ") + 3),
    code: first.code,
    severity: isError(first) ? "error" : "warning",
    count,
    examples: [...examples],
  };
}

/** The problem cut to what recognises it: a cell may be a whole document, and so may a JSON key. */
export function bounded(problem: Problem): Problem {
  const { message, path, cells } = problem;
  return {
    ...problem,
    message: cut(message),
    ...(path === undefined ? {} : { path: cut(path) }),
    ...boundedCell(problem),
    ...(cells === undefined
      ? {}
      : {
          cells: cells
            .slice(0, maxExampleCells)
            .map((cell) => ({ ...cell, ...boundedCell(cell), column: cut(cell.column) })),
        }),
  };
}

function boundedCell({ column, value }: Pick<Problem, "column" | "value">): Pick<Problem, "column" | "value"> {
  return {
    ...(column === undefined ? {} : { column: cut(column) }),
    ...(value === undefined ? {} : { value: cut(value) }),
  };
}

function cut(text: string): string {
  return text.length > maxExampleText ? `${text.slice(0, maxExampleText - 1)}…` : text;
}
