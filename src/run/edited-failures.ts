// What somebody changed in a failures file: its rows against the rows as the ledger keeps them, cell by cell.
import type { Ledger } from "../model/ledger/ledger.ts";
import { rowName } from "../model/ledger/open-failures.ts";
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
  /** What it belongs to, and the file of the newest run that has that. */
  readonly unit: string;
  readonly home: number;
}

/** The edited rows of a failures file that are open. What a retry has read already is no edit any more. */
export async function* editedRows<File extends FailuresFile>(
  file: File,
  ledger: Ledger,
): AsyncGenerator<EditedRow<File>> {
  const { source } = await failuresFileSettings(file.path, file.shown, file.file.info);
  await using opened = await openInput(file.path, file.shown, source);
  const originals = originalCells(file.file, ledger);
  const asRead = cellsAsRead(ledger);
  for await (const rows of opened.batches()) {
    const known = await originals(rows);
    const refs = rows.map((row) => refOf(row, file.file) ?? { file: file.file.id, number: 0 });
    const states = await ledger.failures.statesOf(refs);
    for (const [at, row] of rows.entries()) {
      const [original, state] = [known[at], states[at]];
      if (original === undefined || state === undefined || state.state === "made") continue;
      const before = state.reader === undefined ? original : ((await asRead(state.reader)) ?? original);
      const text = textOf(cellsAsNamed(row.cells, file.file.info));
      if (text === textOf(before)) continue;
      yield { file, row: row.number, line: row.line, text, unit: state.unit, home: state.home };
    }
  }
}

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

/** The cells that a retry read for a row. */
function cellsAsRead({ failures, results }: Ledger): (ref: RowRef) => Promise<Cells | undefined> {
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
