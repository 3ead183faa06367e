// The story of one entry, put together: its cells, the steps of the mapping, what was sent and when, how it ended.
// What is asked for is found in explain.ts; the words are in report/story-text.ts.
import type { CompiledMapping } from "../map/compile.ts";
import type { JsonObject } from "../model/json.ts";
import type { HistoryEntry, HistoryPayload, HistorySend } from "../model/ledger/entry-history.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RowsOfEntry, StagedFile, StoredRow } from "../model/ledger/rows.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { creationBody, updateBody, withFills } from "../model/request-body.ts";
import { referables, resources } from "../model/resources/resources.ts";
import type { Cell, Cells } from "../model/row.ts";
import type { FieldTrace, TracedCell } from "../model/trace.ts";
import { parseRow } from "../read/open.ts";
import type {
  EarlierStory,
  EntryStory,
  MappingStory,
  PayloadStory,
  RunMention,
  StoryCells,
} from "../report/explanation.ts";
import { type Remapped, remap } from "../staging/remap.ts";
import { storyEvents } from "./story-events.ts";

/** The mapping of an input as it stands today, or why it cannot be had. */
export type TodaysMapping =
  | { readonly ok: true; readonly file: string; readonly compiled: CompiledMapping }
  | { readonly ok: false; readonly file: string | undefined; readonly reason: string };

/** What stories are made from. */
export interface StoryTools {
  readonly ledger: Ledger;
  readonly runs: readonly RunRecord[];
  readonly mappingOf: (run: RunRecord | undefined, input: string | undefined) => Promise<TodaysMapping>;
}

/** The story of an entry; `earlier` are those of its key in earlier runs, newest first. */
export async function storyOf(
  entry: HistoryEntry,
  earlier: readonly HistoryEntry[],
  tools: StoryTools,
): Promise<EntryStory> {
  const { ledger, runs } = tools;
  const run = runs.find(({ id }) => id === entry.run);
  const own = await ledger.staging.rowsOfEntry(entry.id, maxRows);
  const input = (own.files.find(({ kind }) => kind === "input") ?? own.files[0])?.input;
  const todays = await tools.mappingOf(run, input);
  const again =
    todays.ok && input !== undefined
      ? await remap(ledger, entry, { input: { name: input }, compiled: todays.compiled })
      : undefined;
  const kept = await ledger.history.payload(entry.id);
  const fields = todays.ok && again !== undefined ? todays.compiled.trace(again.group) : [];
  const sends = await ledger.history.sends([entry.id, ...earlier.map(({ id }) => id)]);
  const ownSends = sends.filter(({ entryId }) => entryId === entry.id);
  return {
    resource: entry.resource,
    key: entry.key ?? null,
    run: runMention(run, entry.run),
    input: input ?? null,
    outcome: entry.outcome,
    action: entry.action ?? null,
    remote_id: entry.remoteId ?? null,
    attempts: entry.attempts,
    http_status: entry.httpStatus ?? null,
    not_before: entry.notBeforeMs === undefined ? null : new Date(entry.notBeforeMs).toISOString(),
    problems: entry.problems,
    ...shownRows(own, fields, todays),
    mapping: mappingStory(todays, again, fields, entry, kept),
    payload: await payloadStory(entry, kept, again, ownSends, ledger),
    events: storyEvents(entry, sends, runs),
    earlier: earlier.map((each) => earlierStory(each, runs)),
  };
}

/** A run by its names; one that is gone from the ledger has a number only. */
export function runMention(run: RunRecord | undefined, id: number): RunMention {
  return {
    run_id: run?.runId ?? `#${id}`,
    command: run?.command ?? "run",
    job: run?.job ?? "",
    started_at: new Date(run?.startedAtMs ?? 0).toISOString(),
  };
}

/** The cells of a row that are in `read`, and how many columns are not; without `read` all of them. */
export function storyCells(row: StoredRow, file: StagedFile, read: readonly TracedCell[] | undefined): StoryCells {
  const cells = parseRow(file.info, row.raw);
  const place = { file: file.file, line: row.line, row: row.ref.number };
  const columns = Object.keys(cells);
  if (read === undefined) {
    return { ...place, cells: columns.map((column) => ({ column, cell: cells[column] ?? "" })), other_columns: 0 };
  }
  const touched = new Set(read.map(({ column }) => topColumn(column, cells)));
  return {
    ...place,
    cells: read.flatMap(({ column, cell }) => (cell === undefined ? [] : [{ column, cell }])),
    other_columns: columns.filter((column) => !touched.has(column)).length,
  };
}

const maxRows = 20;

function shownRows(
  { files, rows, more }: RowsOfEntry,
  fields: readonly FieldTrace[],
  todays: TodaysMapping,
): Pick<EntryStory, "rows" | "more_rows"> {
  const isKnown = todays.ok && fields.length > 0;
  const by = todays.ok ? todays.compiled.mapping.group?.by : undefined;
  const keyColumns = by !== undefined && "columns" in by ? by.columns : [];
  const shown = rows.flatMap((row) => {
    const file = files.find(({ id }) => id === row.ref.file);
    if (file === undefined) return [];
    if (!isKnown) return [storyCells(row, file, undefined)];
    const read = new Map(groupCells(row, file, keyColumns).map((cell) => [cell.column, cell]));
    for (const cell of fields.flatMap(cellsOf))
      if (cell.file === file.file && cell.row === row.ref.number) read.set(cell.column, cell);
    return [storyCells(row, file, [...read.values()])];
  });
  return { rows: shown, more_rows: more };
}

function groupCells(row: StoredRow, file: StagedFile, columns: readonly string[]): readonly TracedCell[] {
  const cells: Cells = file.kind === "input" && columns.length > 0 ? parseRow(file.info, row.raw) : {};
  return columns.flatMap((column) => {
    const cell: Cell | undefined = Object.hasOwn(cells, column) ? cells[column] : undefined;
    return cell === undefined ? [] : [{ file: file.file, row: row.ref.number, line: row.line, column, cell }];
  });
}

function cellsOf({ alternatives, result }: FieldTrace): readonly TracedCell[] {
  const tried = alternatives.flatMap(({ cells }) => cells);
  return result.kind === "left_out" ? [...tried, ...result.cells] : tried;
}

function topColumn(column: string, cells: Cells): string {
  return Object.hasOwn(cells, column) ? column : (column.split(".")[0] ?? column);
}

function mappingStory(
  todays: TodaysMapping,
  again: Remapped | undefined,
  fields: readonly FieldTrace[],
  entry: HistoryEntry,
  kept: HistoryPayload | undefined,
): MappingStory {
  if (!todays.ok) return { file: todays.file ?? null, state: "unavailable", reason: todays.reason, fields: [] };
  if (again === undefined || again.group.rows.length === 0) {
    return { file: todays.file, state: "unavailable", reason: "the ledger has no rows of it any more", fields: [] };
  }
  // Rows that could not be read make an entry without content, which says nothing of the mapping.
  const isComparable = kept === undefined || Object.keys(kept.payload).length > 0;
  const isSame = !isComparable || again.hash === entry.hash;
  return { file: todays.file, state: isSame ? "same" : "changed", reason: null, fields };
}

async function payloadStory(
  entry: HistoryEntry,
  kept: HistoryPayload | undefined,
  again: Remapped | undefined,
  sends: readonly HistorySend[],
  ledger: Ledger,
): Promise<PayloadStory> {
  const plan = sends.at(-1)?.plan.kind ?? null;
  const mapped = kept ?? again?.draft;
  if (mapped === undefined) return { content: null, from: "nowhere", plan, unfilled: [] };
  const { fills, unfilled } = await fillsOf(entry, again, ledger);
  const resource = resources[entry.resource];
  const filled = withFills(mapped.payload, fills);
  const content: JsonObject =
    plan === null
      ? filled
      : plan === "create"
        ? creationBody(resource, filled)
        : updateBody(resource, filled, mapped.clears);
  return { content, from: kept === undefined ? "mapped_again" : "ledger", plan, unfilled };
}

interface Fills {
  readonly fills: Readonly<Record<string, string>>;
  readonly unfilled: readonly string[];
}

async function fillsOf({ run }: HistoryEntry, again: Remapped | undefined, { queue }: Ledger): Promise<Fills> {
  const fills: Record<string, string> = {};
  const unfilled: string[] = [];
  for (const { path, resource, key, fill } of again?.draft?.references ?? []) {
    if (!fill) continue;
    const [known] = await queue.recall(run, resource, [key]);
    if (known === undefined) unfilled.push(`${path}: the id of the ${referables[resource].singular} "${key}"`);
    else fills[path] = known.remoteId;
  }
  return { fills, unfilled };
}

function earlierStory(entry: HistoryEntry, runs: readonly RunRecord[]): EarlierStory {
  const { run_id, started_at } = runMention(
    runs.find(({ id }) => id === entry.run),
    entry.run,
  );
  return {
    run_id,
    started_at,
    outcome: entry.outcome,
    action: entry.action ?? null,
    remote_id: entry.remoteId ?? null,
    attempts: entry.attempts,
    message: entry.problems.find(({ severity }) => severity === undefined)?.message ?? null,
  };
}
