// All files of a run in one call, with one pass over its rows for results and summary together.
import type { Results } from "../model/ledger/results.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { writeFailures } from "./failures.ts";
import { writeResults } from "./results.ts";
import { buildSummary, type Summary, type SummaryFacts, writeSummary } from "./summary.ts";
import { tallyRows } from "./tally-rows.ts";

/**
 * Writes results.csv, results.ndjson, failures/ and summary.json into `folder` and gives the summary. Reads the ledger
 * only, so it works for any run however it ended, and may be called again.
 */
export async function writeReports(
  results: Results,
  run: RunRecord,
  folder: string,
  facts: Omit<SummaryFacts, "failures" | "tallied">,
): Promise<Summary> {
  const { resourceOf = {} } = facts;
  const rowTally = tallyRows(resourceOf);
  await writeResults(results, run.id, folder, { resourceOf, onRow: rowTally.see });
  const failures = await writeFailures(results, run.id, folder);
  const summary = await buildSummary(results, run, { ...facts, failures, tallied: rowTally.tallied() });
  await writeSummary(folder, summary);
  return summary;
}
