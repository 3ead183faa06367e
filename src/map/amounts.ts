// `amounts` of a child: what each line comes to and what is taken off the whole order, made into prices per piece. Exact
// arithmetic is in values/line-prices.ts; the elements themselves are made in children.ts.
import { type Origin, problemCell } from "../model/draft.ts";
import type { Problem } from "../model/problem.ts";
import { locateProblem } from "../model/problem-place.ts";
import type { AlternativeTrace, FieldTrace } from "../model/trace.ts";
import { assembleFields, type DraftParts, emptyParts, type MutableObject } from "./assemble-draft.ts";
import { type CompiledField, compileField } from "./compile-field.ts";
import type { ChildMapping } from "./definition/mapping.ts";
import type { FieldTools } from "./field-tools.ts";
import type { FieldScope } from "./scope.ts";
import { type Decimal, decimalText, exactNumber, roundDecimal } from "./values/decimal.ts";
import { decimalOfCalculated, type PricedPieces, pricesOf, shareOut } from "./values/line-prices.ts";

/** What the amounts make of one element: itself, once or twice, with prices. */
export interface PricedElement {
  /** None: it has no price, and `problem` or the lack of an amount says why. */
  readonly pieces: readonly PricedPieces[];
  readonly origins: readonly Origin[];
  /** What the discount on the whole order took off it. */
  readonly share: Decimal | undefined;
  /** Its path is the field that has no price, from the element down. */
  readonly problem: Omit<Problem, "path"> | undefined;
  readonly trace: readonly AlternativeTrace[];
}

/** Puts the amounts of a group's elements into prices: one for each scope, in order. */
export type PriceElements = (
  elements: readonly FieldScope[],
  entry: FieldScope,
  parts: DraftParts,
) => readonly PricedElement[];

/** Where the amounts of an element are written to: the fields of its payload. */
export const pricedFields = { quantity: "quantity", price: "unit_price" } as const;

/** The amounts of a child, ready for groups; undefined where it has none. */
export function compileAmounts(
  { path, amounts }: ChildMapping,
  fields: readonly CompiledField[],
  { ofElement, ofEntry }: { readonly ofElement: FieldTools; readonly ofEntry: FieldTools },
): PriceElements | undefined {
  if (amounts === undefined) return undefined;
  const quantityFields = fields.filter((field) => field.path === pricedFields.quantity);
  const lineFields = [compileField(amounts.line, ofElement)];
  const discountFields = amounts.orderDiscount === undefined ? [] : [compileField(amounts.orderDiscount, ofEntry)];
  return (elements, entry, parts) => {
    const discount = readNumber(discountFields, entry, parts);
    const measured = elements.map((scope) => ({
      quantity: readNumber(quantityFields, scope, { quick: parts.quick, trace: undefined }),
      line: readNumber(lineFields, scope, parts),
    }));
    const shares = sharesOf(
      measured.map(({ line }) => line.value),
      discount,
      path,
    );
    parts.problems.push(...shares.problems);
    return measured.map((element, index) => priced(element, shares.taken[index] ?? noShare, discount));
  };
}

/** A number that is read for the amounts and is no field of the payload itself. */
interface ReadNumber {
  readonly value: Decimal | undefined;
  readonly origins: readonly Origin[];
  readonly problem: Problem | undefined;
  readonly trace: readonly AlternativeTrace[];
}

function readNumber(
  fields: readonly CompiledField[],
  scope: FieldScope,
  asked: Pick<DraftParts, "trace" | "quick">,
): ReadNumber {
  const trace: FieldTrace[] = [];
  const read = emptyParts(asked.trace === undefined ? undefined : trace, asked.quick);
  assembleFields(fields, scope, read.payload, "", read);
  const [origins = []] = read.origins.values();
  const value = fields[0] === undefined ? undefined : (read.payload as MutableObject)[fields[0].path];
  return {
    value: typeof value === "number" ? decimalOfCalculated(value) : undefined,
    origins: origins.map((origin) =>
      origin.kind === "cell" && origin.part === undefined ? { ...origin, part: "made" } : origin,
    ),
    problem: read.problems[0],
    trace: trace.flatMap(({ alternatives }) => alternatives),
  };
}

const noShare = 0n;

/** What each line loses to the discount of the whole order, in cents. */
function sharesOf(
  lines: readonly (Decimal | undefined)[],
  discount: ReadNumber,
  path: string,
): { readonly taken: readonly bigint[]; readonly problems: readonly Problem[] } {
  const nothing = lines.map(() => noShare);
  if (discount.problem !== undefined) return { taken: nothing, problems: [{ ...discount.problem, path }] };
  const { value } = discount;
  // Without one of the amounts nobody can tell the shares; the element that lacks it says so.
  if (value === undefined || value.unscaled === 0n || lines.some((line) => line === undefined))
    return { taken: nothing, problems: [] };
  const text = decimalText(value);
  const fault = (code: Problem["code"], message: string) => ({
    taken: nothing,
    problems: [locateProblem({ code, message, path }, new Map([[path, discount.origins]]))],
  });
  if (value.unscaled < 0n)
    return fault(
      "too_small",
      `the discount of the order is ${text}, below 0: order_discount is what is taken off (where the file writes it with a minus: apply: [abs])`,
    );
  const cents = lines.map((line) => centsOf(line ?? value));
  const taken = shareOut(cents, centsOf(value));
  if (taken !== undefined) return { taken, problems: [] };
  const sum = cents.reduce((total, line) => (line > 0n ? total + line : total), 0n);
  return fault(
    "too_big",
    `the discount of the order, ${text}, is more than its lines come to, ${decimalText({ unscaled: sum, scale: 2 })}`,
  );
}

function centsOf(amount: Decimal): bigint {
  const { unscaled, scale } = roundDecimal(amount, 2);
  return unscaled * 10n ** BigInt(2 - scale);
}

function priced(
  { quantity, line }: { readonly quantity: ReadNumber; readonly line: ReadNumber },
  share: bigint,
  discount: ReadNumber,
): PricedElement {
  const isShared = share > 0n;
  const origins = [...line.origins, ...(isShared ? discount.origins : [])];
  const trace = [...line.trace, ...(isShared ? discount.trace : [])];
  const without = (problem: PricedElement["problem"]): PricedElement => ({
    pieces: [],
    origins,
    share: undefined,
    problem,
    trace,
  });
  if (line.problem !== undefined) return without(line.problem);
  // What is wrong with a quantity is said of the quantity.
  if (line.value === undefined || quantity.problem !== undefined) return without(undefined);
  if (quantity.value === undefined) {
    const message = `the line comes to ${decimalText(line.value)}, and its quantity is blank: there is no price per piece`;
    return without({ code: "missing_value", message, ...placeOf(quantity.origins) });
  }
  // Refused for its quantity; a price that nobody sends keeps it from being refused for the lack of one as well.
  if (quantity.value.unscaled <= 0n)
    return { ...without(undefined), pieces: [{ quantity: quantity.value, price: { unscaled: 0n, scale: 0 } }] };
  const amount = isShared ? { unscaled: centsOf(line.value) - share, scale: 2 } : line.value;
  const pieces = pricesOf(quantity.value, amount);
  if (pieces === undefined) {
    const message = `no price of four decimals times ${decimalText(quantity.value)} comes to ${decimalText(roundDecimal(amount, 2))}`;
    return without({ code: "not_exact", message });
  }
  const last = trace.at(-1);
  const step = {
    kind: "priced",
    ...(isShared ? { discount: decimalText({ unscaled: share, scale: 2 }) } : {}),
    amount: decimalText(amount),
    value: pieces.map(({ quantity: count, price }) => `${decimalText(count)} × ${decimalText(price)}`).join(" + "),
  } as const;
  return {
    pieces,
    origins,
    share: isShared ? { unscaled: share, scale: 2 } : undefined,
    problem: undefined,
    trace: last === undefined ? trace : [...trace.slice(0, -1), { ...last, steps: [...last.steps, step] }],
  };
}

function placeOf(origins: readonly Origin[]): Partial<Problem> {
  const cell = origins.find((origin) => origin.kind === "cell");
  return cell === undefined ? {} : problemCell(cell.source, cell.column);
}

/** The number in a payload that a decimal is; four decimals always have one. */
export function numberOf(decimal: Decimal): number {
  return exactNumber(decimal) ?? Number(decimalText(decimal));
}
