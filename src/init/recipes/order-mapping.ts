// The recipe for sales orders: lines nested in JSON, joined from another file, or in the order's own rows.
import type { Json } from "../../model/json.ts";
import { cell, numberIn } from "../columns/find-column.ts";
import type { Link } from "../columns/links.ts";
import { type Match, matchColumns, type Pins } from "../columns/match.ts";
import { lineRules, orderRules } from "../columns/roles.ts";
import type { Column, Table } from "../columns/table.ts";
import { addressNames, bareAddressNames } from "../names/addresses.ts";
import { itemNames, orderNames } from "../names/orders.ts";
import type { Line, ProposedJoin } from "../proposal/proposal.ts";
import { addressLines, companyLines } from "./address-lines.ts";
import { withFallback } from "./fallback-columns.ts";
import { type ItemSource, itemLines } from "./item-lines.ts";
import { lineAmountsOf, partsOfLine, quantityLine, shippingWithFees, taxIncludedColumn } from "./line-amounts.ts";
import { linesOf, missing } from "./lines.ts";
import { knownProof, readingOf, taxPlaceIn } from "./order-proof.ts";
import { freightLines, orderRows } from "./order-rows.ts";
import { statusLines } from "./order-status.ts";
import { orderColumns, orderSums } from "./order-sums.ts";
import { joinName, type Recipe } from "./product-mapping.ts";
import { unsureOfMoney } from "./refuted-prices.ts";
import { complete } from "./required-fields.ts";
import { joinedShipping, type TotalParts, totalLines } from "./totals.ts";

/** The mapping of a table of orders, or of order lines that no file of orders belongs to. */
export function orderMapping(table: Table, links: readonly Link[], pins: Pins): Recipe {
  const items = itemsOf(table, links, pins);
  const rules = orderRules(table, items?.each === "rows", pins);
  const matches = matchColumns(table.columns, rules);
  const orderOnly = matches.filter(({ path }) => !path.startsWith("items."));
  const key = orderOnly.find(({ path }) => path === "order_number")?.column;
  const customers = links.filter(({ one }) => one).map((link) => ({ link, matches: customerMatches(link, table) }));
  const joined = customers.filter((customer) => customer.matches.length > 0);
  const lines = [
    ...orderOnly
      .filter(({ path }) => Object.hasOwn(orderNames, path) && !special.includes(path))
      .flatMap((match) => linesOf(match, "sales_orders").map((line) => withFallback(line, orderOnly))),
    ...joined.flatMap(({ link, matches: theirs }) =>
      theirs
        .filter(({ path }) => path === "customer_email" && !orderOnly.some((match) => match.path === path))
        .flatMap((match) => linesOf(match, "sales_orders", { prefix: `${joinName(link.their)}.` })),
    ),
  ];
  const addresses = addressLines(
    orderOnly,
    joined.map(({ link, matches: theirs }) => ({ prefix: `${joinName(link.their)}.`, matches: theirs })),
    pins,
    rules.platform?.shipsToBilling === true,
  );
  const byRow = items?.each === "rows" ? key : undefined;
  const rows = orderRows(table, items, orderOnly, byRow);
  const found =
    items === undefined ? undefined : { ...items, isKnown: rules.platform !== undefined, isLine: rows.isLine };
  const columns = orderColumns(table);
  const reading =
    found === undefined
      ? undefined
      : readingOf(byRow, found, orderOnly, columns, columnsOfItems(table, found), parentsOf(table, found));
  const { items: known, figures, against } = reading ?? { items: undefined, figures: columns };
  const { total } = figures;
  const proof = reading?.proof ?? knownProof(rules.platform, byRow, known, figures);
  const sums = known === undefined || proof === undefined ? undefined : orderSums(known, orderOnly, figures, proof);
  const included = byRow === undefined ? taxIncludedColumn(table) : undefined;
  const isGross = included === undefined ? undefined : `${cell(included)} != "true"`;
  const taxWhen = sums?.taxWhen ?? isGross;
  const shipping = orderOnly.find(({ path }) => path === "total_shipping")?.column;
  const withFees =
    sums?.shipping ?? (byRow === undefined ? shippingWithFees(table, shipping, included) : freightOf(known, shipping));
  const totals = totalLines(orderOnly, byRow, rules.platform?.hasTotalsPerLine ?? false, {
    ...(proof === undefined ? {} : { proof: proof.order }),
    ...(taxWhen === undefined ? {} : { taxWhen }),
    ...(proof === undefined && taxWhen === undefined && rules.platform === undefined
      ? { taxPlace: taxPlaceIn(known, orderOnly, figures, key) ?? "open" }
      : {}),
    ...(withFees === undefined ? {} : { shipping: withFees }),
  });
  const amounts = sums?.amounts ?? (known === undefined ? undefined : lineAmountsOf(table, known, included));
  const left = known === undefined ? undefined : quantityLine(known);
  const proven = {
    ...(proof?.discount === undefined ? {} : { discount: proof.discount }),
    ...(amounts === undefined ? {} : { hasAmounts: true }),
    ...(left === undefined ? {} : { quantityLines: [left] }),
    ...(against === undefined ? {} : { against }),
  };
  const company = companyLines(orderOnly);
  const given = [
    ...channelLine(orderOnly),
    ...lines,
    ...statusLines(table, orderOnly, pins),
    ...unsureOfMoney([...totals, ...(withFees === undefined ? joinedShipping(items, orderOnly, pins) : [])], against),
    ...company,
    ...namedOrAsked(addresses, table, key, rows.isHead),
  ];
  return {
    ...(rows.where === undefined ? {} : { where: rows.where }),
    ...(rows.group === undefined ? {} : { group: rows.group }),
    ...(proof?.order.isOfOrder === true && total !== undefined
      ? { totals: { spec: { order: amountSpec(total) }, why: "high: all that is mapped adds up to it" } }
      : {}),
    joins: [...joined.map(({ link }) => joinOf(link)), ...(items?.link === undefined ? [] : [joinOf(items.link)])],
    lines: inOrder([...complete("sales_orders", given), ...noItems(items)]),
    children:
      known === undefined
        ? []
        : [
            {
              list: "items",
              each: known.each,
              ...(rows.itemWhere === undefined ? {} : { where: rows.itemWhere }),
              ...(amounts === undefined ? {} : { amounts }),
              lines: itemLines({ ...known, ...proven }),
            },
          ],
    measured: [...matches, ...(items?.matches ?? [])].map(({ column }) => column),
  };
}

/** A name that some orders do not have is asked about: without one they are refused. */
function namedOrAsked(
  lines: readonly Line[],
  table: Table,
  key: Column | undefined,
  isHead: (row: number) => boolean,
): readonly Line[] {
  const seen = new Set<string>();
  const heads = (key ?? table.columns[0])?.cells.flatMap((order, row) => {
    if (!isHead(row) || (key !== undefined && (order === "" || seen.has(order)))) return [];
    seen.add(order);
    return [row];
  });
  return lines.flatMap((line): readonly Line[] => {
    if (line.kind === "todo" || !/^(bill|ship)_to\.name$/.test(line.path)) return [line];
    const columns = line.columns.map((name) => table.columns.find((column) => column.name === name));
    const isMissing = heads?.some((row) => columns.every((column) => column !== undefined && column.cells[row] === ""));
    if (isMissing !== true) return [line];
    const text = `${line.path}: some orders have none and would be refused: say default: … for them`;
    const why = `${line.why}; some orders have none`;
    const confidence = line.confidence === "high" ? "medium" : line.confidence;
    return [
      { ...line, confidence, why },
      { kind: "todo", path: line.path, text, isRequired: false },
    ];
  });
}

/** An amount as a mapping reads it: a currency is taken off, and cents are made whole. */
function amountSpec(column: Column): Json {
  const { name, profile, minor } = column;
  if (minor !== undefined) return { when: `${cell(column)} != ""`, expr: numberIn(column), round: 2 };
  return profile.currency > 0 ? { from: name, apply: ["money"] } : name;
}

/** Shipping that stands among the lines. */
function freightOf(items: ItemSource | undefined, shipping: Column | undefined): TotalParts["shipping"] {
  const is = freightLines(items, "r");
  const of = (path: string) => items?.matches.find((match) => match.path === `items.${path}`)?.column;
  const [price, total, quantity] = [of("unit_price"), of("line_total"), of("quantity")];
  if (is === undefined || shipping !== undefined) return undefined;
  const amount =
    total !== undefined
      ? numberIn(total, "r")
      : price !== undefined && quantity !== undefined
        ? `${numberIn(quantity, "r")} * ${numberIn(price, "r")}`
        : undefined;
  const columns = [of("sku"), total ?? price].flatMap((column) => column?.name ?? []);
  return amount === undefined
    ? undefined
    : { expr: `rows.filter(r, ${is}).map(r, ${amount}).sum()`, columns, why: "the lines that are shipping" };
}

const special = ["channel_id", "company_id", "order_status", "total_tax", "total_shipping", "total_tax+shipping"];

function itemsOf(table: Table, links: readonly Link[], pins: Pins): ItemSource | undefined {
  const link = links.find(({ one }) => !one);
  if (link !== undefined) {
    return { each: joinName(link.their), link, matches: matchColumns(link.their.columns, lineRules(link.their, pins)) };
  }
  const nested = table.lists
    .map((list) => ({
      each: list.name,
      matches: matchColumns(list.columns, lineRules(table, pins)),
      ...partsOfLine(list),
    }))
    .filter(({ matches }) => matches.some(({ path }) => path === "items.sku" || path === "items.quantity"))
    .toSorted((a, b) => b.matches.length - a.matches.length);
  if (nested[0] !== undefined) return nested[0];
  const own = matchColumns(table.columns, orderRules(table, true, pins)).filter(({ path }) =>
    Object.hasOwn(itemNames, path),
  );
  return own.some(({ path, confidence }) => (path === "items.sku" || path === "items.quantity") && confidence !== "low")
    ? { each: "rows", matches: own }
    : undefined;
}

/** The columns beside those of the lines. */
function columnsOfItems(table: Table, { link, each }: ItemSource): readonly Column[] {
  if (link !== undefined) return link.their.columns;
  return table.lists.find(({ name }) => name === each)?.columns ?? table.columns;
}

/** For each line that stands elsewhere the row of its order; undefined where not all lines are known. */
function parentsOf(table: Table, { link, each }: ItemSource): readonly number[] | undefined {
  if (link === undefined) return table.lists.find(({ name }) => name === each)?.parents;
  if (!link.their.sample.isWhole) return undefined;
  const rows = new Map(link.ours.cells.map((key, row) => [key, row]));
  return link.theirs.cells.map((key) => rows.get(key) ?? -1);
}

function customerMatches({ their, theirs }: Link, table: Table): readonly Match[] {
  const rules = { ...orderRules(table, false), platform: undefined, prefixes: ["customer", "client"] };
  const names = [bareAddressNames, addressNames, { customer_email: orderNames.customer_email ?? { surely: "email" } }];
  return matchColumns(
    their.columns.filter((column) => column !== theirs),
    { ...rules, names },
  );
}

function joinOf({ their, theirs, ours, one }: Link): ProposedJoin {
  return { name: joinName(their), shown: their.sample.shown, theirs: theirs.name, ours: ours.name, one };
}

// Where no column says the channel, the job does.
function channelLine(matches: readonly Match[]): readonly Line[] {
  const match = matches.find(({ path }) => path === "channel_id");
  if (match === undefined) return [];
  const { column, confidence, why } = match;
  const isId = column.profile.integers >= 0.9;
  const spec: Json = isId ? column.name : { from: column.name, ref: { resource: "channels", by: "label" } };
  return [{ kind: "guess", path: "channel_id", spec, columns: [column.name], confidence, why }];
}

function noItems(items: ItemSource | undefined): readonly Line[] {
  return items === undefined
    ? [missing("items", "no order lines found: name their file too, or map children.items")]
    : [];
}

const first = ["channel_id", "order_number", "order_date", "order_status"];

function inOrder(lines: readonly Line[]): readonly Line[] {
  const rank = ({ path }: Line) =>
    first.includes(path) ? first.indexOf(path) : path.includes("_to.") ? first.length + 1 : first.length;
  return lines.toSorted((a, b) => rank(a) - rank(b));
}
