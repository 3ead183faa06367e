// `report`: the report of a run written again, from its ledger and the summary that the ledger keeps. Reads only, beside the page
// itself; it works for every run that the ledger knows, also one that is under way or was killed, as far as its fate is known.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ledgersIn, submissionsIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import { exitCodes } from "../model/exit-codes.ts";
import { isPlainObject } from "../model/json.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { gatherFailedRows } from "../report/html/failed-rows.ts";
import { reportPath, writeReport } from "../report/html/report-page.ts";
import { writeResultsAgain } from "../report/html/results-again.ts";
import type { RunState } from "../report/html/verdict.ts";
import { readProgress } from "../report/live/progress-file.ts";
import { runFiles } from "../report/row-outcome.ts";
import { buildSummary, isSummary, type StopReason, type Summary } from "../report/summary.ts";
import { type AccountRun, type JobPlace, jobStatus } from "./status.ts";

/** Which report, and how. */
export interface ReportOptions {
  /** The base address of the account; runs of any account are looked at unless said. */
  readonly account?: string;
  /** The id of a run; the newest unless said. */
  readonly run?: string;
  /** False leaves cells out, also where messages quote them. */
  readonly values?: boolean;
  /** Where to write; the run's folder unless said. A path from `cwd`. */
  readonly out?: string;
  readonly cwd: string;
  /** The words that name the job and its state folder in commands: `import.yaml`. */
  readonly words: readonly string[];
}

/** A report that was written. */
export interface WrittenReport {
  readonly runId: string;
  readonly path: string;
  readonly summary: Summary;
}

/** Writes it. Throws `ImportError("USAGE")` where there is no such run, and as the ledger and the disk do. */
export async function reportAgain(job: JobPlace, options: ReportOptions): Promise<WrittenReport> {
  const { account, words, values = true, out, cwd } = options;
  const { runs, standing } = await jobStatus(job, account);
  const run = options.run === undefined ? runs[0] : runs.find(({ runId }) => runId === options.run);
  if (run === undefined) throw noSuchRun(job, options, runs);
  const folder = join(job.state, "runs", run.runId);
  const state: RunState =
    run.endedAtMs !== undefined
      ? "ended"
      : run === runs[0] && (standing?.kind === "under_way" || standing?.kind === "submitted")
        ? "under_way"
        : "cut_off";
  // The run itself writes into its folder at any moment.
  if (state === "under_way" && out === undefined) {
    throw new ImportError("USAGE", `the run ${run.runId} is under way: its end writes the report`, {
      hint: `Wait for it, or write how it stands now to a file of your own: luminous-import report ${words[0] ?? ""} --out now.html`,
    });
  }
  await using ledger = await ledgersIn(job).open(run.account, "read");
  if (out === undefined && isSummary(run.summary) && (await isDrivenElsewhere(job, run, folder))) {
    const wishes = { words: [run.command, ...words], values };
    const summary = await writeResultsAgain(ledger, run, run.summary, { folder, wishes });
    return { runId: run.runId, path: reportPath(folder), summary };
  }
  const failedRows = gatherFailedRows({ values });
  const files = runFiles(await ledger.results.files(run.id));
  for await (const batch of ledger.results.rows(run.id)) for (const row of batch) failedRows.see(row, files);
  const kept = isSummary(run.summary) ? run.summary : await summaryFromLedger(ledger, run, state, folder, job);
  const summary: Summary = { ...unknownToOlder(run), ...kept, reasons: failedRows.reasons() };
  const path = out === undefined ? reportPath(folder) : resolve(cwd, out);
  await writeReport(path, summary, failedRows.kept(), { words: [run.command, ...words], state });
  return { runId: run.runId, path, summary };
}

/** A run that a worker has ended, and whose files nobody has written here yet. */
async function isDrivenElsewhere(
  { ledger }: JobPlace,
  { account, runId }: AccountRun,
  folder: string,
): Promise<boolean> {
  if (ledger === undefined || existsSync(join(folder, "results.csv"))) return false;
  await using submissions = await submissionsIn(ledger);
  return (await submissions.find(account, runId)) !== undefined;
}

function noSuchRun({ file }: JobPlace, { run, words }: ReportOptions, runs: readonly AccountRun[]): ImportError {
  const job = words[0] ?? file.path;
  if (run === undefined || runs.length === 0)
    return new ImportError("USAGE", `no run of ${job} yet`, { hint: `Start one: luminous-import run ${job}` });
  return new ImportError("USAGE", `${job} has no run ${run}`, {
    hint: `Its newest is ${runs[0]?.runId}; luminous-import status ${job} --runs lists all.`,
  });
}

/** A run that did not come to report left no summary: what its ledger knows of it. */
async function summaryFromLedger(
  ledger: Ledger,
  run: AccountRun,
  state: RunState,
  folder: string,
  job: JobPlace,
): Promise<Summary> {
  return await buildSummary(ledger.results, run, {
    account: run.account,
    endedAtMs: run.endedAtMs ?? readProgress(folder)?.updatedAtMs ?? run.startedAtMs,
    exitCode: run.exitCode ?? exitCodes.stopped,
    stopped: whyWithout(run, state),
    folder,
    failures: [],
    open: await ledger.failures.count(job.file.path, run.id),
  });
}

function whyWithout({ summary }: RunRecord, state: RunState): StopReason {
  if (state === "under_way") {
    const message = "the run is under way, and this is how it stood when this page was written";
    return { code: "UNDER_WAY", message, hint: "wait for its end, which writes this page again" };
  }
  if (state === "cut_off") {
    const message = "the run was cut off before it could report, and this is what its ledger knows";
    return { code: "CUT_OFF", message, hint: "run the same command again: it continues where this one was cut off" };
  }
  const stopped = isPlainObject(summary) && isPlainObject(summary.stopped) ? summary.stopped.message : undefined;
  return { code: "NOT_STARTED", message: typeof stopped === "string" ? stopped : "nothing was sent" };
}

/** What summaries of older versions do not have. */
function unknownToOlder({ program }: RunRecord): Partial<Summary> {
  return {
    program: program ?? null,
    open_failures: null,
    changes: null,
    pilot: null,
    control_totals: [],
    reference_faults: [],
    traffic: null,
    timeline: null,
    sends: {},
    warnings: [],
    damage: [],
    forecast: null,
  };
}
