// What somebody corrected by hand in a failures file and no retry has read yet. A pass over a drop folder, which takes rows along
// as the ledger has them, leaves these alone: they would go as they were, and the correction would be lost.
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import { countText } from "../model/text/count-text.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { cellsAsRead, isEdited, statesIn } from "./edited-failures.ts";
import { type FoundFile, lookForFiles } from "./failures-found.ts";

/** What is left to a retry. */
export interface EditedOpen {
  /** The entries of edited rows, as `OpenRow` names them. */
  readonly units: readonly string[];
  /** Files, by id, whose failures files were changed and cannot be read: what was edited in them is not known. */
  readonly homes: readonly number[];
  /** One for each failures file, in words. */
  readonly warnings: readonly string[];
}

/** Finds the open rows of a job that were edited in the failures file that a run wrote of them. Reads only files saved since. */
export async function editedOpen(job: Pick<Job, "file" | "state">, ledger: Ledger): Promise<EditedOpen> {
  const files = await lookForFiles(job, ledger);
  const asRead = cellsAsRead(ledger);
  const units = new Set<string>();
  const homes: number[] = [];
  const warnings: string[] = [];
  const retry = `luminous-import retry ${shellWord(job.file.shown)}`;
  for (const file of files.filter((each) => each.isEdited)) {
    try {
      const rows = await editedRows(file, ledger, asRead, units);
      if (rows === 0) continue;
      const what = rows === 1 ? "1 row" : `${countText(rows)} rows`;
      const were = rows === 1 ? "was" : "were";
      const them = rows === 1 ? "it" : "them";
      warnings.push(`${what} of ${file.shown} ${were} edited by hand, so this pass leaves ${them} to ${retry}`);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      homes.push(file.file.id);
      warnings.push(
        `${file.shown} was changed and cannot be read (${error.message}), so this pass leaves its rows to ${retry}`,
      );
    }
  }
  return { units: [...units], homes, warnings };
}

async function editedRows(
  file: FoundFile,
  ledger: Ledger,
  asRead: ReturnType<typeof cellsAsRead>,
  units: Set<string>,
): Promise<number> {
  let rows = 0;
  for await (const { row, original, state } of statesIn(file, ledger)) {
    const known = state.reader === undefined ? original : ((await asRead(state.reader)) ?? original);
    if (!isEdited(row, known, file)) continue;
    units.add(state.unit);
    rows += 1;
  }
  return rows;
}
