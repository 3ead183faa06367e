// Which rows of a file of orders count, and which of them are lines: footers, refunds, test orders and summary rows are told by
// their cells, and every check lists what is left out.
import { isZero } from "../columns/amounts.ts";
import { cell, named } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column, Table } from "../columns/table.ts";
import type { ProposedMapping } from "../proposal/proposal.ts";
import type { ItemSource } from "./item-lines.ts";
import { orderColumns } from "./order-sums.ts";
import { rowGrouping } from "./row-grouping.ts";

/** How the rows of a table become orders and lines. */
export interface OrderRows extends Pick<ProposedMapping, "where" | "group"> {
  /** Rows of an order that are lines of it; all where it is not said. */
  readonly itemWhere?: string;
  /** True for the rows of the sample that are lines. */
  readonly isLine: (row: number) => boolean;
  /** Rows of the sample that may speak for their order: of several, the first. */
  readonly isHead: (row: number) => boolean;
}

/** The rows of a table of orders; `key` is the order number of a file with a row for each line. */
export function orderRows(
  table: Table,
  items: ItemSource | undefined,
  matches: readonly Match[],
  key: Column | undefined,
): OrderRows {
  const dropped = [...(key === undefined ? [] : footers(items, matches, key)), ...refunds(table), ...tests(table)];
  const isDropped = (row: number) => dropped.some(({ is }) => is(row));
  const where =
    dropped.length === 0
      ? {}
      : {
          where: {
            expr: dropped.map(({ expr }) => expr).join(" && "),
            why: `high: ${dropped.map(({ why }) => why).join(", ")}`,
          },
        };
  if (key === undefined || items?.each !== "rows")
    return { ...where, ...jsonLines(items), isLine: (row) => !isDropped(row), isHead: (row) => !isDropped(row) };
  const counted = { ...key, cells: key.cells.filter((_, row) => !isDropped(row)) };
  const grouping = withLines(rowGrouping(counted), items, key);
  const summary = summaryRows(table, items, key);
  const total = matches.find(({ path }) => path === "total_shipping")?.column;
  const head = summary === undefined || total === undefined ? undefined : headOf(table, key);
  const freight = freightLines(items);
  const conditions = [
    ...(summary === undefined ? [] : [summary.expr]),
    ...noQuantity(items),
    ...(freight === undefined ? [] : [`!(${freight})`]),
  ];
  return {
    ...where,
    group:
      head === undefined
        ? grouping
        : { ...grouping, spec: { ...(grouping.spec as object), head: head.expr, conflict: "ignore" } },
    ...(conditions.length === 0 ? {} : { itemWhere: conditions.join(" && ") }),
    isLine: (row) => !isDropped(row) && summary?.is(row) !== true,
    isHead: (row) => !isDropped(row) && head?.is(row) !== false,
  };
}

interface Dropped {
  /** True for the rows that stay. */
  readonly expr: string;
  readonly is: (row: number) => boolean;
  readonly why: string;
}

/** Rows without a key that continue no order, and rows below the table that have neither a day nor a quantity. */
function footers(items: ItemSource | undefined, matches: readonly Match[], key: Column): readonly Dropped[] {
  const quantity = items?.matches.find(({ path }) => path === "items.quantity")?.column;
  const date = matches.find(({ path }) => path === "order_date")?.column;
  if (quantity === undefined) return [];
  const hasQuantity = (row: number) => (quantity.cells[row] ?? "") !== "";
  const blanks = key.cells.flatMap((text, row) => (text === "" ? [row] : []));
  const ends =
    date === undefined
      ? []
      : key.cells.flatMap((text, row) => (text !== "" && date.cells[row] === "" && !hasQuantity(row) ? [row] : []));
  return [
    ...(blanks.length === 0 || blanks.some(hasQuantity)
      ? []
      : [
          {
            expr: `${cell(key)} != ""`,
            is: (row: number) => key.cells[row] === "",
            why: `rows without "${key.name}" are no lines`,
          },
        ]),
    ...(date === undefined || ends.length === 0
      ? []
      : [
          {
            expr: `(${cell(date)} != "" || ${cell(quantity)} != "")`,
            is: (row: number) => date.cells[row] === "" && !hasQuantity(row),
            why: `rows without "${date.name}" and "${quantity.name}" are no lines`,
          },
        ]),
  ];
}

/** Rows that give goods back: the API takes no refund with an order. */
function refunds({ columns }: Table): readonly Dropped[] {
  const kind = named(columns, ["kind", "event type", "transaction type", "row type", "record type", "type"]);
  const back = kind?.profile.words.filter((word) => /^(refund|return)(ed|s)?$/i.test(word)) ?? [];
  if (kind === undefined || back.length === 0 || back.length === kind.profile.words.length) return [];
  return [
    {
      expr: `!(${cell(kind)} in ${JSON.stringify(back)})`,
      is: (row) => back.includes(kind.cells[row] ?? ""),
      why: "refunds are not sent",
    },
  ];
}

function tests({ columns }: Table): readonly Dropped[] {
  const test = named(columns, ["test", "is test", "test order"]);
  if (test === undefined || test.profile.flags < 0.95 || !test.profile.words.includes("true")) return [];
  return [
    { expr: `${cell(test)} != "true"`, is: (row) => test.cells[row] === "true", why: "test orders are left out" },
  ];
}

/** A row that sums an order up stands beside its lines and has neither a SKU nor an item's name. */
function summaryRows({ columns }: Table, items: ItemSource, key: Column) {
  const sku = items.matches.find(({ path }) => path === "items.sku")?.column;
  const names = [
    "item title",
    "item name",
    "line item name",
    "product name",
    "product title",
    "item",
    "product",
    "title",
  ];
  const name = named(columns, names);
  if (sku === undefined || name === undefined || name === sku) return undefined;
  const isBare = (row: number) => sku.cells[row] === "" && name.cells[row] === "";
  const orders = new Map<string, number>();
  for (const [row, order] of key.cells.entries()) if (!isBare(row)) orders.set(order, row);
  const is = (row: number) => isBare(row) && key.cells[row] !== "" && orders.has(key.cells[row] ?? "");
  if (!key.cells.some((_, row) => is(row))) return undefined;
  return { expr: `${cell(sku)} + ${cell(name)} != ""`, is };
}

/** The row with the order's own total is the one that speaks for it. */
function headOf(table: Table, key: Column) {
  const { total } = orderColumns(table);
  const counts = new Map<string, number>();
  for (const [row, order] of key.cells.entries())
    if ((total?.cells[row] ?? "") !== "") counts.set(order, (counts.get(order) ?? 0) + 1);
  if (total === undefined || [...counts.values()].some((count) => count > 1)) return undefined;
  return { expr: `${cell(total)} != ""`, is: (row: number) => (total.cells[row] ?? "") !== "" };
}

/** Lines of which nothing is left: cancelled, or taken out of the order afterwards. */
function noQuantity(items: ItemSource): readonly string[] {
  const quantity = items.matches.find(({ path }) => path === "items.quantity")?.column;
  const zeros = quantity?.profile.words.filter(isZero) ?? [];
  return quantity === undefined || zeros.length === 0 ? [] : [`!(${cell(quantity)} in ${JSON.stringify(zeros)})`];
}

/** Orders of which no line has a quantity are left out as a whole: they would be refused for want of lines. */
function withLines(grouping: Grouping, items: ItemSource, key: Column): Grouping {
  const quantity = items.matches.find(({ path }) => path === "items.quantity")?.column;
  if (quantity === undefined) return grouping;
  const left = new Set(key.cells.filter((_, row) => !isZero(quantity.cells[row] ?? "")));
  if (key.cells.every((order) => left.has(order))) return grouping;
  const zeros = JSON.stringify(quantity.profile.words.filter(isZero));
  const where = `rows.exists(r, !(${cell(quantity, "r")} in ${zeros}))`;
  const why = `${grouping.why}; orders without any "${quantity.name}" are left out`;
  return { spec: { ...(grouping.spec as object), where }, why };
}

type Grouping = NonNullable<ProposedMapping["group"]>;

/** What is left of an order; one that was cancelled as a whole keeps what it was. */
function isLeft(list: string, current: Column): string {
  const none = `${cell(current, "l")} == "0"`;
  return `(${cell(current)} != "0" || ${cell(list, "parent")}.all(l, ${none}))`;
}

/** The condition for lines that are the order's shipping, told by their SKU. */
export function freightLines(items: ItemSource | undefined, row = "row"): string | undefined {
  const sku = items?.matches.find(({ path }) => path === "items.sku")?.column;
  const words = sku?.profile.words.filter((word) => freightWords.test(word)) ?? [];
  return sku === undefined || words.length === 0 ? undefined : `${cell(sku, row)} in ${JSON.stringify(words)}`;
}

const freightWords = /^(freight|shipping|postage|fracht|versand|versandkosten|porto)$/i;

function jsonLines(items: ItemSource | undefined): { readonly itemWhere?: string } {
  if (items === undefined) return {};
  const current = items.current === undefined ? [] : [isLeft(items.each, items.current)];
  const conditions = [...current, ...noQuantity(items)];
  return conditions.length === 0 ? {} : { itemWhere: conditions.join(" && ") };
}
