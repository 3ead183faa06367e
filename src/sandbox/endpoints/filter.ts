// The filter language of lists: `field[op]=value`, a bare `field=value` is eq (facts §4.7).
import type { FieldError } from "../world/reply.ts";

const operators = [
  "eq",
  "neq",
  "in",
  "notin",
  "contains",
  "notcontains",
  "gt",
  "gte",
  "lt",
  "lte",
  "set",
  "notset",
] as const;
type Operator = (typeof operators)[number];

/** One `field[operator]=value` of a query. */
export interface Filter {
  readonly field: string;
  readonly operator: Operator;
  readonly value: string;
}

const reserved = new Set(["page", "per_page", "sort", "since", "cursor", "limit", "object_type"]);

/** Whether a parameter of a query asks for a filter. */
export function isFilterName(name: string): boolean {
  return !reserved.has(name.replace(/\[.*$/, ""));
}

/** The filters of a query. An unknown operator is an error; what an unknown field does is the list's business. */
export function readFilters(query: URLSearchParams): {
  readonly filters: readonly Filter[];
  readonly errors: readonly FieldError[];
} {
  const filters: Filter[] = [];
  const errors: FieldError[] = [];
  for (const [name, value] of query) {
    const [, field = name, operator = "eq"] = /^([^[\]]+)(?:\[([^[\]]*)\])?$/.exec(name) ?? [];
    if (reserved.has(field)) continue;
    if (isOperator(operator)) filters.push({ field, operator, value });
    else errors.push({ path: name, message: `The ${name} filter has no operator that is known.` });
  }
  return { filters, errors };
}

/** Values that `in` names: comma-separated, so a value with a comma cannot be among them. */
export function listed(value: string): readonly string[] {
  return value.split(",").filter((part) => part !== "");
}

/** Whether a field with these values passes. A field may have several (a product has its own and alternate SKUs). */
export function passes({ operator, value }: Filter, actual: readonly unknown[]): boolean {
  const present = actual.filter((candidate) => candidate !== undefined && candidate !== null && candidate !== "");
  const some = (test: (candidate: unknown) => boolean): boolean => present.some(test);
  switch (operator) {
    case "eq":
      return some((candidate) => compare(candidate, value) === 0);
    case "neq":
      return !some((candidate) => compare(candidate, value) === 0);
    case "in":
      return some((candidate) => listed(value).some((wanted) => compare(candidate, wanted) === 0));
    case "notin":
      return !some((candidate) => listed(value).some((wanted) => compare(candidate, wanted) === 0));
    case "contains":
      return some((candidate) => String(candidate).includes(value));
    case "notcontains":
      return !some((candidate) => String(candidate).includes(value));
    case "gt":
      return some((candidate) => compare(candidate, value) > 0);
    case "gte":
      return some((candidate) => compare(candidate, value) >= 0);
    case "lt":
      return some((candidate) => compare(candidate, value) < 0);
    case "lte":
      return some((candidate) => compare(candidate, value) <= 0);
    case "set":
      return present.length > 0;
    case "notset":
      return present.length === 0;
    default:
      return operator satisfies never;
  }
}

/** Numbers compare as numbers, moments with a bare date by their day, everything else as text: `007` is not `7`. */
function compare(candidate: unknown, value: string): number {
  if (typeof candidate === "number") return candidate - Number(value);
  const text = String(candidate);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value) && /^\d{4}-\d\d-\d\dT/.test(text);
  const comparable = isDay ? text.slice(0, value.length) : text;
  return comparable === value ? 0 : comparable < value ? -1 : 1;
}

function isOperator(text: string): text is Operator {
  return (operators as readonly string[]).includes(text);
}
