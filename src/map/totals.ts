// Control totals: what a payload comes to, held against what the source says that it comes to. Exact decimals all the way;
// each line is rounded to cents before it is summed, as an invoice does it.
import { type Origin, type Origins, problemCell, type SourceTotals } from "../model/draft.ts";
import { isPlainObject, type JsonObject } from "../model/json.ts";
import { parsePath, valueAt } from "../model/payload-path.ts";
import type { Problem } from "../model/problem.ts";
import type { Sums } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import { assembleFields, type DraftParts, emptyParts } from "./assemble-draft.ts";
import { compileField } from "./compile-field.ts";
import type { ChildMapping, Mapping, Totals } from "./definition/mapping.ts";
import type { FieldTools } from "./field-tools.ts";
import type { FieldScope } from "./scope.ts";
import { add, compareDecimals, type Decimal, decimalOf, decimalText, product, roundDecimal } from "./values/decimal.ts";
import { currencyNamed } from "./values/money.ts";

/** A mapping's totals, ready for entries. */
export interface CompiledTotals {
  /** Reads the totals of an entry and compares; the problems that come of it are added to those of `parts`. */
  readonly compare: (scope: FieldScope, parts: DraftParts) => SourceTotals;
}

/** What totals are called by among origins, traces and problems: `totals.order`, `totals.items[0].line`. */
const totalsPrefix = "totals.";

/** The totals of a mapping; undefined where it has none. The lines are read where the elements of the list are made. */
export function compileTotals(
  { totals }: Mapping,
  sums: Sums | undefined,
  tools: FieldTools,
): CompiledTotals | undefined {
  if (totals === undefined || sums === undefined) return undefined;
  const { order, items, currency } = totals;
  const hasSums = [order, items, totals.line].some((sum) => sum !== undefined);
  const fields = [order, items, currency].flatMap((field) => (field === undefined ? [] : [compileField(field, tools)]));
  return {
    compare(scope, parts) {
      const read: DraftParts = { ...emptyParts(parts.trace, parts.quick), origins: parts.origins };
      assembleFields(fields, scope, read.payload, totalsPrefix, read);
      const said = [...(parts.lineTotals?.problems ?? []), ...read.problems];
      const given: Given = {
        order: decimalIn(read.payload.order),
        items: decimalIn(read.payload.items),
        lines: parts.lineTotals?.lines ?? [],
      };
      const ours = isMade(parts, sums) ? sumsOf(parts.payload as JsonObject, sums, parts) : undefined;
      const differences =
        ours === undefined ? [] : differencesOf(ours, given, { totals, sums, origins: parts.origins });
      const found = [...said, ...differences];
      parts.problems.push(...(totals.mismatch === "warn" ? found.map(asWarning) : found));
      const isGiven = [given.order, given.items, ...given.lines].some((sum) => sum !== undefined);
      const isUnread = said.length > 0 || (isGiven && ours === undefined);
      const stands = differences.length > 0 ? "differs" : isGiven ? "agrees" : "unstated";
      const code = typeof read.payload.currency === "string" ? currencyNamed(read.payload.currency) : "";
      return {
        ...(hasSums ? { agreement: isUnread ? ("uncompared" as const) : stands } : {}),
        ...(code === "" ? {} : { currency: code }),
      };
    },
  };
}

/** Reads what the source says that an element comes to, while it is made; undefined where the mapping has nothing on it. */
export function compileLineTotal(
  { path }: ChildMapping,
  { resource, totals }: Mapping,
  tools: FieldTools,
): ((scope: FieldScope, element: string, parts: DraftParts) => void) | undefined {
  if (totals?.line === undefined || resources[resource].sums?.list !== path) return undefined;
  const fields = [compileField(totals.line, tools)];
  return (scope, element, parts) => {
    parts.lineTotals ??= { lines: [], problems: [] };
    const read: DraftParts = { ...emptyParts(parts.trace, parts.quick), origins: parts.origins };
    assembleFields(fields, scope, read.payload, `${totalsPrefix}${element}`, read);
    parts.lineTotals.lines.push(decimalIn(read.payload.line));
    parts.lineTotals.problems.push(...read.problems);
  };
}

/** What the source says. */
interface Given {
  readonly order: Decimal | undefined;
  readonly items: Decimal | undefined;
  readonly lines: readonly (Decimal | undefined)[];
}

/** What one line of the payload comes to. */
interface OurLine {
  readonly at: number;
  readonly amount: Decimal;
  readonly text: string;
  /** What a discount on the whole order took off it. */
  readonly share: Decimal;
}

/** What the payload comes to. */
interface Ours {
  /** One for each element of the source: at two prices it is two items, of which `at` is the first. */
  readonly lines: readonly OurLine[];
  readonly items: Decimal;
  readonly added: readonly { readonly word: string; readonly amount: Decimal }[];
  readonly order: Decimal;
}

/** False where money of the payload could not be made: that is said already, and its sum would mean nothing. */
function isMade({ payload, problems }: DraftParts, { list, added }: Sums): boolean {
  // Of an order that may be two, nobody knows which total counts.
  if (problems.some(({ code }) => code === "several_heads" || code === "no_head")) return false;
  const paths = [list, ...added.map(({ path }) => path)];
  const isOfMoney = (path: string) => paths.some((of) => path === of || path.startsWith(`${of}[`));
  return (
    Array.isArray(payload[list]) &&
    !problems.some(({ severity, path }) => severity === undefined && path !== undefined && isOfMoney(path))
  );
}

function sumsOf(
  payload: JsonObject,
  { list, quantity, price, added }: Sums,
  { continued, shares }: DraftParts,
): Ours | undefined {
  const elements = payload[list] as readonly unknown[];
  const known: OurLine[] = [];
  for (const [at, element] of elements.entries()) {
    const of = isPlainObject(element) ? element : {};
    const [pieces, each] = [decimalIn(of[quantity]), decimalIn(of[price])];
    // Without pieces there is no line; that is refused anyway, and a difference would only hide why.
    if (pieces === undefined || each === undefined || pieces.unscaled <= 0n) return undefined;
    const amount = roundDecimal(product(pieces, each), 2);
    const text = `${decimalText(pieces)} × ${decimalText(each)}`;
    const before = continued?.has(at) === true ? known.pop() : undefined;
    known.push(
      before === undefined
        ? { at, amount, text, share: shares?.get(at) ?? zero }
        : { ...before, amount: add(before.amount, amount), text: `${before.text} + ${text}` },
    );
  }
  const items = known.reduce((sum, { amount }) => add(sum, amount), zero);
  const parts = added.map(({ path, word }) => ({ word, amount: decimalIn(valueAt(payload, parsePath(path))) ?? zero }));
  return { lines: known, items, added: parts, order: parts.reduce((sum, { amount }) => add(sum, amount), items) };
}

const zero: Decimal = { unscaled: 0n, scale: 2 };

interface Comparison {
  readonly totals: Totals;
  readonly sums: Sums;
  readonly origins: Origins;
}

function differencesOf(ours: Ours, given: Given, { totals, sums, origins }: Comparison): readonly Problem[] {
  const { list, quantity, price, added } = sums;
  const tolerance = decimalOf(totals.tolerance);
  const made = [`items ${money(ours.items)}`, ...ours.added.map(({ word, amount }) => `${word} ${money(amount)}`)];
  const prices = ours.lines.flatMap(({ at }) => [`${list}[${at}].${quantity}`, `${list}[${at}].${price}`]);
  const check = (
    what: string,
    name: string,
    [mine, theirs]: readonly [Decimal, Decimal | undefined],
    { text, paths, path }: { readonly text: string; readonly paths: readonly string[]; readonly path?: string },
  ): readonly Problem[] => {
    if (theirs === undefined) return [];
    const difference = add(mine, negated(theirs));
    const isMore = difference.unscaled > 0n;
    const size = isMore ? difference : negated(difference);
    if (compareDecimals(size, tolerance) <= 0) return [];
    const message = `${what} ${money(mine)} (${text}), and the file says ${money(theirs)}, which is ${money(size)} ${isMore ? "less" : "more"}`;
    const problem: Problem = { code: "total_mismatch", message, ...(path === undefined ? {} : { path }) };
    return [atTotal(problem, `${totalsPrefix}${name}`, paths, origins)];
  };
  const ofLines = ours.lines.flatMap(({ at, amount, text, share }, index) =>
    check("the line comes to", `${list}[${at}].line`, [add(amount, share), given.lines[index]], {
      text: share.unscaled === 0n ? text : `${text} + ${money(share)} of the order's discount`,
      paths: [`${list}[${at}].${quantity}`, `${list}[${at}].${price}`],
      path: `${list}[${at}].${price}`,
    }),
  );
  return [
    ...check("the order comes to", "order", [ours.order, given.order], {
      text: made.join(" + "),
      paths: [...prices, ...added.map(({ path }) => path)],
    }),
    ...check("the items come to", "items", [ours.items, given.items], {
      text: ours.lines.length === 1 ? (ours.lines[0]?.text ?? "") : `${ours.lines.length} items`,
      paths: prices,
    }),
    ...ofLines,
  ];
}

type CellOrigin = Extract<Origin, { kind: "cell" }>;
const mostCells = 20;

/** The problem at the cell of the source's sum, with the cells that ours is made of behind it. */
function atTotal(problem: Problem, total: string, paths: readonly string[], origins: Origins): Problem {
  const cellsOf = (path: string): readonly CellOrigin[] =>
    (origins.get(path) ?? []).filter((origin) => origin.kind === "cell");
  const [first, ...others] = uniqueCells([...cellsOf(total), ...paths.flatMap(cellsOf)]).slice(0, mostCells);
  if (first === undefined) {
    const [origin] = origins.get(total) ?? [];
    return origin?.kind === "mapping" ? { ...problem, file: origin.file, line: origin.line } : problem;
  }
  const place = problemCell(first.source, first.column);
  if (others.length === 0) return { ...problem, ...place };
  return { ...problem, ...place, cells: [place, ...others.map(({ source, column }) => problemCell(source, column))] };
}

function uniqueCells(cells: readonly CellOrigin[]): readonly CellOrigin[] {
  const nameOf = ({ source: { ref }, column }: CellOrigin) => `${ref.file} ${ref.number} ${column}`;
  return [...new Map(cells.map((cell) => [nameOf(cell), cell])).values()];
}

function asWarning(problem: Problem): Problem {
  return { ...problem, severity: "warning" };
}

function decimalIn(value: unknown): Decimal | undefined {
  return typeof value === "number" ? decimalOf(value) : undefined;
}

function negated({ unscaled, scale }: Decimal): Decimal {
  return { unscaled: -unscaled, scale };
}

/** At least two decimals, and all that there are. */
function money(decimal: Decimal): string {
  const { unscaled, scale } = decimal;
  return decimalText(scale >= 2 ? decimal : { unscaled: unscaled * 10n ** BigInt(2 - scale), scale: 2 });
}
