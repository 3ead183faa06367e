// Content that an account refuses for reasons no schema knows: what a rehearsal or a test wants to see refused.
import type { Json, JsonObject } from "../model/json.ts";
import { type PathStep, parsePath } from "../model/payload-path.ts";
import type { FieldError } from "./reply.ts";

/** Refuses what is written with this value at this path. */
export interface Reject {
  readonly resource: "products" | "sales_orders";
  /** Dotted; `*` stands for every index of a list: `items.*.quantity`, `bill_to.name`, `tags.*`. */
  readonly path: string;
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
    .flatMap(({ path, equals, message }) =>
      placesOf(body, parsePath(path))
        .filter(({ value }) => value === equals)
        .map((place) => ({ path: place.path, message: message ?? `The ${place.path} field is not accepted here.` })),
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
