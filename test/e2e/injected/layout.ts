// What a shape makes of orders: files, and where in them each cell stands. Tables are read back with the tests' own reader.
import { parseRecords, tableText } from "../table.ts";
import type { InjectedOrder, NamedCells } from "./orders.ts";

/** A cell in a file. */
export interface Cell {
  readonly file: string;
  readonly line: number;
  readonly column: string;
}

/** Orders as files. */
export interface Layout {
  /** The mapping and what it reads are beside them. */
  readonly files: Readonly<Record<string, string>>;
  /** YAML: the keys of the input beside its name and mapping. */
  readonly input: string;
  readonly place: (order: InjectedOrder, column: string, item: number | undefined) => Cell;
  /** A line of the input that belongs to the order, whatever is wrong with it. */
  readonly ownLine: (order: InjectedOrder) => Pick<Cell, "file" | "line">;
}

/** A row of a table, and the orders (`3`) and items (`3.1`) whose cells stand in it. */
export interface SheetRow {
  readonly owners: readonly string[];
  readonly cells: NamedCells;
}

/** A table as text, and the line of what belongs to an order or item. */
export interface Sheet {
  readonly text: string;
  readonly lineOf: (owner: string) => number;
}

/** The name of an order or item among the owners of rows. */
export function ownerOf({ index }: InjectedOrder, item?: number): string {
  return item === undefined ? String(index) : `${index}.${item}`;
}

/** A table of the rows, with all columns that any of them has. */
export function sheetOf(rows: readonly SheetRow[]): Sheet {
  const columns = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  const records = rows.map(({ cells }) => Object.fromEntries(columns.map((name) => [name, cells[name] ?? ""])));
  const text = tableText(records);
  const lines = parseRecords(text).map(({ line }) => line);
  return {
    text,
    lineOf(owner) {
      const line = lines[rows.findIndex(({ owners }) => owners.includes(owner)) + 1];
      if (line === undefined) throw new Error(`${owner} stands nowhere`);
      return line;
    },
  };
}

/** The cells of these names, and the others. */
export function partOf(cells: NamedCells, names: readonly string[]): readonly [NamedCells, NamedCells] {
  const entries = Object.entries(cells);
  return [
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
  ];
}
