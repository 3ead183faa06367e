// Orders as JSON: one list deep in a document, or a line for each order, with the items nested in them.
import type { Layout } from "./layout.ts";
import type { InjectedOrder, NamedCells } from "./orders.ts";
import type { Shape } from "./shapes.ts";

const paths: Readonly<Record<string, string>> = {
  Order: "number",
  Date: "dates.created",
  Customer: "customer.code",
  Email: "customer.email",
  First: "customer.name.first",
  Last: "customer.name.last",
  Recipient: "ship.to",
  Firm: "customer.firm",
  City: "ship.city",
  Zip: "ship.zip",
  Carrier: "ship.carrier",
  Year: "season.year",
  Season: "season.name",
  Freight: "ship.costs.freight",
  Handling: "ship.costs.handling",
};

/** The shapes of JSON. */
export const jsonShapes: readonly Shape[] = [
  jsonShape("json", 'source: { dates: ["M/d/yyyy"], records: data.orders }', "lines", (orders) => {
    const texts = orders.map((order) => JSON.stringify(order, null, 1));
    const opening = '{ "data": { "count": 1, "orders": [\n';
    const lines = texts.map(
      (_, at) => `${opening}${texts.slice(0, at).join(",\n")}`.split("\n").length + (at === 0 ? 0 : 1),
    );
    return { text: `${opening}${texts.join(",\n")}\n] } }\n`, lines };
  }),
  jsonShape("ndjson", 'source: { dates: ["M/d/yyyy"] }', "cart.lines", (orders) => ({
    text: orders.map((order) => `${JSON.stringify(order)}\n`).join(""),
    lines: orders.map((_, at) => at + 1),
  })),
];

function jsonShape(
  name: string,
  top: string,
  list: string,
  write: (orders: readonly object[]) => { readonly text: string; readonly lines: readonly number[] },
): Shape {
  const file = `orders.${name}`;
  const column = (cell: string): string => paths[cell] ?? cell.toLowerCase();
  return {
    name,
    naming: {
      top,
      column,
      each: list,
      itemSource: (cell) => `from: ${cell.toLowerCase()}`,
      itemColumn: (cell) => cell.toLowerCase(),
      itemCell: (cell) => `row["${cell.toLowerCase()}"]`,
    },
    layOut(orders): Layout {
      const { text, lines } = write(orders.map((order) => document(order, list, column)));
      const at = ({ index }: InjectedOrder) => ({ file, line: lines[index] ?? 0 });
      return {
        files: { [file]: text },
        input: `file: ${file}`,
        place: (order, cell, item) => ({
          ...at(order),
          column: item === undefined ? column(cell) : `${list}.${item}.${cell.toLowerCase()}`,
        }),
        ownLine: at,
      };
    },
  };
}

type Tree = { [name: string]: unknown };

function document({ cells, items }: InjectedOrder, list: string, column: (cell: string) => string): Tree {
  const root: Tree = {};
  for (const [name, cell] of Object.entries(cells)) put(root, column(name).split("."), cell);
  put(
    root,
    list.split("."),
    items.map((item) => element(item)),
  );
  return root;
}

// Whole numbers as numbers, which keep their digits; everything else as text.
function element(item: NamedCells): Tree {
  return Object.fromEntries(
    Object.entries(item).map(([name, cell]) => [
      name.toLowerCase(),
      cell !== undefined && /^(0|[1-9]\d*)$/.test(cell) ? Number(cell) : cell,
    ]),
  );
}

function put(tree: Tree, [step = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree[step] = value;
    return;
  }
  const branch = (tree[step] ?? {}) as Tree;
  tree[step] = branch;
  put(branch, rest, value);
}
