// Rows of failures files that must not be sent as they stand: found before anything is staged, and told once their entries are.
import type { Problem } from "../model/problem.ts";

/** By the id of the file that the rows come from. */
export type RefusedRows = ReadonlyMap<number, readonly RefusedRow[]>;

/** One of them: its number and line in the failures file, and why. */
export interface RefusedRow extends Pick<Problem, "code" | "message" | "column" | "value"> {
  readonly row: number;
  readonly line: number;
}
