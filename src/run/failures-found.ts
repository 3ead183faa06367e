// Which failures files a retry reads, and which of their rows: those that no run has made good, each from the newest file
// that has it. An edit is never lost silently: where only an older file was edited, its rows count, and where two files
// were edited differently, the entry is refused with both places named.
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Job } from "../job/job.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import { type GivenUp, type OpenFile, rowName } from "../model/ledger/open-failures.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { Problem } from "../model/problem.ts";
import type { Row, RowRef } from "../model/row.ts";
import { countText } from "../model/text/count-text.ts";
import { visibleLine } from "../model/text/visible.ts";
import { failureNames } from "../report/failure-names.ts";
import { inputName } from "../report/row-outcome.ts";
import type { RefusedRow, RefusedRows } from "../staging/refused-rows.ts";
import { type EditedRow, type FailuresFile, findEdits, statesIn } from "./edited-failures.ts";
import { runFolder } from "./finish-run.ts";

/** A failures file that is there. */
export interface FoundFile extends OpenFile, FailuresFile {
  /** Somebody saved it after the run had written it. */
  readonly isEdited: boolean;
}

/** What a retry reads. */
export interface FoundFailures {
  /** The files that rows are taken from, oldest run first, and each in its input order. */
  readonly files: readonly FoundFile[];
  /** For each of the next rows of such a file: why it is left out, or undefined. */
  leaveOut(file: FoundFile, rows: readonly Row[]): Promise<readonly (Problem | undefined)[]>;
  /** Rows that were edited in two files and not in the same way. */
  readonly refused: RefusedRows;
  readonly warnings: readonly string[];
  /** Once all their rows are staged: gives up what somebody took out of these files, and says it. */
  giveUp(run: RunRecord): Promise<readonly string[]>;
}

/** Finds what is open of a job, or of one input of it. */
export async function findOpenFailures(job: Job, ledger: Ledger, only: string | undefined): Promise<FoundFailures> {
  const all = await ledger.failures.files(job.file.path);
  const wanted = all.filter(({ file }) => only === undefined || file.input === only);
  const { there, gone } = await lookFor(wanted, job, ledger);
  const inJob = (file: OpenFile): boolean => job.inputs.some(({ name }) => name === file.file.input);
  const left = there.filter((file) => file.open > 0 && !inJob(file));
  const readable = there.filter(inJob);
  const homes = new Map<string, number>();
  const warnings: string[] = [];
  const edited = new Set<number>();
  const refused = new Map<number, RefusedRow[]>();
  for (const [unit, [newest = [], ...others]] of await findEdits(readable, ledger)) {
    const [first] = newest;
    if (first === undefined) continue;
    for (const other of others) addConflict(refused, newest, other);
    const { file } = first.file;
    homes.set(unit, file.id);
    if (first.twin.startsWith(`${file.id}:`) || edited.has(file.id)) continue;
    edited.add(file.id);
    warnings.push(editedText(first));
  }
  for (const [unit, file] of await standIns(readable, gone, ledger))
    if (!homes.has(unit)) homes.set(unit, file.file.id);
  const read = new Set([...readable.filter(({ open }) => open > 0).map(({ file }) => file.id), ...homes.values()]);
  const present = new Map<string, RowRef>();
  return {
    files: readable.filter(({ file }) => read.has(file.id)).toSorted((a, b) => a.file.id - b.file.id),
    async leaveOut(file, rows) {
      const reasons = await reasonsFor(file, rows, { homes, ledger });
      for (const [at, row] of rows.entries()) {
        if (row.retryOf === undefined || (reasons[at] ?? row.leftOut) === undefined || reasons[at] === notOpen)
          continue;
        const ref = { file: file.file.id, number: row.retryOf };
        present.set(rowName(ref), ref);
      }
      return reasons;
    },
    async giveUp({ id }) {
      const given = await ledger.failures.giveUp(id, [...present.values()]);
      return given.flatMap((each) =>
        readable.filter(({ file }) => file.id === each.file).map((file) => givenUpText(file, each)),
      );
    },
    refused,
    warnings: [
      ...warnings,
      ...gone.filter(({ open }) => open > 0).map((file) => goneText(file, homes.size > 0)),
      ...left.map(({ shown, file: { input } }) => `${shown} is left out: the job has no input "${input}" now`),
    ],
  };
}

/** The failures files of a job that are there and have open rows, newest run first. */
export async function lookForFiles(job: Pick<Job, "file" | "state">, ledger: Ledger): Promise<readonly FoundFile[]> {
  return (await lookFor(await ledger.failures.files(job.file.path), job, ledger)).there;
}

interface GoneFile extends OpenFile {
  readonly shown: string;
}

/** The failures files of these, as far as they are there. Files of several runs are told apart by the run's name. */
async function lookFor(
  files: readonly OpenFile[],
  job: Pick<Job, "state">,
  ledger: Ledger,
): Promise<{ readonly there: readonly FoundFile[]; readonly gone: readonly GoneFile[] }> {
  const names = new Map<number, ReadonlyMap<number, string>>();
  const there: FoundFile[] = [];
  const gone: GoneFile[] = [];
  const isOneRun = new Set(files.filter(({ open }) => open > 0).map(({ run }) => run.id)).size < 2;
  const [newest] = files;
  for (const open of files) {
    const { run, file } = open;
    const ofRun =
      names.get(run.id) ??
      failureNames((await ledger.results.files(run.id)).filter(({ kind }) => kind !== "reference"));
    names.set(run.id, ofRun);
    const name = `failures/${ofRun.get(file.id) ?? ""}`;
    const path = join(runFolder(job, run), name);
    const shown = isOneRun && run.id === newest?.run.id ? name : `runs/${run.runId}/${name}`;
    const savedMs = await changedMs(path);
    const writtenMs = await changedMs(join(runFolder(job, run), "summary.json"));
    if (savedMs === undefined) gone.push({ ...open, shown });
    else there.push({ ...open, path, shown, isEdited: writtenMs === undefined || savedMs > writtenMs });
  }
  return { there, gone };
}

// The summary of a run is written after its failures files: what was changed after it was changed by somebody else.
async function changedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

function goneText({ run, file, open, shown }: GoneFile, hasOthers: boolean): string {
  const rows = `${countText(open)} ${open === 1 ? "row" : "rows"}`;
  const rest = hasOthers
    ? "what older failures files still have of them is taken"
    : "bring them in with a run over a file that has them";
  return `${shown} is gone: ${rows} of input "${inputName(file)}" that run ${run.runId} could not bring in, and nothing since; ${rest}`;
}

function givenUpText({ run, path }: FoundFile, { rows, first }: GivenUp): string {
  const one = rows === 1;
  const named = first.map(({ key, number }) => (key === undefined ? `row ${number}` : visibleLine(key))).join(", ");
  const others = rows > first.length ? ` and ${countText(rows - first.length)} more` : "";
  const what = one ? "row was" : "rows were";
  return `${countText(rows)} ${what} taken out of failures/${basename(path)} of run ${run.runId}: ${one ? "it is" : "they are"} given up, and no longer counted as open (${named}${others})`;
}

function editedText({ file: { shown }, line }: EditedRow<FoundFile>): string {
  return `${shown}: its edited rows are taken, as a newer run has them only as they were (the first on line ${line})`;
}

/** Two edits are one when they leave the same. */
function addConflict(
  refused: Map<number, RefusedRow[]>,
  newest: readonly EditedRow<FoundFile>[],
  others: readonly EditedRow<FoundFile>[],
): void {
  const same = newest.filter(({ twin, text }) => others.some((other) => other.twin === twin && other.text === text));
  if (same.length === newest.length && same.length === others.length) return;
  const row = newest.find((edit) => !same.includes(edit)) ?? newest[0];
  const other = others.find(({ twin }) => twin === row?.twin) ?? others[0];
  if (row === undefined || other === undefined) return;
  const message = `this row was edited here and, in another way, in ${other.file.shown} on line ${other.line}: make both the same, or take it away from one of the two files`;
  const known = refused.get(row.file.file.id) ?? [];
  refused.set(row.file.file.id, [...known, { code: "duplicate_row", row: row.row, line: row.line, message }]);
}

/** For units whose newest failures file is gone: the newest file that still has them. */
async function standIns(
  files: readonly FoundFile[],
  gone: readonly GoneFile[],
  ledger: Ledger,
): Promise<ReadonlyMap<string, FoundFile>> {
  const found = new Map<string, FoundFile>();
  const goneIds = new Set(gone.filter(({ open }) => open > 0).map(({ file }) => file.id));
  if (goneIds.size === 0) return found;
  for (const file of files.filter(({ older }) => older > 0)) {
    for await (const { state } of statesIn(file, ledger)) {
      if (state.state === "older" && goneIds.has(state.home) && !found.has(state.unit)) found.set(state.unit, file);
    }
  }
  return found;
}

async function reasonsFor(
  { file }: FoundFile,
  rows: readonly Row[],
  { homes, ledger }: { readonly homes: ReadonlyMap<string, number>; readonly ledger: Ledger },
): Promise<readonly (Problem | undefined)[]> {
  const refs = rows.flatMap(({ retryOf }) => (retryOf === undefined ? [] : [{ file: file.id, number: retryOf }]));
  const found = await ledger.failures.statesOf(refs);
  const states = new Map(refs.map((ref, at) => [rowName(ref), found[at]]));
  const reasons: (Problem | undefined)[] = [];
  for (const { retryOf, raw } of rows) {
    if (retryOf === undefined) {
      reasons.push((await ledger.failures.wasTaken(file.id, raw)) ? elsewhere : undefined);
      continue;
    }
    const state = states.get(rowName({ file: file.id, number: retryOf }));
    if (state === undefined) reasons.push(notOpen);
    else {
      const home = homes.get(state.unit) ?? state.home;
      reasons.push(home === file.id ? undefined : elsewhere);
    }
  }
  return reasons;
}

const notOpen: Problem = {
  code: "not_open",
  severity: "warning",
  message: "nothing is left to do with it: it was made good, or left out, since this failures file was written",
};
const elsewhere: Problem = {
  code: "not_open",
  severity: "warning",
  message: "it is taken from the failures file of another run",
};

/** The runs whose failures these are, newest first, each once. */
export function runsOf(files: readonly FoundFile[]): readonly RunRecord[] {
  const byId = new Map(files.map(({ run }) => [run.id, run]));
  return [...byId.values()].toSorted((a, b) => b.id - a.id);
}
