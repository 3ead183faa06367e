// The names under which the columns of a delimited file are read: its headings as they stand, or the mapping's own
// names for headings that differ from them only in case, white space and characters without width, and for those that the
// mapping lists as other headings of a column.
import type { RenamedHeading } from "../model/row.ts";

/** How headings fit the names that a mapping reads. */
export interface FittedHeadings {
  /** Headings that are read under another name, in the order of the file. */
  readonly renamed: readonly RenamedHeading[];
  /** How many of the names are there, exactly or nearly. */
  readonly found: number;
  /** Headings that the mapping reads and that stand more than once, with their positions from 1. */
  readonly twice: readonly { readonly heading: string; readonly at: readonly number[] }[];
}

/**
 * Fits headings to names. An exact heading wins; a name without one takes the one heading that is almost the same, where
 * there is exactly one and no other name means it. A name that has neither takes, in the same way, the first of its `others`
 * that is there.
 */
export function fitHeadings(
  headings: readonly string[],
  names: readonly string[],
  others: Readonly<Record<string, readonly string[]>> = {},
): FittedHeadings {
  const exact = positions(headings, (heading) => heading);
  const folded = positions(headings, foldHeading);
  const wanted = new Set(names);
  const renamed = new Map<number, RenamedHeading>();
  const twice = new Map<string, readonly number[]>();
  const missing: string[] = [];
  for (const name of wanted) if (!take(name, name)) missing.push(name);
  const absent = missing.filter((name) => !othersOf(name).some((other) => take(name, other)));
  return {
    renamed: [...renamed].toSorted(([a], [b]) => a - b).map(([, each]) => each),
    found: wanted.size - absent.length,
    twice: [...twice].map(([heading, at]) => ({ heading, at: at.map((index) => index + 1) })),
  };

  // A column may be called like what every object has.
  function othersOf(name: string): readonly string[] {
    return Object.hasOwn(others, name) ? (others[name] ?? []) : [];
  }

  /** Reads the column with this heading under the name; false where there is none, or nobody can tell which. */
  function take(name: string, wantedHeading: string): boolean {
    const own = (exact.get(wantedHeading) ?? []).filter((at) => wantedHeading === name || isFree(at));
    const near = own.length > 0 ? own : (folded.get(foldHeading(wantedHeading)) ?? []).filter(isFree);
    const [first, ...further] = near;
    const heading = first === undefined ? undefined : headings[first];
    if (first === undefined || heading === undefined) return false;
    if (further.some((at) => headings[at] !== heading)) return false; // several that differ: nobody can tell which is meant
    if (further.length > 0) twice.set(heading, near);
    else if (heading !== name) renamed.set(first, { heading, name });
    return true;
  }

  function isFree(at: number): boolean {
    return !renamed.has(at) && !wanted.has(headings[at] ?? "");
  }
}

/** How many of these folded names some cells have, each once. */
export function countNames(cells: readonly string[], folded: ReadonlySet<string>): number {
  return new Set(cells.map(foldHeading).filter((cell) => folded.has(cell))).size;
}

/** What makes two headings the same to a reader. */
export function foldHeading(heading: string): string {
  return heading.replace(withoutWidth, "").replace(/\s+/g, " ").trim().normalize("NFC").toLowerCase();
}

const withoutWidth = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;

function positions(headings: readonly string[], keyOf: (heading: string) => string): ReadonlyMap<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [at, heading] of headings.entries()) {
    if (heading === "") continue;
    const key = keyOf(heading);
    const known = found.get(key);
    if (known === undefined) found.set(key, [at]);
    else known.push(at);
  }
  return found;
}
