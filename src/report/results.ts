// results.csv, and results.ndjson where it is asked for: one line per input row, in input order. The first is for people and
// their spreadsheets, the second for programs: exact. Which problem a line shows is in row-outcome.ts.
import { join } from "node:path";
import { openAtomicFile } from "../disk/atomic-file.ts";
import type { ResultRow, Results } from "../model/ledger/results.ts";
import type { Problem } from "../model/problem.ts";
import type { ResourceName } from "../model/resource.ts";
import { csvLine } from "../model/text/csv-line.ts";
import { allProblems, inputName, type RunFiles, rowProblems, runFiles, shownProblem } from "./row-outcome.ts";
import { toSpreadsheet } from "./spreadsheet-cell.ts";

/** The columns of results.csv, in order; results.ndjson has the same keys, plus `problems`. */
export const resultColumns = [
  "input",
  "file",
  "line",
  "row",
  "resource",
  "key",
  "outcome",
  "action",
  "remote_id",
  "attempts",
  "http_status",
  "code",
  "path",
  "column",
  "value",
  "message",
] as const;

/** A line of results.csv. Null is an empty cell there and `null` in results.ndjson. */
export type ResultLine = Readonly<Record<(typeof resultColumns)[number], string | number | null>>;

/** Names of the two files inside a run's folder. */
export const resultFileNames = { csv: "results.csv", ndjson: "results.ndjson" } as const;

/** Name of the report beside them. */
export const reportFileName = "report.html";

/** What writing results may be told beside the run. */
export interface ResultOptions {
  /** Writes results.ndjson too. */
  readonly ndjson?: boolean;
  /** By input name: fills `resource` for rows that became no entry. */
  readonly resourceOf?: Readonly<Record<string, ResourceName>>;
  /** Sees every row once, in order: a tally can share the one pass over the ledger. */
  readonly onRow?: (row: ResultRow, files: RunFiles) => void;
}

/**
 * Writes results.csv into `folder`, and results.ndjson where it is asked for; gives the number of lines, which is the number of
 * the run's input and join rows. Streams: memory holds one batch. Files appear under their names only when complete.
 */
export async function writeResults(
  results: Results,
  run: number,
  folder: string,
  { ndjson: isAlsoNdjson = false, resourceOf = {}, onRow }: ResultOptions = {},
): Promise<number> {
  const files = runFiles(await results.files(run));
  await using csv = await openAtomicFile(join(folder, resultFileNames.csv));
  await using ndjson = isAlsoNdjson ? await openAtomicFile(join(folder, resultFileNames.ndjson)) : undefined;
  await csv.append(csvText([resultColumns]));
  let written = 0;
  for await (const batch of results.rows(run)) {
    const lines = batch.map((row) => resultLine(row, files, resourceOf));
    await csv.append(csvText(lines.map((line) => resultColumns.map((column) => line[column]))));
    await ndjson?.append(lines.map((line, at) => ndjsonText(line, batch[at], files)).join(""));
    if (onRow !== undefined) for (const row of batch) onRow(row, files);
    written += batch.length;
  }
  await csv.commit();
  await ndjson?.commit();
  return written;
}

/** The line of one row. */
export function resultLine(
  row: ResultRow,
  files: RunFiles,
  resourceOf: Readonly<Record<string, ResourceName>> = {},
): ResultLine {
  const file = files.byId.get(row.ref.file);
  const problem: Partial<Problem> = shownProblem(row, files) ?? {};
  return {
    input: file === undefined ? null : inputName(file),
    file: file?.file ?? null,
    line: row.line,
    row: row.ref.number,
    resource: row.entry?.resource ?? (file === undefined ? undefined : resourceOf[file.input]) ?? null,
    key: row.entry?.key ?? null,
    outcome: row.outcome,
    action: row.entry?.action ?? null,
    remote_id: row.entry?.remoteId ?? null,
    attempts: row.entry?.attempts ?? 0,
    http_status: row.entry?.httpStatus ?? null,
    code: problem.code ?? null,
    path: problem.path ?? null,
    column: problem.column ?? null,
    value: problem.value ?? null,
    message: problem.message ?? null,
  };
}

function ndjsonText(line: ResultLine, row: ResultRow | undefined, files: RunFiles): string {
  return `${JSON.stringify({ ...line, problems: row === undefined ? [] : listedProblems(row, files) })}\n`;
}

const mostListed = 100;

// All of them, unless an order of a thousand faulty lines would be written a thousand times: then those of this row and of
// the entry as a whole, and of the others as many as there is room for.
function listedProblems(row: ResultRow, files: RunFiles): readonly Problem[] {
  const all = allProblems(row);
  if (all.length <= mostListed) return all;
  const { own, shared, elsewhere } = rowProblems(row, files);
  return [...own, ...shared, ...elsewhere.slice(0, Math.max(0, mostListed - own.length - shared.length))];
}

function csvText(records: readonly (readonly (string | number | null)[])[]): string {
  return records
    .map((record) => csvLine(record.map((cell) => (typeof cell === "string" ? toSpreadsheet(cell) : cell))))
    .join("");
}
