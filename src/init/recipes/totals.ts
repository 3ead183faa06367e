// Tax and shipping of an order. In a file with a row for each line they may stand once an order, or as parts on its lines,
// which are added up; the lines may be in a file of their own.
import type { Json } from "../../model/json.ts";
import { cell, numberIn } from "../columns/find-column.ts";
import { type Match, matchColumns, type Pins } from "../columns/match.ts";
import { orderRules } from "../columns/roles.ts";
import type { Column } from "../columns/table.ts";
import type { AmountKind, OrderProof } from "../proofs/order-arithmetic.ts";
import type { TaxPlace } from "../proofs/tax-rate.ts";
import type { Line } from "../proposal/proposal.ts";
import { type ItemSource, isSomething } from "./item-lines.ts";
import { linesOf } from "./lines.ts";

/** What else is known of the sums of orders. */
export interface TotalParts {
  readonly proof?: OrderProof;
  /** The orders whose tax counts. */
  readonly taxWhen?: string;
  /** Where the tax is, if no total proves it; `open`: nothing else says it either. */
  readonly taxPlace?: TaxPlace | "open";
  /** Shipping that is made of more than its column. */
  readonly shipping?: {
    readonly expr: string;
    readonly columns: readonly string[];
    readonly why: string;
    /** The orders that say anything of it. */
    readonly when?: string;
  };
}

/**
 * The lines of `total_tax` and `total_shipping`. `key` is the order number of a file with several rows an order; `proof` what
 * the orders' own totals say of these amounts, `taxWhen` of which orders the tax counts.
 */
export function totalLines(
  matches: readonly Match[],
  key: Column | undefined,
  hasTotalsPerLine: boolean,
  { proof, taxWhen, taxPlace, shipping }: TotalParts = {},
): readonly Line[] {
  return ["total_tax", "total_shipping"].flatMap((path) => {
    const kind = path === "total_tax" ? proof?.tax : proof?.shipping;
    const parts = matches.filter(
      (match) => match.path === path || match.path.startsWith(`${path}+`) || match.path.startsWith(`${path}-`),
    );
    if (path === "total_shipping" && shipping !== undefined) {
      const { expr, columns, why, when } = shipping;
      const spec = { ...(when === undefined ? {} : { when }), expr, round: 2 };
      return [{ kind: "guess", path, spec, columns, confidence: "high", why }];
    }
    const [first] = parts;
    const when = path === "total_tax" ? taxWhen : undefined;
    if (first === undefined) return [];
    if (path === "total_tax" && taxPlace === "within") return [];
    if (path === "total_tax" && taxPlace === "open" && parts.some(({ column }) => isSomething(column))) {
      const names = parts.map(({ column }) => JSON.stringify(column.name)).join(", ");
      const text = `${path}: does ${names} come on top of the prices (it is ${path} then), or do they have it already? Nothing in the file proves it`;
      const own = parts.length === 1 ? linesOf({ ...first, path }, "sales_orders") : [];
      const proposes = own[0]?.kind === "guess" ? { proposes: own[0].spec } : {};
      return [{ kind: "todo", path, text, isRequired: false, ...proposes }];
    }
    if (kind === "either" && taxWhen === undefined) return [];
    if (kind !== undefined && parts.length === 1) return provedLines({ ...first, path }, kind, taxWhen);
    const isPerLine = key !== undefined && (hasTotalsPerLine || parts.some(({ column }) => variesWithin(column, key)));
    if (parts.length === 1 && !isPerLine)
      return linesOf({ ...first, path }, "sales_orders", when === undefined ? {} : { when });
    if (key !== undefined && isPerLine && !hasTotalsPerLine && parts.some(({ column }) => isRepeated(column, key))) {
      const names = parts.map(({ column }) => JSON.stringify(column.name)).join(", ");
      const text = `${path}: rows of an order have the same amount of ${names}: parts of the order's, or the same again?`;
      return [{ kind: "todo", path, text, isRequired: false }];
    }
    return [
      {
        kind: "guess",
        path,
        spec: { expr: sumOf(path, parts, isPerLine), round: 2 },
        columns: parts.map(({ column }) => column.name),
        confidence: first.confidence === "low" ? "low" : "medium",
        why: isPerLine ? "the sum over the rows of the order" : "the sum of its parts",
      },
    ];
  });
}

/**
 * The line of `total_shipping` where only joined lines have such a column. Lines of an order with different amounts speak of
 * themselves, and are added up; where they have the same amount, or there is one line each, a person has to say it.
 */
export function joinedShipping(items: ItemSource | undefined, own: readonly Match[], pins: Pins): readonly Line[] {
  const path = "total_shipping";
  const { link, each } = items ?? {};
  if (link === undefined || each === undefined || own.some((match) => match.path === path)) return [];
  const { their, theirs } = link;
  const [found, ...others] = matchColumns(their.columns, orderRules(their, false, pins)).filter(
    (match) => match.path === path && match.confidence !== "low" && isSomething(match.column),
  );
  if (found === undefined || others.length > 0) return [];
  const { name, profile, minor } = found.column;
  const spec: Json = { sum: name, each, ...(profile.currency > 0 ? { apply: ["money"] } : {}) };
  if (minor !== undefined) {
    const text = `${path}: rows of ${their.sample.shown} have amounts in cents under ${JSON.stringify(name)}, which a sum cannot make whole: where has the order its shipping?`;
    return [{ kind: "todo", path, text, isRequired: false }];
  }
  if (variesWithin(found.column, theirs) && !isRepeated(found.column, theirs))
    return [
      {
        kind: "guess",
        path,
        spec,
        columns: [name],
        confidence: "medium",
        why: `the sum over the order's rows in ${their.sample.shown}, which have different amounts`,
      },
    ];
  const text = `${path}: rows of ${their.sample.shown} have an amount under ${JSON.stringify(name)}. If each is a part of the order's shipping, they are added up; if it is the order's own on every row, say where the order has it once`;
  return [{ kind: "todo", path, text, isRequired: false, proposes: spec }];
}

/** What the orders' own totals prove; what the prices have already is left out. */
function provedLines(match: Match, kind: AmountKind, taxWhen: string | undefined): readonly Line[] {
  const { path, column } = match;
  if (kind === "within") return [];
  if (kind === "either" && taxWhen !== undefined) {
    const why = "only of the orders whose total does not have it in its prices";
    return linesOf({ ...match, confidence: "high", why }, "sales_orders", { when: taxWhen });
  }
  if (kind === "once") return linesOf(match, "sales_orders");
  return [
    {
      kind: "guess",
      path,
      spec: { expr: sumOf(path, [match], true), round: 2 },
      columns: [column.name],
      confidence: "high",
      why: "the sum over the rows of the order: the file's own totals prove it",
    },
  ];
}

function sumOf(path: string, parts: readonly Match[], isPerLine: boolean): string {
  return parts
    .map((part, at) => {
      const isTakenOff = part.path.startsWith(`${path}-`);
      const sign = at === 0 ? (isTakenOff ? "-" : "") : isTakenOff ? " - " : " + ";
      const of = cell(part.column, isPerLine ? "r" : "row");
      const own = numberIn(part.column, isPerLine ? "r" : "row");
      const number = isTakenOff ? `abs(${own})` : own;
      return `${sign}${isPerLine ? `rows.filter(r, ${of} != "").map(r, ${number}).sum()` : `(${of} == "" ? 0.0 : ${number})`}`;
    })
    .join("");
}

/** Several rows of one order have the same amount. */
function isRepeated({ cells }: Column, key: Column): boolean {
  const seen = new Set<string>();
  return key.cells.some((order, row) => {
    const amount = cells[row] ?? "";
    if (order === "" || /^[^1-9]*$/.test(amount)) return false;
    const said = `${order}\n${amount}`;
    return seen.has(said) || !seen.add(said);
  });
}

/** Rows of one order say different things, so each speaks of its line. */
function variesWithin(column: Column, key: Column): boolean {
  const seen = new Map<string, string>();
  return key.cells.some((order, row) => {
    const said = column.cells[row] ?? "";
    if (order === "" || said === "") return false;
    const before = seen.get(order);
    seen.set(order, said);
    return before !== undefined && before !== said;
  });
}
