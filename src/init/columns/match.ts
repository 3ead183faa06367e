// Columns to fields: by name, confirmed or contradicted by the cells. A column serves one field and a field takes one
// column; the surest pairs are taken first.
import type { ResourceName } from "../../model/resource.ts";
import { type NameTable, namesIn, type Platform } from "../names/name-table.ts";
import type { Confidence } from "../proposal/proposal.ts";
import { type Plausibility, plausibilityOf } from "./plausibility.ts";
import type { Column } from "./table.ts";

/** A field and the column that was found for it. */
export interface Match {
  readonly path: string;
  readonly column: Column;
  readonly confidence: Confidence;
  /** In words, for the comment beside it. */
  readonly why: string;
  /** The name alone would not tell: it may mean other things as well. */
  readonly isPossible?: boolean;
  /** A 0 in it says nothing. */
  readonly zeroIsNothing?: true;
}

/** Where to look and by which names. */
export interface MatchRules {
  readonly resource: ResourceName;
  /** Later tables add names to the fields of earlier ones. */
  readonly names: readonly NameTable[];
  /** First words that say nothing in such a file: `product` in `Product Price`. */
  readonly prefixes: readonly string[];
  readonly platform: Platform | undefined;
  /** What a person said: the column of a field, or none. It is taken whatever its cells look like. */
  readonly pins?: Pins;
}

/** By payload path: the name of the column that it is, or undefined for none. */
export type Pins = ReadonlyMap<string, string | undefined>;

/** The matches, at most one for a field and one for a column, in the order of the columns. */
export function matchColumns(columns: readonly Column[], rules: MatchRules): readonly Match[] {
  const pins = rules.pins ?? new Map();
  const pinned = columns.flatMap((column): readonly Match[] =>
    [...pins].flatMap(([path, name]) =>
      name === column.name ? [{ path, column, confidence: "high" as const, why: "as you said" }] : [],
    ),
  );
  const candidates = columns
    .flatMap((column) => candidatesOf(column, rules))
    .filter(({ path }) => !pins.has(path))
    .toSorted((a, b) => b.score - a.score);
  const paths = new Set(pinned.map(({ path }) => path));
  const taken = new Set(pinned.map(({ column }) => column));
  const found: Match[] = [...pinned];
  for (const { path, column, confidence, why, isPossible } of candidates) {
    const zero = namesIn(rules.platform?.zeroIsNothing).includes(path) ? { zeroIsNothing: true as const } : {};
    if (paths.has(path) || taken.has(column)) continue;
    paths.add(path);
    taken.add(column);
    found.push({ path, column, confidence, why, ...zero, ...(isPossible === true ? { isPossible } : {}) });
  }
  return found.toSorted((a, b) => columns.indexOf(a.column) - columns.indexOf(b.column));
}

interface Candidate extends Match {
  readonly score: number;
}

type Strength = "platform" | "surely" | "mostly" | "perhaps";

const strengths: Readonly<Record<Strength, number>> = { platform: 8, surely: 6, mostly: 4, perhaps: 2 };

function candidatesOf(column: Column, rules: MatchRules): readonly Candidate[] {
  const { text } = column.heading;
  const { platform } = rules;
  if (text === "" || (platform !== undefined && namesIn(platform.ignore).includes(text))) return [];
  const stripped = rules.prefixes.flatMap((prefix) =>
    text.startsWith(`${prefix} `) ? [text.slice(prefix.length + 1)] : [],
  );
  const tables: readonly (readonly [NameTable, boolean])[] = [
    ...(platform === undefined ? [] : [[platform.names, true] as const]),
    ...rules.names.map((names) => [names, false] as const),
  ];
  const found = tables.flatMap(([names, isPlatform]) =>
    Object.entries(names).flatMap(([path, { surely, mostly, perhaps }]) => [
      ...candidates(column, rules, path, isPlatform ? "platform" : "surely", surely, text, 0),
      ...candidates(column, rules, path, "mostly", mostly, text, 0),
      ...candidates(column, rules, path, "perhaps", perhaps, text, 0),
      ...stripped.flatMap((rest) => [
        ...candidates(column, rules, path, isPlatform ? "platform" : "surely", surely, rest, 0.5),
        ...candidates(column, rules, path, "mostly", mostly, rest, 0.5),
      ]),
    ]),
  );
  // A platform's own name says what the column is: the everyday meanings of the word are no longer asked.
  const own = found.filter(({ score }) => score >= strengths.platform - 1);
  return own.length > 0 ? own : found;
}

function candidates(
  column: Column,
  { resource, platform }: MatchRules,
  path: string,
  strength: Strength,
  list: string | undefined,
  text: string,
  penalty: number,
): readonly Candidate[] {
  const at = namesIn(list).indexOf(text);
  if (at === -1) return [];
  const plausibility = plausibilityOf(resource, path, column.profile);
  if (plausibility === "contradicts") return [];
  const score = strengths[strength] + (plausibility === "confirms" ? 1 : 0) - penalty - at / 1000;
  const isCount = strength !== "platform" && keys.includes(path) && isRowCount(column);
  const isUnsure = isCount || namesIn(platform?.unsure).includes(path);
  const sure = confidenceOf(strength, plausibility, column);
  const confidence = isUnsure && sure === "high" ? "medium" : sure;
  return [
    {
      path,
      column,
      confidence,
      why: `${reason(strength, plausibility, column, platform)}${isCount ? "; perhaps only a database counts so" : ""}`,
      score,
      isPossible: strength === "perhaps",
    },
  ];
}

/** What records are known by. */
const keys = ["sku", "order_number"];

/** Whole numbers under the name of an id: what people know a record by may have letters in front of them, or be another thing. */
function isRowCount({ heading, profile }: Column): boolean {
  return profile.filled > 0 && profile.integers >= 0.95 && /(^| )id$/.test(heading.text);
}

function confidenceOf(strength: Strength, plausibility: Plausibility, { profile }: Column): Confidence {
  if (profile.filled === 0) return strength === "perhaps" ? "low" : "medium";
  switch (strength) {
    case "platform":
    case "surely":
      return "high";
    case "mostly":
      return "medium";
    case "perhaps":
      return plausibility === "confirms" ? "medium" : "low";
    default:
      return strength satisfies never;
  }
}

function reason(
  strength: Strength,
  plausibility: Plausibility,
  { profile }: Column,
  platform: Platform | undefined,
): string {
  const cells = profile.filled === 0 ? "; its cells are blank" : plausibility === "confirms" ? " and values" : "";
  switch (strength) {
    case "platform":
      return `${platform?.name ?? "known"} name${cells}`;
    case "surely":
      return `name${cells}`;
    case "mostly":
      return `likely name${cells}`;
    case "perhaps":
      return `possible name${cells}`;
    default:
      return strength satisfies never;
  }
}
