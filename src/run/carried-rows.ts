// What a pass over a drop folder takes along from earlier runs: rows of entries that are still open, out of the ledger, since
// their files are archived by then. They go through the pass beside its own files, and come before them.
import type { CarriedRow, Input, Job, JobFile } from "../job/job.ts";
import { fromFile } from "../model/draft.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { CarriedFrom } from "../model/ledger/open-failures.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import type { FileInfo } from "../model/row.ts";
import { type AgedRows, rowsOfRuns } from "../staging/row-indexes.ts";
import { editedOpen } from "./edited-open.ts";

/** From when on rows count as young enough. */
export interface CarryOptions {
  /** Ms since the epoch. */
  readonly nowMs: number;
  /** Days since the start of the run that brought a row first. */
  readonly keepOpenDays: number;
}

/** What is to be taken along. */
export interface Carried {
  /** By input, those with anything only: files to put before those of the pass, in the order of their age. */
  readonly inputs: readonly CarriedInput[];
  /** How many rows that are, those of reference files not counted. */
  readonly rows: number;
  /** For `prepareInputs`: rows that the indexes of an input's mapping know beside those of its files. */
  readonly earlierRows: (input: string) => AgedRows;
}

/** The files of one input. */
export interface CarriedInput {
  readonly input: string;
  readonly files: readonly JobFile[];
  readonly joins: Readonly<Record<string, readonly JobFile[]>>;
}

/**
 * Finds the rows of entries that are blocked, failed or in doubt after earlier runs of the job, and young enough. Their rows
 * stay in the ledger, which must not be asked again for such rows before they are staged. What somebody corrected in a failures
 * file is left to a retry: see `editedOpen`.
 */
export async function carryOpen(
  job: Pick<Job, "file" | "inputs" | "state">,
  ledger: Ledger,
  { nowMs, keepOpenDays }: CarryOptions,
): Promise<Carried> {
  const sinceMs = nowMs - keepOpenDays * 86_400_000;
  const found = (await notEdited(job, ledger, sinceMs)).filter(({ home }) =>
    job.inputs.some(({ name }) => name === home.input),
  );
  const runs = new Set(found.map(({ home }) => home.run));
  const references = await referencesOf(found, sinceMs, ledger);
  const inputs: CarriedInput[] = [];
  for (const { name } of job.inputs) {
    const own = found.filter(({ home }) => home.input === name);
    const ofJoins: Record<string, readonly JobFile[]> = {};
    for (const from of own) {
      const { join } = from.home;
      if (join !== undefined) ofJoins[join] = [...(ofJoins[join] ?? []), carriedFile(from, ledger)];
    }
    for (const { file, join } of references.filter(({ input }) => input === name))
      ofJoins[join] = [...(ofJoins[join] ?? []), file];
    const files = own.filter(({ home }) => home.join === undefined).map((from) => carriedFile(from, ledger));
    if (files.length > 0) inputs.push({ input: name, files, joins: ofJoins });
  }
  const records = (await ledger.runs.list()).filter(({ id }) => runs.has(id));
  return {
    inputs,
    rows: found.reduce((sum, { rows }) => sum + rows, 0),
    earlierRows: (input) => rowsOfRuns(ledger, records, input),
  };
}

async function notEdited(
  job: Pick<Job, "file" | "state">,
  ledger: Ledger,
  sinceMs: number,
): Promise<readonly CarriedFrom[]> {
  const all = await ledger.failures.carriedFrom(job.file.path, sinceMs);
  if (all.length === 0) return all;
  const { units, homes } = await editedOpen(job, ledger);
  const whole = units.length === 0 ? all : await ledger.failures.carriedFrom(job.file.path, sinceMs, units);
  return whole.filter(({ home }) => !homes.includes(home.id));
}

/**
 * The inputs of a pass with what it takes along: the carried files before the pass's own. Inputs that have neither are left out.
 */
export function withCarried(inputs: readonly Input[], carried: readonly CarriedInput[]): readonly Input[] {
  return inputs.flatMap((input) => {
    const along = carried.find((each) => each.input === input.name);
    const files = [...(along?.files ?? []), ...input.files];
    const own = { ...input.joins };
    for (const [join, of] of Object.entries(along?.joins ?? {})) own[join] = [...of, ...(own[join] ?? [])];
    const isEmpty = files.length === 0 && Object.values(own).every((of) => of.length === 0);
    return isEmpty ? [] : [{ ...input, files, joins: own }];
  });
}

function carriedFile(from: CarriedFrom, { failures }: Ledger): JobFile {
  const { home, root, file, run, sinceMs, rows: count } = from;
  const rows = async function* (): AsyncGenerator<readonly CarriedRow[]> {
    for await (const batch of failures.carriedRows(from))
      yield batch.map(({ was, ...row }) => ({ ...row, retryOf: was }));
  };
  return {
    path: `ledger:${home.id}:${root}`,
    shown: file,
    ...fromFile(home.info),
    retryOf: home.id,
    carried: { info: infoOf(home, { run, sinceMs, rows: count }), rows },
  };
}

/** The file is as it was, but this is not the file: whether that is whole and which it was, is not asked of its open rows. */
function infoOf({ info }: StagedFile, carried: NonNullable<FileInfo["carried"]>): FileInfo {
  const { fingerprint: _, lastLineEnds: __, retryOf: ___, newerWins: ____, ...kept } = info;
  return { ...kept, detected: [], carried };
}

interface CarriedReference {
  readonly input: string;
  readonly join: string;
  readonly file: JobFile;
}

/** The reference files of the runs that rows come from: the pass may have none, or newer ones that lack their keys. */
async function referencesOf(
  found: readonly CarriedFrom[],
  sinceMs: number,
  ledger: Ledger,
): Promise<readonly CarriedReference[]> {
  const references: CarriedReference[] = [];
  const startOf = new Map((await ledger.runs.list()).map(({ id, runId, startedAtMs }) => [id, { runId, startedAtMs }]));
  for (const run of new Set(found.map(({ home }) => home.run))) {
    for (const staged of await ledger.results.files(run)) {
      const { id, kind, input, join, file, info } = staged;
      const isNeeded = found.some(({ home }) => home.run === run && home.input === input);
      if (kind !== "reference" || join === undefined || !isNeeded) continue;
      const start = startOf.get(run);
      const carried = info.carried ?? { run: start?.runId ?? "", sinceMs: start?.startedAtMs ?? 0 };
      if (carried.sinceMs < sinceMs) continue;
      references.push({
        input,
        join,
        file: {
          path: `ledger:${id}`,
          shown: file,
          ...fromFile(info),
          carried: { info: infoOf(staged, carried), rows: () => referenceRows(id, ledger) },
        },
      });
    }
  }
  return references;
}

async function* referenceRows(fileId: number, { results }: Ledger): AsyncGenerator<readonly CarriedRow[]> {
  for await (const rows of results.rowsOf(fileId)) {
    yield rows.map(({ ref: { number }, line, raw, fault }) => ({
      number,
      line,
      raw,
      ...(fault === undefined ? {} : { fault }),
    }));
  }
}
