// Plans: what each says of every entry, and how a run's entries stand to it. Not here: what follows (dispatch).

import type { JsonObject } from "../../model/json.ts";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { PlanDecision, PlannedEntry, Plans, RehearsedEntry, SavedPlan } from "../../model/ledger/plans.ts";
import type { Action, Outcome } from "../../model/outcome.ts";
import type { Phase, ResourceName } from "../../model/resource.ts";
import { decode, decodeMaybe, decodeProblems } from "../common/codec.ts";
import { type PlannedColumns, plannedColumns, plannedEntry } from "../common/planned-entry.ts";
import { rowsPerFile } from "../common/row-id.ts";
import { encodeList } from "./storage/codec.ts";
import type { Connection } from "./storage/connection.ts";
import { insertRows } from "./storage/insert-rows.ts";
import type { Keys } from "./storage/keys.ts";
import { pagesByPosition, type QueuedColumns, queuedEntry, selectQueued } from "./storage/queued-entry.ts";
import type { Statements } from "./storage/statements.ts";

/** So many plans are kept. */
const mostPlans = 5;
const perPage = 200;

/** The plans of a ledger. */
export function openPlans(connection: Connection, keys: Keys): Plans {
  return {
    rehearsed: (run) => rehearsed(connection, run),
    async save(plan, entries) {
      const id = await connection.write(async (db) => {
        await db.run(removePlans(`id not in (select id from plans order by id desc limit ${mostPlans - 1})`));
        const made = await db.one<{ id: number }>(
          "insert into plans (plan_id, job, made_at_ms, after_run) values (?, ?, ?, ?) returning id",
          plan.planId,
          plan.job,
          plan.madeAtMs,
          plan.afterRun,
        );
        if (made === undefined) throw new Error("a plan was not kept");
        return made.id;
      });
      let ordinal = 0;
      for await (const batch of entries) {
        const first = ordinal + 1;
        await connection.write((db) => addEntries(db, keys, { plan: id, first, entries: batch }));
        ordinal += batch.length;
      }
      await connection.writeDurably((db) =>
        db.run("update plans set content_hash = ? where id = ?", plan.contentHash, id),
      );
    },
    find: (planId) =>
      connection.read(async (db) => {
        const found = await db.one<Omit<SavedPlan, "doneRun"> & { doneRun: string | null }>(
          `select id, plan_id "planId", job, made_at_ms "madeAtMs", after_run "afterRun", content_hash "contentHash", done_run "doneRun"
             from plans where plan_id = ? and content_hash is not null`,
          planId,
        );
        return found === undefined ? undefined : { ...found, doneRun: found.doneRun ?? undefined };
      }),
    newestRun: () =>
      connection.read(
        async (db) => (await db.one<{ id: number }>("select coalesce(max(id), 0) id from runs"))?.id ?? 0,
      ),
    runBetween: ({ planId, afterRun }) =>
      connection.read(async (db) => {
        const found = await db.one<{ run_id: string }>(
          "select run_id from runs where id > ? and plan_id is distinct from ? order by id desc limit 1",
          afterRun,
          planId,
        );
        return found?.run_id;
      }),
    strangers: (plan, run) => connection.read((db) => strangers(db, plan, run)),
    of: (plan, entryIds) =>
      connection.read(async (db) => {
        const found = await db.all<PlannedColumns & { readonly entry: number }>(
          `select distinct on (e.id) e.id entry, ${plannedColumns} from entries e
             join plan_entries p on p.plan = ? and p.key = e.key and p.hash = e.hash left join keys k on k.id = p.key
            where e.id = any(?) order by e.id, p.ordinal`,
          plan,
          entryIds,
        );
        return new Map(found.map(({ entry, ...columns }) => [entry, plannedEntry(columns)]));
      }),
    heldBack: (plan, run, phase) => heldBack(connection, plan, run, phase),
    async done(planId, runId) {
      await connection.write((db) => db.run("update plans set done_run = ? where plan_id = ?", runId, planId));
    },
    async purge(beforeMs, mode) {
      const plans = await connection.write(async (db) => {
        const old = await db.all<{ plan_id: string }>(
          "select plan_id from plans where made_at_ms < ? order by id",
          beforeMs,
        );
        if (mode === "do") await db.run(removePlans("made_at_ms < ?"), beforeMs);
        return old;
      });
      return plans.map(({ plan_id }) => plan_id);
    },
  };
}

const removePlans = (condition: string) => `with removed as (delete from plans where ${condition} returning id)
  delete from plan_entries using removed where plan_entries.plan = removed.id`;

async function addEntries(
  db: Statements,
  keys: Keys,
  {
    plan,
    first,
    entries,
  }: { readonly plan: number; readonly first: number; readonly entries: readonly PlannedEntry[] },
): Promise<void> {
  const idOf = await keys.learn(
    db,
    entries.flatMap(({ resource, key }) => (key === undefined ? [] : [{ resource, key }])),
  );
  await insertRows(
    db,
    "plan_entries",
    {
      plan: "bigint",
      ordinal: "bigint",
      resource: "text",
      key: "bigint",
      hash: "text",
      decision: "text",
      remote_id: "text",
      state: "text",
      problems: "text",
    },
    entries.map((entry, at) => [
      plan,
      first + at,
      entry.resource,
      entry.key === undefined ? null : idOf(entry.resource, entry.key),
      entry.hash,
      entry.decision,
      entry.remoteId ?? null,
      entry.state ?? null,
      encodeList(entry.problems),
    ]),
  );
}

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
    { run, phase, size: perPage },
  );
  for await (const page of pages)
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
async function strangers(
  db: Statements,
  plan: number,
  run: number,
): Promise<{ readonly entries: number; readonly keys: readonly string[] }> {
  const ofRun = `select e.key from entries e where e.run = ? and e.key is not null and not exists (
    select 1 from plan_entries p where p.plan = ? and p.key = e.key and p.hash = e.hash)`;
  const ofPlan = `select p.key from plan_entries p where p.plan = ? and p.key is not null and not exists (
    select 1 from entry_keys ek join entries e on e.id = ek.entry
     where ek.run = ? and ek.key = p.key and e.key = p.key and e.hash = p.hash)`;
  const named = await db.all<{ key: string; entries: number }>(
    `select k.key, count(*) over () entries from (${ofRun} union ${ofPlan}) s join keys k on k.id = s.key
      order by k.id limit ${shownStrangers}`,
    run,
    plan,
    plan,
    run,
  );
  return { entries: named[0]?.entries ?? 0, keys: named.map(({ key }) => key) };
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
    const above = after;
    const page = await connection.read((db) =>
      db.all<RehearsedColumns>(
        `select e.id, e.resource, e.phase, k.key, e.hash, e.outcome, e.action, e.remote_id, e.problems,
            p.payload, p.clears, f.file, r.line, s.row seen
           from entries e left join keys k on k.id = e.key left join payloads p on p.entry = e.id
           left join rows r on r.id = e.position left join files f on f.id = e.position / ${rowsPerFile}
           left join seen_rows s on s.key = e.key and s.remote_id = e.remote_id
          where e.id > ? and e.run = ? order by e.id limit ${perPage}`,
        above,
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
    payload: decodeMaybe<JsonObject>(columns.payload) ?? {},
    clears: columns.clears === null ? {} : decode<RehearsedEntry["clears"]>(columns.clears),
    file: columns.file,
    line: columns.line,
    row: decodeMaybe<JsonObject>(columns.seen),
  };
}
