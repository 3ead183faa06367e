// Handing entries out, and taking them back to wait. What is handed out is leased to one opening of the ledger: a lease ends
// with `postpone`, with the entry, or with the process, since the next opening has another number. What was under way is then
// found by its open send. Not here: sends (sends.ts).
import { randomInt } from "node:crypto";
import type { QueuedEntry } from "../../model/ledger/entry.ts";
import type { Queue } from "../../model/ledger/queue.ts";
import type { Connection, NextWrite } from "./storage/connection.ts";
import { fence, fenced } from "./storage/fence.ts";
import { type QueuedColumns, queuedEntry, selectQueued } from "./storage/queued-entry.ts";
import type { Statements } from "./storage/statements.ts";

/** A hand-out that has leased nothing yet. */
export function openHandOut(connection: Connection): Pick<Queue, "take" | "nextDueMs" | "postpone"> {
  const holder = randomInt(2 ** 47);
  return {
    take: (run, phase, nowMs, count) =>
      connection.step(async (db, write) => {
        const taken: QueuedEntry[] = [];
        while (taken.length < count) {
          const most = count - taken.length;
          const found = await db.all<QueuedColumns | { readonly id: null }>(
            handOut,
            write(),
            ...[run, phase, holder, most],
            ...[run, phase, Math.floor(nowMs), most],
            ...[most, holder],
          );
          const leased = found.filter((each) => each.id !== null);
          if (leased.length === 0) break;
          taken.push(...(await sendable(db, leased.map(queuedEntry), write)));
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
      await connection.step((db, write) =>
        db.run(
          fenced("update entries set not_before_ms = ?, leased_to = null where id = ? and outcome is null returning 1"),
          write(),
          Math.ceil(notBeforeMs), // waits with jitter are fractions, and the column is not
          entryId,
        ),
      );
    },
  };
}

// Ready ones, and those whose time has come: position decides.
const handOut = `with ${fence},
  free as (
    (select id, position from entries
      where run = ? and phase = ? and outcome is null and ready and not_before_ms is null and leased_to is distinct from ?
      order by position, id limit ?)
    union all
    (select id, position from entries
      where run = ? and phase = ? and outcome is null and ready and not_before_ms is not null and not_before_ms <= ?
      order by position, id limit ?)),
  chosen as (select id from free order by position, id limit ?),
  leased as (update entries set leased_to = ?, not_before_ms = null from chosen where entries.id = chosen.id returning entries.*)
  select q.* from fence left join (${selectQueued({ from: "leased" })}) q on true order by q.position, q.id`;

// An entry that was ready only because of its doubt is not ready any more once the doubt is resolved without a plan.
async function sendable(
  db: Statements,
  entries: readonly QueuedEntry[],
  write: NextWrite,
): Promise<readonly QueuedEntry[]> {
  const taken = entries.filter(({ plan, doubt }) => plan !== undefined || doubt !== undefined);
  if (taken.length < entries.length)
    await db.run(
      fenced("update entries set ready = false, leased_to = null where id = any(?) and id <> all(?) returning 1"),
      write(),
      entries.map(({ id }) => id),
      taken.map(({ id }) => id),
    );
  return taken;
}
