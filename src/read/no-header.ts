// First lines that are no header, and what to say of them: a row of data, or cells separated by more than one character.
import type { ImportError } from "../model/error.ts";
import { unreadable } from "./text/unreadable.ts";

/**
 * Why these cells of a first line are data; undefined where they may be a header. Of a header that nobody expects anything
 * of, more has to speak against it: sizes and years are names of columns too.
 */
export function dataFault(
  file: string,
  line: number,
  cells: readonly string[],
  isExpected: boolean,
): ImportError | undefined {
  const filled = cells.filter((cell) => cell !== "");
  const values = filled.filter((cell) => isNumber.test(cell) || isDate.test(cell));
  const isPlain = !values.some((cell) => isDate.test(cell) || /[.,]\d\d$/.test(cell));
  if (values.length === 0 || values.length < filled.length * (isExpected ? 1 / 4 : 1 / 2)) return undefined;
  if (!isExpected && isPlain) return undefined;
  const shown = filled.slice(0, 4).map((cell) => `"${cell.length > 30 ? `${cell.slice(0, 29)}…` : cell}"`);
  const more = filled.length > shown.length ? " …" : "";
  return unreadable(file, `the first line looks like data, not like a header: ${shown.join(", ")}${more}`, {
    line,
    hint: "put a line with the names of the columns on top of the file; if the header is further down, say on which line: source: { header_line: 3 }",
  });
}

// A year may be the name of a column.
const isNumber = /^(?!(?:19|20)\d\d$)[+-]?[\d.,']*\d$/;
const isDate = /^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?:[ T].*)?$/;

/**
 * A separator of several characters that cuts the first lines of a text alike (`|+|`, `~|~`, `::`); undefined where there
 * is none. One without a usual delimiter in it counts only where no usual delimiter cuts the first line.
 */
export function wideSeparator(text: string, isCut: boolean): string | undefined {
  const lines = text
    .slice(0, sampledChars)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .slice(0, sampledLines);
  const [first = "", ...others] = lines;
  if (others.length === 0) return undefined;
  const candidates = new Set(first.match(/[|~^#;:,+*$%&@!¦§\t]{2,5}/gu) ?? []);
  return [...candidates].find((separator) => {
    const isUsual = [...separator].some((character) => usual.has(character));
    const isBlankCells = [...separator].every((character) => character === separator[0] && usual.has(character));
    const count = first.split(separator).length - 1;
    const isMirrored = [...separator].reverse().join("") === separator;
    if (isBlankCells || !isMirrored || (!isUsual && isCut) || count < (isUsual ? 2 : 1)) return false;
    return others.every((line) => line.split(separator).length - 1 === count);
  });
}

const usual: ReadonlySet<string> = new Set([",", ";", "\t", "|"]);
const sampledChars = 16_384;
const sampledLines = 5;

/** What to say of such a separator. */
export function wideSeparatorFault(file: string, separator: string): ImportError {
  const shown = JSON.stringify(separator);
  return unreadable(file, `its cells are separated by ${shown}: a separator of several characters is not supported`, {
    hint: "export again with one character between cells; or replace every separator by a character that no cell has, a tab for instance",
  });
}
