// A retry: the same pipeline as a run, over the failures files of the last run in place of the inputs' own files. Finding
// these files is done here; what they have to do with the rows they were is staging's and the ledger's business.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { seeFile } from "../job/file-states.ts";
import type { Input, Job, JobFile } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { fromFile } from "../model/draft.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { failureNames } from "../report/failure-names.ts";
import { checkOnly, prepareInputs } from "../staging/prepare.ts";
import { rowsOfRuns } from "../staging/row-indexes.ts";
import { copyStreams } from "../staging/stdin-copy.ts";
import { failuresFileSettings } from "./failures-file.ts";
import {
  askFirst,
  execute,
  prepareOptions,
  type RunOptions,
  type RunResult,
  runFolder,
  stdinCopyOptions,
} from "./run.ts";

/** What a retry may be told beside its job: what a run may, as far as it makes sense. */
export type RetryOptions = Omit<RunOptions, "force" | "stdin">;

/** How a retry ended. Without a `result` there was nothing to retry, and no run was begun. */
export interface RetryResult {
  readonly exitCode: number;
  /** The run whose failures were to be retried, as people see it. */
  readonly retried: string;
  readonly result: RunResult | undefined;
}

/**
 * Retries what the job's last run that came to an end (a run or a retry) did not make: its failures files, edited or not, are mapped with today's mapping.
 * Throws `ImportError("USAGE")` when there is no such run, or when a run was cut off after it; otherwise as `run` does.
 */
export async function retry(job: Job, options: RetryOptions): Promise<RetryResult> {
  checkOnly(job, options.only);
  await using lock = await ledgersIn(job.state).lock();
  await using ledger = await ledgersIn(job.state).open(options.account.baseUrl, "write");
  const retryOf = await lastRun(job, ledger);
  const found = await findFailures(job, ledger, retryOf, options.only);
  if (found.inputs.length === 0) return { exitCode: 0, retried: retryOf.runId, result: undefined };
  const retryJob: Job = { ...job, inputs: found.inputs };
  const { only: _, ...runOptions } = options; // its inputs are those already
  await using asked = await askFirst(retryJob, runOptions);
  // Reference files are the job's own, and may come out of a pipe.
  await using stdinCopy = await asked.meanwhile((stop) =>
    copyStreams(retryJob, stdinCopyOptions({ ...runOptions, stop })),
  );
  const inputs = await asked.meanwhile((stop) =>
    prepareInputs(stdinCopy.job, {
      ...prepareOptions({ ...runOptions, stop }),
      earlierRows: (input) => rowsOfRuns(ledger, retryOf, input),
    }),
  );
  const result = await execute(
    { job: retryJob, asked, inputs, ledger, lock, warnings: found.warnings, retryOf },
    options,
  );
  return { exitCode: result.exitCode, retried: retryOf.runId, result };
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
        { hint: `Run the same command again first: luminous-import run ${job.file.shown}` },
      );
    }
    if (record.endedAtMs !== undefined && existsSync(join(runFolder(job, record), "summary.json"))) return record;
  }
  throw new ImportError("USAGE", `no run of ${job.file.shown} has left anything to retry yet`, {
    hint: `Start one: luminous-import run ${job.file.shown}`,
  });
}

interface Found {
  readonly inputs: readonly Input[];
  readonly warnings: readonly string[];
}

/** The job's inputs with their failures files; those without any are left out. */
async function findFailures(job: Job, ledger: Ledger, record: RunRecord, only: string | undefined): Promise<Found> {
  const all = await ledger.results.files(record.id);
  const staged = all.filter(({ kind }) => kind !== "reference");
  const names = failureNames(staged);
  const folder = join(runFolder(job, record), "failures");
  const failures = staged.flatMap((file) => {
    const name = names.get(file.id) ?? "";
    const path = join(folder, name);
    return existsSync(path) ? [{ staged: file, path, shown: `failures/${name}` }] : [];
  });
  const inputs: Input[] = [];
  const warnings: string[] = [];
  const filesOf = async (name: string, joinName: string | undefined): Promise<readonly JobFile[]> => {
    const files: JobFile[] = [];
    for (const failure of failures.filter(({ staged: { input, join } }) => input === name && join === joinName)) {
      const read = await failuresFile(failure);
      files.push(read.file);
      warnings.push(...read.warnings);
    }
    return files;
  };
  for (const input of job.inputs.filter(({ name }) => only === undefined || name === only)) {
    const files = await filesOf(input.name, undefined);
    const own: [string, readonly JobFile[]][] = [];
    for (const [name, given] of Object.entries(input.joins)) {
      const isMany = staged.some((file) => file.input === input.name && file.join === name);
      own.push([name, isMany ? await filesOf(input.name, name) : given]);
    }
    const joins = Object.fromEntries(own);
    const hasFailures = [...files, ...Object.values(joins).flat()].some(({ retryOf }) => retryOf !== undefined);
    if (hasFailures) inputs.push({ ...input, files, joins });
  }
  const gone = failures.filter(({ staged: { input } }) => !job.inputs.some(({ name }) => name === input));
  warnings.push(
    ...gone.map(({ shown, staged: { input } }) => `${shown} is left out: the job has no input "${input}" now`),
  );
  return { inputs, warnings };
}

async function failuresFile({
  staged,
  path,
  shown,
}: {
  readonly staged: StagedFile;
  readonly path: string;
  readonly shown: string;
}): Promise<{ readonly file: JobFile; readonly warnings: readonly string[] }> {
  const seen: JobFile = await seeFile({ path, shown });
  const { source, warnings } = await failuresFileSettings(path, shown, staged.info);
  // The rows that are left may not show any more how their file wrote numbers and dates, or what stood above them.
  return {
    file: { ...seen, source, ...fromFile(staged.info), retryOf: staged.id },
    warnings,
  };
}
