// How a field of the payload came to its value, step by step: mapping records it, reporting words it. Plain data.
import type { Json } from "./json.ts";
import type { ProblemCode } from "./problem.ts";
import type { ReferableName } from "./resource.ts";
import type { Cell } from "./row.ts";

/** A field of the payload and how it came to what it is. */
export interface FieldTrace {
  /** `items[1].quantity`. */
  readonly path: string;
  /** Every alternative that had its turn, in order. None for an element of a list that `where` left out. */
  readonly alternatives: readonly AlternativeTrace[];
  readonly result: TraceResult;
}

/** What a field came to. `default` and `clear` stand for blanks; `left_out` is an element that a child's `where` refuses. */
export type TraceResult =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "default"; readonly value: Json }
  | { readonly kind: "reference"; readonly resource: ReferableName; readonly key: string }
  | { readonly kind: "clear" }
  | { readonly kind: "absent" }
  | { readonly kind: "left_out"; readonly where: string; readonly cells: readonly TracedCell[] }
  | { readonly kind: "failed"; readonly code: ProblemCode; readonly message: string };

/** One way to fill a field, as it went. */
export interface AlternativeTrace {
  /** Its line in the mapping file, or in `file`. */
  readonly line: number;
  /** Where it is written, when that is not the mapping. */
  readonly file?: string;
  readonly source: "from" | "template" | "expr" | "value" | "sum";
  /** The template or expression as it is written; of a sum, the list and its column. */
  readonly text?: string;
  /** The cells it looked at, those of its `when` too. */
  readonly cells: readonly TracedCell[];
  readonly steps: readonly TraceStep[];
}

/** A cell that mapping read. `cell` is absent where there is no such column. */
export interface TracedCell {
  readonly file: string;
  /** The number of the row in its file. */
  readonly row: number;
  /** Where the row starts. */
  readonly line: number;
  readonly column: string;
  readonly cell?: Cell;
}

/** One step, with what came out of it. Whole numbers too long for JSON are text. */
export type TraceStep =
  | { readonly kind: "when"; readonly text: string; readonly passed: boolean }
  /** The cell is blank, and the last filled one above it counts. */
  | { readonly kind: "filled"; readonly file: string; readonly line: number }
  /** What the source gave. */
  | { readonly kind: "picked"; readonly value: Json }
  | { readonly kind: "split"; readonly separator: string; readonly value: Json }
  | { readonly kind: "apply"; readonly transform: string; readonly value: Json }
  /** The answer of `map:` or `lookup:`. `omitted`: `otherwise` leaves the field out, or `invalid: omit` the value. */
  | { readonly kind: "map"; readonly value: Json }
  | { readonly kind: "lookup"; readonly file: string; readonly value: Json }
  | { readonly kind: "omitted"; readonly by: "map" | "lookup" | "invalid" }
  | { readonly kind: "round"; readonly places: number; readonly value: Json }
  /** The price per piece of a line, from what it comes to and its share of a discount on the whole order. */
  | { readonly kind: "priced"; readonly discount?: string; readonly amount: string; readonly value: string }
  /** Read as the payload's schema says. */
  | { readonly kind: "type"; readonly type: string; readonly unit?: string; readonly value: Json }
  | { readonly kind: "blank" };
