// Content that an account refuses for reasons no schema knows: what a rehearsal or a test wants to see refused.
import type { Json, JsonObject } from "../../model/json.ts";
import { type PathStep, parsePath } from "../../model/payload-path.ts";
import type { ResourceName } from "../../model/resource.ts";
import type { FieldError } from "./reply.ts";

/** Refuses what is written with this value at this path. */
export interface Reject {
  readonly resource: ResourceName;
  /** Dotted; `*` stands for every index of a list: `items.*.quantity`, `bill_to.name`, `tags.*`. */
  readonly path: string;
  /** What the refusal calls the last step of the path, when not as it was sent: an item's `sku` is refused as `product`. */
  readonly named?: string;
  /** Compared exactly: `2` is not `"2"`. */
  readonly equals: string | number | boolean;
  /** Default `The <path> field is not accepted here.` */
  readonly message?: string;
}

/** What the rejects have against a body: an error for each place with such a value, under its own path (`items.1.quantity`). */
export function rejectErrors(
  rejects: readonly Reject[],
  resource: Reject["resource"],
  body: JsonObject,
): readonly FieldError[] {
  return rejects
    .filter((reject) => reject.resource === resource)
    .flatMap(({ path, named, equals, message }) =>
      placesOf(body, parsePath(path))
        .filter(({ value }) => value === equals)
        .map((place) => (named === undefined ? place.path : place.path.replace(/[^.]*$/, named)))
        .map((said) => ({ path: said, message: message ?? `The ${said} field is not accepted here.` })),
    );
}

interface Place {
  readonly path: string;
  readonly value: Json;
}

function placesOf(value: Json, [step, ...rest]: readonly PathStep[], path = ""): readonly Place[] {
  if (step === undefined) return [{ path, value }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value)
    .filter(([name]) => (step === "*" ? Array.isArray(value) : name === String(step)))
    .flatMap(([name, inner]) => placesOf(inner, rest, path === "" ? name : `${path}.${name}`));
}
