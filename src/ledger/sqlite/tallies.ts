// Sums over a run: by input and outcome, against the run before, of sends and of faulty reference rows.

import type { SendResult } from "../../model/ledger/entry.ts";
import type { Results } from "../../model/ledger/results.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { Phase } from "../../model/resource.ts";
import { rowRange, rowsPerFile } from "../common/row-id.ts";
import { fromRowsWithFate, rowOutcome } from "./result-rows.ts";
import type { Connection } from "./storage/connection.ts";
import { filesOfRun } from "./storage/files.ts";

/** The part of `Results` that counts. */
export function openTallies(
  connection: Connection,
): Pick<Results, "tallies" | "changes" | "agreements" | "referenceFaults" | "sends"> {
  return {
    async tallies(run) {
      return connection.read(() => tallies(connection, run));
    },
    async changes(run) {
      return connection.read(() => changes(connection, run));
    },
    async agreements(run) {
      return connection.read(() =>
        connection.all(
          `select f.input, e.resource, e.agreement, count(*) entries from entries e join files f on f.id = e.position / ${rowsPerFile}
            where e.run = ? and e.agreement is not null group by 1, 2, 3 order by min(e.position)`,
          run,
        ),
      );
    },
    async referenceFaults(run) {
      return connection.read(() =>
        connection.all(
          `select f.input, coalesce(f.join_name, '') "join", f.file, count(*) rows, min(r.line) first_line
             from files f join rows r on r.id >= f.id * ${rowsPerFile} and r.id < (f.id + 1) * ${rowsPerFile}
            where f.run = ? and f.kind = 'reference' and r.fault is not null group by f.id order by f.id`,
          run,
        ),
      );
    },
    async sends(run) {
      const counts = connection.read(() =>
        connection.all<{ result: SendResult | null; sends: number }>(
          `select nullif(result, 'unanswered') result, count(*) sends from sends where run = ?
            group by nullif(result, 'unanswered') order by 1`,
          run,
        ),
      );
      return counts.map(({ result, sends }) => ({ result: result ?? undefined, sends }));
    },
  };
}

type Tally = Awaited<ReturnType<Results["tallies"]>>[number];

interface Count {
  readonly file: number;
  readonly phase: Phase | null;
  readonly outcome: Outcome;
  readonly count: number;
}

// An entry counts once, under the input of its first row; its rows count where they are.
function tallies(connection: Connection, run: number): readonly Tally[] {
  const files = filesOfRun(connection, run).filter(({ kind }) => kind !== "reference");
  const inputs = new Map(files.map(({ id, input, join }) => [id, join === undefined ? input : `${input}.${join}`]));
  const sums = new Map<string, Tally>();
  const add = ({ file, phase, outcome }: Count, more: Pick<Tally, "rows" | "entries">) => {
    const input = inputs.get(file) ?? "";
    const name = JSON.stringify([input, phase, outcome]);
    const sum = sums.get(name) ?? { input, phase: phase ?? undefined, outcome, rows: 0, entries: 0 };
    sums.set(name, { ...sum, rows: sum.rows + more.rows, entries: sum.entries + more.entries });
  };
  for (const { id } of files) {
    for (const count of rowCounts(connection, id)) add(count, { rows: count.count, entries: 0 });
  }
  for (const count of entryCounts(connection, run)) add(count, { rows: 0, entries: count.count });
  return [...sums.values()];
}

function rowCounts(connection: Connection, fileId: number): readonly Count[] {
  return connection.all<Count>(
    `select ? file, e.phase, ${rowOutcome} outcome, count(*) count ${fromRowsWithFate}
      where r.id >= ? and r.id < ? group by 2, 3`,
    fileId,
    ...rowRange(fileId),
  );
}

function entryCounts(connection: Connection, run: number): readonly Count[] {
  return connection.all<Count>(
    `select position / ${rowsPerFile} file, phase, coalesce(outcome, 'pending') outcome, count(*) count
       from entries where run = ? group by 1, 2, 3`,
    run,
  );
}

function changes(connection: Connection, run: number): Awaited<ReturnType<Results["changes"]>> {
  const before = connection.one<{ id: number; run_id: string }>(
    `select earlier.id, earlier.run_id from runs this join runs earlier on earlier.job = this.job and earlier.id < this.id
      where this.id = ? and earlier.ended_at_ms is not null and this.retry_of is null and earlier.retry_of is null order by earlier.id desc limit 1`,
    run,
  );
  if (before === undefined) return undefined;
  const counts = connection.one<{ new: number; changed: number; gone: number; same: number }>(
    // One sort over both runs: a full join has no index to look into and takes the square of the entries.
    `with both as (
       select key, hash now, null past from entries where run = ? and key is not null
       union all select key, null, hash from entries where run = ? and key is not null),
     paired as (select min(now) now, min(past) past from both group by key)
     select coalesce(sum(past is null), 0) new, coalesce(sum(now is null), 0) gone,
       coalesce(sum(now = past), 0) same, coalesce(sum(now <> past), 0) changed from paired`,
    run,
    before.id,
  );
  return counts === undefined ? undefined : { since: before.run_id, ...counts };
}
