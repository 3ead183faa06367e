// Keys, references and codes as they are about to be sent: what a spreadsheet made of a number is no key, and characters
// that nobody sees are no part of one. A damaged key makes its entry invalid; another damaged code is left out and told.
import { cellAt } from "../model/cells.ts";
import type { DamageKind } from "../model/damage.ts";
import type { Origin } from "../model/draft.ts";
import type { Cell } from "../model/row.ts";
import { parseJson } from "../model/text/parse-json.ts";
import { quote } from "../model/text/quote.ts";
import { isPointZero, isScientific } from "../model/text/spoilt-code.ts";
import { withoutZeroWidth } from "../model/text/zero-width.ts";
import type { FieldMapping, Mapping } from "./definition/mapping.ts";
import type { FieldResult } from "./field-result.ts";

/** A check of what the field came to; undefined for a field that holds neither key nor code. */
export function compileCodeCheck(
  { path, field, alternatives }: FieldMapping,
  { key, accept }: Pick<Mapping, "key" | "accept">,
): ((result: FieldResult) => FieldResult) | undefined {
  const isKey = field.isKey === true || path === key || alternatives.some(({ ref }) => ref !== undefined);
  if (!isKey && field.holds === undefined) return undefined;
  return (result) => {
    const text = textOf(result);
    if (text === undefined || !result.origins.some(({ kind }) => kind === "cell")) return result;
    const clean = withoutZeroWidth(text);
    const { code, damage } = judge(clean, result.origins, isKey);
    if (damage !== undefined && !isAccepted(damage.kind, result.origins, accept)) {
      const { origins } = result;
      if (isKey) return { kind: "failed", code: "damaged_key", message: keyMessage(damage), origins };
      const message = `${damage.what}. It is left out; ${damage.remedy}`;
      return { kind: "absent", origins, notices: [{ code: "damaged_cell", message }] };
    }
    if (code === text) return result;
    const notices = clean === text ? result.notices : [...(result.notices ?? []), cleaned];
    const told = notices === undefined ? {} : { notices };
    return result.kind === "reference" ? { ...result, ...told, key: code } : { ...result, ...told, value: code };
  };
}

/**
 * Whether the check above might have a word to say of a code, or of a cell that it was made of: what is no text in JSON may be a
 * number there whose digits are lost. May be wrong only in saying so.
 */
export function mayBeDamaged(text: string, isOfJson: boolean): boolean {
  if (isScientific(text) || isPointZero(text) || text === "true" || text === "false") return true;
  return (isOfJson && mayBeNumber.test(text)) || withoutZeroWidth(text) !== text;
}

const cleaned = { code: "cleaned_key", message: "characters without width were taken out" } as const;

function textOf(result: FieldResult): string | undefined {
  if (result.kind === "reference") return result.key;
  return result.kind === "value" && typeof result.value === "string" ? result.value : undefined;
}

function keyMessage({ kind, column, what, remedy }: CodeDamage): string {
  if (kind === undefined) return `${what}; ${remedy}`;
  return `${what}; ${remedy}. If it is right as it is: source: { accept: { ${JSON.stringify(column)}: [${kind}] } }`;
}

interface CodeDamage {
  /** What `source.accept` calls it; undefined for what it cannot accept. */
  readonly kind: DamageKind | undefined;
  /** As `source.accept` names it. */
  readonly column: string;
  readonly what: string;
  readonly remedy: string;
}

/** The code as it is meant, and what is wrong with it or with a cell that it was made of. */
function judge(
  code: string,
  origins: readonly Origin[],
  isKey: boolean,
): { readonly code: string; readonly damage?: CodeDamage } {
  let meant = code;
  let column = "";
  for (const origin of origins) {
    const cell = origin.kind === "cell" ? cellAt(origin.source.row.cells, origin.column) : undefined;
    if (origin.kind !== "cell" || typeof cell !== "string") continue;
    column = namedColumn(origin.column);
    if (isScientific(cell) || (mayBeNumber.test(cell) && typeOfJson(origin) === "number"))
      return { code, damage: scientific(cell, column) };
    // What the mapping took off is no damage any more.
    if (isPointZero(cell) && meant.includes(cell)) {
      // In JSON that is how some programs write the number 1001, and the number has no other form.
      if (typeOfJson(origin) !== "number") return { code, damage: pointZero(cell, column) };
      meant = meant.replace(cell, cell.slice(0, -".0".length));
    }
    if (isKey && code === cell && (cell === "true" || cell === "false") && typeOfJson(origin) === "boolean")
      return { code, damage: noKey(cell, column) };
  }
  if (isScientific(meant)) return { code, damage: scientific(meant, column) };
  return isPointZero(meant) ? { code, damage: pointZero(meant, column) } : { code: meant };
}

const mayBeNumber = /^-?\d+(?:\.\d+)?e[+-]?\d+$/i;

function scientific(cell: string, column: string): CodeDamage {
  const what = `${quote(cell)} is a number in scientific notation: its digits are lost`;
  return {
    kind: "scientific_notation",
    column,
    what,
    remedy: "format the column as text, fix it at the source and export again",
  };
}

function pointZero(cell: string, column: string): CodeDamage {
  const what = `${quote(cell)} ends in .0: a program took a whole number for a fraction`;
  const remedy = `export the column as text, or take it off with apply: [{ replace: ['\\.0$', ""] }]`;
  return { kind: "point_zero", column, what, remedy };
}

function noKey(cell: string, column: string): CodeDamage {
  const remedy = "name the field that holds the key";
  return { kind: undefined, column, what: `the value ${cell} is where a key should be`, remedy };
}

/** What the cell is in the JSON text of its row; undefined for rows of tables, whose cells are all text. */
function typeOfJson({ source, column }: Extract<Origin, { kind: "cell" }>): string | undefined {
  if (!source.row.raw.startsWith("{")) return undefined;
  try {
    const value: unknown = cellAt(parseJson(source.row.raw) as Cell, column);
    return typeof value;
  } catch {
    return undefined;
  }
}

function isAccepted(kind: DamageKind | undefined, origins: readonly Origin[], accept: Mapping["accept"]): boolean {
  if (kind === undefined) return false;
  return origins.some((origin) => {
    if (origin.kind !== "cell") return false;
    return [origin.column, namedColumn(origin.column)].some(
      (name) => Object.hasOwn(accept, name) && accept[name]?.includes(kind) === true,
    );
  });
}

/** `lines.0.sku` of JSON is called lines.sku. */
function namedColumn(column: string): string {
  return column.replace(/\.\d+(?=\.)/g, "");
}
