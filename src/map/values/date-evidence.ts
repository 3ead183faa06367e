// Which date formats the cells of a column prove. Every shape (its separator, its year of two or four digits) is judged by
// itself; a part above 12 is no month, one above 31 no day. What several orders read differently is never decided here.
import { type CellPlace, type CellSeen, type SeenCells, seenCells } from "./evidence.ts";

/** What the cells of a column say together. */
export type DateFinding =
  | { readonly kind: "nothing" }
  | { readonly kind: "found"; readonly dates: readonly string[]; readonly proof: CellSeen }
  /** Cells that each of the readings takes for another day. */
  | {
      readonly kind: "ambiguous";
      readonly cells: SeenCells;
      readonly readings: readonly DateReading[];
      /** How many cells of the column are dates that only one format reads. */
      readonly clear: number;
    }
  /** No format reads both. */
  | { readonly kind: "contradictory"; readonly cells: readonly [CellSeen, CellSeen] };

/** One way to read all dates of a column. */
export interface DateReading {
  /** The format of the cells in doubt, without a time of day. */
  readonly format: string;
  /** The formats that the column needs together; ISO dates need none. */
  readonly dates: readonly string[];
}

/** Sees the cells of one column. Memory does not grow with them. */
export interface DateEvidence {
  see(text: string, place: CellPlace): void;
  finding(): DateFinding;
}

/** Nothing seen yet. */
export function dateEvidence(): DateEvidence {
  const shapes = new Map<string, ShapeEvidence>();
  let iso = 0;
  return {
    see(text, place) {
      if (isoDay.test(text)) {
        iso += 1;
        return;
      }
      const read = readShape(text);
      if (read === undefined) return;
      const known = shapes.get(read.shape) ?? newShape(read.candidates);
      shapes.set(read.shape, known);
      known.see(read, { text, ...place });
    },
    finding() {
      const findings = [...shapes.values()].map((shape) => shape.finding());
      const contradictory = findings.find(({ kind }) => kind === "contradictory");
      if (contradictory?.kind === "contradictory") return contradictory;
      const ambiguous = findings.find(({ kind }) => kind === "ambiguous");
      if (ambiguous?.kind === "ambiguous") {
        const { cells, left } = ambiguous;
        const readings = left.map(({ format, order }) => ({
          format,
          dates: inTurn([...shapes.values()].flatMap((shape) => shape.formatsFor(order))),
        }));
        const seen = [...shapes.values()].reduce((sum, { count }) => sum + count(), 0);
        return { kind: "ambiguous", cells, readings, clear: iso + seen - cells.count };
      }
      const found = findings.flatMap((finding) => (finding.kind === "found" ? [finding] : []));
      const [first] = found;
      if (first === undefined) return { kind: "nothing" };
      return { kind: "found", dates: inTurn(found.flatMap((each) => each.dates)), proof: first.proof };
    },
  };
}

// Luxon's yy reads four digits too, so the formats that ask for four have the first turn.
function inTurn(formats: readonly string[]): readonly string[] {
  return formats.toSorted((a, b) => yearDigits(b) - yearDigits(a));
}

function yearDigits(format: string): number {
  return format.includes("yyyy") ? 4 : 2;
}

/** The ways in which a text may be read as a date, as formats with their times of day; none for ISO dates and what is no date. */
export function dateFormatsOf(text: string): readonly Candidate[] {
  const read = readShape(text);
  return read === undefined ? [] : read.candidates.map(({ format, order }) => ({ format: format + read.time, order }));
}

/** A way to read a shape: its format, and where day, month and year stand among its parts. */
export interface Candidate {
  readonly format: string;
  readonly order: "dmy" | "mdy" | "ymd";
}

/** A cell as one of the shapes. Texts without a choice of order have one candidate and no parts. */
interface Read {
  readonly shape: string;
  readonly candidates: readonly Candidate[];
  readonly parts?: readonly [string, string, string];
  /** Luxon tokens of the time of day, with what stands before it. */
  readonly time: string;
}

type ShapeFinding =
  | Exclude<DateFinding, { kind: "ambiguous" }>
  | { readonly kind: "ambiguous"; readonly cells: SeenCells; readonly left: readonly Candidate[] };

interface ShapeEvidence {
  see(read: Read, cell: CellSeen): void;
  /** Cells that may be dates. */
  count(): number;
  finding(): ShapeFinding;
  /** Its formats when days and months stand in this order wherever its cells leave that open. */
  formatsFor(order: Candidate["order"]): readonly string[];
}

function newShape(candidates: readonly Candidate[]): ShapeEvidence {
  const ruledOut = new Map<Candidate, CellSeen>();
  const times = new Set<string>();
  // By the candidates that read its cells differently.
  const differing = new Map<string, ReturnType<typeof seenCells>>();
  let proof: CellSeen | undefined;
  let first: CellSeen | undefined;
  let count = 0;
  const left = (): readonly Candidate[] => candidates.filter((candidate) => !ruledOut.has(candidate));
  return {
    see({ parts, time }, cell) {
      const days = parts === undefined ? undefined : candidates.map(({ order }) => dayOf(parts, order));
      if (days?.every((day) => day === undefined) === true) return; // that cell's problem
      if (times.size < maxTimes) times.add(time);
      first ??= cell;
      count += 1;
      if (days === undefined) return;
      for (const [index, candidate] of candidates.entries()) {
        if (days[index] !== undefined || ruledOut.has(candidate)) continue;
        ruledOut.set(candidate, cell);
        proof = cell;
      }
      forPairs(candidates, (a, b, name) => {
        if (days[a] === undefined || days[b] === undefined || days[a] === days[b]) return;
        const seen = differing.get(name) ?? seenCells();
        differing.set(name, seen);
        seen.add(cell.text, cell);
      });
    },
    count: () => count,
    formatsFor(order) {
      const open = left();
      const chosen = open.find((candidate) => candidate.order === order) ?? open[0];
      return first === undefined || chosen === undefined ? [] : [...times].map((time) => chosen.format + time);
    },
    finding() {
      if (first === undefined) return { kind: "nothing" };
      const open = left();
      const [format] = open;
      if (format === undefined) return { kind: "contradictory", cells: contradiction(candidates, ruledOut, first) };
      const unclear: SeenCells[] = [];
      forPairs(candidates, (a, b, name) => {
        const isOpen = [candidates[a], candidates[b]].every((each) => each !== undefined && open.includes(each));
        const seen = differing.get(name)?.seen();
        if (isOpen && seen !== undefined) unclear.push(seen);
      });
      const [cells] = unclear;
      if (cells !== undefined) return { kind: "ambiguous", cells, left: open };
      return { kind: "found", dates: [...times].map((time) => format.format + time), proof: proof ?? first };
    },
  };
}

const maxTimes = 8;

function forPairs(candidates: readonly Candidate[], see: (a: number, b: number, name: string) => void): void {
  for (let a = 0; a < candidates.length; a += 1) {
    for (let b = a + 1; b < candidates.length; b += 1) see(a, b, `${a} ${b}`);
  }
}

// Two cells of which each rules out an order that the other one needs.
function contradiction(
  candidates: readonly Candidate[],
  ruledOut: ReadonlyMap<Candidate, CellSeen>,
  first: CellSeen,
): readonly [CellSeen, CellSeen] {
  const cells = [...new Set(candidates.map((candidate) => ruledOut.get(candidate) ?? first))];
  return [cells[0] ?? first, cells[1] ?? first];
}

/** The day that the parts name in an order, as text to be compared; undefined where a part cannot be what it would have to be. */
function dayOf(parts: readonly [string, string, string], order: Candidate["order"]): string | undefined {
  const [a, b, c] = parts;
  const [year, month, day] = order === "dmy" ? [c, b, a] : order === "mdy" ? [c, a, b] : [a, b, c];
  if (year.length === 1 || year.length === 3) return undefined;
  if (!isWithin(month, 12) || !isWithin(day, 31)) return undefined;
  return `${year} ${Number(month)} ${Number(day)}`;
}

function isWithin(part: string, most: number): boolean {
  return part.length <= 2 && Number(part) >= 1 && Number(part) <= most;
}

const maxLength = 40;
const numbers = /^(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(\D.*)?$/;
const dayName = /^(\d{1,2})([ -])([A-Za-z]{3,9})\2(\d{4}|\d{2})(\D.*)?$/;
const nameDay = /^([A-Za-z]{3,9}) \d{1,2}(,?) \d{4}(\D.*)?$/;
const compact = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;
const isoDay = /^\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}:)/;

function readShape(text: string): Read | undefined {
  if (text.length > maxLength || isoDay.test(text)) return undefined;
  if (compact.test(text)) return single("yyyyMMdd", "");
  const ofNumbers = numbers.exec(text);
  if (ofNumbers !== null) {
    const [, a = "", separator = "", b = "", c = "", rest = ""] = ofNumbers;
    const time = timeOf(rest);
    return time === undefined ? undefined : ofParts([a, b, c], separator, time);
  }
  const ofDay = dayName.exec(text);
  if (ofDay !== null) {
    const [, , separator = "", name = "", year = "", rest = ""] = ofDay;
    const month = monthToken(name);
    const time = timeOf(rest);
    if (month === undefined || time === undefined) return undefined;
    return single(`d${separator}${month}${separator}${year.length === 2 ? "yy" : "yyyy"}`, time);
  }
  const [, name = "", comma = "", rest = ""] = nameDay.exec(text) ?? [];
  const month = monthToken(name);
  const time = timeOf(rest);
  return month === undefined || time === undefined ? undefined : single(`${month} d${comma} yyyy`, time);
}

function single(format: string, time: string): Read {
  return { shape: format, candidates: [{ format, order: "ymd" }], time };
}

function ofParts(parts: readonly [string, string, string], separator: string, time: string): Read | undefined {
  const [a, , c] = parts;
  const written = (...tokens: readonly string[]): string => tokens.join(separator);
  const yearFirst = (year: string): Candidate => ({ format: written(year, "M", "d"), order: "ymd" });
  const yearLast = (year: string): readonly Candidate[] => [
    { format: written("d", "M", year), order: "dmy" },
    { format: written("M", "d", year), order: "mdy" },
  ];
  if (a.length === 4) {
    return c.length > 2 ? undefined : { shape: `yyyy${separator}`, candidates: [yearFirst("yyyy")], parts, time };
  }
  if (a.length > 2 || c.length === 3) return undefined;
  if (c.length === 4) return { shape: `${separator}yyyy`, candidates: yearLast("yyyy"), parts, time };
  // Nobody writes a year of two digits first with points.
  const candidates = separator === "." ? yearLast("yy") : [...yearLast("yy"), yearFirst("yy")];
  return { shape: `${separator}yy`, candidates, parts, time };
}

const months = "January February March April May June July August September October November December".split(" ");

function monthToken(name: string): "MMM" | "MMMM" | undefined {
  const given = name.toLowerCase();
  if (months.some((month) => month.slice(0, 3).toLowerCase() === given)) return "MMM";
  return months.some((month) => month.toLowerCase() === given) ? "MMMM" : undefined;
}

const timeOfDay = /^(,? |T)(\d{1,2}):\d{2}(:\d{2})?(?:( ?)[ap]m)?$/i;

/** The time of day that follows a date, in Luxon's tokens; undefined when something else follows. */
function timeOf(rest: string): string | undefined {
  if (rest === "") return "";
  const match = timeOfDay.exec(rest);
  if (match === null) return undefined;
  const [, before = "", , seconds, space] = match;
  const clock = `${space === undefined ? "H" : "h"}:mm${seconds === undefined ? "" : ":ss"}`;
  return `${before === "T" ? "'T'" : before}${clock}${space === undefined ? "" : `${space}a`}`;
}
