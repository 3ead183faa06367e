// Looks for what blank cells are filled with (`fill: down`) while the rows of a file pass. Every row counts as one above,
// whatever the mapping leaves out: cells are merged in the sheet. Memory grows with the runs of blank cells, up to a bound.
import { type Filling, type FillRun, type Fills, fillingAt } from "../../model/column-style.ts";
import { ImportError } from "../../model/error.ts";
import { type FileInfo, isTable, type Row } from "../../model/row.ts";

/** So many runs of blank cells of one file are kept. */
const maxRuns = 500_000;

/** A table whose cells are filled, as far as that matters. */
interface FilledFile {
  readonly shown: string;
  readonly info: FileInfo;
  /** Of a failures file: what was found of the file that its rows come from. */
  readonly earlier?: Fills | undefined;
  /** Only some of the rows of a file are there, and say which: the others may stand above them. */
  readonly isPart?: boolean;
}

/** Watches the rows of one file. */
export interface FillWatch {
  see(row: Row): void;
  found(): Fills;
}

/** A watch for these columns; undefined where there is nothing to fill. */
export function watchFills(
  columns: readonly string[],
  isBlank: (text: string) => boolean,
  file: FilledFile,
): FillWatch | undefined {
  const own = columns.filter((column) => file.info.columns?.includes(column));
  if (own.length === 0 || !isTable(file.info)) return undefined;
  const isFailuresFile = file.isPart === true || file.info.headerRaw?.includes("_import_") === true;
  const watched = own.map((column) => ({ column, runs: [] as FillRun[], above: undefined as Filling | undefined }));
  const kept = (row: Row, column: string): Filling | undefined =>
    file.earlier === undefined || row.retryOf === undefined
      ? { unknown: "a failures file lacks the rows above. Fill the cell in, or feed the file back with `retry`" }
      : fillingAt(file.earlier, column, row.retryOf);
  return {
    see(row) {
      for (const each of watched) {
        if (row.fault !== undefined) {
          each.above = { unknown: `line ${row.line} above it could not be read` };
          continue;
        }
        const cell = row.cells[each.column];
        if (typeof cell === "string" && !isBlank(cell)) {
          each.above = { value: cell, file: file.shown, line: row.line };
          continue;
        }
        const filling = isFailuresFile ? kept(row, each.column) : each.above;
        if (filling !== undefined) extend(each.runs, row.number, filling, file.shown);
      }
    },
    found: () => Object.fromEntries(watched.map(({ column, runs }) => [column, runs])),
  };
}

function extend(runs: FillRun[], row: number, filling: Filling, shown: string): void {
  const last = runs.at(-1);
  if (last !== undefined && last.to === row - 1 && isSame(last, filling)) {
    runs[runs.length - 1] = { ...last, to: row };
    return;
  }
  if (runs.length >= maxRuns)
    throw new ImportError("INPUT_UNREADABLE", `${shown}: more than 500,000 runs of blank cells would be filled down`, {
      hint: "Fill the cells in before the export, or split the file.",
    });
  runs.push({ ...filling, from: row, to: row });
}

function isSame(one: Filling, other: Filling): boolean {
  if ("value" in one && "value" in other) return one.line === other.line && one.file === other.file;
  return "unknown" in one && "unknown" in other && one.unknown === other.unknown;
}
