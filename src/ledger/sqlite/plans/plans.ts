// Plans: what each says of every entry, and how a run's entries stand to it. Not here: what follows (dispatch).

import type { JsonObject } from "../../../model/json.ts";
import type { QueuedEntry } from "../../../model/ledger/entry.ts";
import type { PlanDecision, PlannedEntry, Plans, RehearsedEntry, SavedPlan } from "../../../model/ledger/plans.ts";
import type { Action, Outcome } from "../../../model/outcome.ts";
import type { Phase, ResourceName } from "../../../model/resource.ts";
import { decode, decodeProblems } from "../../common/codec.ts";
import { type PlannedColumns, plannedColumns, plannedEntry } from "../../common/planned-entry.ts";
import { rowsPerFile } from "../../common/row-id.ts";
import { encodeList } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { payloadText } from "../storage/kept-texts.ts";
import type { Keys } from "../storage/keys.ts";
import { pagesByPosition, type QueuedColumns, queuedEntry, selectQueued } from "../storage/queued-entry.ts";

/** So many plans are kept. */
const mostPlans = 5;
const perPage = 200;

/** The plans of a ledger. */
export function openPlans(connection: Connection, keys: Keys): Plans {
  return {
    rehearsed: (run) => rehearsed(connection, run),
    async save(plan, entries) {
      const { id } = connection.write(() => {
        connection.run(
          `delete from plans where id not in (select id from plans order by id desc limit ${mostPlans - 1})`,
        );
        return connection.run(
          "insert into plans (plan_id, job, made_at_ms, after_run) values (?, ?, ?, ?)",
          plan.planId,
          plan.job,
          plan.madeAtMs,
          plan.afterRun,
        );
      });
      let ordinal = 0;
      for await (const batch of entries) {
        connection.write(() => {
          for (const entry of batch) {
            ordinal += 1;
            addEntry(connection, keys, id, ordinal, entry);
          }
        }, batch.length);
      }
      connection.write(() => connection.run("update plans set content_hash = ? where id = ?", plan.contentHash, id));
      connection.flush();
    },
    async find(planId) {
      const found = connection.read(() =>
        connection.one<Omit<SavedPlan, "doneRun"> & { doneRun: string | null }>(
          `select id, plan_id planId, job, made_at_ms madeAtMs, after_run afterRun, content_hash contentHash, done_run doneRun
             from plans where plan_id = ? and content_hash is not null`,
          planId,
        ),
      );
      return found === undefined ? undefined : { ...found, doneRun: found.doneRun ?? undefined };
    },
    async newestRun() {
      return connection.read(() => connection.one<{ id: number }>("select coalesce(max(id), 0) id from runs"))?.id ?? 0;
    },
    async runBetween({ planId, afterRun }) {
      return connection.read(() =>
        connection.one<{ run_id: string }>(
          "select run_id from runs where id > ? and plan_id is not ? order by id desc limit 1",
          afterRun,
          planId,
        ),
      )?.run_id;
    },
    async strangers(plan, run) {
      return connection.read(() => strangers(connection, plan, run));
    },
    async of(plan, entryIds) {
      const planned = new Map<number, PlannedEntry>();
      connection.read(() => {
        for (const id of entryIds) {
          const found = connection.one<PlannedColumns>(
            `${selectPlanned} join entries e on e.key = p.key and e.hash = p.hash
              where p.plan = ? and e.id = ?`,
            plan,
            id,
          );
          if (found !== undefined) planned.set(id, plannedEntry(found));
        }
      });
      return planned;
    },
    heldBack: (plan, run, phase) => heldBack(connection, plan, run, phase),
    async done(planId, runId) {
      connection.write(() => connection.run("update plans set done_run = ? where plan_id = ?", runId, planId));
    },
    async purge(beforeMs, mode) {
      const ids = connection.read(() =>
        connection
          .all<{ plan_id: string }>("select plan_id from plans where made_at_ms < ? order by id", beforeMs)
          .map(({ plan_id }) => plan_id),
      );
      if (mode === "do") connection.write(() => connection.run("delete from plans where made_at_ms < ?", beforeMs));
      return ids;
    },
  };
}

function addEntry(connection: Connection, keys: Keys, plan: number, ordinal: number, entry: PlannedEntry): void {
  connection.run(
    `insert into plan_entries (plan, ordinal, resource, key, hash, decision, remote_id, state, problems)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    plan,
    ordinal,
    entry.resource,
    entry.key === undefined ? null : keys.id(entry.resource, entry.key),
    entry.hash,
    entry.decision,
    entry.remoteId ?? null,
    entry.state ?? null,
    encodeList(entry.problems),
  );
}

const selectPlanned = `select ${plannedColumns} from plan_entries p left join keys k on k.id = p.key`;

interface HeldBackColumns extends QueuedColumns {
  readonly decision: PlanDecision;
  readonly planned_id: string | null;
  readonly planned_problems: string | null;
}

async function* heldBack(
  connection: Connection,
  plan: number,
  run: number,
  phase: Phase,
): AsyncGenerator<readonly { readonly entry: QueuedEntry; readonly planned: PlannedEntry }[]> {
  const select = selectQueued({
    columns: "q.decision, q.remote_id planned_id, q.problems planned_problems,",
    join: `join plan_entries q on q.plan = ${Math.trunc(plan)} and q.key = e.key and q.hash = e.hash
      and q.decision in ('skipped', 'blocked', 'invalid', 'unknown')`,
  });
  const pages = pagesByPosition<HeldBackColumns>(
    connection,
    `${select} where e.run = ? and e.phase = ? and e.outcome is null`,
    run,
    phase,
    perPage,
  );
  for (const page of pages)
    yield page.map((columns) => {
      const { decision, planned_id: remote_id, planned_problems: problems } = columns;
      return {
        entry: queuedEntry(columns),
        planned: plannedEntry({ ...columns, decision, remote_id, state: null, problems }),
      };
    });
}

const shownStrangers = 3;

// Entries without a key are invalid, and so are those of a key that several claim: neither is ever sent.
function strangers(connection: Connection, plan: number, run: number): { entries: number; keys: readonly string[] } {
  const ofRun = `select e.key from entries e where e.run = ? and e.key is not null and not exists (
    select 1 from plan_entries p where p.plan = ? and p.key = e.key and p.hash = e.hash)`;
  const ofPlan = `select p.key from plan_entries p where p.plan = ? and p.key is not null and not exists (
    select 1 from entry_keys ek join entries e on e.id = ek.entry
     where ek.run = ? and ek.key = p.key and e.key = p.key and e.hash = p.hash)`;
  const all = `${ofRun} union ${ofPlan}`;
  const parameters = [run, plan, plan, run] as const;
  const entries = connection.one<{ n: number }>(`select count(*) n from (${all})`, ...parameters)?.n ?? 0;
  const named = connection.all<{ key: string }>(
    `select k.key from (${all}) s join keys k on k.id = s.key limit ${shownStrangers}`,
    ...parameters,
  );
  return { entries, keys: named.map(({ key }) => key) };
}

interface RehearsedColumns {
  readonly id: number;
  readonly resource: ResourceName;
  readonly phase: Phase;
  readonly key: string | null;
  readonly hash: string;
  readonly outcome: Outcome | null;
  readonly action: Action | null;
  readonly remote_id: string | null;
  readonly problems: string | null;
  readonly payload: string | null;
  readonly clears: string | null;
  readonly file: string;
  readonly line: number;
  readonly seen: string | null;
}

async function* rehearsed(connection: Connection, run: number): AsyncGenerator<readonly RehearsedEntry[]> {
  for (let after = 0; ; ) {
    const page = connection.read(() =>
      connection.all<RehearsedColumns>(
        `select e.id, e.resource, e.phase, k.key, e.hash, e.outcome, e.action, e.remote_id, e.problems,
            ${payloadText} payload, p.clears, f.file, r.line, s.row seen
           from entries e left join keys k on k.id = e.key left join payloads p on p.entry = e.id
           left join rows r on r.id = e.position left join files f on f.id = e.position / ${rowsPerFile}
           left join seen_rows s on s.key = e.key and s.remote_id = e.remote_id
          where e.id > ? and e.run = ? order by e.id limit ${perPage}`,
        after,
        run,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(rehearsedEntry);
    after = last.id;
  }
}

function rehearsedEntry(columns: RehearsedColumns): RehearsedEntry {
  return {
    id: columns.id,
    resource: columns.resource,
    phase: columns.phase,
    key: columns.key ?? undefined,
    hash: columns.hash,
    outcome: columns.outcome ?? undefined,
    action: columns.action ?? undefined,
    remoteId: columns.remote_id ?? undefined,
    problems: decodeProblems(columns.problems),
    payload: columns.payload === null ? {} : decode<JsonObject>(columns.payload),
    clears: columns.clears === null ? {} : decode<RehearsedEntry["clears"]>(columns.clears),
    file: columns.file,
    line: columns.line,
    row: columns.seen === null ? undefined : decode<JsonObject>(columns.seen),
  };
}
