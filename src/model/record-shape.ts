// Whether a record of a delimited file fits its header, and where in it the notes of a failures file stand. Told by
// reading and by the writing of failures alike, so that a row that did not fit does not fit when it comes back.
import { isNoteColumn, noteColumns, rowOfLabel } from "./failure-notes.ts";
import { outcomes } from "./outcome.ts";

/** What a header says about the shape of its records. */
export interface RecordShape {
  /** Cells of the header, those without a name and those of notes too. */
  readonly width: number;
  /** Cells up to and with the last one that has a name and is no note's: no record may have fewer. */
  readonly named: number;
  /** Cells up to and with the last one that is no note's. */
  readonly own: number;
  /** By position. */
  readonly isNote: readonly boolean[];
  readonly hasNotes: boolean;
}

/** The shape that trimmed header cells ask for. */
export function recordShape(header: readonly string[]): RecordShape {
  const isNote = header.map(isNoteColumn);
  const named = header.findLastIndex((name, index) => name !== "" && isNote[index] !== true) + 1;
  const hasNotes = isNote.includes(true);
  return { width: header.length, named, own: isNote.lastIndexOf(false) + 1, isNote, hasNotes };
}

/**
 * Whether trimmed cells fit: no named one is missing, and what stands behind the last named one is blank, as spreadsheets pad
 * their rows. `padding` is how many blank cells more than the header a record may have; one that only some rows have is
 * rather a comma without quotes (`1,5,`).
 */
export function fitsHeader(cells: readonly string[], shape: RecordShape, padding = 0): boolean {
  const { width, named, isNote, hasNotes } = shape;
  if (cells.length < named) return false;
  if (hasNotes ? !notesInPlace(cells, shape) : cells.length > width + padding) return false;
  for (let at = named; at < cells.length; at++) if (cells[at] !== "" && isNote[at] !== true) return false;
  return true;
}

/**
 * Whether the notes of a record, as far as it has some, stand in their columns. Spreadsheets leave blank cells out at the end
 * of a line, or add some; what is left of the notes has to begin with an outcome in its own place: a record that was too
 * short or too long has it elsewhere.
 */
export function notesInPlace(cells: readonly string[], { width, own }: RecordShape): boolean {
  if (cells.length === width) return true;
  return !endsWithNotes(cells) && (cells.length <= own || isOutcome(cells[own]));
}

/** Whether the last cells of a record look like notes. A row that cannot be read always has some, and with a reason. */
export function endsWithNotes(cells: readonly string[]): boolean {
  const [outcome, problem = ""] = cells.slice(-noteColumns.length);
  return cells.length > noteColumns.length && isOutcome(outcome) && rowOfLabel(problem) !== undefined;
}

/**
 * The notes at the end of a record's own text, where the quotes before them are wrong and its cells cannot be told: where
 * they begin, and the problem that they name. Undefined where the text does not end with notes.
 */
export function notesBehind(
  raw: string,
  delimiter: string,
): { readonly at: number; readonly problem: string } | undefined {
  const cell = `"(?:[^"]|"")*"|[^"${escaped(delimiter)}]*`;
  const d = `[${escaped(delimiter)}]`;
  const found = new RegExp(`${d}(?:${outcomes.join("|")})${d}(${cell})${d}(?:${cell})$`).exec(raw);
  const problem = (found?.[1] ?? "").replace(/^"/, "");
  return found === null || rowOfLabel(problem) === undefined ? undefined : { at: found.index, problem };
}

function escaped(delimiter: string): string {
  return delimiter.replace(/[\\\]^-]/g, "\\$&");
}

function isOutcome(cell: string | undefined): boolean {
  return outcomes.some((outcome) => outcome === cell);
}
