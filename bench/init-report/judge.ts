// How a guessed mapping does against an expert's: entry by entry, field by field, by what both make of the same file.
import type { Draft } from "../../src/model/draft.ts";
import { isPlainObject } from "../../src/model/json.ts";

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
  const own = new Map(wanted.map((draft) => [firstRow(draft), leavesOf(draft)]));
  const theirs = new Map(guessed.map((draft) => [firstRow(draft), leavesOf(draft)]));
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

/** The values of a draft by path, list elements under one path in their order, with what it refers to. */
function leavesOf({ payload, references }: Draft): Leaves {
  const leaves = new Map<string, string[]>();
  const put = (path: string, value: string) => leaves.set(path, [...(leaves.get(path) ?? []), value]);
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, `${path}[]`);
    else if (isPlainObject(value))
      for (const [name, inner] of Object.entries(value)) walk(inner, path === "" ? name : `${path}.${name}`);
    else put(path, JSON.stringify(value));
  };
  walk(payload, "");
  for (const { path, key } of references) put(path.replace(/\[\d+\]/g, "[]"), JSON.stringify(key));
  return leaves;
}
