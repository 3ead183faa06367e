// The report of a run as a page, in pieces: what somebody forwards after a migration. Every number on it is one of summary.json.
import { basename, join } from "node:path";
import { openAtomicFile } from "../../disk/atomic-file.ts";
import { version } from "../../model/package.ts";
import { reportFileName } from "../results.ts";
import type { Summary } from "../summary.ts";
import type { KeptRows } from "./failed-rows.ts";
import { closePage, openPage } from "./kit/document.ts";
import { nextCommands, otherCommand } from "./next-commands.ts";
import { outcomesSection } from "./outcomes.ts";
import { pageScript } from "./page-script.ts";
import { controlTotalsSection, proofSection } from "./proof.ts";
import { reasonsSection } from "./reasons.ts";
import { rowsSection } from "./rows.ts";
import { trafficSection } from "./traffic.ts";
import { type RunState, titleOf, verdict } from "./verdict.ts";
import { withoutCells } from "./without-cells.ts";

/** What a report is told beside the summary and its rows. */
export interface ReportFacts {
  /** The words of the command, for saying how to go on: `run`, `import.yaml`. */
  readonly words: readonly string[];
  /** Ended, unless said. */
  readonly state?: RunState;
}

/** The report in pieces. Its `reasons` are those of the rows, whatever the summary has. */
export function* reportPage(summary: Summary, kept: KeptRows, facts: ReportFacts): Generator<string> {
  const { words, state = "ended" } = facts;
  const told = kept.values ? summary : withoutCells(summary);
  const jobName = basename(summary.job);
  const page = { title: titleOf(summary, jobName), script: pageScript };
  const ofRun = summary.command === "check" ? [] : ["--run", summary.run_id];
  yield openPage(page).markup;
  yield verdict(told, { commands: nextCommands(words), state, jobName }).markup;
  yield outcomesSection(told).markup;
  yield reasonsSection(told, kept).markup;
  yield* rowsSection(told, kept, otherCommand(words, "explain"));
  yield controlTotalsSection(told).markup;
  yield trafficSection(told).markup;
  yield proofSection(told, {
    audit: otherCommand(words, "audit", ...ofRun),
    verify: otherCommand(words, "audit", ...ofRun, "--verify"),
    program: version,
    values: kept.values,
  }).markup;
  yield closePage(page).markup;
}

/** Writes the report to `path`, whole or not at all; throws as `openAtomicFile` does. */
export async function writeReport(path: string, summary: Summary, kept: KeptRows, facts: ReportFacts): Promise<void> {
  await using file = await openAtomicFile(path);
  for (const piece of inLargePieces(reportPage(summary, kept, facts))) await file.append(piece);
  await file.commit();
}

/** Where a run's report is. */
export function reportPath(folder: string): string {
  return join(folder, reportFileName);
}

const largePiece = 65_536;

function* inLargePieces(pieces: Iterable<string>): Generator<string> {
  let gathered = "";
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < largePiece) continue;
    yield gathered;
    gathered = "";
  }
  yield gathered;
}
