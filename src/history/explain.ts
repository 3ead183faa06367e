// The whole story of an entry, by its key or by a line of a file: for `explain`, and for callers of the library. Reads the
// ledger alone; the job and the mapping of today add the steps, and their absence takes nothing else away.

import { join, resolve } from "node:path";
import { type JobOutline, readJobOutline } from "../job/job-outline.ts";
import { ledgersIn } from "../ledger/host.ts";
import { fromFile } from "../model/draft.ts";
import { ImportError } from "../model/error.ts";
import type { HistoryEntry, HistoryRow } from "../model/ledger/entry-history.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { Outcome } from "../model/outcome.ts";
import { nearest } from "../model/text/nearest.ts";
import { parseRow } from "../read/open.ts";
import type { EntryStory, Explanation, RowStory } from "../report/explanation.ts";
import { compileInput } from "../staging/prepare.ts";
import { rowsOfRuns } from "../staging/row-indexes.ts";
import { runMention, type StoryTools, storyCells, storyOf, type TodaysMapping } from "./entry-story.ts";

/** What to explain, and where. */
export interface ExplainOptions {
  /** A key, or `file:line`. */
  readonly what: string;
  /** The account's base address. */
  readonly baseUrl: string;
  /** Where relative paths start. */
  readonly cwd: string;
}

const mostEntries = 200;
const mostOfRow = 5;

/**
 * Explains the newest entry of each resource with this key, or the row at `file:line` and the entries that it belongs to.
 * Throws `ImportError("USAGE")`, naming the nearest keys, when the ledger knows neither.
 */
export async function explain(job: JobOutline, { what, baseUrl, cwd }: ExplainOptions): Promise<Explanation> {
  await using ledger = await ledgersIn(job).open(baseUrl, "read");
  const runs = await ledger.runs.list();
  const tools: StoryTools = { ledger, runs, mappingOf: mappingsOf(job, ledger) };
  const explanation = { version: 1, asked: what, account: baseUrl } as const;
  const entries = await ledger.history.entriesWithKey(what, mostEntries);
  if (entries.length > 0) return { ...explanation, entries: await newestStories(entries, tools), row: null };

  const place = placeOf(what);
  const found = place === undefined ? undefined : await rowAt(place, resolve(cwd, place.file), ledger);
  if (found === undefined) throw await unknown(what, place, ledger);
  const ofRow = await ledger.history.entriesOfRow(found.row.ref, mostOfRow);
  if (ofRow.length === 0) return { ...explanation, entries: [], row: await rowStory(found, tools) };
  return { ...explanation, entries: await withEarlier(ofRow, tools), row: null };
}

/** Throws `ImportError("STATE_UNUSABLE")` for a job that was never run: a check keeps nothing that could be told. */
export async function requireRun(job: JobOutline): Promise<void> {
  const { state, file } = job;
  if ((await ledgersIn(job).list()).length > 0) return;
  throw new ImportError("STATE_UNUSABLE", `${file.shown} has not been run yet: explain tells what became of a run`, {
    hint: `What a check found of every row is in ${join(state, "check", "results.csv")}. After a run in another folder, name it with --state.`,
  });
}

/** The address of the only ledger there is, for a job that names no account any more. */
export async function onlyAddress(job: JobOutline): Promise<string | undefined> {
  const addresses = (await ledgersIn(job).list()).flatMap(({ baseUrl }) => baseUrl ?? []);
  return addresses.length === 1 ? addresses[0] : undefined;
}

function newestStories(entries: readonly HistoryEntry[], tools: StoryTools): Promise<readonly EntryStory[]> {
  const newest = new Map<string, number>();
  for (const { resource, run } of entries) newest.set(resource, Math.max(run, newest.get(resource) ?? 0));
  return inOrder(
    entries.filter(({ resource, run }) => newest.get(resource) === run),
    (entry) => {
      const earlier = entries.filter(({ resource, run }) => resource === entry.resource && run < entry.run);
      return storyOf(entry, earlier, tools);
    },
  );
}

/** Of a row the entries are known; what else there was of their keys is asked for. */
function withEarlier(entries: readonly HistoryEntry[], tools: StoryTools): Promise<readonly EntryStory[]> {
  return inOrder(entries, async (entry) => {
    const { key } = entry;
    const alike = key === undefined ? [] : await tools.ledger.history.entriesWithKey(key, mostEntries);
    const earlier = alike.filter(({ run, resource }) => run < entry.run && resource === entry.resource);
    return storyOf(entry, earlier, tools);
  });
}

async function inOrder<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await each(item));
  return results;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function placeOf(what: string): Place | undefined {
  const match = /^(.+):(\d{1,15})$/.exec(what);
  return match?.[1] === undefined ? undefined : { file: match[1], line: Number(match[2]) };
}

interface FoundRow {
  readonly file: StagedFile;
  readonly row: HistoryRow;
}

async function rowAt(place: Place, path: string, { history }: Ledger): Promise<FoundRow | undefined> {
  const files = await history.filesCalled(place.file, path);
  const [file, ...others] = files.filter(
    (each, index) => files.findIndex(({ file: name }) => name === each.file) === index,
  );
  if (file === undefined) return undefined;
  if (others.length > 0) {
    const names = [file, ...others].map((each) => each.file).join(", ");
    throw new ImportError("USAGE", `"${place.file}" may be any of ${names}`, { hint: "Name it as the job does." });
  }
  const row = await history.rowAtLine(file.id, place.line);
  if (row === undefined) {
    throw noRowAt(place, file, "Lines count from 1, and the header is not a row.");
  }
  const lastLine = row.line + (row.raw.match(/\r\n|\n|\r/g)?.length ?? 0);
  if (place.line > lastLine) {
    throw noRowAt(place, file, `The row above it starts at line ${row.line}.`);
  }
  return { file, row };
}

/** The file may have been edited since, so that it has such a line today. */
function noRowAt({ line }: Place, { file }: StagedFile, hint: string): ImportError {
  return new ImportError("USAGE", `${file}, as the newest run that read it found it, has no row at line ${line}`, {
    hint,
  });
}

async function rowStory({ file, row }: FoundRow, { runs, mappingOf }: StoryTools): Promise<RowStory> {
  const run = runs.find(({ id }) => id === file.run);
  const todays = await mappingOf(run, file.input);
  const outcome: Outcome = row.outcome ?? "pending";
  return {
    ...storyCells(row, file, undefined),
    run: runMention(run, file.run),
    input: file.join === undefined ? file.input : `${file.input}.${file.join}`,
    outcome,
    // A row that says itself why it was left out (a total, a copy) was left out by no condition.
    left_out_by:
      outcome === "excluded" && row.problems.length === 0 && todays.ok ? leftOutBy({ file, row }, todays) : null,
    problems: row.problems,
    mapping: { file: todays.file ?? null, reason: todays.ok ? null : todays.reason },
  };
}

// The row's own condition, else the one of its group; a joined row goes with the row that it belongs to.
function leftOutBy({ file, row }: FoundRow, { compiled }: Extract<TodaysMapping, { ok: true }>): string | null {
  const { where, group } = compiled.mapping;
  const excluded =
    file.kind === "input"
      ? compiled.excludes({
          ref: row.ref,
          file: file.file,
          ...fromFile(file.info),
          row: { number: 0, line: row.line, raw: row.raw, cells: parseRow(file.info, row.raw) },
        })
      : undefined;
  if (where !== undefined && excluded?.ok === true && excluded.value) return `where: ${where.text}`;
  if (group?.where !== undefined) return `group.where: ${group.where.text}`;
  return where === undefined ? null : `where: ${where.text}`;
}

/** Mappings as they stand today, with the rows of a run: of the job that it was of, else of the one in hand. Each is compiled once. */
function mappingsOf(job: JobOutline, ledger: Ledger): StoryTools["mappingOf"] {
  const known = new Map<string, Promise<TodaysMapping>>();
  return (run, input) => {
    const name = `${run?.id ?? ""} ${input ?? ""}`;
    const mapping = known.get(name) ?? todaysMapping(job, ledger, run, input);
    known.set(name, mapping);
    return mapping;
  };
}

async function todaysMapping(
  job: JobOutline,
  ledger: Ledger,
  run: RunRecord | undefined,
  input: string | undefined,
): Promise<TodaysMapping> {
  const isOther = run !== undefined && run.job !== job.file.path;
  const other = isOther ? await readJobOutline(run.job, { cwd: "/" }).catch(() => undefined) : undefined;
  const mapping = (other ?? job).mappings.get(input ?? "");
  if (mapping === undefined) {
    const reason = `${(other ?? job).file.shown} names no mapping for the input "${input ?? ""}" any more`;
    return { ok: false, file: undefined, reason };
  }
  const rows = run === undefined || input === undefined ? [] : [rowsOfRuns(ledger, [run], input)];
  try {
    return { ok: true, file: mapping.shown, compiled: await compileInput({ mapping }, ...rows) };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { ok: false, file: mapping.shown, reason: error.message };
  }
}

const mostNear = 5;

async function unknown(what: string, place: Place | undefined, ledger: Ledger): Promise<ImportError> {
  const candidates = new Set(await ledger.history.keysNear(what));
  const near: string[] = [];
  while (near.length < mostNear) {
    const next = nearest(what, candidates);
    if (next === undefined) break;
    candidates.delete(next);
    if ((await ledger.history.entriesWithKey(next, 1)).length > 0) near.push(next);
  }
  const asFile = place === undefined ? "" : `, and no file of a run is called "${place.file}"`;
  return new ImportError("USAGE", `no run has an entry with the key "${what}"${asFile}`, {
    hint:
      near.length > 0
        ? `Near it: ${near.map((key) => `"${key}"`).join(", ")}.`
        : "Keys are compared exactly; a row can be named as file:line, such as orders.csv:12.",
  });
}
