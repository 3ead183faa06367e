// What happened between us and the API for one entry, in time order: its sends, and the lookups after those that were
// not answered. Sends of earlier runs belong to it as long as their fate was open when its run began.
import type { HistoryEntry, HistorySend } from "../model/ledger/entry-history.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import type { StoryEvent } from "../report/explanation.ts";

/** The events of an entry among the sends of its key, oldest first. */
export function storyEvents(
  entry: HistoryEntry,
  sends: readonly HistorySend[],
  runs: readonly RunRecord[],
): readonly StoryEvent[] {
  const startedAtMs = runs.find(({ id }) => id === entry.run)?.startedAtMs ?? 0;
  const runIds = new Map(runs.map(({ id, runId }) => [id, runId]));
  let lastMs: number | undefined;
  const waitedTo = (atMs: number): number | null => (lastMs === undefined ? null : Math.max(0, atMs - lastMs));
  return sends
    .filter((send) => send.entryId === entry.id || (send.run < entry.run && isOpenAt(send, startedAtMs)))
    .flatMap((send) => {
      const tookMs = durationMs(send);
      const events: StoryEvent[] = [
        {
          kind: "send",
          at: new Date(send.sentAtMs).toISOString(),
          run_id: send.run === entry.run ? null : (runIds.get(send.run) ?? `#${send.run}`),
          waited_ms: waitedTo(send.sentAtMs),
          plan: send.plan.kind,
          remote_id: send.plan.kind === "update" ? send.plan.remoteId : null,
          result: send.result ?? "open",
          http_status: send.httpStatus ?? null,
          took_ms: tookMs ?? null,
        },
      ];
      lastMs = send.sentAtMs + (tookMs ?? 0);
      for (const { atMs, found } of send.lookups) {
        events.push({ kind: "lookup", at: new Date(atMs).toISOString(), waited_ms: waitedTo(atMs), found });
        lastMs = atMs;
      }
      return events;
    });
}

function isOpenAt({ isOpen, endedAtMs, lookups }: HistorySend, atMs: number): boolean {
  return isOpen || (endedAtMs ?? 0) >= atMs || lookups.some((lookup) => lookup.atMs >= atMs);
}

// The process that sent it died when nothing but a lookup wrote its end down.
function durationMs({ sentAtMs, endedAtMs, result, lookups }: HistorySend): number | undefined {
  if (endedAtMs === undefined) return undefined;
  const isByLookup = (result === "recovered" || result === "absent") && lookups.at(-1)?.atMs === endedAtMs;
  return isByLookup ? undefined : Math.max(0, endedAtMs - sentAtMs);
}
