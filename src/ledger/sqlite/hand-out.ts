// Handing entries out, and taking them back to wait. What is handed out is leased to one opening of the ledger: a lease ends
// with `postpone`, with the entry, or with the process, since the next opening has another number and whoever opens for
// writing holds the lock. What was under way is then found by its open send. Not here: sends (sends.ts).
import { randomInt } from "node:crypto";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Phase } from "../../model/resource.ts";
import type { Connection } from "./storage/connection.ts";
import { type QueuedColumns, queuedEntry, selectQueued } from "./storage/queued-entry.ts";

/** The part of `Queue` that hands out. */
export type HandOut = Pick<Queue, "take" | "nextDueMs" | "postpone">;

/** A hand-out that has leased nothing yet. */
export function openHandOut(connection: Connection): HandOut {
  const holder = randomInt(2 ** 47);
  return {
    async take(run, phase, nowMs, count) {
      awaken(connection, run, phase, nowMs);
      const taken: QueuedEntry[] = [];
      while (taken.length < count) {
        const ids = freeIds(connection, { run, phase, count: count - taken.length, holder });
        if (ids.length === 0) break;
        taken.push(...connection.write(() => lease(connection, JSON.stringify(ids), holder), ids.length));
      }
      return taken;
    },
    async nextDueMs(run, phase) {
      return connection.read(() =>
        connection.one<{ at: number }>(
          `select not_before_ms at from entries
            where run = ? and phase = ? and outcome is null and not_before_ms is not null
            order by not_before_ms limit 1`,
          run,
          phase,
        ),
      )?.at;
    },
    async postpone(entryId, notBeforeMs) {
      connection.write(() =>
        connection.run(
          "update entries set not_before_ms = ?, leased_to = null where id = ? and outcome is null",
          Math.ceil(notBeforeMs), // waits with jitter are fractions, and the column is not
          entryId,
        ),
      );
    },
  };
}

// Entries whose time has come go back among the ready ones, so that position decides again. Each costs one write per
// wait, however often `take` is called.
function awaken(connection: Connection, run: number, phase: Phase, nowMs: number): void {
  const isDue = "run = ? and phase = ? and outcome is null and not_before_ms is not null and not_before_ms <= ?";
  const someone = connection.read(() =>
    connection.one(`select 1 from entries where ${isDue} limit 1`, run, phase, nowMs),
  );
  if (someone === undefined) return;
  connection.write(() => connection.run(`update entries set not_before_ms = null where ${isDue}`, run, phase, nowMs));
}

function freeIds(
  connection: Connection,
  {
    run,
    phase,
    count,
    holder,
  }: { readonly run: number; readonly phase: Phase; readonly count: number; readonly holder: number },
): readonly number[] {
  return connection
    .read(() =>
      connection.all<{ id: number }>(
        `select id from entries
          where run = ? and phase = ? and outcome is null and ready = 1 and not_before_ms is null and leased_to is not ?
          order by position, id limit ?`,
        run,
        phase,
        holder,
        count,
      ),
    )
    .map(({ id }) => id);
}

// Only inside a write. An entry that was ready only because of its doubt is not ready any more once the doubt is resolved without a plan.
function lease(connection: Connection, ids: string, holder: number): readonly QueuedEntry[] {
  const among = "id in (select value from json_each(?))";
  connection.run(`update entries set leased_to = ? where ${among}`, holder, ids);
  const entries = connection
    .all<QueuedColumns>(`${selectQueued()} where e.${among} order by e.position, e.id`, ids)
    .map(queuedEntry);
  const taken = entries.filter(({ plan, doubt }) => plan !== undefined || doubt !== undefined);
  if (taken.length < entries.length)
    connection.run(
      `update entries set ready = 0, leased_to = null where ${among} and id not in (select value from json_each(?))`,
      ids,
      JSON.stringify(taken.map(({ id }) => id)),
    );
  return taken;
}
