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
import { failedOutcomes } from "./storage/schema.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Results` that reads rows. */
export function openResultRows(connection: Connection): Pick<Results, "rows" | "unmade" | "rowsOf"> {
  return {
    rows: (run) => rows(connection, run),
    unmade: (fileId) => unmade(connection, fileId),
    rowsOf: (fileId) => rowsOf(connection, fileId),
  };
}

/** Rows (`r`) with the entry (`e`) that decides their fate. */
export const fromRowsWithFate = `from rows r left join lateral (
    select x.* from entry_rows er join entries x on x.id = er.entry where er.row = r.id
     order by case when x.outcome in ('accepted', 'unchanged', 'skipped') then 2 when coalesce(x.outcome, 'pending') = 'pending' then 1 else 0 end,
       x.position, x.id limit 1) e on true`;

/** How a row of `fromRowsWithFate` ended. */
export const rowOutcome =
  "case when e.id is null then coalesce(r.outcome, 'pending') else coalesce(e.outcome, 'pending') end";

const pageRows = 500;

async function* rows(connection: Connection, run: number): AsyncGenerator<readonly ResultRow[]> {
  for (const file of await connection.read((db) => filesOfRun(db, run))) {
    if (file.kind === "reference") continue;
    for await (const page of resultPages(connection, file.id, { raw: "null::text", condition: "true" }))
      yield page.map(({ raw: _, ...row }) => row);
  }
}

async function* unmade(
  connection: Connection,
  fileId: number,
): AsyncGenerator<readonly (ResultRow & { readonly raw: string })[]> {
  const wanted = { raw: "r.raw", condition: `${rowOutcome} in ${failedOutcomes}` };
  for await (const page of resultPages(connection, fileId, wanted))
    yield page.map(({ raw, ...row }) => ({ ...row, raw: raw ?? "" }));
}

async function* rowsOf(connection: Connection, fileId: number): AsyncGenerator<readonly StoredRow[]> {
  const query = "select r.id, r.line, r.raw, r.fault, null group_key, null cells from rows r where true";
  for await (const page of pages(connection, fileId, (db, after, to) =>
    db.all<RowColumns>(`${query} and r.id > ? and r.id < ? order by r.id limit ${pageRows}`, after, to),
  ))
    yield page.map(storedRow);
}

async function* pages<Row extends { readonly id: number }>(
  connection: Connection,
  fileId: number,
  ask: (db: Statements, after: number, to: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  const [from, to] = rowRange(fileId);
  for (let after = from - 1; ; ) {
    const above = after;
    const page = await connection.read((db) => ask(db, above, to));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.id;
  }
}

type ReadRow = ResultRow & { readonly raw: string | null };

async function* resultPages(
  connection: Connection,
  fileId: number,
  { raw, condition }: { readonly raw: string; readonly condition: string },
): AsyncGenerator<readonly ReadRow[]> {
  const query = `select r.id, ${raw} raw, r.line, r.fault, r.problems, ${rowOutcome} fate, e.id entry, e.resource, e.phase, k.key,
      e.action, e.remote_id, e.attempts, e.http_status, e.problems is not null has_problems
    ${fromRowsWithFate} left join keys k on k.id = e.key
   where ${condition} and r.id > ? and r.id < ? order by r.id limit ${pageRows}`;
  const ask = async (db: Statements, after: number, to: number) => {
    const found = await db.all<ResultColumns>(query, after, to);
    // Read once for each entry of a page: one that has a thousand of them may have all rows of the page.
    const entries = new Set(
      found.flatMap(({ entry, has_problems }) => (entry !== null && has_problems ? [entry] : [])),
    );
    const problems = await problemsOf(db, [...entries]);
    return found.map((columns) => ({ id: columns.id, row: resultRow(columns, problems) }));
  };
  for await (const page of pages(connection, fileId, ask)) yield page.map(({ row }) => row);
}

interface ResultColumns {
  readonly id: number;
  readonly raw: string | null;
  readonly line: number;
  readonly fault: string | null;
  readonly problems: string | null;
  readonly fate: Outcome;
  readonly entry: number | null;
  readonly resource: ResourceName;
  readonly phase: Phase;
  readonly key: string | null;
  readonly action: Action | null;
  readonly remote_id: string | null;
  readonly attempts: number;
  readonly http_status: number | null;
  readonly has_problems: boolean;
}

async function problemsOf(
  db: Statements,
  entryIds: readonly number[],
): Promise<ReadonlyMap<number, readonly Problem[]>> {
  if (entryIds.length === 0) return new Map();
  const found = await db.all<{ id: number; problems: string }>(
    "select id, problems from entries where id = any(?)",
    entryIds,
  );
  return new Map(found.map(({ id, problems }) => [id, decodeProblems(problems)]));
}

function resultRow(columns: ResultColumns, problems: ReadonlyMap<number, readonly Problem[]>): ReadRow {
  const { id, raw, line, fate, entry } = columns;
  return {
    ref: rowRef(id),
    raw,
    line,
    outcome: fate,
    entry:
      entry === null
        ? undefined
        : {
            id: entry,
            resource: columns.resource,
            phase: columns.phase,
            key: columns.key ?? undefined,
            outcome: fate,
            action: columns.action ?? undefined,
            remoteId: columns.remote_id ?? undefined,
            attempts: columns.attempts,
            httpStatus: columns.http_status ?? undefined,
            problems: problems.get(entry) ?? [],
          },
    problems: rowProblems(columns.fault, columns.problems),
  };
}

// Whoever settles a faulty row may have put its fault among its problems.
function rowProblems(fault: string | null, text: string | null): readonly Problem[] {
  const problems = decodeProblems(text);
  if (fault === null) return problems;
  const own = decode<Problem>(fault);
  return problems.some((problem) => JSON.stringify(problem) === JSON.stringify(own)) ? problems : [own, ...problems];
}
