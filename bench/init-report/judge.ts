// How a guessed mapping does against an expert's: entry by entry, field by field, by what both make of the same file.
import type { Draft } from "../../src/model/draft.ts";
import { isPlainObject } from "../../src/model/json.ts";
import { resources } from "../../src/model/resources/resources.ts";
import { validateDraft } from "../../src/staging/validate.ts";

/** `wrong`: another value than the expert's, or one where the expert has none. `todo`: left to the person. */
export type Verdict = "right" | "wrong" | "todo";

/** One field, its list elements together: `items[].unit_price`. */
export interface JudgedField {
  readonly path: string;
  readonly verdict: Verdict;
  readonly isMoney: boolean;
  /** The first entry that differs: `row 3: 12.5, not 12.05`. */
  readonly example?: string;
}

/** Fields of payloads that are amounts of money. */
const money =
  /(^|\.|\])(unit_price|total_tax|total_shipping|retail_price|wholesale_price|unit_cost|price|original_price)$/;

/** Which entries there are: those that both have are told by their first row. */
export const entriesPath = "(entries)";

/** Judges what was guessed. `skip` names paths that only a person can say, such as the channel. */
export function judgeDrafts(
  wanted: readonly Draft[],
  guessed: readonly Draft[],
  skip: ReadonlySet<string>,
): readonly JudgedField[] {
  if (guessed.length === 0)
    return [...pathsOf(wanted)].filter((path) => !skip.has(path)).map((path) => judged(path, "todo"));
  const refused = refusedByBoth(wanted, guessed);
  const leaves = (draft: Draft) => [firstRow(draft), leavesOf(draft, refused.get(firstRow(draft)))] as const;
  const own = new Map(wanted.map(leaves));
  const theirs = new Map(guessed.map(leaves));
  const strangers = [...theirs.keys()].filter((row) => !own.has(row));
  const missing = [...own.keys()].filter((row) => !theirs.has(row));
  const entries: JudgedField =
    strangers.length + missing.length === 0
      ? judged(entriesPath, "right")
      : judged(
          entriesPath,
          "wrong",
          `rows ${[...strangers, ...missing].slice(0, 5).join(", ")} begin an entry in one of them only`,
        );
  const paths = new Set([...pathsOf(wanted), ...pathsOf(guessed)]);
  const fields = [...paths].filter((path) => !skip.has(path)).map((path) => judgePath(path, own, theirs));
  return [entries, ...fields.sort((a, b) => a.path.localeCompare(b.path))];
}

type Leaves = ReadonlyMap<string, readonly string[]>;

function judgePath(path: string, own: ReadonlyMap<number, Leaves>, theirs: ReadonlyMap<number, Leaves>): JudgedField {
  const isSaid = [...theirs.values()].some((leaves) => leaves.has(path));
  if (!isSaid) return judged(path, "todo");
  for (const [row, leaves] of own) {
    const wanted = leaves.get(path)?.join(" | ") ?? "nothing";
    const guessed = theirs.get(row)?.get(path)?.join(" | ") ?? "nothing";
    if (theirs.has(row) && wanted !== guessed) return judged(path, "wrong", `row ${row}: ${guessed}, not ${wanted}`);
  }
  return judged(path, "right");
}

function judged(path: string, verdict: Verdict, example?: string): JudgedField {
  return { path, verdict, isMoney: money.test(path), ...(example === undefined ? {} : { example }) };
}

function firstRow({ rows }: Draft): number {
  return Math.min(...rows.filter(({ ref }) => ref.file < 1000).map(({ ref }) => ref.number));
}

function pathsOf(drafts: readonly Draft[]): ReadonlySet<string> {
  return new Set(drafts.flatMap((draft) => [...leavesOf(draft).keys()]));
}

/**
 * By an entry's first row: the list elements (`items[1]`) that both mappings refuse at the same place for the same reason. Such an entry is
 * never sent by either, so what else its refused element says is nobody's value: an expert's rule for sound lines may well make
 * nonsense of it. All other elements and fields of the entry are judged, and everything of an entry that one of them would send.
 */
function refusedByBoth(wanted: readonly Draft[], guessed: readonly Draft[]): ReadonlyMap<number, ReadonlySet<string>> {
  const theirs = new Map(guessed.map((draft) => [firstRow(draft), refusals(draft)]));
  return new Map(
    wanted.map((draft) => {
      const guess = theirs.get(firstRow(draft));
      const shared = [...refusals(draft)].filter((refusal) => guess?.has(refusal) === true);
      return [firstRow(draft), new Set(shared.map((refusal) => refusal.replace(/\].*$/, "]")))];
    }),
  );
}

/** `items[1].quantity too_small`: what a run would not send, where it is about a field of a list element. */
function refusals(draft: Draft): ReadonlySet<string> {
  const settings = { policy: "skip", strict: false, showCreationNeeds: false } as const;
  const { problems } = validateDraft(draft, resources[draft.resource], settings);
  const ofElements = problems.filter(({ severity, path }) => severity === undefined && path?.includes("].") === true);
  return new Set(ofElements.map(({ path, code }) => `${path} ${code}`));
}

/** The values of a draft by path, list elements under one path in their order, with what it refers to. */
function leavesOf({ payload, references }: Draft, without: ReadonlySet<string> = new Set()): Leaves {
  const leaves = new Map<string, string[]>();
  const put = (path: string, value: string) => {
    const shared = path.replace(/\[\d+\]/g, "[]");
    leaves.set(shared, [...(leaves.get(shared) ?? []), value]);
  };
  const walk = (value: unknown, path: string): void => {
    if (without.has(path)) return;
    if (Array.isArray(value)) for (const [at, item] of value.entries()) walk(item, `${path}[${at}]`);
    else if (isPlainObject(value))
      for (const [name, inner] of Object.entries(value)) walk(inner, path === "" ? name : `${path}.${name}`);
    else put(path, JSON.stringify(value));
  };
  walk(payload, "");
  for (const { path, key } of references) put(path, JSON.stringify(key));
  return leaves;
}
