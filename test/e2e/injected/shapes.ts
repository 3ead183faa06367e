// The shapes of tables that orders come in: grouped rows, joined files, both, a list in one cell. JSON is json-shapes.ts.
import { jsonShapes } from "./json-shapes.ts";
import { type Layout, ownerOf, partOf, type SheetRow, sheetOf } from "./layout.ts";
import type { Naming } from "./mapping.ts";
import { type InjectedOrder, type NamedCells, type Pick, shuffled } from "./orders.ts";

/** A kind of export. */
export interface Shape {
  readonly name: string;
  readonly naming: Naming;
  readonly layOut: (orders: readonly InjectedOrder[], pick: Pick) => Layout;
}

const dates = 'source: { dates: ["M/d/yyyy"] }';
const rowNaming = {
  column: (name: string) => name,
  each: "rows",
  itemSource: (name: string) => `from: ${name}`,
  itemCell: (name: string) => `row["${name}"]`,
};
const itemRowNaming = { ...rowNaming, itemColumn: rowNaming.column };
const groupNaming = { ...itemRowNaming, sumsRows: true };
const ofCustomer = ["First", "Last", "Email", "City", "Zip"];
const joinNaming = {
  ...itemRowNaming,
  column: (name: string) => (ofCustomer.includes(name) ? `customers.${name}` : name),
  each: "details",
};
const joins = `join:
  details: { on: { Belongs: ID } }
  customers: { on: { Code: Customer }, one: true }`;
const pieceParts = ["SKU", "Qty", "Price", "Discount", "Marks", "Lot", "Kind", "Line"];
const pieceCell = (name: string): string => `item.split("*")[${pieceParts.indexOf(name)}]`;

/** All shapes, those of JSON too. */
export const shapes: readonly Shape[] = [
  {
    name: "adjacent",
    naming: { ...groupNaming, top: `${dates}\ngroup: { by: ID, conflict: error }` },
    layOut: (orders) => oneTable(orders.flatMap((order) => itemRows(order, idOf(order)))),
  },
  {
    name: "anywhere",
    naming: { ...groupNaming, top: `${dates}\ngroup: { by: ID, rows: anywhere, conflict: ignore }` },
    // Later rows repeat the order's cells as they were before the fault: only the first one counts.
    layOut(orders, pick) {
      const order = shuffled(
        orders.flatMap((each) => each.items.map((_, item) => ({ each, item }))),
        pick,
      );
      const seen = new Set<InjectedOrder>();
      const rows = order.map(({ each, item }) => {
        const isFirst = !seen.has(each);
        seen.add(each);
        return itemRow(each, item, isFirst, { ...idOf(each), ...(isFirst ? {} : { City: "Elsewhere", Tax: "9" }) });
      });
      return oneTable(rows);
    },
  },
  {
    name: "continued",
    naming: { ...groupNaming, top: `${dates}\ngroup: { by: ID, rows: continued }` },
    layOut: (orders) => oneTable(orders.flatMap((order) => itemRows(order, {}, idOf(order)))),
  },
  {
    name: "head",
    naming: {
      ...itemRowNaming,
      top: `${dates}\ngroup: { by: ID, rows: anywhere, head: 'row["Type"] == "H"' }`,
      only: 'row["Type"] == "L" && ',
    },
    layOut(orders, pick) {
      const rows = orders.flatMap((order): SheetRow[] => [
        { owners: [ownerOf(order)], cells: { Type: "H", ...idOf(order), ...order.cells } },
        ...order.items.map((cells, item) => ({
          owners: [ownerOf(order, item)],
          cells: { Type: "L", ...idOf(order), ...cells },
        })),
      ]);
      return oneTable(shuffled(rows, pick));
    },
  },
  {
    name: "joined",
    naming: { ...joinNaming, top: `${dates}\n${joins}` },
    layOut: (orders, pick) => joinedTables(orders, pick, (order, cells) => [headRow(order, cells)]),
  },
  {
    name: "both",
    naming: { ...joinNaming, top: `${dates}\ngroup: { by: ID, rows: anywhere }\n${joins}` },
    // Two parcels of one order: what is said of the order stands in the first.
    layOut: (orders, pick) =>
      joinedTables(orders, pick, (order, cells) => [
        headRow(order, { ...cells, Parcel: "1" }),
        { owners: [], cells: { ...idOf(order), Customer: order.cells.Customer, Parcel: "2" } },
      ]),
  },
  {
    name: "split",
    naming: {
      ...rowNaming,
      top: dates,
      each: '{ from: Contents, split: ";" }',
      itemSource: (name) =>
        name === "SKU" ? 'from: item, apply: [{ replace: ["[*].*", ""] }]' : `expr: '${pieceCell(name)}'`,
      itemCell: pieceCell,
    },
    layOut(orders) {
      const rows = orders.map((order): SheetRow => {
        const pieces = order.items.map((cells) => pieceParts.map((name) => cells[name] ?? "").join("*"));
        return headRow(order, { ...order.cells, Contents: pieces.join("; ") });
      });
      const { text, lineOf } = sheetOf(rows);
      const at = (order: InjectedOrder) => ({ file: "orders.csv", line: lineOf(ownerOf(order)) });
      return {
        files: { "orders.csv": text },
        input: "file: orders.csv",
        place: (order, column, item) => ({ ...at(order), column: item === undefined ? column : "Contents" }),
        ownLine: at,
      };
    },
  },
  ...jsonShapes,
];

function idOf({ index }: InjectedOrder): NamedCells {
  return { ID: `id-${index}` };
}

function headRow(order: InjectedOrder, cells: NamedCells): SheetRow {
  return { owners: [ownerOf(order)], cells: { ...idOf(order), ...cells } };
}

function itemRow(order: InjectedOrder, item: number, isFirst: boolean, more: NamedCells): SheetRow {
  const owners = [...(isFirst ? [ownerOf(order)] : []), ownerOf(order, item)];
  return { owners, cells: { ...(isFirst ? order.cells : {}), ...more, ...order.items[item] } };
}

/** A row per item; the first has the order's cells as well. */
function itemRows(order: InjectedOrder, onEach: NamedCells, onFirst: NamedCells = {}): readonly SheetRow[] {
  return order.items.map((_, item) => itemRow(order, item, item === 0, { ...onEach, ...(item === 0 ? onFirst : {}) }));
}

function oneTable(rows: readonly SheetRow[]): Layout {
  const { text, lineOf } = sheetOf(rows);
  const at = (order: InjectedOrder, item?: number) => ({ file: "orders.csv", line: lineOf(ownerOf(order, item)) });
  return {
    files: { "orders.csv": text },
    input: "file: orders.csv",
    place: (order, column, item) => ({ ...at(order, item), column }),
    ownLine: at,
  };
}

function joinedTables(
  orders: readonly InjectedOrder[],
  pick: Pick,
  rowsOf: (order: InjectedOrder, cells: NamedCells) => readonly SheetRow[],
): Layout {
  const split = orders.map((order) => ({ order, parts: partOf(order.cells, ofCustomer) }));
  const ordered = sheetOf(split.flatMap(({ order, parts: [, own] }) => rowsOf(order, own)));
  const details = sheetOf(
    shuffled(
      orders.flatMap((order) =>
        order.items.map((cells, item) => ({
          owners: [ownerOf(order, item)],
          cells: { Belongs: `id-${order.index}`, ...cells },
        })),
      ),
      pick,
    ),
  );
  const customers = sheetOf(
    shuffled(
      split.map(({ order, parts: [cells] }) => ({
        owners: [ownerOf(order)],
        cells: { Code: `C${1001 + order.index}`, ...cells },
      })),
      pick,
    ),
  );
  return {
    files: { "orders.csv": ordered.text, "details.csv": details.text, "customers.csv": customers.text },
    input: "file: orders.csv, join: { details: details.csv, customers: customers.csv }",
    place(order, column, item) {
      if (item !== undefined) return { file: "details.csv", line: details.lineOf(ownerOf(order, item)), column };
      const owner = ownerOf(order);
      return ofCustomer.includes(column)
        ? { file: "customers.csv", line: customers.lineOf(owner), column }
        : { file: "orders.csv", line: ordered.lineOf(owner), column };
    },
    ownLine: (order) => ({ file: "orders.csv", line: ordered.lineOf(ownerOf(order)) }),
  };
}
