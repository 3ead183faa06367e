// Failed rows as CSV: the row's own bytes with the three `_import_*` cells at its end.
import { isNoteColumn, noteColumns } from "../model/failure-notes.ts";
import {
  endsWithNotes,
  fitsHeader,
  notesBehind,
  notesInPlace,
  type RecordShape,
  recordShape,
} from "../model/record-shape.ts";
import type { FileInfo } from "../model/row.ts";
import type { FailureFormat } from "./failure-note.ts";

/**
 * The CSV or TSV form of a failures file. Cells that came in are never written anew; where a row that fits has more or fewer blank
 * ones at its end than the header, it gets as many. A ragged row stays ragged: with
 * the three cells it has as many too many (or too few) as before, and removing or adding the odd one heals it.
 * Rows that come from a failures file get new `_import_*` cells in place of the old ones.
 */
export function csvFailures(info: FileInfo): FailureFormat {
  const { newline, separatorLine, headerRaw, padding, quote, delimiter = "," } = info;
  const { split, join, content } = cellsOf(info);
  const written = headerRaw === undefined ? [] : split(headerRaw);
  const shape = recordShape(written.map(content));
  const header = written.filter((cell) => !isNoteColumn(content(cell)));
  const ownShape = recordShape(header.map(content));
  const withNotes = (cells: readonly string[], notes: readonly string[]): string => join(cells, notes) + newline;
  // Of a row whose quotes are wrong the old notes are found at the end of its text.
  const hiddenNotes = (raw: string) =>
    shape.hasNotes && quote !== "none" && split(raw).some(isOddlyQuoted) ? notesBehind(raw, delimiter) : undefined;
  const top = separatorLine === undefined ? "" : separatorLine + newline;
  return {
    head: headerRaw === undefined ? "" : top + withNotes(header, noteColumns),
    row: (raw, { outcome, problem, column }) => {
      const behind = hiddenNotes(raw);
      const all = split(raw.slice(0, behind?.at));
      const trimmed = all.map(content);
      if (behind !== undefined) return withNotes(all, [outcome, problem, column]);
      const cells = withoutNotes(all, trimmed, shape);
      const fits = fitsHeader(withoutNotes(trimmed, trimmed, shape), ownShape, padding);
      return withNotes(fits ? asWide(cells, header.length) : cells, [outcome, problem, column]);
    },
    foot: "",
  };
}

// How the cells of a file are told apart and written. Where cells are never in quotes, a note can hold no delimiter.
function cellsOf({ delimiter = ",", quote }: FileInfo) {
  const isPlain = quote === "none";
  const written = (text: string) => (isPlain ? text.replaceAll(delimiter, " ") : quoted(text, delimiter));
  return {
    split: (raw: string): readonly string[] => (isPlain ? raw.split(delimiter) : splitCells(raw, delimiter)),
    join: (cells: readonly string[], notes: readonly string[]): string =>
      [...cells, ...notes.map(written)].join(delimiter),
    content: (cell: string): string => (isPlain ? cell.trim() : unquoted(cell)),
  };
}

function asWide(cells: readonly string[], width: number): readonly string[] {
  if (cells.length >= width) return cells.slice(0, width);
  return [...cells, ...Array.from({ length: width - cells.length }, () => "")];
}

/**
 * The raw text of each cell, quotes and white space included: joined by the delimiter they are the record again.
 * A quote opens a quoted cell only where a cell begins, white space aside.
 */
export function splitCells(raw: string, delimiter: string): readonly string[] {
  const cells: string[] = [];
  let start = 0;
  let isBlank = true;
  for (let at = 0; at <= raw.length; at += 1) {
    if (isBlank && raw[at] === '"') at = endOfQuoted(raw, at);
    const character = raw[at];
    if (character === undefined || character === delimiter) {
      cells.push(raw.slice(start, at));
      start = at + 1;
      isBlank = true;
    } else if (isBlank) {
      isBlank = character.trim() === "";
    }
  }
  return cells;
}

// The position after the closing quote; a doubled quote is text.
function endOfQuoted(raw: string, opening: number): number {
  for (let at = opening + 1; at < raw.length; at += 1) {
    if (raw[at] !== '"') continue;
    if (raw[at + 1] !== '"') return at + 1;
    at += 1;
  }
  return raw.length;
}

function withoutNotes(cells: readonly string[], trimmed: readonly string[], shape: RecordShape): readonly string[] {
  if (!shape.hasNotes) return cells;
  if (notesInPlace(trimmed, shape)) return cells.filter((_, at) => shape.isNote[at] !== true);
  return endsWithNotes(trimmed) ? cells.slice(0, -noteColumns.length) : cells;
}

function isOddlyQuoted(cell: string): boolean {
  const text = cell.trim();
  return text.startsWith('"') && !/^"(?:[^"]|"")*"$/.test(text);
}

function unquoted(cell: string): string {
  const text = cell.trim();
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function quoted(text: string, delimiter: string): string {
  return text.includes('"') || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
}
