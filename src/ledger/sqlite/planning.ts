// Before the first send of a phase: which entries are open, what is known of them, what is to be done with them.
// Not here: references (references.ts), what `--limit` leaves for later (pilot.ts), handing entries out (hand-out.ts).

import type { JsonObject } from "../../model/json.ts";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { KnownEntry, Queue } from "../../model/ledger/queue.ts";
import type { Phase } from "../../model/resource.ts";
import { decode } from "../common/codec.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { addProblems } from "./staging/new-entries.ts";
import { repairSources } from "./staging/retry-repairs.ts";
import type { Connection } from "./storage/connection.ts";
import {
  pagesByPosition,
  planRemoteId,
  type QueuedColumns,
  queuedEntry,
  selectQueued,
  selectUnread,
  type UnreadColumns,
  unreadEntry,
} from "./storage/queued-entry.ts";

/** The part of `Queue` that decides what is to be done. */
export function openPlanning(
  connection: Connection,
): Pick<Queue, "settleUnchanged" | "settleRemade" | "known" | "lastSaid" | "unplanned" | "plan" | "progress"> {
  return {
    async settleUnchanged(run, phase) {
      return connection.write(() => settleUnchanged(connection, run, phase));
    },
    async settleRemade(run, phase, options) {
      return connection.write(() => settleRemade(connection, run, phase, options));
    },
    known: (run, phase) => known(connection, run, phase),
    async lastSaid(entryId) {
      const found = connection.read(() =>
        connection.one<{ said: string | null }>(
          "select a.said from entries e join accepted a on a.key = e.key and a.role = 'own' where e.id = ?",
          entryId,
        ),
      );
      return found === undefined || found.said === null ? {} : decode<JsonObject>(found.said);
    },
    unplanned: (run, phase, size) => unplanned(connection, run, phase, size),
    async plan(plans) {
      connection.write(() => {
        create(
          connection,
          JSON.stringify(plans.flatMap(({ entryId, plan }) => (plan.kind === "create" ? entryId : []))),
        );
        for (const { entryId, plan } of plans) {
          if (plan.kind === "create") continue;
          connection.run(
            "update entries set plan = ?, plan_remote_id = ?, ready = 1 where id = ? and outcome is null",
            plan.kind,
            planRemoteId(plan),
            entryId,
          );
        }
      }, plans.length);
    },
    async progress(run, phase) {
      const counts = connection.read(() =>
        connection.all<{ outcome: QueueOutcome | null; entries: number }>(
          "select outcome, count(*) entries from entries where run = ? and phase = ? group by outcome",
          run,
          phase,
        ),
      );
      return counts.map(({ outcome, entries }) => ({ outcome: outcome ?? undefined, entries }));
    },
  };
}

// Only a lookup that found nothing leads to a second creation of what was accepted before; an audit asks for the proof.
function create(connection: Connection, entryIds: string): void {
  connection.run(
    `insert or ignore into gone (key, run) select e.key, e.run from entries e
       join accepted a on a.key = e.key and a.role = 'own' where e.id in (select value from json_each(?))`,
    entryIds,
  );
  connection.run(
    `update entries set plan = 'create', plan_remote_id = null, ready = 1
      where id in (select value from json_each(?)) and outcome is null`,
    entryIds,
  );
}

type QueueOutcome = NonNullable<Awaited<ReturnType<Queue["progress"]>>[number]["outcome"]>;

// An entry in doubt is never unchanged: what was sent last may have gone through, and may have been other content.
function settleUnchanged(connection: Connection, run: number, phase: Phase): number {
  const settled = `update entries set outcome = 'unchanged', remote_id = a.remote_id from accepted a
      where entries.run = ? and entries.phase = ? and entries.outcome is null
        and a.key = entries.key and a.role = 'own' and a.hash = entries.hash
        and not exists (select 1 from sends s where s.key = entries.key and s.open = 1)`;
  const refresh = (): void => {
    connection.run(rememberUnchanged, run, phase);
  };
  const isRetry = connection.one("select 1 from runs where id = ? and retry_of is not null", run) !== undefined;
  if (!isRetry) {
    const { changes } = connection.run(settled, run, phase);
    if (changes > 0) refresh();
    return changes;
  }
  const entries = connection.all<{ id: number }>(`${settled} returning entries.id`, run, phase);
  for (const { id } of entries) repairSources(connection, id);
  if (entries.length > 0) refresh();
  return entries.length;
}

// The same content, made by other rows, another mapping or another program than last time: the newest are remembered.
const rememberUnchanged = `update accepted set rows_hash = e.rows_hash, mapping_hash = f.mapping_hash, program = r.program
  from entries e join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile}
 where e.run = ? and e.phase = ? and e.outcome = 'unchanged' and accepted.key = e.key and accepted.role = 'own'
   and accepted.hash = e.hash and e.rows_hash is not null and (accepted.rows_hash is not e.rows_hash
     or accepted.mapping_hash is not f.mapping_hash or accepted.program is not r.program)`;

function settleRemade(
  connection: Connection,
  run: number,
  phase: Phase,
  { orUnknown, note }: Parameters<Queue["settleRemade"]>[2],
): number {
  const remade = connection.all<{
    readonly id: number;
    readonly remote_id: string;
    readonly program: string | null;
    readonly mapping_hash: string | null;
  }>(
    `select e.id, a.remote_id, a.program, a.mapping_hash from entries e
       join accepted a on a.key = e.key and a.role = 'own'
       join runs r on r.id = e.run left join files f on f.id = e.position / ${rowsPerFile}
      where e.run = ? and e.phase = ? and e.outcome is null and a.partial = 0 and a.hash <> e.hash
        and a.rows_hash = e.rows_hash
        and iif(a.mapping_hash is null, ?, a.mapping_hash = f.mapping_hash and a.program is not r.program)
        and not exists (select 1 from sends s where s.key = e.key and s.open = 1)`,
    run,
    phase,
    orUnknown ? 1 : 0,
  );
  for (const { id, remote_id, program, mapping_hash } of remade) {
    addProblems(connection, id, [note({ program: program ?? undefined, isMappingKnown: mapping_hash !== null })]);
    connection.run("update entries set outcome = 'unchanged', remote_id = ? where id = ?", remote_id, id);
    repairSources(connection, id);
  }
  return remade.length;
}

const knownPerPage = 200;

async function* known(connection: Connection, run: number, phase: Phase): AsyncGenerator<readonly KnownEntry[]> {
  const select = selectQueued({
    columns: "a.remote_id, a.partial, a.rows_hash is not null rows_known,",
    join: "join accepted a on a.key = e.key and a.role = 'own'",
  });
  const pages = pagesByPosition<
    QueuedColumns & { readonly remote_id: string; readonly partial: number; readonly rows_known: number }
  >(
    connection,
    `${select} where e.run = ? and e.phase = ? and e.outcome is null and e.plan is null`,
    run,
    phase,
    knownPerPage,
  );
  for (const page of pages) {
    yield page.map((columns) => ({
      entry: queuedEntry(columns),
      remoteId: columns.remote_id,
      partial: columns.partial === 1,
      areRowsKnown: columns.rows_known === 1,
    }));
  }
}

async function* unplanned(
  connection: Connection,
  run: number,
  phase: Phase,
  size: number,
): AsyncGenerator<readonly QueuedEntry[]> {
  const pages = pagesByPosition<UnreadColumns>(
    connection,
    `${selectUnread} where e.run = ? and e.phase = ? and e.outcome is null and e.plan is null`,
    run,
    phase,
    size,
  );
  for (const page of pages) yield page.map((columns) => unreadEntry(connection, columns));
}
