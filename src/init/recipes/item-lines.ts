// The lines of `children.items`. The API knows a price for each piece and no discount on a line: both are calculated.
import { amountsOf } from "../columns/amounts.ts";
import { cell, numberIn, numberOrNothing } from "../columns/find-column.ts";
import type { Link } from "../columns/links.ts";
import type { Match } from "../columns/match.ts";
import { lineNumber } from "../columns/roles.ts";
import type { Column } from "../columns/table.ts";
import { type DiscountKind, discountReadings, provePrice } from "../proofs/line-arithmetic.ts";
import type { Confidence, Line } from "../proposal/proposal.ts";
import { linesOf, missing } from "./lines.ts";
import { type Against, refutedPrice, unsureOfMoney } from "./refuted-prices.ts";
import { taxedQuestion } from "./taxed-prices.ts";

/** Where order lines come from. */
export interface ItemSource {
  /** `rows`, a nested list, or the name of a join. */
  readonly each: string;
  /** The link of the join. */
  readonly link?: Link;
  readonly matches: readonly Match[];
  /** The export is one that is known, so its names mean what they mean there. */
  readonly isKnown?: boolean;
  /** False for rows of the sample that are no lines. */
  readonly isLine?: (row: number) => boolean;
  /** What the orders' own totals prove a discount to be. */
  readonly discount?: DiscountKind;
  /** In place of the plain quantity. */
  readonly quantityLines?: readonly Line[];
  /** The column of what is left of a line's quantity after changes of the order. */
  readonly current?: Column;
  /** A list inside each line with the parts of discounts that are the line's: its amounts. */
  readonly allocations?: string;
  /** The column of a line's own tax. */
  readonly lineTax?: Column;
  /** Prices with and without a tax, of which nothing tells which one the orders are made of. */
  readonly taxed?: readonly [Column, Column];
  /** Why the column of a line's total is one, where it is not called so. */
  readonly lineTotalWhy?: string;
  /** What the orders' own totals say against the prices. */
  readonly against?: Against;
  /** The prices are made of amounts, with a discount on the whole order. */
  readonly hasAmounts?: boolean;
}

/** The fields of an order line. */
export function itemLines(items: ItemSource): readonly Line[] {
  const { matches } = items;
  const of = (path: string) => matches.find((match) => match.path === `items.${path}`);
  const plain = (path: string) => {
    const match = of(path);
    return match === undefined ? [] : linesOf({ ...match, path }, "sales_orders", { list: "items" });
  };
  return [
    ...skuLines(of("sku"), plain),
    ...(of("quantity") === undefined ? [pieceLine(items)] : (items.quantityLines ?? plain("quantity"))),
    ...(items.hasAmounts === true ? [] : doubtedPrice(of, priceLines(of, plain, items), items)),
  ];
}

/** Without a column for it: one a row, where rows of one order name the same product again. */
function pieceLine({ link, matches }: ItemSource): Line {
  const sku = matches.find(({ path }) => path === "items.sku")?.column;
  const number = link === undefined ? undefined : lineNumber(link.their);
  if (link === undefined || sku === undefined || number === undefined)
    return missing("quantity", "which column is the quantity?");
  const pieces = link.theirs.cells.map((order, row) => `${order}\n${sku.cells[row] ?? ""}`);
  if (new Set(pieces).size === pieces.length)
    return missing(
      "quantity",
      `which column is the quantity? Or { value: 1 } if each row of ${link.their.sample.shown} is one piece`,
    );
  const why = `no column has a quantity, and orders have a row for each piece, numbered by "${number.name}"`;
  return { kind: "guess", path: "quantity", spec: { value: 1 }, columns: [], confidence: "medium", why };
}

type Of = (path: string) => Match | undefined;

/** A column that is blank in every row is the key of none. */
function skuLines(sku: Match | undefined, plain: (path: string) => readonly Line[]): readonly Line[] {
  const question = "which column is the SKU of the line?";
  if (sku === undefined) return [missing("sku", question)];
  return sku.column.profile.filled === 0 ? [missing("sku", `${question} "${sku.column.name}" is blank`)] : plain("sku");
}

/** The lines of the price, as sure as the orders' totals leave them. */
function doubtedPrice(of: Of, lines: readonly Line[], { against, taxed }: ItemSource): readonly Line[] {
  if (taxed !== undefined) return [missing("unit_price", taxedQuestion(taxed))];
  const price = (of("unit_price") ?? of("line_total"))?.column;
  if (against === undefined || price === undefined) return lines;
  const isOpen = lines.some((line) => line.kind === "todo" && line.isRequired);
  const question = isOpen ? undefined : refutedPrice(against, price, of("quantity")?.column);
  return question === undefined ? unsureOfMoney(lines, against) : [question];
}

function priceLines(of: Of, plain: (path: string) => readonly Line[], items: ItemSource): readonly Line[] {
  const [price, total, quantity] = [of("unit_price"), of("line_total"), of("quantity")];
  const discount = [of("line_discount"), of("discount")].find(
    (match) => match !== undefined && isSomething(match.column),
  );
  if (price !== undefined && total !== undefined && quantity !== undefined)
    return provedPrice(price, total, quantity, discount, plain);
  if (price !== undefined)
    return discount === undefined ? plain("unit_price") : discountedPrice(price, discount, quantity, items);
  if (total === undefined || quantity === undefined)
    return [missing("unit_price", "which column is the price of one piece?")];
  const number = numberIn(total.column);
  const off = of("line_discount");
  if (off === undefined || !isSomething(off.column))
    return made(
      [total, quantity],
      `${number} / ${numberIn(quantity.column)}`,
      total,
      items.lineTotalWhy ?? "the line's total divided by its quantity",
    );
  const less = `(${number} - abs(${orNothing(off)})) / ${numberIn(quantity.column)}`;
  return made([total, off, quantity], less, total, "the line's total less its discount, divided by its quantity");
}

/** The line's own total decides what the price is: whatever a discount means, the total has it. */
function provedPrice(
  price: Match,
  total: Match,
  quantity: Match,
  discount: Match | undefined,
  plain: (path: string) => readonly Line[],
): readonly Line[] {
  const proof = provePrice({
    quantity: quantity.column,
    price: price.column,
    total: total.column,
    discount: discount?.column,
  });
  if (proof === "none") return plain("unit_price");
  if (proof !== undefined) {
    const why = `"${total.column.name}" proves that "${discount?.column.name ?? ""}" ${meanings[proof]}: the total divided by the quantity`;
    const divided = `${numberIn(total.column)} / ${numberIn(quantity.column)}`;
    return made([total, quantity], divided, total, why, "high");
  }
  if (discount === undefined) {
    const divided = `${numberIn(total.column)} / ${numberIn(quantity.column)}`;
    const why = `"${price.column.name}" times the quantity is not "${total.column.name}": the total divided by the quantity`;
    return made([total, quantity], divided, total, why);
  }
  return [
    missing(
      "unit_price",
      `"${price.column.name}" with "${discount.column.name}" does not come to "${total.column.name}", whatever the discount means: what is the price of one piece?`,
    ),
  ];
}

/** Without a total of the line those of the orders decide, a known export, or the cells: a percent sign, or shares of one. */
function discountedPrice(
  price: Match,
  discount: Match,
  quantity: Match | undefined,
  items: ItemSource,
): readonly Line[] {
  const { profile, heading, name } = discount.column;
  const isPercent = heading.text.includes("percent") || profile.words.some((word) => word.includes("%"));
  const isShare = profile.fractions >= 0.9 && discount.path !== "items.line_discount";
  const isOfLine = discount.path === "items.line_discount" && items.isKnown === true;
  const guessed = isPercent ? "percent" : isShare ? "share" : isOfLine ? "line" : undefined;
  const kind = items.discount ?? guessed;
  if (kind === undefined || quantity === undefined)
    return [
      missing(
        "unit_price",
        `is "${name}" a percentage, money off the line or money off each piece? Its price is "${price.column.name}"`,
      ),
    ];
  const why =
    items.discount === undefined
      ? "the API has no discount on a line: it is taken off the price"
      : `the orders' totals prove that "${name}" ${meanings[kind]}`;
  const off = discount.column.profile.words.some((word) => word.includes("%"))
    ? `number(${cell(discount.column)}.replace("%", ""))`
    : orNothing(discount);
  const [base, count] = [numberIn(price.column), numberIn(quantity.column)];
  const formulas: Readonly<Record<DiscountKind, string>> = {
    line: `${base} - abs(${off}) / ${count}`,
    piece: `${base} - abs(${off})`,
    share: `${base} * (1 - ${off})`,
    percent: `${base} * (1 - ${off} / 100)`,
  };
  const parts = kind === "line" ? [price, discount, quantity] : [price, discount];
  return made(parts, formulas[kind], price, why, items.discount === undefined ? "medium" : "high");
}

const meanings: Readonly<Record<DiscountKind, string>> = {
  line: "is money off the line",
  piece: "is money off each piece",
  share: "is a share of the price",
  percent: "is a percentage",
};

/** Some cell is neither blank nor nothing. */
export function isSomething(column: Column): boolean {
  return amountsOf(column).some((amount) => amount !== undefined && amount !== 0);
}

/** The column of a discount on the lines; `whole` is one that may be the orders'. */
export function discountOf({ matches }: Pick<ItemSource, "matches">, whole: Column | undefined): Match | undefined {
  return ["items.line_discount", "items.discount"]
    .map((path) => matches.find((match) => match.path === path))
    .find((match) => match !== undefined && match.column !== whole && isSomething(match.column));
}

/** What a line comes to, as an expression. */
export function lessDiscount(
  {
    price,
    quantity,
    off,
    kind,
  }: {
    readonly price: Column;
    readonly quantity: Column;
    readonly off: Column | undefined;
    readonly kind: DiscountKind | undefined;
  },
  row: string,
): string {
  const [each, count] = [numberIn(price, row), numberIn(quantity, row)];
  if (off === undefined || kind === undefined) return `${count} * ${each}`;
  const less = numberOrNothing(off, row);
  const formulas: Readonly<Record<DiscountKind, string>> = {
    line: `${count} * ${each} - abs(${less})`,
    piece: `${count} * (${each} - abs(${less}))`,
    share: `${count} * ${each} * (1 - ${less})`,
    percent: `${count} * ${each} * (1 - ${less} / 100)`,
  };
  return formulas[kind];
}

/**
 * What the rows' lines come to by the columns that were found, for each meaning that a discount may have; `whole` is a column
 * that may be a discount on the whole order instead.
 */
export function lineAmounts(
  items: ItemSource,
  whole: Column | undefined,
): readonly { readonly discount?: DiscountKind; readonly amounts: Amounts }[] {
  const of = (path: string) => items.matches.find((match) => match.path === `items.${path}`)?.column;
  const [price, total, quantity] = [of("unit_price"), of("line_total"), of("quantity")];
  if (total !== undefined) return [{ amounts: amountsOf(total) }];
  if (price === undefined || quantity === undefined) return [];
  const [prices, quantities] = [amountsOf(price), amountsOf(quantity)];
  const read = (off: Amounts, reading: (figures: { count: number; each: number; off: number }) => number): Amounts =>
    prices.map((each, row) => {
      const count = quantities[row];
      return each === undefined || count === undefined || items.isLine?.(row) === false
        ? undefined
        : reading({ count, each, off: Math.abs(off[row] ?? 0) });
    });
  const match = discountOf(items, undefined);
  const own = discountOf(items, whole);
  const plain = { amounts: read([], ({ count, each }) => count * each) };
  if (match === undefined) return [plain];
  const offs = amountsOf((own ?? match).column);
  const isOfLine = items.isKnown === true && own?.path === "items.line_discount";
  const readings = discountReadings.filter(([kind]) => !isOfLine || kind === "line");
  return [
    ...(own === undefined ? [plain] : []),
    ...readings.map(([kind, reading]) => ({ discount: kind, amounts: read(offs, reading) })),
  ];
}

type Amounts = readonly (number | undefined)[];

/** A blank discount is none. */
function orNothing({ column }: Match): string {
  return numberOrNothing(column);
}

function made(
  parts: readonly Match[],
  expr: string,
  first: Match,
  why: string,
  confidence: Confidence = "medium",
): readonly Line[] {
  const when = first.column.profile.filled === first.column.profile.rows ? {} : { when: `${cell(first.column)} != ""` };
  const columns = parts.map(({ column }) => column.name);
  return [{ kind: "guess", path: "unit_price", spec: { ...when, expr, round: 4 }, columns, confidence, why }];
}
