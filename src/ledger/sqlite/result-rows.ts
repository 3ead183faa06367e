// Rows with their fates, in input order, page by page. Not here: sums over them (tallies.ts).
//
// The fate of a row is that of the entry that claims it. Where several entries share a joined row, the first that failed
// decides, so that a retry gets all the rows it needs; then the first that was not reached.

import type { ResultRow, Results } from "../../model/ledger/results.ts";
import type { StoredRow } from "../../model/ledger/rows.ts";
import type { Action, Outcome } from "../../model/outcome.ts";
import type { Problem } from "../../model/problem.ts";
import type { Phase, ResourceName } from "../../model/resource.ts";
import { decode, decodeProblems } from "../common/codec.ts";
import { rowRange, rowRef } from "../common/row-id.ts";
import { type RowColumns, storedRow } from "../common/stored-row.ts";
import type { Connection } from "./storage/connection.ts";
import { filesOfRun } from "./storage/files.ts";
import { rowText } from "./storage/kept-texts.ts";
import { failedOutcomes } from "./storage/schema.ts";

/** The part of `Results` that reads rows. */
export function openResultRows(connection: Connection): Pick<Results, "rows" | "unmade" | "rowsOf"> {
  return {
    rows: (run) => rows(connection, run),
    unmade: (fileId) => unmade(connection, fileId),
    rowsOf: (fileId) => rowsOf(connection, fileId),
  };
}

/** Rows (`r`) with the entry (`e`) that decides their fate. */
export const fromRowsWithFate = `from rows r left join entries e on e.id = (
    select er.entry from entry_rows er join entries x on x.id = er.entry where er.row = r.id
     order by case when x.outcome in ('accepted', 'unchanged', 'skipped') then 2 when coalesce(x.outcome, 'pending') = 'pending' then 1 else 0 end,
       x.position, x.id limit 1)`;

/** How a row of `fromRowsWithFate` ended. */
export const rowOutcome =
  "case when e.id is null then coalesce(r.outcome, 'pending') else coalesce(e.outcome, 'pending') end";

const pageRows = 500;

async function* rows(connection: Connection, run: number): AsyncGenerator<readonly ResultRow[]> {
  for (const file of filesOfRun(connection, run)) {
    if (file.kind === "reference") continue;
    for (const page of resultPages(connection, file.id, { raw: "null", condition: "true" })) {
      const ofEntry = entryProblems(connection);
      yield page.map((columns) => resultRow(columns, ofEntry));
    }
  }
}

async function* unmade(
  connection: Connection,
  fileId: number,
): AsyncGenerator<readonly (ResultRow & { readonly raw: string })[]> {
  const wanted = { raw: rowText("r"), condition: `${rowOutcome} in ${failedOutcomes}` };
  for (const page of resultPages(connection, fileId, wanted)) {
    const ofEntry = entryProblems(connection);
    yield page.map((columns) => ({ ...resultRow(columns, ofEntry), raw: columns[1] ?? "" }));
  }
}

async function* rowsOf(connection: Connection, fileId: number): AsyncGenerator<readonly StoredRow[]> {
  const query = `select r.id row_id, r.id, r.line, ${rowText("r")} raw, r.fault, null group_key, null cells from rows r where true`;
  for (const page of pages<RowColumns & { readonly row_id: number }>(connection, fileId, query))
    yield page.map(storedRow);
}

function* pages<Row extends { readonly row_id: number }>(
  connection: Connection,
  fileId: number,
  query: string,
): Generator<readonly Row[]> {
  const [from, to] = rowRange(fileId);
  for (let after = from - 1; ; ) {
    const page = connection.read(() =>
      connection.all<Row>(`${query} and r.id > ? and r.id < ? order by r.id limit ${pageRows}`, after, to),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.row_id;
  }
}

/** A page comes as one JSON text: a value that crosses by itself costs several times as much. */
function* resultPages(
  connection: Connection,
  fileId: number,
  { raw, condition }: { readonly raw: string; readonly condition: string },
): Generator<readonly ResultColumns[]> {
  const [from, to] = rowRange(fileId);
  const query = `select json_group_array(json(columns)) page from (
    select json_array(r.id, ${raw}, r.line, r.fault, r.problems, ${rowOutcome}, e.id, e.resource, e.phase, k.key, e.action,
        e.remote_id, e.attempts, e.http_status, e.problems is not null) columns
      ${fromRowsWithFate} left join keys k on k.id = e.key
     where ${condition} and r.id > ? and r.id < ? order by r.id limit ${pageRows})`;
  for (let after = from - 1; ; ) {
    const found = connection.read(() => connection.one<{ page: string }>(query, after, to));
    const page = decode<readonly ResultColumns[]>(found?.page ?? "[]");
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last[0];
  }
}

type ResultColumns = readonly [
  row: number,
  raw: string | null,
  line: number,
  fault: string | null,
  rowProblems: string | null,
  fate: Outcome,
  entry: number | null,
  resource: ResourceName,
  phase: Phase,
  key: string | null,
  action: Action | null,
  remoteId: string | null,
  attempts: number,
  httpStatus: number | null,
  hasProblems: 0 | 1,
];

// Read once for each entry of a page: one that has a thousand of them may have all rows of the page.
function entryProblems(connection: Connection): (entryId: number) => readonly Problem[] {
  const known = new Map<number, readonly Problem[]>();
  return (entryId) => {
    const found = known.get(entryId) ?? connection.read(() => problemsOf(connection, entryId));
    known.set(entryId, found);
    return found;
  };
}

function problemsOf(connection: Connection, entryId: number): readonly Problem[] {
  const row = connection.one<{ problems: string | null }>("select problems from entries where id = ?", entryId);
  return decodeProblems(row?.problems ?? null);
}

function resultRow(columns: ResultColumns, problemsOfEntry: (entryId: number) => readonly Problem[]): ResultRow {
  const [
    row,
    ,
    line,
    fault,
    problems,
    fate,
    id,
    resource,
    phase,
    key,
    action,
    remoteId,
    attempts,
    httpStatus,
    hasProblems,
  ] = columns;
  return {
    ref: rowRef(row),
    line,
    outcome: fate,
    entry:
      id === null
        ? undefined
        : {
            id,
            resource,
            phase,
            key: key ?? undefined,
            outcome: fate,
            action: action ?? undefined,
            remoteId: remoteId ?? undefined,
            attempts,
            httpStatus: httpStatus ?? undefined,
            problems: hasProblems === 1 ? problemsOfEntry(id) : [],
          },
    problems: rowProblems(fault, problems),
  };
}

// Whoever settles a faulty row may have put its fault among its problems.
function rowProblems(fault: string | null, text: string | null): readonly Problem[] {
  const problems = decodeProblems(text);
  if (fault === null || problems.some((problem) => JSON.stringify(problem) === fault)) return problems;
  return [decode<Problem>(fault), ...problems];
}
