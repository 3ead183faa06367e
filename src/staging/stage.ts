// Staging: every input streamed, mapped, validated and written into the ledger, before any request is sent. Memory does
// not grow with the files: what is scattered or joined is gathered by the ledger.
import { setImmediate as othersFirst } from "node:timers/promises";
import { blamedOnChange, fingerprintOf, refuseChanged, type Seen } from "../job/file-states.ts";
import type { Input, Job, JobFile } from "../job/job.ts";
import type { CompiledMapping } from "../map/compile.ts";
import { groupRows, groupTooLarge, maxGroupRows } from "../map/group.ts";
import { cellPlace, rowId, type SourceRow, splitRowId } from "../model/draft.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { NewRow, StagedFile, StoredRow } from "../model/ledger/rows.ts";
import type { Problem } from "../model/problem.ts";
import type { Row } from "../model/row.ts";
import { openInput, sameSettings } from "../read/open.ts";
import { stoppedReading } from "../read/unreadable.ts";
import { settleClashes } from "./duplicate-keys.ts";
import { createSink, type Sink } from "./entry-sink.ts";
import { keyText, sourceRow } from "./joins.ts";
import { type EarlierEndings, earlierEndings, judgeLastLines } from "./last-lines.ts";
import { joinFilesOf, type Locate } from "./locate-cells.ts";
import { createPause } from "./pause.ts";
import { type PreparedInput, unknownHeader } from "./prepare.ts";
import { refuseRepeats } from "./retry-conflicts.ts";
import { rowsHash } from "./rows-hash.ts";

/** What staging needs beside the inputs. */
export interface StageOptions {
  readonly job: Job;
  readonly ledger: Ledger;
  readonly run: number;
  readonly strict: boolean;
  /** Shows as warnings what an entry lacks in case it has to be created: a check cannot know. */
  readonly showCreationNeeds?: boolean;
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
  /** The inputs are failures files: what clashes with what was made is refused, and nothing counts as made good before. */
  readonly isRetry?: boolean;
}

/**
 * Stages all inputs, then settles what only the whole shows: identical entries, duplicate keys, what a retry made good.
 * Throws `INPUT_CHANGED` where a file is not any more what it was when it was first looked at.
 */
export async function stage(inputs: readonly PreparedInput[], options: StageOptions): Promise<void> {
  for (const prepared of inputs) {
    try {
      await stageInput(prepared, options);
    } catch (error) {
      throw await blamedOnChange(error, prepared.seen);
    }
  }
  await refuseChanged(allSeen(inputs));
  const { ledger, run, job } = options;
  await judgeLastLines(run, { ...options, earlier: options.earlierEndings ?? earlierEndings(ledger, job, run) });
  await ledger.staging.collapseIdentical(run);
  const settling = { ...options, pause: createPause(options.signal) };
  await settleClashes(run, settling);
  if (options.isRetry === true) await refuseRepeats(run, inputs, settling);
  else await ledger.staging.settleMended(run);
  await ledger.staging.finish(run);
}

function allSeen(inputs: readonly PreparedInput[]): Seen {
  return { files: inputs.flatMap(({ seen }) => seen.files), globs: inputs.flatMap(({ seen }) => seen.globs) };
}

async function stageInput(prepared: PreparedInput, options: StageOptions): Promise<void> {
  const { input, compiled } = prepared;
  const { staging } = options.ledger;
  const mains = await addFiles(input, input.files, "input", undefined, prepared, options);
  const joins: StagedFile[] = [];
  for (const { name, one, theirs } of compiled.joins) {
    const added = await addFiles(input, input.joins[name] ?? [], one ? "reference" : "join", name, prepared, options);
    joins.push(...added.map(({ staged }) => staged));
    for (const file of added) {
      for await (const rows of sourceRows(file, options)) {
        await staging.addRows(
          rows.map((source) => ({
            ...newRow(source, file),
            groupKey: keyText(source.row.cells, theirs),
            cells: source.row.cells,
          })),
        );
      }
    }
  }
  const sink = createSink(prepared, joinFilesOf(prepared, joins), options);
  if (compiled.mapping.group?.rows === "anywhere") await stageScattered(prepared, mains, sink, options);
  else for (const main of mains) await stageInOrder(prepared, main, sink, options);
  await sink.flush();
  for (const file of joins.filter(({ kind }) => kind === "join")) await settleOrphans(file, prepared, options);
}

/** Rows whose groups are complete in file order: mapped as they stream by. */
async function stageInOrder(
  prepared: PreparedInput,
  main: OpenedFile,
  sink: Sink,
  options: StageOptions,
): Promise<void> {
  const { staging } = options.ledger;
  const stored = async function* (): AsyncGenerator<readonly SourceRow[]> {
    for await (const rows of sourceRows(main, options)) {
      await staging.addRows(rows.map((source) => newRow(source, main)));
      yield rows;
    }
  };
  const excluded: SourceRow[] = [];
  for await (const group of groupRows(stored(), prepared.compiled, (source) => excluded.push(source))) {
    if (excluded.length > 0) await sink.exclude(excluded.splice(0));
    await sink.add(group);
  }
  await sink.exclude(excluded);
}

// What stands in the key column of a row with shifted cells is no key. Rows of one entry mostly stand together, so the
// entries of the rows above and below may have lost it.
async function damageNeighbours({ id, line, fault }: StoredRow, { file }: StagedFile, ledger: Ledger): Promise<void> {
  const neighbours = await Promise.all([id - 1, id + 1].map((row) => ledger.stories.entriesOfRow(row, maxNeighbours)));
  for (const entryId of new Set(neighbours.flat().map((entry) => entry.id))) {
    await ledger.staging.addProblems(entryId, [
      {
        code: "group_damaged",
        message: `line ${line} may belong to it and could not be read: ${fault?.message ?? ""}`,
        file,
        line,
        row: splitRowId(id).rowNumber,
      },
    ]);
  }
}

const maxNeighbours = 100;

/** Rows of one group that may stand anywhere: the ledger gathers them. */
async function stageScattered(
  prepared: PreparedInput,
  mains: readonly OpenedFile[],
  sink: Sink,
  options: StageOptions,
): Promise<void> {
  const { staging } = options.ledger;
  let memberCount = 0;
  for (const main of mains) {
    for await (const rows of sourceRows(main, options)) {
      const judged = rows.map((source) => ({ source, ...judge(source, prepared) }));
      memberCount += judged.filter(({ groupKey }) => groupKey !== undefined).length;
      await staging.addRows(
        judged.map(({ source, groupKey, problems, fault }) => ({
          ...newRow(source, main),
          ...(fault === undefined ? {} : { fault }),
          cells: source.row.cells,
          ...(groupKey === undefined ? {} : { groupKey }),
          ...(problems.length === 0
            ? {}
            : { outcome: "invalid" as const, problems, rowsHash: rowsHash(prepared.input.name, [source]) }),
        })),
      );
      await sink.exclude(judged.filter(({ excluded }) => excluded).map(({ source }) => source));
    }
  }
  const files = mains.map(({ staged }) => staged);
  let gathered = 0;
  let told = 0;
  const fileIds = files.map(({ id }) => id);
  for await (const { rows, ...part } of staging.groups(fileIds, maxGroupRows)) {
    gathered += rows.length;
    if (gathered - told >= rowsBetweenPauses) {
      told = gathered;
      options.onProgress(prepared.input.name, gathered, memberCount);
      // The ledger answers at once, so nothing here waits: without this no signal and no timer would have its turn.
      await othersFirst();
      endIfStopped(options);
    }
    const members = rows.map((row) => sourceRow(row, files));
    const damage = members.flatMap(({ row, file }) => (row.fault === undefined ? [] : [placed(row.fault, file, row)]));
    const [first] = members;
    const isStart = part.part === "start" && first !== undefined;
    const tooLarge = isStart ? [groupTooLarge(rows[0]?.groupKey ?? "", first, prepared.compiled.mapping)] : [];
    await sink.add({ rows: members, joined: {}, damage: [...tooLarge, ...damage], ...part });
  }
}

const rowsBetweenPauses = 2_000;

interface Judged {
  readonly groupKey: string | undefined;
  readonly excluded: boolean;
  readonly problems: readonly Problem[];
  /** Why a member could not be read. */
  readonly fault?: Problem;
}

/**
 * What a single row of a scattered group is: a member, excluded, or nobody's (its own problem). A row that `where` cannot
 * judge is a member that could not be read: its group must not go without it.
 */
function judge(source: SourceRow, { compiled }: PreparedInput): Judged {
  const nobody = (problems: readonly Problem[]): Judged => ({ groupKey: undefined, excluded: false, problems });
  const excluded = source.row.fault === undefined ? compiled.excludes(source) : { ok: true as const, value: false };
  if (excluded.ok && excluded.value) return nobodyButExcluded;
  const fault = excluded.ok ? source.row.fault : excluded.problems[0];
  const own = fault === undefined ? [] : [placed(fault, source.file, source.row)];
  const key = compiled.groupKey?.(source) ?? { ok: true, value: "" };
  if (!key.ok) return nobody([...own, ...key.problems.map((problem) => placed(problem, source.file, source.row))]);
  if (key.value === "") return nobody(own.length > 0 ? own : [blankKey(source, compiled.mapping.group)]);
  return { groupKey: key.value, excluded: false, problems: [], ...(fault === undefined ? {} : { fault }) };
}

const nobodyButExcluded: Judged = { groupKey: undefined, excluded: true, problems: [] };

function blankKey(source: SourceRow, group: CompiledMapping["mapping"]["group"]): Problem {
  const column = group !== undefined && "columns" in group.by ? group.by.columns[0] : undefined;
  return { code: "missing_value", message: "the key of the group is blank", ...cellPlace(source, column) };
}

async function settleOrphans(
  file: StagedFile,
  { compiled, input }: PreparedInput,
  { ledger }: StageOptions,
): Promise<void> {
  const join = compiled.joins.find(({ name }) => name === file.join);
  for await (const rows of ledger.staging.unclaimed(file.id)) {
    for (const row of rows) if (row.fault !== undefined) await damageNeighbours(row, file, ledger);
    await ledger.staging.settleRows(
      rows.map((row) => {
        const source = sourceRow(row, [file]);
        const value = keyText(source.row.cells, join?.theirs ?? "");
        const orphan: Problem = {
          code: "join_orphan",
          message:
            value === ""
              ? "belongs to nothing: the key is blank"
              : `belongs to nothing: no row of ${input.name} has ${join?.ours ?? ""} "${value}"`,
          file: file.file,
          line: row.line,
          row: source.row.number,
          column: join?.theirs ?? "",
          value,
        };
        const problems = row.fault === undefined ? [orphan] : [placed(row.fault, file.file, source.row), orphan];
        const hash = rowsHash(`${input.name}.${file.join ?? ""}`, [source]);
        return { id: row.id, outcome: "invalid" as const, problems, rowsHash: hash };
      }),
    );
  }
}

interface OpenedFile {
  readonly file: JobFile;
  readonly staged: StagedFile;
}

async function addFiles(
  input: Input,
  files: readonly JobFile[],
  kind: StagedFile["kind"],
  join: string | undefined,
  { infos }: PreparedInput,
  { ledger, run }: StageOptions,
): Promise<readonly OpenedFile[]> {
  const opened: OpenedFile[] = [];
  for (const file of files) {
    const info = infos.get(file.path) ?? { ...unknownHeader, path: file.path };
    const staged = await ledger.staging.addFile({
      run,
      input: input.name,
      kind,
      file: file.shown,
      info: file.state === undefined ? info : { ...info, fingerprint: fingerprintOf(file.state) },
      ...(join === undefined ? {} : { join }),
    });
    opened.push({ file, staged });
  }
  return opened;
}

async function* sourceRows({ file, staged }: OpenedFile, options: StageOptions): AsyncGenerator<readonly SourceRow[]> {
  const { info } = staged;
  await using input = await openInput(file.path, file.shown, sameSettings(info), { bytes: file.state?.bytes });
  const styles = info.styles === undefined ? {} : { styles: info.styles };
  let rows = 0;
  for await (const batch of input.batches()) {
    endIfStopped(options);
    rows += batch.length;
    options.onProgress(staged.join === undefined ? staged.input : `${staged.input}.${staged.join}`, rows);
    yield batch.map((row) => ({ id: rowId(staged.id, row.number), file: staged.file, row, ...styles }));
  }
  if (rows === 0) options.onWarning(`${file.shown} has no rows`);
  const late = input.detectedLate();
  const lastLineEnds = input.lastLineEnds();
  if (late.length === 0 && lastLineEnds === undefined) return;
  for (const what of late) options.onDetected?.(file.shown, what);
  const ending = lastLineEnds === undefined ? {} : { lastLineEnds };
  await options.ledger.staging.updateFile(staged.id, { ...info, ...ending, detected: [...info.detected, ...late] });
}

function endIfStopped({ signal }: StageOptions): void {
  if (signal.aborted) throw stoppedReading();
}

function newRow({ id, row }: SourceRow, { file: { retryOf } }: OpenedFile): NewRow {
  return {
    id,
    line: row.line,
    raw: row.raw,
    ...(row.fault === undefined ? {} : { fault: row.fault }),
    ...(retryOf === undefined || row.retryOf === undefined ? {} : { source: rowId(retryOf, row.retryOf) }),
  };
}

function placed(fault: Problem, file: string, row: Row): Problem {
  return fault.file === undefined ? { ...fault, file, line: row.line, row: row.number } : fault;
}
