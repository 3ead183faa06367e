// The one way a value is written as text: into text fields, and into the messages of problems; and text cut into pieces.
import { decimalOf, decimalText } from "./decimal.ts";

/** The canonical text of a scalar: whole doubles without a point, digits never in scientific notation. */
export function scalarText(value: string | number | bigint | boolean): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return decimalText(decimalOf(value));
  return String(value);
}

/** The pieces of a cell, trimmed, without blank ones. */
export function pieces(text: string, separator: string): readonly string[] {
  return text.split(separator).flatMap((piece) => (piece.trim() === "" ? [] : [piece.trim()]));
}
