// What a line of a JSON order comes to, where its price alone does not say it: parts of discounts in a list of its own, what is
// left of it after changes, and tax that the shop's prices include.
import { cell, named, numberIn } from "../columns/find-column.ts";
import type { Column, NestedList, Table } from "../columns/table.ts";
import type { Line, ProposedChild } from "../proposal/proposal.ts";
import type { ItemSource } from "./item-lines.ts";

/** What lists of lines have beside their columns. */
export function partsOfLine({ columns, inner }: NestedList): Pick<ItemSource, "current" | "allocations" | "lineTax"> {
  const current = named(columns, ["current quantity"]);
  const lineTax = named(columns, ["total tax"]);
  const [allocations] = [...inner].flatMap(([name, has]) =>
    /discount/i.test(name) && has.includes("amount") ? [name] : [],
  );
  return {
    ...(current === undefined ? {} : { current }),
    ...(lineTax === undefined ? {} : { lineTax }),
    ...(allocations === undefined ? {} : { allocations }),
  };
}

/** The column that says whether an order's prices include tax. */
export function taxIncludedColumn({ columns }: Table): Column | undefined {
  const flag = named(columns, ["taxes included", "tax included", "prices include tax", "price includes tax"]);
  return flag !== undefined && flag.profile.flags >= 0.95 ? flag : undefined;
}

/** The amounts of lines; undefined where the price of one piece is all there is to say. */
export function lineAmountsOf(table: Table, items: ItemSource, included: Column | undefined): ProposedChild["amounts"] {
  const of = (path: string) => items.matches.find((match) => match.path === `items.${path}`)?.column;
  const [price, total, quantity] = [of("unit_price"), of("line_total"), of("quantity")];
  if (items.allocations !== undefined && price !== undefined && quantity !== undefined) {
    const list = cell(items.allocations);
    const off = `(${list} == "" ? 0.0 : ${list}.map(d, number(d["amount"])).sum())`;
    const whole = numberIn(quantity);
    const { current } = items;
    const expr =
      current === undefined
        ? `${whole} * ${numberIn(price)} - ${off}`
        : `cel.bind(left, ${cell(current)} in ["", "0"] ? ${whole} : ${numberIn(current)}, left * ${numberIn(price)} - ${off} * left / ${whole})`;
    const when = `${cell(price)} != "" && !(${cell(quantity)} in ["", "0"])`;
    return {
      spec: { line: { when, expr, round: 4 } },
      columns: [price.name, quantity.name, items.allocations, ...(current === undefined ? [] : [current.name])],
      why: `high: "${items.allocations}" has what was taken off the line`,
    };
  }
  const { lineTax } = items;
  if (included === undefined || total === undefined || lineTax === undefined) return undefined;
  const tax = `(${cell(included, "parent")} == "true" && ${cell(lineTax)} != "" ? ${numberIn(lineTax)} : 0.0)`;
  const fees = feesOf(table);
  const given = fees === undefined ? "" : `f[${JSON.stringify(fees.amount.name)}]`;
  const list = fees === undefined ? "" : cell(fees.list.name);
  const less = `${list} == "" ? 0.0 : ${list}.filter(f, number(${given}) < 0.0).map(f, abs(number(${given}))).sum()`;
  return {
    spec: {
      line: { when: `${cell(total)} != ""`, expr: `${numberIn(total)} + ${tax}`, round: 4 },
      // A fee below nothing is a discount on the order.
      ...(fees === undefined ? {} : { order_discount: { expr: less, round: 2 } }),
    },
    columns: [total.name, lineTax.name, included.name],
    why: `high: with its tax where "${included.name}" says so`,
  };
}

/** The quantity that is left, where changes of an order are known. */
export function quantityLine({ current, matches }: ItemSource): Line | undefined {
  const quantity = matches.find(({ path }) => path === "items.quantity")?.column;
  if (current === undefined || quantity === undefined || current === quantity) return undefined;
  return {
    kind: "guess",
    path: "quantity",
    spec: [{ from: current.name, when: `!(${cell(current)} in ["", "0"])` }, { from: quantity.name }],
    columns: [current.name, quantity.name],
    confidence: "high",
    why: "what is left of the line after changes of the order",
  };
}

/** Shipping with its tax where the prices have it, and with fees, which are lists of their own. */
export function shippingWithFees(table: Table, shipping: Column | undefined, included: Column | undefined) {
  const fees = feesOf(table)?.list;
  const ways = table.lists.find(
    ({ heading, columns }) => heading.text === "shipping lines" && named(columns, ["price"]) !== undefined,
  );
  const tax = named(table.columns, ["shipping tax"]);
  const isGross = included !== undefined && tax !== undefined;
  if (shipping === undefined || (fees === undefined && ways === undefined && !isGross)) return undefined;
  const fee = feesOf(table)?.amount;
  const own = `(${cell(shipping)} == "" ? 0.0 : ${numberIn(shipping)})`;
  const parts = [
    ways === undefined
      ? own
      : `(${cell(ways.name)} == "" || ${cell(ways.name)}.size() == 0 ? ${own} : ${sumOfWays(ways)})`,
    ...(isGross ? [`(${cell(included)} == "true" && ${cell(tax)} != "" ? ${numberIn(tax)} : 0.0)`] : []),
    ...(fees === undefined || fee === undefined
      ? []
      : [
          `(${cell(fees.name)} == "" ? 0.0 : ${cell(fees.name)}.filter(f, number(f[${JSON.stringify(fee.name)}]) > 0.0).map(f, number(f[${JSON.stringify(fee.name)}])${feeTax(fees, included)}).sum())`,
        ]),
  ];
  const isSaid = [
    `${cell(shipping)} != ""`,
    ...[ways, fees].flatMap((list) => (list === undefined ? [] : someOf(list))),
  ];
  return {
    expr: parts.join(" + "),
    ...(shipping.profile.filled === shipping.profile.rows ? {} : { when: isSaid.join(" || ") }),
    columns: [shipping, ...(isGross ? [included, tax] : []), ...[fees, ways].flatMap((list) => list ?? [])].map(
      ({ name }) => name,
    ),
    why:
      ways !== undefined
        ? `what "${ways.name}" come to`
        : fees === undefined
          ? "with its tax where the prices include it"
          : `"${fees.name}" counts as shipping`,
  };
}

/** The condition that an order has elements of a list. */
function someOf({ name }: NestedList): string {
  return `${cell(name)} != "" && ${cell(name)}.size() > 0`;
}

/** The list of an order's fees and the column of their amounts. */
function feesOf({ lists }: Table): { readonly list: NestedList; readonly amount: Column } | undefined {
  const list = lists.find(({ heading }) => /^fee lines?$|^fees$/.test(heading.text));
  const amount = list === undefined ? undefined : named(list.columns, ["total", "amount"]);
  return list === undefined || amount === undefined ? undefined : { list, amount };
}

function sumOfWays({ name, columns }: NestedList): string {
  const price = (column: Column) => `number(s[${JSON.stringify(column.name)}])`;
  const [whole, less, removed] = [
    named(columns, ["price"]),
    named(columns, ["discounted price"]),
    named(columns, ["is removed"]),
  ];
  if (whole === undefined) return "0.0";
  const each =
    less === undefined ? price(whole) : `s[${JSON.stringify(less.name)}] == "" ? ${price(whole)} : ${price(less)}`;
  const left = removed === undefined ? "" : `.filter(s, s[${JSON.stringify(removed.name)}] != "true")`;
  return `${cell(name)}${left}.map(s, ${each}).sum()`;
}

function feeTax({ columns }: NestedList, included: Column | undefined): string {
  const tax = named(columns, ["total tax"]);
  if (tax === undefined || included === undefined) return "";
  const text = `f[${JSON.stringify(tax.name)}]`;
  return ` + (${cell(included)} == "true" && ${text} != "" ? number(${text}) : 0.0)`;
}
