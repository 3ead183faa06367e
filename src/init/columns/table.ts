// A sample of an export as columns: the head of a CSV, or the leaves of JSON elements by dotted path with their nested
// lists beside them. Opening files is done above, in init/init.ts.
import { isPlainObject } from "../../model/json.ts";
import type { Cell, Cells, FileInfo, SourceSettings } from "../../model/row.ts";
import { type ColumnProfile, profileOf } from "./column-profile.ts";
import { type Heading, headingOf, headingsOf } from "./heading.ts";
import { type MoneyName, moneyNameOf } from "./money-names.ts";

/** The head of an export file. */
export interface Sample {
  /** The input's name in the job. */
  readonly name: string;
  /** The file as people know it. */
  readonly shown: string;
  readonly info: Pick<FileInfo, "format" | "columns" | "records">;
  /** What had to be said to read the file, for its mapping to say it too. */
  readonly settings: Pick<SourceSettings, "records" | "quote" | "headerLine">;
  /** Lines above the header, such as the title of a report. */
  readonly titles?: { readonly lines: number; readonly first: string };
  /** The first rows, without those that cannot be read. */
  readonly rows: readonly Cells[];
  /** These are all rows of the file. */
  readonly isWhole: boolean;
}

/** One column of a sample. */
export interface Column {
  /** As a mapping writes it: the header cell, or a dotted path. */
  readonly name: string;
  readonly heading: Heading;
  /** Of a weight or a length whose heading names no unit: the column beside it that does, such as `Weight Unit`. */
  readonly unitColumn?: string;
  /** Of money in the smallest units of its currency. */
  readonly minor?: MinorUnits;
  /** One for each row, trimmed; `""` where it is blank. */
  readonly cells: readonly string[];
  readonly profile: ColumnProfile;
}

/** How amounts in the smallest units of a currency are made whole. */
export interface MinorUnits {
  /** What each row's amount is divided by. */
  readonly divisors: readonly number[];
  /** The same in an expression, where the row is called so. */
  readonly divisor: (of: string) => string;
  /** The column's name, or the shop that it comes from, leaves no doubt. */
  readonly isSure: boolean;
}

/** A list inside JSON elements; its columns are relative to an item. */
export interface NestedList {
  readonly name: string;
  readonly heading: Heading;
  readonly columns: readonly Column[];
  /** For each item the row that it stands in. */
  readonly parents: readonly number[];
  /** Lists inside an item, by their names relative to it, with the names of what their elements have. */
  readonly inner: ReadonlyMap<string, readonly string[]>;
}

/** A sample as columns. */
export interface Table {
  readonly sample: Sample;
  readonly columns: readonly Column[];
  readonly lists: readonly NestedList[];
  /** Words that stand for nothing in its cells, such as NULL. */
  readonly blankWords: readonly string[];
}

/** The columns of a sample. Words such as NULL count as blank once they stand in two cells. */
export function tableOf(sample: Sample): Table {
  const { columns, lists } = flattened(sample.rows, sample.info.columns);
  const blankWords = nullWordsIn(columns.values());
  return {
    sample,
    columns: columnsOf(columns, blankWords),
    lists: [...lists].flatMap(([name, { items, parents }]) => {
      const flat = flattened(items, undefined);
      const own = columnsOf(flat.columns, blankWords);
      const inner = new Map(
        [...flat.lists].map(([list, each]) => [list, [...new Set(each.items.flatMap(Object.keys))]]),
      );
      return own.length === 0 ? [] : [{ name, heading: headingOf(name), columns: own, parents, inner }];
    }),
    blankWords,
  };
}

const nullWords = ["NULL", "null", "(null)", "\\N", "N/A", "#N/A", "n/a"];

function nullWordsIn(columns: Iterable<readonly string[]>): readonly string[] {
  const counts = new Map(nullWords.map((word) => [word, 0]));
  const longest = Math.max(...nullWords.map((word) => word.length));
  for (const cells of columns)
    for (const cell of cells) {
      const count = cell === "" || cell.length > longest ? undefined : counts.get(cell);
      if (count !== undefined) counts.set(cell, count + 1);
    }
  return nullWords.filter((word) => (counts.get(word) ?? 0) > 1);
}

function columnsOf(columns: ReadonlyMap<string, readonly string[]>, blankWords: readonly string[]): readonly Column[] {
  const money = moneyNames(columns);
  const headings = headingsOf([...columns.keys()].map((name) => money.get(name)?.bare ?? name));
  const unitsOf = unitColumns([...columns.keys()], headings);
  return [...columns].map(([name, texts], at) => {
    const cells = blankWords.length === 0 ? texts : texts.map((text) => (blankWords.includes(text) ? "" : text));
    const heading = headings[at] ?? headingOf(name);
    const unitColumn = heading.unit === undefined ? unitsOf(heading) : undefined;
    const beside = unitColumn === undefined ? {} : { unitColumn };
    return withProfile({ name, heading, ...beside, cells });
  });
}

/** What names say of money; one that speaks of cents over other than whole numbers says nothing. */
function moneyNames(columns: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, MoneyName> {
  const names = new Set(columns.keys());
  return new Map(
    [...columns].flatMap(([name, cells]) => {
      const said = moneyNameOf(name, names);
      const isFit = said?.isMinor !== true || cells.every((cell) => cell === "" || /^-?\d+$/.test(cell));
      return said !== undefined && isFit ? [[name, said] as const] : [];
    }),
  );
}

/** The figures of a column are made when they are first asked for: those of a wide file take a while. */
function withProfile(column: Omit<Column, "profile">): Column {
  let profile: ColumnProfile | undefined;
  return {
    ...column,
    get profile() {
      profile ??= profileOf(column.cells);
      return profile;
    },
  };
}

/** A column with its cells of these rows in this order; a row that there is not has a blank one. */
export function cellsAt(column: Column, rows: readonly number[]): Column {
  const { minor } = column;
  return {
    ...column,
    cells: rows.map((row) => column.cells[row] ?? ""),
    ...(minor === undefined ? {} : { minor: { ...minor, divisors: rows.map((row) => minor.divisors[row] ?? 1) } }),
  };
}

/** Finds the column that names the unit of a weight or a length. */
function unitColumns(names: readonly string[], headings: readonly Heading[]): (heading: Heading) => string | undefined {
  const of = (what: RegExp) => names[headings.findIndex(({ text }) => what.test(text))];
  const weight = of(/\bweight (unit|units|uom|unit of measure)\b/) ?? of(/^(unit|uom) of weight$/);
  const length = of(/\b(length|dimensions?|size) (unit|units|uom|unit of measure|class)\b/);
  return ({ text }) => {
    if (/\b(unit|units|uom)\b/.test(text)) return undefined;
    if (/\bweight$/.test(text)) return weight;
    return /\b(length|width|height|depth)$/.test(text) ? length : undefined;
  };
}

interface Flat {
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly lists: ReadonlyMap<string, { readonly items: readonly Cells[]; readonly parents: readonly number[] }>;
}

function flattened(rows: readonly Cells[], header: readonly string[] | undefined): Flat {
  if (header !== undefined) {
    const cellsOf = (name: string) => rows.map((row) => textOf(row[name]));
    return { columns: new Map(header.map((name) => [name, cellsOf(name)])), lists: new Map() };
  }
  const leaves = rows.map((row) => leavesOf(row));
  const names = [...new Set(leaves.flatMap(({ texts }) => [...texts.keys()]))];
  const lists = new Map<string, { readonly items: Cells[]; readonly parents: number[] }>();
  for (const [row, { lists: found }] of leaves.entries())
    for (const [name, items] of found) {
      const known = lists.get(name) ?? { items: [], parents: [] };
      lists.set(name, known);
      known.items.push(...items);
      known.parents.push(...items.map(() => row));
    }
  return { columns: new Map(names.map((name) => [name, leaves.map(({ texts }) => texts.get(name) ?? "")])), lists };
}

// The cells of a table are texts.
function textOf(cell: Cell | undefined): string {
  return typeof cell === "string" ? cell.trim() : "";
}

function leavesOf(row: Cells): {
  readonly texts: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly Cells[]>;
} {
  const texts = new Map<string, string>();
  const lists = new Map<string, readonly Cells[]>();
  const walk = (cell: Cell, path: string): void => {
    if (typeof cell === "string") texts.set(path, cell.trim());
    else if (Array.isArray(cell)) walkList(cell, path);
    else for (const [name, inner] of Object.entries(cell)) walk(inner, path === "" ? name : `${path}.${name}`);
  };
  const walkList = (items: readonly Cell[], path: string): void => {
    const objects = items.filter(isCells);
    if (objects.length > 0) lists.set(path, objects);
    else texts.set(path, items.filter((item) => typeof item === "string").join(", "));
  };
  walk(row, "");
  return { texts, lists };
}

function isCells(cell: Cell): cell is Cells {
  return isPlainObject(cell);
}
