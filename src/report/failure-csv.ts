// Failed rows as CSV: the row's own bytes with the three `_import_*` cells at its end.
import { isNoteColumn, lostOnlyNotes, noteColumns } from "../model/failure-notes.ts";
import type { FileInfo } from "../model/row.ts";
import type { FailureFormat, FailureNote } from "./failure-note.ts";

/**
 * The CSV or TSV form of a failures file. Cells that came in are never written anew. A ragged row stays ragged: with
 * the three cells it has as many too many (or too few) as before, and removing or adding the odd one heals it.
 * Rows that come from a failures file get new `_import_*` cells in place of the old ones.
 */
export function csvFailures({ delimiter = ",", quote, newline, headerRaw }: FileInfo): FailureFormat {
  const split = (raw: string) => (quote === "none" ? raw.split(delimiter) : splitCells(raw, delimiter));
  const written = (text: string) => (quote === "none" ? text.replaceAll(delimiter, " ") : quoted(text, delimiter));
  const header = headerRaw === undefined ? [] : split(headerRaw);
  const isNote = header.map((cell) => isNoteColumn(content(cell)));
  const withCells = (cells: readonly string[], added: readonly string[]): string =>
    [...cells, ...added.map(written)].join(delimiter);
  return {
    head: headerRaw === undefined ? "" : withCells(withoutNotes(header, isNote), noteColumns) + newline,
    row: (raw, { outcome, problem, column }) => {
      const cells = isNote.includes(true) ? withoutNotes(split(raw), isNote).join(delimiter) : raw;
      return withCells([cells], [outcome, problem, column]) + newline;
    },
    foot: "",
  };
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

function withoutNotes(cells: readonly string[], isNote: readonly boolean[]): readonly string[] {
  if (cells.length === isNote.length || lostOnlyNotes(cells.map(content), isNote))
    return cells.filter((_, at) => isNote[at] !== true);
  return endsWithNote(cells) ? cells.slice(0, -noteColumns.length) : cells;
}

// A ragged row of a failures file: its columns cannot be told by position, so its last cells must look like what was
// written there. A row that cannot be read is always invalid, and with a reason.
function endsWithNote(cells: readonly string[]): boolean {
  const [outcome = "", problem = ""] = cells.slice(-noteColumns.length).map(content);
  return (
    cells.length > noteColumns.length && outcome === ("invalid" satisfies FailureNote["outcome"]) && problem !== ""
  );
}

function content(cell: string): string {
  const text = cell.trim();
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function quoted(text: string, delimiter: string): string {
  return text.includes('"') || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
}
