// The rows that did not make it, as the report lists them, gathered in the one pass that writes the results. Their reasons are
// counted exactly; of the rows themselves only so many are kept, so that the report stays a file that can be mailed and opened.
//
// A kept row is one line of the page: fields between tabs, escaped, in the order of `fieldOrder`. Most messages of a reason are the
// same but for the value that they quote: then the message is empty, and the reason's pattern says it with `\u0001` for the value.
import type { ResultRow } from "../../model/ledger/results.ts";
import { type Outcome, outcomes } from "../../model/outcome.ts";
import { type Problem, problemSignature } from "../../model/problem.ts";
import { bounded, type Reason, type Reasons } from "../problems.ts";
import { decidingProblem, type RunFiles, shownProblem } from "../row-outcome.ts";
import { advice } from "./advice.ts";
import { escaped, shortened, shownLine } from "./kit/markup.ts";

/** Fields of a kept row. `file`, `outcome` and `reason` are numbers: places in the lists of `KeptRows` and of all outcomes. */
export const fieldOrder = ["file", "line", "outcome", "reason", "key", "column", "value", "message"] as const;

/** What a report keeps of a run's rows. */
export interface KeptRows {
  readonly files: readonly string[];
  readonly reasons: readonly KeptReason[];
  /** The numbers of the reasons, the most frequent first: as the summary lists them. */
  readonly ranked: readonly number[];
  /** In input order. */
  readonly lines: readonly string[];
  /** So many rows of each reason are there at least, where there are that many; undefined where all are there. */
  readonly mostOfReason: number | undefined;
  /** False where cells, keys and messages were left out. */
  readonly values: boolean;
}

/** A reason as rows refer to it. */
export interface KeptReason extends Reason {
  /** What the messages of its rows have in common, unescaped, with `\u0001` for the value. */
  readonly pattern: string;
  /** The outcomes of its rows. */
  readonly outcomes: ReadonlySet<Outcome>;
}

/** Gathers the rows of one run. */
export interface FailedRows {
  /** Takes each row once, in input order; those that made it, and those that were not reached, are passed over. */
  see(row: ResultRow, files: RunFiles): void;
  /** For the summary. */
  reasons(): Reasons;
  kept(): KeptRows;
}

/** How much is kept, and whether cells are. The defaults are those of the report. */
export interface FailedRowsOptions {
  readonly values?: boolean;
  readonly mostRows?: number;
  readonly mostBytes?: number;
}

/** The shape of a reason while it is counted. */
interface Counted {
  readonly at: number;
  readonly signature: string;
  readonly code: Problem["code"] | null;
  readonly example: Problem | null;
  readonly pattern: string;
  readonly outcomes: Set<Outcome>;
  rows: number;
  kept: number;
}

const mostReasons = 1000;
const mostListed = 100;
const firstOfReason = 1000;
const most = { rows: 500_000, bytes: 8_000_000, value: 200, message: 400, key: 120 };
const valueMark = "\u0001";

/** Nothing gathered yet. */
export function gatherFailedRows({
  values = true,
  mostRows = most.rows,
  mostBytes = most.bytes,
}: FailedRowsOptions = {}): FailedRows {
  const bySignature = new Map<string, Counted>();
  const fileNumbers = new Map<string, number>();
  let lines: string[] = [];
  let bytes = 0;
  let rows = 0;
  let mostOfReason: number | undefined;

  const reasonOf = (row: ResultRow, files: RunFiles, message: string): Counted => {
    const problem = decidingProblem(row, files);
    const own = problem === undefined ? "" : shortened(problemSignature(problem), 500);
    const signature = bySignature.has(own) || bySignature.size < mostReasons ? own : otherReasons;
    const known = bySignature.get(signature);
    if (known !== undefined) return known;
    const isOther = signature === otherReasons;
    const fresh: Counted = {
      at: bySignature.size,
      signature,
      code: isOther ? null : (problem?.code ?? null),
      example: isOther || problem === undefined ? null : bounded(problem),
      pattern: message,
      outcomes: new Set(),
      rows: 0,
      kept: 0,
    };
    bySignature.set(signature, fresh);
    return fresh;
  };

  const fileNumber = (name: string): number => {
    const known = fileNumbers.get(name) ?? fileNumbers.size;
    fileNumbers.set(name, known);
    return known;
  };

  // Fewer of each reason, until all of them fit again.
  const makeRoom = (): void => {
    while (bytes > mostBytes || lines.length > mostRows) {
      mostOfReason = mostOfReason === undefined ? firstOfReason : Math.max(1, Math.floor(mostOfReason / 2));
      const bound = mostOfReason;
      const counts = new Map<string, number>();
      lines = lines.filter((line) => {
        const reason = line.split("\t", 4)[3] ?? "";
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
        return (counts.get(reason) ?? 0) <= bound;
      });
      for (const reason of bySignature.values()) reason.kept = counts.get(String(reason.at)) ?? 0;
      const before = bytes;
      bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
      if (bound === 1 && bytes === before) return;
    }
  };

  return {
    see(row, files) {
      if (!isFailed(row.outcome)) return;
      rows += 1;
      const problem = shownProblem(row, files);
      const pattern = values ? messagePattern(problem) : problem === undefined ? "" : advice[problem.code].what;
      const reason = reasonOf(row, files, pattern);
      reason.rows += 1;
      reason.outcomes.add(row.outcome);
      if (mostOfReason !== undefined && reason.kept >= mostOfReason) return;
      reason.kept += 1;
      const { value, column } = problem ?? {};
      const message = pattern === reason.pattern ? "" : values ? (problem?.message ?? "") : pattern;
      const line = [
        fileNumber(files.byId.get(row.ref.file)?.file ?? ""),
        row.line,
        outcomes.indexOf(row.outcome),
        reason.at,
        values ? escaped(shortened(row.entry?.key ?? "", most.key)) : "",
        escaped(shortened(column ?? "", most.key)),
        values ? escaped(shortened(value ?? "", most.value)) : "",
        escaped(shortened(message, most.message)),
      ].join("\t");
      lines.push(line);
      bytes += Buffer.byteLength(line) + 1;
      makeRoom();
    },
    reasons() {
      const groups = sorted(bySignature)
        .slice(0, mostListed)
        .map(({ signature, code, rows: count, example }) => ({ signature, code, rows: count, example }));
      const grouped = groups.reduce((sum, { rows: count }) => sum + count, 0);
      return { rows, groups, kinds: bySignature.size, other_rows: rows - grouped };
    },
    kept: () => ({
      files: [...fileNumbers.keys()],
      reasons: [...bySignature.values()],
      ranked: sorted(bySignature).map(({ at }) => at),
      lines,
      mostOfReason,
      values,
    }),
  };
}

const otherReasons = "other reasons";

function sorted(reasons: ReadonlyMap<string, Counted>): readonly Counted[] {
  return [...reasons.values()].sort((a, b) => b.rows - a.rows);
}

/** True for a row that did not make it; one that was not reached has not failed. */
function isFailed(outcome: Outcome): boolean {
  switch (outcome) {
    case "invalid":
    case "blocked":
    case "rejected":
    case "failed":
    case "in_doubt":
      return true;
    case "accepted":
    case "unchanged":
    case "skipped":
    case "excluded":
    case "pending":
      return false;
    default:
      return outcome satisfies never;
  }
}

/** The message with a mark where it quotes the value, cut and visible. */
function messagePattern(problem: Problem | undefined): string {
  if (problem === undefined) return "";
  const { message, value } = problem;
  const pieces = value === undefined ? [message] : message.split(`"${value}"`);
  return pieces.map((piece) => shownLine(shortened(piece, most.message))).join(`"${valueMark}"`);
}
