// The rows that a mapping's indexes are made of: of an input's files before they are staged, and as the ledger keeps them
// of an earlier run, whose files may have moved on.
import type { JobFile } from "../job/job.ts";
import { fileSettings } from "../map/columns/names-read.ts";
import type { Mapping } from "../map/definition/mapping.ts";
import { noIndexes, type RowIndexes } from "../map/expression/language.ts";
import { openRowIndexes } from "../map/row-index.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { isTable, type Row } from "../model/row.ts";
import { parseRow } from "../read/open.ts";
import { openJobFile } from "./files/open-file.ts";
import { sourceRow } from "./joins.ts";

/** Batches of rows, newer ones first, with the file that they stand in; `age` counts the runs since. */
export type AgedRows = AsyncIterable<{
  readonly file: string;
  readonly age: number;
  readonly isTable: boolean;
  readonly rows: readonly Row[];
}>;

/** Indexes with what is odd about the rows that they are made of, in words. */
export interface ReadIndexes {
  readonly indexes: RowIndexes;
  readonly warnings: readonly string[];
}

/** The indexes of a mapping over these rows; nothing is read for a mapping without any. */
export async function readIndexes(mapping: Mapping, ...sources: readonly AgedRows[]): Promise<ReadIndexes> {
  if (Object.keys(mapping.indexes).length === 0) return { indexes: noIndexes, warnings: [] };
  const builder = openRowIndexes(mapping);
  for (const source of sources) {
    for await (const { rows, ...from } of source) for (const row of rows) builder.add(row, from);
  }
  return { indexes: builder.indexes, warnings: builder.warnings() };
}

/** The rows of an input's files. */
export async function* rowsOfFiles(files: readonly JobFile[], mapping: Mapping): AgedRows {
  for (const file of files) {
    await using opened = await openJobFile(file, fileSettings(mapping, undefined, file.source));
    for await (const rows of opened.batches()) yield { file: file.shown, age: 0, isTable: isTable(opened.info), rows };
  }
}

/** The rows of an input as the ledger keeps them of these runs, the newest first; those of the runs that a run has rows of as well. */
export async function* rowsOfRuns(ledger: Ledger, runs: readonly RunRecord[], input: string): AgedRows {
  let age = 1;
  for (const run of await withThoseBefore(ledger, runs)) {
    for (const { id, file, info, ...of } of await ledger.results.files(run.id)) {
      if (of.kind !== "input" || of.input !== input) continue;
      for await (const rows of ledger.results.rowsOf(id)) {
        yield {
          file,
          age,
          isTable: isTable(info),
          rows: rows.map((row) => sourceRow(row, [], row.fault === undefined ? parseRow(info, row.raw) : {}).row),
        };
      }
    }
    age += 1;
  }
}

/** The runs with those that they retried or took rows along from, and so on; each once, newest first. */
async function withThoseBefore({ runs, results }: Ledger, of: readonly RunRecord[]): Promise<readonly RunRecord[]> {
  const known = await runs.list();
  const found = new Set(of.map(({ id }) => id));
  for (const run of known) {
    if (!found.has(run.id)) continue;
    if (run.retryOf !== undefined) found.add(run.retryOf);
    const behind = (await results.files(run.id)).flatMap(({ info }) => info.retryOf ?? []);
    for (const { run: id } of await results.filesById(behind)) found.add(id);
  }
  return known.filter(({ id }) => found.has(id));
}
