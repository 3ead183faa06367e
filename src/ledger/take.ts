// Handing entries out, and taking them back to wait. What is handed out is known in memory only: it vanishes with the
// process, and whatever was under way is then found by its open send. Not here: sends (sends.ts).
import type { QueuedEntry } from "../model/entry.ts";
import type { Queue } from "../model/ledger.ts";
import type { Phase } from "../model/resource.ts";
import type { Connection } from "./connection.ts";
import { type QueuedColumns, queuedEntry, selectQueued } from "./queued-entry.ts";

/** The part of `Queue` that hands out; `forget` is for entries that were settled. */
export interface HandOut extends Pick<Queue, "take" | "nextDueMs" | "postpone"> {
  forget(entryId: number): void;
}

/** A hand-out that has given nothing away yet. */
export function openHandOut(connection: Connection): HandOut {
  const out = new Set<number>();
  return {
    async take(run, phase, nowMs, count) {
      awaken(connection, run, phase, nowMs);
      const taken: QueuedEntry[] = [];
      while (taken.length < count) {
        const ids = readyIds(connection, run, phase, count - taken.length, out);
        if (ids.length === 0) break;
        for (const id of ids) {
          const entry = takeable(connection, id);
          if (entry === undefined) continue;
          out.add(id);
          taken.push(entry);
        }
      }
      return taken;
    },
    async nextDueMs(run, phase) {
      const waiting = connection.read(() =>
        connection.all<{ id: number; at: number }>(
          `select id, not_before_ms at from entries
            where run = ? and phase = ? and outcome is null and not_before_ms is not null
            order by not_before_ms limit ?`,
          run,
          phase,
          out.size + 1,
        ),
      );
      return waiting.find(({ id }) => !out.has(id))?.at;
    },
    async postpone(entryId, notBeforeMs) {
      connection.write(() =>
        connection.run(
          "update entries set not_before_ms = ? where id = ? and outcome is null",
          Math.ceil(notBeforeMs), // waits with jitter are fractions, and the column is not
          entryId,
        ),
      );
      out.delete(entryId);
    },
    forget(entryId) {
      out.delete(entryId);
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

function readyIds(
  connection: Connection,
  run: number,
  phase: Phase,
  count: number,
  out: ReadonlySet<number>,
): readonly number[] {
  return connection
    .read(() =>
      connection.all<{ id: number }>(
        `select id from entries
          where run = ? and phase = ? and outcome is null and ready = 1 and not_before_ms is null
          order by position, id limit ?`,
        run,
        phase,
        count + out.size,
      ),
    )
    .flatMap(({ id }) => (out.has(id) ? [] : [id]))
    .slice(0, count);
}

// An entry that was ready only because of its doubt is not ready any more once the doubt is resolved without a plan.
function takeable(connection: Connection, id: number): QueuedEntry | undefined {
  const columns = connection.read(() => connection.one<QueuedColumns>(`${selectQueued()} where e.id = ?`, id));
  const entry = columns === undefined ? undefined : queuedEntry(columns);
  if (entry !== undefined && (entry.plan !== undefined || entry.doubt !== undefined)) return entry;
  connection.write(() => connection.run("update entries set ready = 0 where id = ?", id));
  return undefined;
}
