// How values are written: what a mapping says, completed by what a column's cells prove. Reading a value by a style is done
// in decimal.ts, dates.ts and coerce.ts; finding out what cells prove in number-evidence.ts and date-evidence.ts.
import type { ColumnStyle } from "../../model/column-style.ts";

/** The value part of a mapping's `source:`; one object per mapping, never changed. */
export interface ValueStyle {
  readonly decimal: "." | ",";
  /** What may stand between groups of three digits; absent: nothing may. */
  readonly thousands?: string;
  /** Luxon formats, tried in order. Empty: ISO dates and ISO date-times only. */
  readonly dates: readonly string[];
  /** The zone that date-times with an offset are converted to; absent: each is taken as the day that it shows. */
  readonly timezone?: string;
  /**
   * What nobody said, so that what a column's cells prove counts; absent: everything is as it stands here. While `numbers`
   * is open, a text that may be read in two ways is no number.
   */
  readonly unsaid?: { readonly numbers: boolean; readonly dates: boolean };
}

/** What a cell is read as. */
export type ReadKind = "number" | "date";

/** The style of a column's cells: what was said stays, the rest is as found. The same object for the same finding. */
export function completed(said: ValueStyle, found: ColumnStyle | undefined): ValueStyle {
  if (found?.savedAgain === true) return overruled(said, found);
  const { unsaid } = said;
  if (found === undefined || unsaid === undefined) return said;
  const known = completions.get(said)?.get(found);
  if (known !== undefined) return known;
  const thousands = said.thousands ?? (unsaid.numbers ? found.thousands : undefined);
  const style: ValueStyle = {
    ...said,
    decimal: (unsaid.numbers ? found.decimal : undefined) ?? said.decimal,
    ...(thousands === undefined ? {} : { thousands }),
    dates: (unsaid.dates ? found.dates : undefined) ?? said.dates,
    unsaid: { ...unsaid, numbers: unsaid.numbers && found.decimal === undefined },
  };
  return remember(said, found, style);
}

/** In a file that was saved again the cells are right, and what was said of the first one is not. */
function overruled(said: ValueStyle, found: ColumnStyle): ValueStyle {
  const known = completions.get(said)?.get(found);
  if (known !== undefined) return known;
  const { decimal, thousands, dates } = found;
  const { thousands: _, ...others } = said;
  const between = decimal === undefined ? said.thousands : thousands;
  const style: ValueStyle = {
    ...others,
    ...(decimal === undefined ? {} : { decimal }),
    ...(between === undefined ? {} : { thousands: between }),
    ...(dates === undefined ? {} : { dates }),
    ...(said.unsaid === undefined || decimal === undefined ? {} : { unsaid: { ...said.unsaid, numbers: false } }),
  };
  return remember(said, found, style);
}

/** The style of cells that nobody has to look at: JSON has numbers, and those of its texts have a decimal point. */
export function settled(said: ValueStyle): ValueStyle {
  if (said.unsaid?.numbers !== true) return said;
  const known = settledStyles.get(said) ?? { ...said, unsaid: { ...said.unsaid, numbers: false } };
  settledStyles.set(said, known);
  return known;
}

/**
 * One style for cells of several columns, or undefined when they cannot have one: where two columns have different
 * decimal signs, or the same shape of date in another order.
 */
export function commonStyle(found: readonly ColumnStyle[]): ColumnStyle | undefined {
  const decimals = new Set(found.flatMap(({ decimal }) => decimal ?? []));
  const thousands = new Set(found.flatMap((style) => style.thousands ?? []));
  const dates = [...new Set(found.flatMap((style) => style.dates ?? []))];
  const [decimal] = decimals;
  const [between] = thousands;
  if (decimals.size > 1 || thousands.size > 1 || (decimal !== undefined && decimal === between)) return undefined;
  if (new Set(dates.map(dateShape)).size < dates.length) return undefined;
  return {
    column: found.map(({ column }) => column).join(", "),
    ...(decimal === undefined ? {} : { decimal }),
    ...(between === undefined ? {} : { thousands: between }),
    ...(dates.length === 0 ? {} : { dates }),
    ...(found.some(({ savedAgain }) => savedAgain === true) ? { savedAgain: true } : {}),
  };
}

/** Formats of one shape read the same cells: `d/M/yyyy` and `M/d/yyyy`, `d/M/yy` and `yy/M/d`. */
export function dateShape(format: string): string {
  return format.replace(/\b(?:d|M|yy)\b/g, "n");
}

// Expressions and number patterns are kept by style object, so equal findings must give the same one.
const completions = new WeakMap<ValueStyle, WeakMap<ColumnStyle, ValueStyle>>();
const settledStyles = new WeakMap<ValueStyle, ValueStyle>();
const byContent = new WeakMap<ValueStyle, Map<string, ValueStyle>>();

function remember(said: ValueStyle, found: ColumnStyle, style: ValueStyle): ValueStyle {
  const alike = byContent.get(said) ?? new Map<string, ValueStyle>();
  byContent.set(said, alike);
  const content = JSON.stringify([style.decimal, style.thousands, style.dates, style.unsaid]);
  const shared = alike.get(content) ?? style;
  alike.set(content, shared);
  const ofStyle = completions.get(said) ?? new WeakMap<ColumnStyle, ValueStyle>();
  completions.set(said, ofStyle);
  ofStyle.set(found, shared);
  return shared;
}
