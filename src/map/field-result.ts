// What a field came to: a value, a reference, nothing, or why it has none.
import type { OffsetDay, Origin } from "../model/draft.ts";
import type { Json } from "../model/json.ts";
import type { Notice, ProblemCode } from "../model/problem.ts";
import type { ReferableName } from "../model/resource.ts";

/** Why a field has no value, before it is known which field. */
export interface Failure {
  readonly kind: "failed";
  readonly code: ProblemCode;
  readonly message: string;
}

/** A warning; it stands where the value of the field comes from, unless it has origins of its own. */
export type PlacedNotice = Notice & { readonly origins?: readonly Origin[] };

/** What a field came to. `absent`: nothing to send. `clear`: a blank cell that empties the field on update. */
export type FieldResult = {
  readonly origins: readonly Origin[];
  /** What is told of the value, or of its absence, as warnings. */
  readonly notices?: readonly PlacedNotice[];
  readonly offsetDay?: OffsetDay;
} & (
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "reference"; readonly resource: ReferableName; readonly key: string }
  | { readonly kind: "clear" }
  | { readonly kind: "absent" }
  | Failure
);
