// How a run would find what exists: whether the lists' filters filter, and whether records that mappings name are there.
import { type Finding, ok, problem, type Unread, warning } from "../model/finding.ts";
import type { Referable } from "../model/resource.ts";
import { didYouMean } from "../model/text/nearest.ts";
import type { Named } from "./judge-channels.ts";

/** What asking a list for a key that nobody has came to, together with one that is there. */
export interface FilterProbe {
  /** `sku[in]`. */
  readonly filter: string;
  /** How many records came all the same, or why nothing usable did. */
  readonly got: number | Unread;
  /** The key that is there; undefined where the account has no record to ask for. */
  readonly control: { readonly key: string; readonly isFound: boolean } | undefined;
}

const elsewhere =
  "Nothing to fix: a run notices, and asks key by key or reads the whole list instead. That takes longer where Luminous has much more than the job.";

/** One finding for all filters. */
export function judgeFilters(probes: readonly FilterProbe[]): Finding {
  const [broken] = probes.filter(({ got, control }) => got !== 0 || control?.isFound === false);
  const names = probes.map(({ filter }) => filter).join(", ");
  if (broken === undefined)
    return ok(
      "filters",
      probes.length === 0 ? "the job looks nothing up" : `${names}: a key that does not exist finds nothing`,
    );
  const { filter, got, control } = broken;
  if (got === 0) return warning("filters", `${filter} does not find "${control?.key}", which is there`, elsewhere);
  return warning(
    "filters",
    typeof got === "number"
      ? `${filter} does not filter: asked for a key that does not exist, Luminous gave records all the same`
      : `${filter} cannot be used (${got.unread})`,
    elsewhere,
  );
}

/** One finding for the records of a resource that mappings name: all there, or the first that is not. */
export function judgeNamedRecords(
  { name: check, singular, plural, namedBy = "entries" }: Referable,
  wanted: readonly Named[],
  keys: readonly string[] | Unread,
  isImported: boolean,
): readonly Finding[] {
  const distinct = [...new Map(wanted.map((each) => [each.name, each])).values()];
  if ("unread" in keys)
    return [
      problem(
        check,
        `the ${plural} cannot be read (${keys.unread}), and ${namedBy} name them`,
        `Give the token permission to read ${plural}: a run looks each of them up.`,
      ),
    ];
  const known = new Set(keys.map((key) => key.trim()));
  const missing = distinct.filter(({ name }) => !known.has(name));
  const [first] = missing;
  if (first === undefined) return [ok(check, `${distinct.length} looked for, all there`)];
  // Which ones the job makes is seen only when all of its rows are read.
  if (isImported)
    return [
      ok(check, `${distinct.length} looked for, ${missing.length} not there yet; the job imports ${plural} itself`),
    ];
  const others = missing.length === 1 ? "" : ` and ${missing.length - 1} more of ${distinct.length}`;
  return [
    warning(
      check,
      `Luminous has no ${singular} "${first.name}" (${first.place})${others}.${didYouMean(first.name, keys)}`,
      `Make them in Luminous, or correct the names: ${namedBy} of ${plural} that are not there are blocked.`,
    ),
  ];
}
