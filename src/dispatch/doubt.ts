// Creations without a conclusive answer, of this run or of one that died: looked up by key, several in one request,
// until they are found or their absence is proved. Nothing is sent of a key before that.
//
// An absence proves something only when
//   - the server cannot be working on the send any more: the request time-out has passed since it left, and after that
//     the time that a write may stay invisible to reads, and
//   - it was seen at least twice, with growing distance.
import type { OpenSend, QueuedEntry } from "../model/entry.ts";
import { resources } from "../model/resources.ts";
import { Halted } from "./brake.ts";
import { longestHoldMs } from "./line.ts";
import type { Found } from "./lookup.ts";
import { makeUpdate, recover } from "./recover.ts";
import { backoffMs } from "./retry.ts";
import { failure } from "./send.ts";
import type { Workings } from "./workings.ts";

/** An entry with a creation whose fate is not known. */
export interface DoubtfulEntry extends QueuedEntry {
  readonly doubt: OpenSend;
}

/** True for an entry that has to be looked up before anything of it is sent. An update by id can simply be repeated. */
export function isDoubtful(entry: QueuedEntry): entry is DoubtfulEntry {
  return entry.doubt?.plan.kind === "create";
}

/** The most that one lookup takes: a filter holds no more keys, and an export pass is worth sharing. */
export const mostDoubtful = 100;

const enoughAbsences = 2;
const firstWaitMs = 500;
const longestWaitMs = 10_000;

/** Looks these entries (of one resource) up, and settles each or gives it back to the ledger to be asked or sent again. */
export async function clearDoubts(workings: Workings, entries: readonly DoubtfulEntry[]): Promise<void> {
  const { lookup } = workings;
  const first = entries[0];
  if (first === undefined) return;
  try {
    const sinceMs = Math.min(...entries.map(({ doubt }) => doubt.sentAtMs));
    const unprovedMs = new Map(entries.map((entry) => [entry.id, untilProvenMs(workings, entry)]));
    const answers = await lookup.fresh(
      first.resource,
      entries.map(({ key }) => key),
      sinceMs,
    );
    for (const entry of entries) {
      if (answers === undefined) await stillUnknown(workings, entry);
      else {
        const found = answers.get(entry.key);
        // A key that is another record's alternate or variant is not what was created.
        if (found?.role === "own") await isThere(workings, entry, found);
        else await isAbsent(workings, entry, unprovedMs.get(entry.id) ?? 0);
      }
    }
  } catch (error) {
    if (!(error instanceof Halted)) throw error; // stopped: they stay in doubt
  }
}

async function isThere(workings: Workings, entry: DoubtfulEntry, { remoteId }: Found): Promise<void> {
  const { options, verdicts } = workings;
  const { queue } = options.ledger;
  const { doubt } = entry;
  const resource = resources[entry.resource];
  if (doubt.hash === entry.hash) {
    const next = await recover(workings, entry, remoteId, doubt.sendId);
    if (next.kind === "update") await queue.postpone(entry.id, options.clock.nowMs());
    return;
  }
  // What an earlier run sent went through; what the file says now is something else.
  if (resource.updateEndpoint !== undefined) {
    await makeUpdate(workings, entry, remoteId, doubt.sendId);
    await queue.postpone(entry.id, options.clock.nowMs());
    return;
  }
  // Settling closes the send: what it brought is remembered as accepted, so that every later run says the same.
  const problems = [immutable(resource.singular, entry.key, remoteId, resource.keyPath)];
  await verdicts.settle(entry, { outcome: "invalid", remoteId, problems });
}

/** Why changed content of a record that cannot be changed goes nowhere. */
export function immutable(singular: string, key: string, remoteId: string, path: string) {
  return {
    code: "order_immutable",
    message: `the ${singular} "${key}" was imported before with other content (id ${remoteId}); Luminous cannot change it`,
    path,
  } as const;
}

/**
 * How long from now an absence proves nothing yet; 0 or less when it does. Somebody may set the machine's clock: for sends
 * of this process the monotonic one has to say so too.
 */
function untilProvenMs({ options, notes }: Workings, entry: DoubtfulEntry): number {
  const { limits, clock } = options;
  const note = notes.of(entry.id);
  const passedMs = clock.nowMs() - (note.leftAtMs ?? entry.doubt.sentAtMs + longestHoldMs);
  const surelyPassedMs =
    note.leftAtMonotonicMs === undefined ? passedMs : Math.min(passedMs, clock.monotonicMs() - note.leftAtMonotonicMs);
  return limits.timeoutMs + limits.readLagMs - surelyPassedMs;
}

/** `unprovedMs`: `untilProvenMs` at the moment of the question. */
async function isAbsent(workings: Workings, entry: DoubtfulEntry, unprovedMs: number): Promise<void> {
  const { options, notes, verdicts } = workings;
  const { ledger, limits, clock } = options;
  const { sendId, absences } = entry.doubt;
  if (unprovedMs > 0 || absences + 1 < enoughAbsences) {
    await ledger.queue.absent(sendId, clock.nowMs());
    const growingMs = Math.min(longestWaitMs, firstWaitMs * 2 ** absences);
    const leftMs = untilProvenMs(workings, entry);
    // The last question falls on the first moment at which it can prove something.
    const waitMs = growingMs > leftMs ? Math.max(leftMs, firstWaitMs) : growingMs;
    await ledger.queue.postpone(entry.id, clock.nowMs() + waitMs);
    return;
  }
  const note = notes.of(entry.id);
  note.wasUnanswered = entry.doubt.hash === entry.hash;
  const used = entry.attempts - note.excused;
  if (used >= limits.attempts) {
    await verdicts.settle(
      entry,
      { outcome: "failed", problems: [{ code: "api_failed", message: failure(used, note.lastCause) }] },
      { sendId, result: "absent" },
    );
    return;
  }
  // With a plan it is sent again; without one (the send was an earlier run's) the next round resolves it.
  await Promise.all([
    ledger.queue.sent(sendId, { result: "absent", atMs: clock.nowMs() }),
    ledger.queue.postpone(entry.id, clock.nowMs()),
  ]);
}

async function stillUnknown({ options, notes, verdicts, line }: Workings, entry: DoubtfulEntry): Promise<void> {
  const { ledger, limits, clock, random } = options;
  const note = notes.of(entry.id);
  if (!line.isDown) note.silentLookups += 1;
  if (note.silentLookups < limits.attempts) {
    await ledger.queue.postpone(entry.id, clock.nowMs() + backoffMs(note.silentLookups + 1, random));
    return;
  }
  const message = `sent, but neither the answer (${note.lastCause}) nor a lookup could tell what became of it`;
  await verdicts.settle(entry, { outcome: "in_doubt", problems: [{ code: "in_doubt", message }] });
}
