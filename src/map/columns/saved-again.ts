// A failures file that a spreadsheet saved again: how its columns write numbers and dates now. The rows that are left may be
// few, but each is known as it was: a cell that says the same in another way shows the way. What somebody typed shows it
// where it can be read in one way only. What is left open is told, and never guessed.
import type { ColumnStyle, ColumnStyles } from "../../model/column-style.ts";
import { styleOfColumn } from "../../model/column-style.ts";
import type { ProblemCode } from "../../model/problem.ts";
import type { Cells, Row } from "../../model/row.ts";
import { quote } from "../../model/text/quote.ts";
import { dateFormatsOf } from "../values/date-evidence.ts";
import { parseDate } from "../values/dates.ts";
import { compareDecimals, type Decimal, decimalText, parseDecimal } from "../values/decimal.ts";
import { completed, dateShape, type ValueStyle } from "../values/style.ts";
import type { ColumnToInfer } from "./columns-to-infer.ts";

/** A cell that can be read in two ways, and nothing shows which. */
export interface CellDoubt {
  /** The number and line of its row in the failures file. */
  readonly row: number;
  readonly line: number;
  readonly code: ProblemCode;
  readonly column: string;
  readonly value: string;
  readonly message: string;
}

/** What the rows of a failures file show. */
export interface FoundSavedAgain {
  /** Columns that are written in another way now. */
  readonly styles: ColumnStyles;
  /** The same in words, with a proof each. */
  readonly detected: readonly string[];
  readonly doubts: readonly CellDoubt[];
}

/** Watches the rows of one failures file. */
export interface SavedAgain {
  /** A row, and the cells that it had; undefined for a row that is new. */
  see(row: Row, original: Cells | undefined): void;
  /** `isSavedAgain`: that the file was written anew is known already, by its delimiter or its quotes. */
  found(isSavedAgain: boolean): FoundSavedAgain;
}

/** A watcher of the columns that become numbers and dates; `styles` is how the file was first read. */
export function watchSavedAgain(toInfer: readonly ColumnToInfer[], styles: ColumnStyles | undefined): SavedAgain {
  const columns = new Map<string, { readonly watch: Watch; readonly each: ColumnToInfer["each"][] }>();
  for (const { column, reads, said, each } of toInfer) {
    const name = `${reads} ${column}`;
    const known = columns.get(name);
    if (known !== undefined) {
      known.each.push(each);
      continue;
    }
    const found = styleOfColumn(styles, column);
    const base = completed(said, found);
    const parts = { column, base, wasDoubtful: found?.doubtful === true };
    // Of a column that showed nothing the cells are looked at as those of any other file.
    const isKnown = reads === "date" || base.unsaid?.numbers !== true;
    if (isKnown)
      columns.set(name, {
        watch: reads === "number" ? watchNumbers(parts) : watchDates(parts),
        each: [each],
      });
  }
  return {
    see({ number, line, cells }, original) {
      for (const { watch, each } of columns.values()) {
        for (const give of each) {
          const [now, before] = [textsOf(give, cells), original === undefined ? [] : textsOf(give, original)];
          for (const [at, text] of now.entries())
            watch.see({ row: number, line, text }, now.length === before.length ? before[at] : undefined);
        }
      }
    },
    found(isSavedAgain) {
      const watches = [...columns.values()].map(({ watch }) => watch);
      const isAgain = isSavedAgain || watches.some((watch) => watch.isOther());
      const found = watches.map((watch) => watch.found(isAgain));
      const styled = found.flatMap(({ style }) => style ?? []);
      const names = [...new Set(styled.map(({ column }) => column))];
      return {
        styles: names.map(
          (name) => Object.assign({}, ...styled.filter(({ column }) => column === name)) as ColumnStyle,
        ),
        detected: found.flatMap(({ detected }) => detected ?? []),
        doubts: found.flatMap(({ doubts }) => doubts),
      };
    },
  };
}

function textsOf(each: ColumnToInfer["each"], cells: Cells): readonly string[] {
  const texts: string[] = [];
  each(cells, (text) => texts.push(text));
  return texts;
}

interface SeenCell {
  readonly row: number;
  readonly line: number;
  readonly text: string;
}

interface Watch {
  see(cell: SeenCell, before: string | undefined): void;
  /** Whether its cells show by themselves that they are written in another way. */
  isOther(): boolean;
  found(isSavedAgain: boolean): {
    readonly style?: ColumnStyle;
    readonly detected?: string;
    readonly doubts: readonly CellDoubt[];
  };
}

interface WatchParts {
  readonly column: string;
  /** How its cells were read at first. */
  readonly base: ValueStyle;
  /** The file that was read before could not tell either, so a cell that is as it was shows nothing. */
  readonly wasDoubtful: boolean;
}

function watchNumbers({ column, base, wasDoubtful }: WatchParts): Watch {
  const other = base.decimal === "." ? "," : ".";
  let restyled: (SeenCell & { readonly before: string }) | undefined;
  let typed: SeenCell | undefined;
  // Cells that only the first style reads: left as they were, or typed so.
  let first = 0;
  const kept: SeenCell[] = [];
  const either: SeenCell[] = [];
  const isOther = (): boolean => restyled !== undefined || (first === 0 && kept.length === 0 && typed !== undefined);
  return {
    see(cell, before) {
      if (!/[.,]/.test(cell.text)) return;
      const [asFirst, asOther] = [readNumber(cell.text, base.decimal), readNumber(cell.text, other)];
      const isEither = asFirst !== undefined && asOther !== undefined && compareDecimals(asFirst, asOther) !== 0;
      const was = before === undefined ? undefined : readNumber(before, base.decimal);
      const isWas = (read: Decimal | undefined): boolean =>
        read !== undefined && was !== undefined && compareDecimals(read, was) === 0;
      if (isWas(asFirst) && !(isEither && wasDoubtful)) {
        if (isEither) kept.push(cell);
        else if (asOther === undefined) first += 1;
      } else if (isWas(asOther) && cell.text !== before) restyled ??= { ...cell, before: before ?? "" };
      else if (isEither) either.push(cell);
      else if (asFirst === undefined && asOther !== undefined) typed ??= cell;
      else if (asFirst !== undefined && asOther === undefined) first += 1;
    },
    isOther,
    found(isSavedAgain) {
      const isMixed = first > 0 || kept.length > 0;
      if (isOther()) {
        const proof = restyled ?? typed;
        return {
          style: { column, decimal: other, thousands: base.decimal, savedAgain: true },
          detected: `decimal "${other}" in "${column}"${proofOf(proof)}`,
          doubts: (isMixed ? [...kept, ...either] : []).map(doubt),
        };
      }
      const isOpen = isMixed ? typed !== undefined : isSavedAgain || wasDoubtful;
      return inDoubt(column, isOpen ? either.map(doubt) : []);
    },
  };

  function doubt({ row, line, text }: SeenCell): CellDoubt {
    const [comma, point] = [readNumber(text, ","), readNumber(text, ".")].map((read) =>
      read === undefined ? "?" : decimalText(read),
    );
    const whole = text.replace(/[.,]/, "");
    return {
      row,
      line,
      column,
      value: text,
      code: "not_a_number",
      message: `${quote(text)} is ${comma} with decimal "," and ${point} with decimal ".": the file was saved again, and nothing shows which is meant; write ${whole} or ${text}0`,
    };
  }
}

function readNumber(text: string, decimal: "." | ","): Decimal | undefined {
  for (const thousands of [decimal === "." ? "," : ".", " ", "'"]) {
    const read = parseDecimal(text, { decimal, thousands });
    if (read.ok) return read.decimal;
  }
  return undefined;
}

type Order = "dmy" | "mdy" | "ymd";

interface DateShape {
  readonly formats: Map<Order, Set<string>>;
  readonly restyled: Set<Order>;
  readonly typed: Set<Order>;
  readonly kept: Set<Order>;
  readonly either: SeenCell[];
  proof?: SeenCell & { readonly before?: string };
}

function watchDates({ column, base, wasDoubtful }: WatchParts): Watch {
  const shapes = new Map<string, DateShape>();
  const baseShapes = new Set(base.dates.map(dateShape));
  const dayBy = (text: string, dates: readonly string[]): string | undefined => {
    const parsed = parseDate(text, { dates });
    return parsed.ok ? parsed.date : undefined;
  };
  const orderOf = ({ restyled, kept, typed }: DateShape): Order | undefined => {
    const shown = restyled.size > 0 ? restyled : kept.size > 0 ? new Set<Order>() : typed;
    const [order] = shown;
    return shown.size === 1 && [...kept].every((each) => each === order) ? order : undefined;
  };
  const isNew = (name: string, shape: DateShape): boolean => {
    const order = orderOf(shape);
    return (
      order !== undefined &&
      ![...(shape.formats.get(order) ?? [])].some((format) => base.dates.includes(format)) &&
      !(baseShapes.has(name) && shape.restyled.size === 0 && shape.kept.size > 0)
    );
  };
  return {
    see(cell, before) {
      const candidates = dateFormatsOf(cell.text);
      const [one] = candidates;
      if (one === undefined) return;
      const name = dateShape(one.format);
      const shape: DateShape = shapes.get(name) ?? {
        formats: new Map(),
        restyled: new Set(),
        typed: new Set(),
        kept: new Set(),
        either: [],
      };
      shapes.set(name, shape);
      const days = candidates.map(({ format, order }) => ({ order, format, day: dayBy(cell.text, [format]) }));
      for (const { order, format } of days)
        shape.formats.set(order, new Set([...(shape.formats.get(order) ?? []), format]));
      const was = before === undefined ? undefined : dayBy(before, base.dates);
      const read = days.filter(({ day }) => day !== undefined);
      const isClear = new Set(read.map(({ day }) => day)).size === 1;
      const same = read.filter(({ day }) => was !== undefined && day === was);
      if (wasDoubtful && cell.text === before && !isClear) {
        if (read.length > 0) shape.either.push(cell);
      } else if (was !== undefined && dayBy(cell.text, base.dates) === was) {
        if (read.length > same.length) for (const { order } of same) shape.kept.add(order);
      } else if (same.length > 0) {
        shape.proof ??= { ...cell, before: before ?? "" };
        // A third of March is the same in both orders.
        if (same.length < candidates.length) for (const { order } of same) shape.restyled.add(order);
      } else if (!isClear) {
        if (read.length > 0) shape.either.push(cell);
      } else if (read.length === 1) {
        shape.proof ??= cell;
        for (const { order } of read) shape.typed.add(order);
      }
    },
    isOther: () => [...shapes].some(([name, shape]) => isNew(name, shape)),
    found(isSavedAgain) {
      const chosen: string[] = [];
      const doubts: CellDoubt[] = [];
      const proofs: string[] = [];
      for (const [name, shape] of shapes) {
        if (isNew(name, shape)) {
          const formats = [...(shape.formats.get(orderOf(shape) ?? "ymd") ?? [])];
          chosen.push(...formats);
          proofs.push(
            `dates ${formats.map((format) => `"${format}"`).join(", ")} in "${column}"${proofOf(shape.proof)}`,
          );
        } else if (orderOf(shape) === undefined) {
          const isKept =
            baseShapes.has(name) &&
            shape.restyled.size === 0 &&
            (shape.kept.size > 0 || !(isSavedAgain || wasDoubtful));
          if (!isKept) doubts.push(...shape.either.map((cell) => doubt(cell)));
        }
      }
      const taken = new Set(chosen.map(dateShape));
      const dates = [...chosen, ...base.dates.filter((format) => !taken.has(dateShape(format)))];
      return {
        ...inDoubt(column, doubts),
        ...(chosen.length === 0 ? {} : { style: { column, dates, savedAgain: true }, detected: proofs.join("; ") }),
      };
    },
  };

  function doubt({ row, line, text }: SeenCell): CellDoubt {
    const readings = dateFormatsOf(text).flatMap(({ format }) => {
      const day = dayBy(text, [format]);
      return day === undefined ? [] : [{ format, day }];
    });
    const said = readings.map(({ format, day }) => `${day} as "${format}"`).join(" and ");
    return {
      row,
      line,
      column,
      value: text,
      code: "not_a_date",
      message: `${quote(text)} is ${said}: the file was saved again, and nothing shows which is meant; write ${readings.map(({ day }) => day).join(" or ")}`,
    };
  }
}

function inDoubt(column: string, doubts: readonly CellDoubt[]): ReturnType<Watch["found"]> {
  return doubts.length === 0 ? { doubts } : { doubts, style: { column, doubtful: true } };
}

function proofOf(cell: (SeenCell & { readonly before?: string }) | undefined): string {
  if (cell === undefined) return "";
  const was = cell.before === undefined ? "" : `, before it was saved again ${quote(cell.before)}`;
  return ` (line ${cell.line}: ${quote(cell.text)}${was})`;
}
