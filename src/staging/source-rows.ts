// The files of an input on their way into the ledger, and their rows, batch by batch. What becomes of the rows: stage.ts.
import { fingerprintOf } from "../job/file-states.ts";
import type { Input, Job, JobFile } from "../job/job.ts";
import type { CompiledMapping } from "../map/compile.ts";
import { fromFile, type SourceRow } from "../model/draft.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { NewRow, StagedFile } from "../model/ledger/rows.ts";
import type { Problem } from "../model/problem.ts";
import { isTable, type OpenInput, type Row } from "../model/row.ts";
import { sameSettings } from "../read/open.ts";
import { stoppedReading } from "../read/text/unreadable.ts";
import type { AcceptedCurrencies } from "./currencies.ts";
import { openJobFile } from "./files/open-file.ts";
import type { EarlierEndings } from "./last-lines.ts";
import type { Locate } from "./locate-cells.ts";
import { type PreparedInput, unknownHeader } from "./prepare.ts";
import type { RefusedRows } from "./refused-rows.ts";
import { withoutTotals } from "./total-rows.ts";

/** What staging needs beside the inputs. */
export interface StageOptions {
  readonly job: Job;
  readonly ledger: Ledger;
  readonly run: number;
  readonly strict: boolean;
  /** Shows as warnings what an entry lacks in case it has to be created: a check cannot know. */
  readonly showCreationNeeds?: boolean;
  /** The ledger knows nothing of earlier runs, and no later one asks it by which rows an entry was made. */
  readonly forgetsRows?: boolean;
  readonly locate: Locate;
  /** Called now and then with the rows read so far; with `of` when rows that were read are brought together, so many of them. */
  readonly onProgress: (input: string, rows: number, of?: number) => void;
  /** What looks odd but stops nothing, in words. */
  readonly onWarning: (warning: string) => void;
  /** What was detected of a file only while it was read. */
  readonly onDetected?: (file: string, what: string) => void;
  readonly signal: AbortSignal;
  /** How files of earlier runs ended; by default those of the job in the same ledger. */
  readonly earlierEndings?: EarlierEndings;
  /** The currencies of what earlier runs had accepted; by default by the same ledger. */
  readonly acceptedCurrencies?: AcceptedCurrencies;
  /** The inputs are failures files: what clashes with what was made is refused, and nothing counts as made good before. */
  readonly retry?: { readonly refused: RefusedRows };
  /**
   * The files of an input are one source at several times, oldest first: of entries with one key the one of the newest file
   * that has it counts, and no entry has rows of two files.
   */
  readonly newerWins?: boolean;
}

/** A file of an input, with the ledger's record of it. */
export interface OpenedFile {
  readonly file: JobFile;
  readonly staged: StagedFile;
  /** Gives its rows, as often as it is asked. */
  readonly open: () => Promise<OpenInput>;
}

/** Tells the ledger of an input's files, in their order. */
export async function addFiles(
  input: Input,
  files: readonly JobFile[],
  kind: StagedFile["kind"],
  join: string | undefined,
  { infos, mappingHash, kept }: PreparedInput,
  { ledger, run, newerWins }: StageOptions,
): Promise<readonly OpenedFile[]> {
  const opened: OpenedFile[] = [];
  for (const file of files) {
    const info = infos.get(file.path) ?? { ...unknownHeader, path: file.path };
    const staged = await ledger.staging.addFile({
      run,
      input: input.name,
      kind,
      file: file.shown,
      mappingHash,
      info: {
        ...info,
        ...(newerWins === true && kind !== "input" ? { newerWins } : {}),
        ...(file.state === undefined ? {} : { fingerprint: fingerprintOf(file.state) }),
        ...(file.retryOf === undefined ? {} : { retryOf: file.retryOf }),
      },
      ...(join === undefined ? {} : { join }),
    });
    const open = async (): Promise<OpenInput> => kept.take(file) ?? openJobFile(file, sameSettings(staged.info));
    opened.push({ file, staged, open });
  }
  return opened;
}

/**
 * The rows of a file in batches; of a main file, which is given the mapping, totals below its table are left out. Throws
 * `ImportError("STOPPED")` when the signal says so.
 */
export async function* sourceRows(
  { file, staged, open }: OpenedFile,
  options: StageOptions,
  compiled?: CompiledMapping,
): AsyncGenerator<readonly SourceRow[]> {
  const { info } = staged;
  await using input = await open();
  const ofFile = fromFile(info);
  const isRead = compiled !== undefined && isTable(info) && file.carried === undefined;
  const end = isRead ? { compiled, file: staged.file, again: () => rowsAgain(open) } : undefined;
  let rows = 0;
  for await (const read of end === undefined ? input.batches() : withoutTotals(input.batches(), end)) {
    endIfStopped(options);
    const batch = await wanted(read, file);
    rows += batch.length;
    options.onProgress(staged.join === undefined ? staged.input : `${staged.input}.${staged.join}`, rows);
    yield batch.map((row) => ({ ref: { file: staged.id, number: row.number }, file: staged.file, row, ...ofFile }));
  }
  if (rows === 0) options.onWarning(`${file.shown} has no rows`);
  const late = input.detectedLate();
  const lastLineEnds = input.lastLineEnds();
  if (late.length === 0 && lastLineEnds === undefined) return;
  for (const what of late) options.onDetected?.(file.shown, what);
  const ending = lastLineEnds === undefined ? {} : { lastLineEnds };
  await options.ledger.staging.updateFile(staged.id, { ...info, ...ending, detected: [...info.detected, ...late] });
}

/** The rows with what is said of those that a retry leaves out. */
async function wanted(rows: readonly Row[], { shown, leaveOut }: JobFile): Promise<readonly Row[]> {
  if (leaveOut === undefined) return rows;
  const reasons = await leaveOut(rows);
  return rows.map((row, at) => {
    const reason = reasons[at];
    if (reason === undefined) return row;
    const { fault: _, ...read } = row;
    return { ...read, leftOut: { ...reason, file: shown, line: row.line, row: row.number } };
  });
}

/** The rows of a table that was opened before. */
async function* rowsAgain(open: OpenedFile["open"]): AsyncGenerator<readonly Row[]> {
  await using input = await open();
  yield* input.batches();
}

/** Throws `ImportError("STOPPED")` when the signal says so. */
export function endIfStopped({ signal }: StageOptions): void {
  if (signal.aborted) throw stoppedReading();
}

/** A row as the ledger takes it. */
export function newRow({ ref, row }: SourceRow, { file: { retryOf } }: OpenedFile): NewRow {
  return {
    ref,
    line: row.line,
    raw: row.raw,
    ...(row.fault === undefined ? {} : { fault: row.fault }),
    // What is left out says nothing of the row that it was: that one is made, or to be made, by others.
    ...(retryOf === undefined || row.retryOf === undefined || row.leftOut !== undefined
      ? {}
      : { source: { file: retryOf, number: row.retryOf } }),
  };
}

/** A fault of a row with its place, where it does not say one. */
export function placed(fault: Problem, file: string, row: Row): Problem {
  return fault.file === undefined ? { ...fault, file, line: row.line, row: row.number } : fault;
}
