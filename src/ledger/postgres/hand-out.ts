// Handing entries out, and taking them back to wait. What is handed out is leased to one opening of the ledger: a lease ends
// with `postpone`, with the entry, or with the process, since the next opening has another number. What was under way is then
// found by its open send. Not here: sends (sends.ts).
import { randomInt } from "node:crypto";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Connection } from "./storage/connection.ts";
import { type QueuedColumns, queuedEntry, selectQueued } from "./storage/queued-entry.ts";
import type { Statements } from "./storage/statements.ts";

/** A hand-out that has leased nothing yet. */
export function openHandOut(connection: Connection): Pick<Queue, "take" | "nextDueMs" | "postpone"> {
  const holder = randomInt(2 ** 47);
  return {
    take: (run, phase, nowMs, count) =>
      connection.write(async (db) => {
        // Entries whose time has come go back among the ready ones, so that position decides again.
        await db.run(
          `update entries set not_before_ms = null
            where run = ? and phase = ? and outcome is null and not_before_ms is not null and not_before_ms <= ?`,
          run,
          phase,
          Math.floor(nowMs),
        );
        const taken: QueuedEntry[] = [];
        while (taken.length < count) {
          const ids = await db.all<{ id: number }>(lease, holder, run, phase, holder, count - taken.length);
          if (ids.length === 0) break;
          taken.push(
            ...(await sendable(
              db,
              ids.map(({ id }) => id),
            )),
          );
        }
        return taken;
      }),
    nextDueMs: (run, phase) =>
      connection.read(async (db) => {
        const due = await db.one<{ at: number | null }>(
          `select min(not_before_ms) at from entries
            where run = ? and phase = ? and outcome is null and not_before_ms is not null`,
          run,
          phase,
        );
        return due?.at ?? undefined;
      }),
    async postpone(entryId, notBeforeMs) {
      await connection.write((db) =>
        db.run(
          "update entries set not_before_ms = ?, leased_to = null where id = ? and outcome is null",
          Math.ceil(notBeforeMs), // waits with jitter are fractions, and the column is not
          entryId,
        ),
      );
    },
  };
}

const lease = `update entries set leased_to = ? where id in (
    select id from entries
     where run = ? and phase = ? and outcome is null and ready and not_before_ms is null and leased_to is distinct from ?
     order by position, id limit ?) returning id`;

// An entry that was ready only because of its doubt is not ready any more once the doubt is resolved without a plan.
async function sendable(db: Statements, ids: readonly number[]): Promise<readonly QueuedEntry[]> {
  const found = await db.all<QueuedColumns>(`${selectQueued()} where e.id = any(?) order by e.position, e.id`, ids);
  const entries = found.map(queuedEntry);
  const taken = entries.filter(({ plan, doubt }) => plan !== undefined || doubt !== undefined);
  if (taken.length < entries.length)
    await db.run(
      "update entries set ready = false, leased_to = null where id = any(?) and id <> all(?)",
      ids,
      taken.map(({ id }) => id),
    );
  return taken;
}
