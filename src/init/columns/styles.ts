// How a file writes its numbers and dates: what the cells prove is said in the mapping, what they leave open is a
// marked line with the evidence. Nothing is said of what a mapping reads without being told.
import type { ProposedMapping, Todo } from "../proposal/proposal.ts";
import type { Column } from "./table.ts";

/** The `source:` keys that the number columns prove, and the question they leave open. */
export function numberStyle(columns: readonly Column[]): Pick<ProposedMapping, "source" | "sourceTodos"> {
  const cells = columns.flatMap((column) =>
    column.profile.words.map((cell) => cell.replace(/[^\d.,'\u2019 \u00a0\u202f-]/g, "").trim()),
  );
  const comma = cells.filter(
    (cell) => /^-?(\d+|\d{1,3}([.'\u2019 \u00a0\u202f]\d{3})+),(\d{1,2}|\d{4,})$/.test(cell) || /^-?0,\d+$/.test(cell),
  );
  const point = cells.filter(
    (cell) =>
      /^-?(\d+|\d{1,3}([,'\u2019 \u00a0\u202f]\d{3})+)\.(\d{1,2}|\d{4,})$/.test(cell) || /^-?0\.\d+$/.test(cell),
  );
  const grouped = (sign: string) =>
    cells.find(
      (cell) => cell.split(sign).length > 2 || new RegExp(`^-?[1-9]\\d{0,2}\\${sign}\\d{3}(\\D|$)`).test(cell),
    );
  if (comma.length > 0 && point.length > 0) {
    return open(`decimal: "${comma[0]}" and "${point[0]}" cannot both be right: say decimal and thousands per field`);
  }
  const spaced = cells.find((cell) => /^-?[1-9]\d{0,2}([ \u00a0\u202f]\d{3})+(?!\d)/.test(cell));
  const quoted = cells.find((cell) => /^-?[1-9]\d{0,2}(['\u2019]\d{3})+(?!\d)/.test(cell));
  const groups = (sign: "," | "."): readonly (readonly [string, string, string])[] => {
    const found = [[sign, grouped(sign)] as const, [" ", spaced] as const, ["'", quoted] as const].find(
      ([, cell]) => cell !== undefined,
    );
    return found?.[1] === undefined ? [] : [["thousands", found[0], found[1]]];
  };
  if (comma.length > 0) return said([["decimal", ",", comma[0] ?? ""], ...groups(".")]);
  if (point.length > 0) return said(groups(","));
  const thousands = grouped(",");
  const unclear = thousands ?? grouped(".");
  return unclear === undefined
    ? none
    : open(
        `decimal: is "${unclear}" more than a thousand? Then thousands: "${thousands === undefined ? "." : ","}", else decimal: "${thousands === undefined ? "." : ","}"`,
      );
}

/** The `dates:` that the date columns prove, and the question they leave open. `reads` is how a mapping reads a date. */
export function dateStyle(
  columns: readonly Column[],
  reads: ReadsDate,
): Pick<ProposedMapping, "source" | "sourceTodos"> {
  const formats: string[] = [];
  const evidence: string[] = [];
  const todos: Todo[] = [];
  for (const { name, profile } of columns) {
    const fits = (format: readonly string[]) => profile.words.every((cell) => reads(cell, format));
    const best = [[], ...dateFormats].find(fits);
    if (best === undefined) {
      todos.push({ ...todo(openDates(name, profile.words)), column: name });
    } else if (best.length > 0) {
      const other = swappedFormat(best[0] ?? "");
      const swapped = other === best[0] ? undefined : dateFormats.find((format) => format[0] === other && fits(format));
      if (swapped !== undefined) {
        if (!profile.words.some((cell) => isSwappable(cell))) continue; // the day is the month: nothing is proven
        const cells = profile.words.filter(isSwappable);
        const text = `dates: ["${best[0]}"] or dates: ["${swapped[0]}"]? "${cells[0] ?? ""}" in "${name}" can be both`;
        const answers = [best, swapped].map((format) => ({
          name: format[0] ?? "",
          spec: [...format],
          evidence: `${cells[0] ?? ""} is ${dayOf(cells[0] ?? "", format[0] ?? "")}`,
        }));
        const about = `the order of day and month in ${name}`;
        todos.push({ ...todo(text), column: name, asks: { about, column: name, cells: cells.slice(0, 3), answers } });
      } else if (!formats.includes(best[0] ?? "")) {
        formats.push(...best);
        evidence.push(profile.words[0] ?? "");
      }
    }
  }
  const source =
    formats.length === 0 ? [] : [{ key: "dates", value: formats, why: `high: ${evidence.map(quote).join(", ")}` }];
  return { source, sourceTodos: todos };
}

/** What to do about cells that no format reads all of. */
function openDates(name: string, words: readonly string[]): string {
  const first = (cell: string) => cell.split(/[/.-]/).slice(0, 2).map(Number);
  const isDated = (cell: string) => /^\d{1,2}([/.-])\d{1,2}\1\d/.test(cell);
  const byDay = words.find((cell) => isDated(cell) && (first(cell)[0] ?? 0) > 12);
  const byMonth = words.find((cell) => isDated(cell) && (first(cell)[1] ?? 0) > 12);
  return byDay === undefined || byMonth === undefined
    ? `dates: name the format of "${name}", such as "${words[0] ?? ""}"`
    : `dates: in "${name}", "${byDay}" begins with the day and "${byMonth}" with the month: which others do cannot be known, so correct them in the file`;
}

/** True when a mapping with these `dates` reads the cell; without any it reads ISO dates. */
export type ReadsDate = (cell: string, dates: readonly string[]) => boolean;

const days = [
  "M/d/yyyy",
  "d/M/yyyy",
  "M/d/yy",
  "d/M/yy",
  "d.M.yyyy",
  "d.M.yy",
  "M-d-yyyy",
  "d-M-yyyy",
  "M-d-yy",
  "d-M-yy",
  "yyyy/M/d",
  "yyyy.M.d",
  "yyyy-M-d",
  "yyyyMMdd",
];
const worded = [
  "d MMM yyyy",
  "d MMMM yyyy",
  "d-MMM-yyyy",
  "d-MMM-yy",
  "MMM-d-yy",
  "MMM-d-yyyy",
  "MMM d, yyyy",
  "MMMM d, yyyy",
  "MMM d yyyy",
  "EEE, d MMM yyyy",
];
const times = ["", " H:mm", " H:mm:ss", " h:mm a", " h:mm:ss a", ", H:mm", ", h:mm a", ", h:mm:ss a"];
const dateFormats: readonly (readonly string[])[] = [
  ...["yyyy-MM-dd HH:mm:ss ZZZ", "yyyy-MM-dd HH:mm:ss ZZ", "yyyy-MM-dd HH:mm:ss z"].map((format) => [format]),
  ...[...days, ...worded].flatMap((day) => times.map((time) => [`${day}${time}`])),
];

function swappedFormat(format: string): string {
  return format.replace(/^M([/-])d/, "d$1M");
}

/** `3 April`: what a cell of numbers says by a format that begins with the day or the month. */
function dayOf(cell: string, format: string): string {
  const [first = "", second = ""] = cell.split(/[/-]/);
  const [day, month] = format.startsWith("M") ? [second, first] : [first, second];
  return `${Number(day)} ${new Date(Date.UTC(2000, Number(month) - 1)).toLocaleString("en", { month: "long", timeZone: "UTC" })}`;
}

/** The day and the month could be each other's, and it would be another day. */
function isSwappable(cell: string): boolean {
  const [first = "", second = ""] = cell.split(/[/-]/);
  return Number(first) !== Number(second);
}

const none = { source: [], sourceTodos: [] };

function said(parts: readonly (readonly [string, string, string])[]): Pick<ProposedMapping, "source" | "sourceTodos"> {
  return { source: parts.map(([key, value, cell]) => ({ key, value, why: `high: ${quote(cell)}` })), sourceTodos: [] };
}

function open(text: string): Pick<ProposedMapping, "source" | "sourceTodos"> {
  return { source: [], sourceTodos: [todo(text)] };
}

function todo(text: string): Todo {
  return { kind: "todo", path: "source", text, isRequired: false };
}

function quote(cell: string): string {
  return `"${cell}"`;
}
