// A retry: the same pipeline as a run, over failures files in place of the inputs' own files. Which files, and which of their
// rows, is found in failures-found.ts; what they have to do with the rows they were is staging's and the ledger's business.
import { seeFile } from "../job/file-states.ts";
import type { Input, Job, JobFile } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { fromFile } from "../model/draft.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { isSummary } from "../report/summary.ts";
import { copyStreams } from "../staging/files/stdin-copy.ts";
import { checkOnly, prepareInputs } from "../staging/prepare.ts";
import { rowsOfRuns } from "../staging/row-indexes.ts";
import { originalCells } from "./edited-failures.ts";
import { failuresFileSettings } from "./failures-file.ts";
import { type FoundFailures, type FoundFile, findOpenFailures, runsOf } from "./failures-found.ts";
import { askFirst, execute } from "./run.ts";
import { prepareOptions, type RunOptions, type RunResult, stdinCopyOptions } from "./run-options.ts";

/** What a retry may be told beside its job: what a run may, as far as it makes sense. */
export type RetryOptions = Omit<RunOptions, "force" | "stdin">;

/** How a retry ended. Without a `result` there was nothing to retry, and no run was begun. */
export interface RetryResult {
  readonly exitCode: number;
  /** The newest run whose failures were to be retried, as people see it; without any, the job's last run. */
  readonly retried: string;
  readonly result: RunResult | undefined;
  /** What should be known where no run was begun: failures files that are gone. Else they are in the summary. */
  readonly warnings: readonly string[];
}

/**
 * Retries what failed in any run of the job (a run or a retry) and no run has made good since: its failures files, edited
 * or not, are mapped with today's mapping. Throws `ImportError("USAGE")` when no run has ended yet, or when the last one
 * was cut off; otherwise as `run` does.
 */
export async function retry(job: Job, options: RetryOptions): Promise<RetryResult> {
  checkOnly(job, options.only);
  await using lock = await ledgersIn(job).lock();
  await using ledger = await ledgersIn(job).open(options.account.baseUrl, "write");
  const last = await lastRun(job, ledger);
  const found = await findOpenFailures(job, ledger, options.only);
  const { inputs, warnings } = await inputsOf(job, found, ledger);
  const retried = runsOf(found.files);
  const retryOf = retried[0] ?? last;
  if (inputs.length === 0) return { exitCode: 0, retried: retryOf.runId, result: undefined, warnings };
  const retryJob: Job = { ...job, inputs };
  const { only: _, ...runOptions } = options; // its inputs are those already
  await using asked = await askFirst(retryJob, runOptions);
  // Reference files are the job's own, and may come out of a pipe.
  await using stdinCopy = await asked.meanwhile((stop) =>
    copyStreams(retryJob, stdinCopyOptions({ ...runOptions, stop })),
  );
  const prepared = await asked.meanwhile((stop) =>
    prepareInputs(stdinCopy.job, {
      ...prepareOptions({ ...runOptions, stop }),
      earlierRows: (input) => rowsOfRuns(ledger, retried, input),
    }),
  );
  const { refused, giveUp } = found;
  const execution = { job: retryJob, asked, inputs: prepared, ledger, lock, warnings, retryOf, refused, giveUp };
  const result = await execute(execution, options);
  return { exitCode: result.exitCode, retried: retryOf.runId, result, warnings: [] };
}

/** The newest run of the job that ended and has files. A retry that was cut off is simply begun again. */
async function lastRun(job: Job, { runs }: Ledger): Promise<RunRecord> {
  const ofJob = (await runs.list()).filter(({ job: path }) => path === job.file.path);
  for (const record of ofJob) {
    const isRetry = record.retryOf !== undefined;
    if (record.endedAtMs === undefined && !isRetry) {
      throw new ImportError(
        "USAGE",
        `the last run of ${job.file.shown} (${record.runId}) was cut off, so what it did not make is not known yet`,
        { hint: `Run the same command again first: luminous-import ${commandOf(job)} ${job.file.shown}` },
      );
    }
    if (record.endedAtMs !== undefined && isSummary(record.summary)) return record;
  }
  throw new ImportError("USAGE", `no run of ${job.file.shown} has left anything to retry yet`, {
    hint: `Start one: luminous-import ${commandOf(job)} ${job.file.shown}`,
  });
}

/** What sends what the job's files hold. */
function commandOf({ drop }: Job): "run" | "drop" {
  return drop === undefined ? "run" : "drop";
}

interface RetryInputs {
  readonly inputs: readonly Input[];
  readonly warnings: readonly string[];
}

/** The job's inputs with their failures files; those without any are left out. */
async function inputsOf(job: Job, found: FoundFailures, ledger: Ledger): Promise<RetryInputs> {
  const inputs: Input[] = [];
  const warnings = [...found.warnings];
  const filesOf = async (name: string, joinName: string | undefined): Promise<readonly JobFile[]> => {
    const files: JobFile[] = [];
    for (const file of found.files.filter(({ file: { input, join } }) => input === name && join === joinName)) {
      const read = await failuresFile(file, found, ledger);
      files.push(read.file);
      warnings.push(...read.warnings);
    }
    return files;
  };
  for (const input of job.inputs) {
    const files = await filesOf(input.name, undefined);
    const own: [string, readonly JobFile[]][] = [];
    for (const [name, given] of Object.entries(input.joins)) {
      const isMany = await hadRows(found.files, input.name, name, ledger);
      own.push([name, isMany ? await filesOf(input.name, name) : given]);
    }
    const joins = Object.fromEntries(own);
    const hasFailures = [...files, ...Object.values(joins).flat()].some(({ retryOf }) => retryOf !== undefined);
    if (hasFailures) inputs.push({ ...input, files, joins });
  }
  return { inputs, warnings };
}

/** Whether the rows of a join had fates of their own in the runs that are retried; else it is reference data. */
async function hadRows(files: readonly FoundFile[], input: string, join: string, ledger: Ledger): Promise<boolean> {
  for (const { id } of runsOf(files)) {
    const staged = await ledger.results.files(id);
    if (staged.some((file) => file.input === input && file.join === join && file.kind === "join")) return true;
  }
  return false;
}

async function failuresFile(
  found: FoundFile,
  { leaveOut }: FoundFailures,
  ledger: Ledger,
): Promise<{ readonly file: JobFile; readonly warnings: readonly string[] }> {
  const { file, path, shown } = found;
  const seen: JobFile = await seeFile({ path, shown });
  const { source, warnings } = await failuresFileSettings(path, shown, file.info);
  const originals = originalCells(file, ledger);
  // The rows that are left may not show any more how their file wrote numbers and dates, or what stood above them.
  return {
    file: {
      ...seen,
      source,
      ...fromFile(file.info),
      retryOf: file.id,
      leaveOut: (rows) => leaveOut(found, rows),
      originals,
      isSavedAgain: warnings.length > 0,
    },
    warnings,
  };
}
