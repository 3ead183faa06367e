// All files of a run in one call, with one pass over its rows for results, summary and report together.
import type { Results } from "../../model/ledger/results.ts";
import type { RunRecord } from "../../model/ledger/runs.ts";
import { writeFailures } from "../failures.ts";
import { writeResults } from "../results.ts";
import { buildSummary, type Summary, type SummaryFacts, writeSummary } from "../summary.ts";
import { tallyRows } from "../tally-rows.ts";
import { gatherFailedRows, type KeptRows } from "./failed-rows.ts";
import { type ReportFacts, reportPath, writeReport } from "./report-page.ts";

/** Which results are written, and what the report is told that no other file needs. */
export interface ReportWishes {
  /** The words of the command, for saying how to go on; its name and its job unless said. */
  readonly words?: readonly string[];
  /** False leaves cells out of it, also where messages quote them. */
  readonly values?: boolean;
  /** Writes results.ndjson beside results.csv. */
  readonly ndjson?: boolean;
}

/**
 * Writes results.csv, results.ndjson if asked for, failures/, summary.json and report.html into `folder` and gives the summary. Reads the
 * ledger only, so it works for any run however it ended, and may be called again.
 */
export async function writeReports(
  results: Results,
  run: RunRecord,
  folder: string,
  facts: Omit<SummaryFacts, "ndjson" | "failures" | "tallied" | "reasons">,
  wishes: ReportWishes = {},
): Promise<Summary> {
  const { summary, kept } = await writeData(results, run, folder, facts, wishes);
  await writeReport(reportPath(folder), summary, kept, reportFacts(run, wishes));
  return summary;
}

/** The same but for the report, which can be written later with the rows that it needs. */
export async function writeData(
  results: Results,
  run: RunRecord,
  folder: string,
  facts: Omit<SummaryFacts, "ndjson" | "failures" | "tallied" | "reasons">,
  { values = true, ndjson = false }: ReportWishes = {},
): Promise<{ readonly summary: Summary; readonly kept: KeptRows }> {
  const { resourceOf = {} } = facts;
  const rowTally = tallyRows(resourceOf);
  const failedRows = gatherFailedRows({ values });
  await writeResults(results, run.id, folder, {
    ndjson,
    resourceOf,
    onRow: (row, files) => {
      rowTally.see(row, files);
      failedRows.see(row, files);
    },
  });
  const tallied = rowTally.tallied();
  const failures = await writeFailures(results, run.id, folder, (fileId) => tallied.filesWithFailures.has(fileId));
  const summary = await buildSummary(results, run, {
    ...facts,
    ndjson,
    failures,
    tallied,
    reasons: failedRows.reasons(),
  });
  await writeSummary(folder, summary);
  return { summary, kept: failedRows.kept() };
}

/** The facts of a report of this run; the words are those of its command and job unless said. */
export function reportFacts({ command, job }: RunRecord, { words = [command, job] }: ReportWishes): ReportFacts {
  return { words };
}
