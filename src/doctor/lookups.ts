// How a run would find what exists: whether the lists' filters filter, and whether companies that mappings name are there.
import { type Finding, ok, problem, type Unread, warning } from "../model/finding.ts";
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
      probes.length === 0 ? "the job looks nothing up" : `${names}: a key that nobody has finds nothing`,
    );
  const { filter, got, control } = broken;
  if (got === 0) return warning("filters", `${filter} does not find "${control?.key}", which is there`, elsewhere);
  return warning(
    "filters",
    typeof got === "number"
      ? `${filter} does not filter: asked for a key that nobody has, Luminous gave records all the same`
      : `${filter} cannot be used (${got.unread})`,
    elsewhere,
  );
}

/** One finding for each company that is not there, or one that all are. */
export function judgeCompanies(wanted: readonly Named[], names: readonly string[] | Unread): readonly Finding[] {
  const distinct = [...new Map(wanted.map((each) => [each.name, each])).values()];
  if ("unread" in names)
    return [
      problem(
        "companies",
        `the companies cannot be read (${names.unread}), and orders name them`,
        "Give the token permission to read companies: a run looks each of them up.",
      ),
    ];
  const known = new Set(names.map((name) => name.trim()));
  const missing = distinct.filter(({ name }) => !known.has(name));
  const [first] = missing;
  if (first === undefined) return [ok("companies", `${distinct.length} looked for, all there`)];
  const others = missing.length === 1 ? "" : ` and ${missing.length - 1} more of ${distinct.length}`;
  return [
    warning(
      "companies",
      `Luminous has no company "${first.name}" (${first.place})${others}.${didYouMean(first.name, names)}`,
      "Make them in Luminous, or correct the names: orders of companies that are not there are blocked.",
    ),
  ];
}
