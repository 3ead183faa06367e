// What somebody changed in a failures file: its rows against the rows as the ledger keeps them, cell by cell.
import type { Ledger } from "../model/ledger/ledger.ts";
import { type OpenRow, rowName } from "../model/ledger/open-failures.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import { type Cells, type FileInfo, isTable, type Row, type RowRef } from "../model/row.ts";
import { openInput, parseRow } from "../read/open.ts";
import { failuresFileSettings } from "./failures-file.ts";

/** A failures file, and the file whose rows it holds. */
export interface FailuresFile {
  readonly file: StagedFile;
  readonly path: string;
  /** As people know it. */
  readonly shown: string;
}

/** A row of a failures file whose cells are not those of the row that it was. */
export interface EditedRow<File extends FailuresFile> {
  readonly file: File;
  /** Its number and line in the failures file. */
  readonly row: number;
  readonly line: number;
  /** Tells its cells from others. */
  readonly text: string;
  /** What it belongs to. */
  readonly unit: string;
  /** The row of the newest run that it is. */
  readonly twin: string;
}

/** By unit the edits of its rows that stand in different failures files, each file once, the newest run first. */
export type Edits<File extends FailuresFile> = ReadonlyMap<string, readonly (readonly EditedRow<File>[])[]>;

/**
 * What was edited in failures files of older runs whose rows a newer run has as well, and what was edited of the same entries
 * in the newer ones. Without an edit in an older file it is the newest that counts, whatever is in it, and nothing is read.
 * What a retry has read already is no edit any more, but one that has changed since is.
 */
export async function findEdits<File extends FailuresFile & { readonly older: number; readonly isEdited: boolean }>(
  files: readonly File[],
  ledger: Ledger,
): Promise<Edits<File>> {
  const asRead = cellsAsRead(ledger);
  const edits = new Map<string, Map<number, EditedRow<File>[]>>();
  const homes = new Set<number>();
  // By the row of the newest run: how it was before somebody edited it in an older file.
  const before = new Map<string, string>();
  const add = (edit: EditedRow<File>): void => {
    const ofUnit = edits.get(edit.unit) ?? new Map<number, EditedRow<File>[]>();
    edits.set(edit.unit, ofUnit);
    ofUnit.set(edit.file.file.id, [...(ofUnit.get(edit.file.file.id) ?? []), edit]);
  };
  for (const file of files.filter(({ older, isEdited }) => older > 0 && isEdited)) {
    for await (const { row, original, state } of statesIn(file, ledger)) {
      if (state.state !== "older" || state.twin === undefined) continue;
      const known = state.reader === undefined ? original : ((await asRead(state.reader)) ?? original);
      const text = textOf(cellsAsNamed(row.cells, file.file.info));
      if (text === textOf(known)) continue;
      const twin = rowName(state.twin);
      before.set(twin, textOf(known));
      homes.add(state.home);
      add({ file, row: row.number, line: row.line, text, unit: state.unit, twin });
    }
  }
  for (const file of files.filter(({ file: { id } }) => homes.has(id))) {
    for await (const { row, original, state } of statesIn(file, ledger)) {
      if (state.state !== "open" || !edits.has(state.unit)) continue;
      const twin = rowName({ file: file.file.id, number: row.retryOf ?? 0 });
      const text = textOf(cellsAsNamed(row.cells, file.file.info));
      if (text === (before.get(twin) ?? textOf(original))) continue;
      add({ file, row: row.number, line: row.line, text, unit: state.unit, twin });
    }
  }
  return new Map(
    [...edits].map(([unit, byFile]) => [unit, [...byFile].toSorted(([a], [b]) => b - a).map(([, rows]) => rows)]),
  );
}

/** The rows of a failures file that are open and say which row they were, with its cells and what it means. */
export async function* statesIn(
  { file, path, shown }: FailuresFile,
  ledger: Ledger,
): AsyncGenerator<{ readonly row: Row; readonly original: Cells; readonly state: OpenRow }> {
  const { source } = await failuresFileSettings(path, shown, file.info);
  await using opened = await openInput(path, shown, source);
  const originals = originalCells(file, ledger);
  for await (const rows of opened.batches()) {
    const known = await originals(rows);
    const states = await ledger.failures.statesOf(rows.map((row) => refOf(row, file) ?? nowhere));
    for (const [at, row] of rows.entries()) {
      const [original, state] = [known[at], states[at]];
      if (original !== undefined && state !== undefined) yield { row, original, state };
    }
  }
}

const nowhere: RowRef = { file: 0, number: 0 };

/** For rows of the failures file of a file: the cells of the rows that they were; undefined where they do not say which. */
export function originalCells(
  file: StagedFile,
  { failures }: Pick<Ledger, "failures">,
): (rows: readonly Row[]) => Promise<readonly (Cells | undefined)[]> {
  return async (rows) => {
    const refs = rows.map((row) => refOf(row, file));
    const raws = await failures.rawOf(refs.filter((ref) => ref !== undefined));
    return refs.map((ref) => {
      const raw = ref === undefined ? undefined : raws.get(rowName(ref));
      return raw === undefined ? undefined : parseRow(file.info, raw);
    });
  };
}

/** True where a row of a failures file has other cells than these of the row that it was. */
export function isEdited(row: Row, known: Cells, { file }: FailuresFile): boolean {
  return textOf(cellsAsNamed(row.cells, file.info)) !== textOf(known);
}

/** The cells that a retry read for a row. */
export function cellsAsRead({ failures, results }: Ledger): (ref: RowRef) => Promise<Cells | undefined> {
  const infos = new Map<number, FileInfo | undefined>();
  return async (ref) => {
    if (!infos.has(ref.file)) infos.set(ref.file, (await results.filesById([ref.file]))[0]?.info);
    const info = infos.get(ref.file);
    const raw = (await failures.rawOf([ref])).get(rowName(ref));
    return info === undefined || raw === undefined ? undefined : parseRow(info, raw);
  };
}

function refOf({ retryOf }: Row, { id }: StagedFile): RowRef | undefined {
  return retryOf === undefined ? undefined : { file: id, number: retryOf };
}

/** Cells under the names that the columns had when the file was first read. */
function cellsAsNamed(cells: Cells, info: FileInfo): Cells {
  if (!isTable(info) || info.renamed === undefined) return cells;
  const names = new Map(info.renamed.map(({ heading, name }) => [heading, name]));
  return Object.fromEntries(Object.entries(cells).map(([column, cell]) => [names.get(column) ?? column, cell]));
}

// Spreadsheets leave blank cells out, and may put columns in another order.
function textOf(cells: Cells): string {
  const filled = Object.entries(cells).filter(([, cell]) => typeof cell !== "string" || cell.trim() !== "");
  return JSON.stringify(filled.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
