// Article numbers that a spreadsheet took for dates: `SEP1` became `Sep-01`, `9-1` became `09-Jan`. A column whose other cells
// have the same shape is named so on purpose.
import { type DamageWatch, damageOf, suspects } from "./suspects.ts";

/** A watch for dates among identifiers. */
export function watchDates(): DamageWatch {
  const found = suspects();
  const otherShapes = new Set<string>();
  const dateShapes = new Set<string>();
  let others = 0;
  // Most codes of a column have the shape of the one above.
  let lastShape = "";
  return {
    see(text, place) {
      if (isDate(text)) {
        found.add(text, place);
        if (dateShapes.size < maxShapes) dateShapes.add(shapeOf(text));
        return;
      }
      others += 1;
      if (otherShapes.size >= maxShapes || text.length > maxLength || hasShape(text, lastShape)) return;
      lastShape = shapeOf(text);
      otherShapes.add(lastShape);
    },
    damage() {
      const isNaming = [...dateShapes].some((shape) => otherShapes.has(shape));
      // Where dates are the rule, the column is numbered by dates.
      if (isNaming || found.count() > others * maxShare) return [];
      return damageOf("date_in_identifier", [found], isDate);
    },
  };
}

const maxShapes = 200;
const maxLength = 24;
const maxShare = 1.5;

const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mrz|Mai|Okt|Dez)";
const patterns = [
  new RegExp(`^${month}-\\d{2}$`), // Excel's mmm-yy
  new RegExp(`^\\d{1,2}-${month}(?:-\\d{2}(?:\\d{2})?)?$`),
  new RegExp(`^\\d{1,2}\\. ${month}$`),
  /^(?:0?[1-9]|[12]\d|3[01])([/.])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)\d{2}$/,
  /^(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?: 00:00:00)?$/,
];

// What begins with another letter is none of them.
const beginning = /^[\dADFJMNOS]/;

function isDate(text: string): boolean {
  return text.length <= maxLength && beginning.test(text) && patterns.some((pattern) => pattern.test(text));
}

/** Whether this is the shape of a text of ASCII; for any other text it is false. */
function hasShape(text: string, shape: string): boolean {
  if (text.length !== shape.length) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f || shape.charCodeAt(at) !== kindOf(code)) return false;
  }
  return true;
}

const [zero, nine, capitalA, capitalZ, smallA, smallZ] = [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a];

/** What stands for a sign of ASCII in a shape. */
function kindOf(code: number): number {
  if (code >= zero && code <= nine) return nine;
  if (code >= capitalA && code <= capitalZ) return capitalA;
  return code >= smallA && code <= smallZ ? smallA : code;
}

function shapeOf(text: string): string {
  return text
    .replace(/\d/g, "9")
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{Ll}/gu, "a");
}
