// An unanswered creation turned out to have gone through.
import type { QueuedEntry } from "../model/entry.ts";
import { resources } from "../model/resources.ts";
import { needsUpdate } from "./body.ts";
import type { Next } from "./send.ts";
import type { Workings } from "./workings.ts";

/** Settles it as recovered, or, when fields are left that only an update takes, says so. Closes its open send `sendId`. */
export async function recover(
  { options, verdicts, notes }: Workings,
  entry: QueuedEntry,
  remoteId: string,
  sendId?: number,
): Promise<Next> {
  if (!needsUpdate(resources[entry.resource], entry.payload)) {
    const settlement = { outcome: "accepted", action: "recovered", remoteId } as const;
    await verdicts.settle(entry, settlement, sendId === undefined ? undefined : { sendId, result: "recovered" });
    return { kind: "done" };
  }
  await makeUpdate({ options, notes }, entry, remoteId, sendId);
  return { kind: "update", remoteId };
}

/** The record is there but not as the entry has it: an update follows, also after a crash. */
export async function makeUpdate(
  { options, notes }: Pick<Workings, "options" | "notes">,
  entry: QueuedEntry,
  remoteId: string,
  sendId?: number,
): Promise<void> {
  const { queue } = options.ledger;
  const note = notes.of(entry.id);
  note.made = "recovered";
  note.excused = entry.attempts; // the creation is over; the update has attempts of its own
  await Promise.all([
    sendId === undefined ? undefined : queue.sent(sendId, { result: "recovered", atMs: options.clock.nowMs() }),
    queue.created(entry.id, remoteId),
  ]);
}
