// Which decimal sign the cells of a column prove. A cell is looked at as text; whether it is a number that a field takes is
// decided when it is mapped. Nothing is ever concluded from what is merely likely.
import type { ColumnStyle } from "../../model/column-style.ts";
import type { CellPlace, CellSeen, SeenCells } from "./evidence.ts";
import { seenCells } from "./evidence.ts";

/** What the cells of a column say together. */
export type NumberFinding =
  | { readonly kind: "nothing" }
  | { readonly kind: "found"; readonly style: Pick<ColumnStyle, "decimal" | "thousands">; readonly proof: CellSeen }
  /** Cells such as `1.234`, and none that says which. */
  | { readonly kind: "ambiguous"; readonly cells: SeenCells }
  | { readonly kind: "contradictory"; readonly point: SeenCells; readonly comma: SeenCells };

/** Sees the cells of one column. Memory does not grow with them. */
export interface NumberEvidence {
  /** `thousands` is what the mapping says may stand between digits. */
  see(text: string, place: CellPlace, thousands?: string): void;
  finding(): NumberFinding;
}

/** Nothing seen yet. */
export function numberEvidence(): NumberEvidence {
  const proofs = { ".": seenCells(), ",": seenCells() };
  const ambiguous = seenCells();
  const grouped = new Map<string, CellSeen>();
  return {
    see(text, place, thousands) {
      const sign = plainSign(text);
      if (sign === "none") return;
      if (sign !== undefined) return proofs[sign].add(text, place);
      if (!hasSeparator.test(text)) return;
      const shape = shapeOf(text);
      if (shape === undefined) return;
      const { decimal, between, either } = shape;
      if (between !== undefined && !grouped.has(between)) grouped.set(between, { text, ...place });
      if (decimal !== undefined) proofs[decimal].add(text, place);
      if (either === undefined) return;
      // Where something else stands between thousands, this can only be the decimal sign.
      if (thousands !== undefined) proofs[either].add(text, place);
      else {
        ambiguous.add(text, place);
        if (!grouped.has(either)) grouped.set(either, { text, ...place });
      }
    },
    finding() {
      const [point, comma] = [proofs["."].seen(), proofs[","].seen()];
      if (point.count > 0 && comma.count > 0) return { kind: "contradictory", point, comma };
      const decimal = point.count > 0 ? "." : comma.count > 0 ? "," : undefined;
      const unclear = ambiguous.seen();
      if (decimal === undefined && unclear.count > 0) return { kind: "ambiguous", cells: unclear };
      const other = decimal === undefined ? undefined : decimal === "." ? "," : ".";
      const between = [other, " ", "'"].find((sign) => sign !== undefined && grouped.has(sign));
      const proof = [...point.first, ...comma.first][0] ?? (between === undefined ? undefined : grouped.get(between));
      if (proof === undefined) return { kind: "nothing" };
      return {
        kind: "found",
        style: {
          ...(decimal === undefined ? {} : { decimal }),
          ...(between === undefined ? {} : { thousands: between }),
        },
        proof,
      };
    },
  };
}

/** Whether a number may be read in two ways: `1.234`. */
export function isEitherWay(text: string): boolean {
  return shapeOf(text)?.either !== undefined;
}

type Sign = "." | ",";

interface Shape {
  /** The decimal sign that the text proves. */
  readonly decimal?: Sign;
  /** What plainly stands between thousands; a space or an apostrophe stands for its typographic kin. */
  readonly between?: string;
  /** The one sign that may be either. */
  readonly either?: Sign;
}

/**
 * The sign between the digits of a text such as `12.50`, which can be nothing but decimal, or "none" for digits alone: so most
 * numbers are written, and no pattern need be tried on them. Undefined for any other text, whatever it is.
 */
function plainSign(text: string): Sign | "none" | undefined {
  if (text.length > maxLength) return undefined;
  let at = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= zero && code <= nine) continue;
    if (at !== -1 || (code !== point && code !== comma)) return undefined;
    at = index;
  }
  if (at === -1) return "none";
  const decimals = text.length - at - 1;
  // Three may be a group of thousands.
  return decimals === 0 || decimals === 3 ? undefined : text.charCodeAt(at) === point ? "." : ",";
}

const [zero, nine, point, comma] = [0x30, 0x39, 0x2e, 0x2c];
const hasSeparator = /\d[ \u00a0\u202f'\u2019]\d|[.,]\d/;
const maxLength = 60;
const groups = /^[+-]?(\d{1,3})(?:([.,' \u2019\u00a0\u202f])\d{3})(?:\2\d{3})*(?:([.,])\d+)?$/;
const plain = /^[+-]?\d*([.,])\d+$/;

// 1.234 is the only shape that may be either: a group of three has one to three digits before it, and no zero in front.
function shapeOf(text: string): Shape | undefined {
  if (text.length > maxLength) return undefined;
  const [, whole = "", separator, decimal] = groups.exec(text) ?? [];
  if (separator === undefined) {
    const sign = plain.exec(text)?.[1];
    return isSign(sign) ? { decimal: sign } : undefined;
  }
  const startsWithZero = whole.startsWith("0");
  if (!isSign(separator)) {
    if (startsWithZero) return undefined;
    const between = /['\u2019]/.test(separator) ? "'" : " ";
    return { between, ...(isSign(decimal) ? { decimal } : {}) };
  }
  if (isSign(decimal)) return decimal === separator || startsWithZero ? undefined : { decimal, between: separator };
  const isOneGroup = text.indexOf(separator) === text.lastIndexOf(separator);
  if (startsWithZero) return isOneGroup ? { decimal: separator } : undefined;
  return isOneGroup ? { either: separator } : { decimal: separator === "." ? "," : ".", between: separator };
}

function isSign(text: string | undefined): text is Sign {
  return text === "." || text === ",";
}
