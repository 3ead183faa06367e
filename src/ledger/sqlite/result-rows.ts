// Rows with their fates, in input order, page by page. Not here: sums over them (tallies.ts).
//
// The fate of a row is that of the entry that claims it. Where several entries share a joined row, the first that failed
// decides, so that a retry gets all the rows it needs; then the first that was not reached.
import type { ResultRow, Results } from "../../model/ledger/results.ts";
import type { StoredRow } from "../../model/ledger/rows.ts";
import type { Action, Outcome } from "../../model/outcome.ts";
import type { Problem } from "../../model/problem.ts";
import type { Phase, ResourceName } from "../../model/resource.ts";
import { decode, decodeProblems } from "./storage/codec.ts";
import type { Connection } from "./storage/connection.ts";
import { filesOfRun } from "./storage/files.ts";
import { rowText } from "./storage/kept-texts.ts";
import { rowRange, rowRef } from "./storage/row-id.ts";
import { failedOutcomes } from "./storage/schema.ts";
import { type RowColumns, storedRow } from "./storage/stored-row.ts";

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
    for (const page of pages<ResultColumns>(connection, file.id, `${selectResult("")} where true`)) {
      const ofEntry = entryProblems(connection);
      yield page.map((columns) => resultRow(columns, ofEntry));
    }
  }
}

async function* unmade(
  connection: Connection,
  fileId: number,
): AsyncGenerator<readonly (ResultRow & { readonly raw: string })[]> {
  const query = `${selectResult(`${rowText("r")} raw, `)} where ${rowOutcome} in ${failedOutcomes}`;
  for (const page of pages<ResultColumns & { readonly raw: string }>(connection, fileId, query)) {
    const ofEntry = entryProblems(connection);
    yield page.map((columns) => ({ ...resultRow(columns, ofEntry), raw: columns.raw }));
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

const selectResult = (
  raw: string,
) => `select r.id row_id, r.line, ${raw}r.fault, r.problems row_problems, ${rowOutcome} fate,
    e.id, e.resource, e.phase, k.key, e.outcome, e.action, e.remote_id, e.attempts, e.http_status,
    e.problems is not null has_problems
  ${fromRowsWithFate} left join keys k on k.id = e.key`;

interface ResultColumns {
  readonly row_id: number;
  readonly line: number;
  readonly fault: string | null;
  readonly row_problems: string | null;
  readonly fate: Outcome;
  readonly id: number | null;
  readonly resource: ResourceName;
  readonly phase: Phase;
  readonly key: string | null;
  readonly action: Action | null;
  readonly remote_id: string | null;
  readonly attempts: number;
  readonly http_status: number | null;
  readonly has_problems: 0 | 1;
}

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

function resultRow(columns: ResultColumns, problems: (entryId: number) => readonly Problem[]): ResultRow {
  return {
    ref: rowRef(columns.row_id),
    line: columns.line,
    outcome: columns.fate,
    entry:
      columns.id === null
        ? undefined
        : {
            id: columns.id,
            resource: columns.resource,
            phase: columns.phase,
            key: columns.key ?? undefined,
            outcome: columns.fate,
            action: columns.action ?? undefined,
            remoteId: columns.remote_id ?? undefined,
            attempts: columns.attempts,
            httpStatus: columns.http_status ?? undefined,
            problems: columns.has_problems === 1 ? problems(columns.id) : [],
          },
    problems: rowProblems(columns),
  };
}

// Whoever settles a faulty row may have put its fault among its problems.
function rowProblems({ fault, row_problems }: ResultColumns): readonly Problem[] {
  const problems = decodeProblems(row_problems);
  if (fault === null || problems.some((problem) => JSON.stringify(problem) === fault)) return problems;
  return [decode<Problem>(fault), ...problems];
}
