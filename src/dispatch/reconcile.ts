// Creations without a conclusive answer, of this run or of one that died: looked up by key, several in one request,
// until they are found or their absence is proved (absence.ts). Nothing is sent of a key before that.
//
//   in doubt ──found, same content──▶ recovered
//            ──found, other content──▶ rejected, or as `existing:` says where it can be updated
//            ──absent, proven──▶ a record whose key a server may have changed? same content ──▶ recovered
//            │                                                                 other content ──▶ stays in doubt
//            │                   none ──▶ sent again
//            ──nothing proven──▶ asked again, in the end it stays in doubt
import { type Found, ownKeyOf } from "../api/answers.ts";
import { backoffMs } from "../api/backoff.ts";
import { Halted } from "../api/halt.ts";
import { mostKeys } from "../api/questions.ts";
import type { Problem } from "../model/problem.ts";
import type { RemoteRecord } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import { judgeAbsence, untilProvenMs } from "./absence.ts";
import type { Workings } from "./context.ts";
import type { DoubtfulEntry } from "./doubtful-entry.ts";
import { afterSend, differencesText, likenessOf, makeUpdate, recover, takeId } from "./recover.ts";
import { failure } from "./send.ts";

/** The most that one lookup takes: a filter holds no more keys, and an export pass is worth sharing. */
export const mostDoubtful = mostKeys;

const firstWaitMs = 500;
const longestWaitMs = 10_000;

/** Looks these entries (of one resource) up, and settles each or gives it back to the ledger to be asked or sent again. */
export async function clearDoubts(workings: Workings, entries: readonly DoubtfulEntry[]): Promise<void> {
  try {
    const open: DoubtfulEntry[] = [];
    for (const entry of entries) if (!(await isShownOne(workings, entry))) open.push(entry);
    const [first] = open;
    if (first === undefined) return;
    const since = sinceOf(open);
    const unprovedMs = new Map(open.map((entry) => [entry.id, untilProvenMs(workings, entry)]));
    const answers = await workings.lookup.fresh(first.resource, open.map(keyOf), since);
    const ripe: DoubtfulEntry[] = [];
    for (const entry of open) {
      const found = answers.found.get(entry.key);
      // A key that is another record's alternate or variant is not what was created.
      if (found?.role === "own") await isThere(workings, entry, found);
      else if (answers.unproven !== undefined) await stillUnknown(workings, entry, answers.unproven);
      else if (await isRipe(workings, entry, unprovedMs.get(entry.id) ?? 0)) ripe.push(entry);
    }
    if (ripe.length > 0) await sendAgain(workings, first.resource, ripe);
  } catch (error) {
    if (!(error instanceof Halted)) throw error; // stopped: they stay in doubt
  }
}

function keyOf({ key }: DoubtfulEntry): string {
  return key;
}

function sinceOf(entries: readonly DoubtfulEntry[]) {
  const moments = entries.flatMap(({ doubt }) => doubt.serverAtMs ?? []);
  return {
    atMs: Math.min(...entries.map(({ doubt }) => doubt.sentAtMs)),
    serverAtMs: moments.length === entries.length ? Math.min(...moments) : undefined,
  };
}

/** The answer showed an id under a key that ours may have become: if the record there is what was sent, it is ours. */
async function isShownOne(workings: Workings, entry: DoubtfulEntry): Promise<boolean> {
  const { likeId } = workings.notes.of(entry.id);
  if (likeId === undefined || entry.doubt.hash !== entry.hash) return false;
  return isOurs(workings, entry, { remoteId: likeId, keys: [] });
}

async function isThere(workings: Workings, entry: DoubtfulEntry, found: Found): Promise<void> {
  const { options, verdicts } = workings;
  const { queue } = options.ledger;
  const { doubt } = entry;
  const { remoteId } = found;
  const resource = resources[entry.resource];
  if (doubt.hash === entry.hash) {
    const next = await afterSend(workings, entry, found, doubt.sendId);
    if (next === undefined) await stillUnknown(workings, entry, `the record with the id ${remoteId} cannot be read`);
    else if (next.kind === "update") await queue.postpone(entry.id, options.clock.nowMs());
    return;
  }
  // What an earlier run sent went through; what the file says now is something else.
  if (resource.updateEndpoint !== undefined) {
    if (!(await takeId(workings, entry, remoteId))) return;
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

/** True when its absence is proven and it may go again. `unprovedMs`: `untilProvenMs` at the moment of the question. */
async function isRipe(workings: Workings, entry: DoubtfulEntry, unprovedMs: number): Promise<boolean> {
  const { options } = workings;
  const { ledger, clock } = options;
  const { sendId, absences } = entry.doubt;
  const waits = async (waitMs: number): Promise<false> => {
    await ledger.queue.absent(sendId, clock.nowMs());
    await ledger.queue.postpone(entry.id, clock.nowMs() + waitMs);
    return false;
  };
  if (unprovedMs > 0) {
    const growingMs = Math.min(longestWaitMs, firstWaitMs * 2 ** absences);
    const leftMs = untilProvenMs(workings, entry);
    // The last question falls on the first moment at which it can prove something.
    return waits(growingMs > leftMs ? Math.max(leftMs, 0) : growingMs);
  }
  const verdict = judgeAbsence(workings, entry);
  return verdict.kind === "proven" ? true : waits(verdict.afterMs);
}

/** Absent by key. A server may have changed the key, though: one look at what was written since, then they go again. */
async function sendAgain(
  workings: Workings,
  resource: DoubtfulEntry["resource"],
  entries: readonly DoubtfulEntry[],
): Promise<void> {
  const changed = await workings.lookup.changed(resource, entries.map(keyOf), sinceOf(entries));
  for (const entry of entries) {
    if (changed === undefined) await stillUnknown(workings, entry, "what was written since cannot be read");
    else if (!(await isAmong(workings, entry, changed.get(entry.key) ?? []))) await release(workings, entry);
  }
}

/** Settles it when one of these records is, or may be, what it made. */
async function isAmong(workings: Workings, entry: DoubtfulEntry, records: readonly RemoteRecord[]): Promise<boolean> {
  const { ledger } = workings.options;
  for (const record of records) {
    const holder = await ledger.queue.holder(entry.resource, record.remoteId);
    if (holder !== undefined && holder !== entry.key) continue; // it was made of another row
    if (entry.doubt.hash === entry.hash && (await isOurs(workings, entry, record))) return true;
    await maybeOurs(workings, entry, record);
    return true;
  }
  return false;
}

/** Recovers it when the record has the content that was sent, under whatever key. */
async function isOurs(workings: Workings, entry: DoubtfulEntry, record: RemoteRecord): Promise<boolean> {
  const likeness = await likenessOf(workings, entry, record.remoteId);
  if (likeness.kind !== "same") return false;
  const { singular, keyPath } = resources[entry.resource];
  const shown = ownKeyOf(record);
  const note: Problem = {
    code: "key_changed",
    severity: "warning",
    message: `Luminous keeps this ${singular} under ${shown === undefined ? "another key" : `the key "${shown}"`} (id ${record.remoteId}), with the content that was sent`,
    path: keyPath,
  };
  const next = await recover(workings, entry, record.remoteId, entry.doubt.sendId, [note]);
  if (next.kind === "update") {
    const { ledger, clock } = workings.options;
    await ledger.queue.postpone(entry.id, clock.nowMs());
  }
  return true;
}

async function maybeOurs(workings: Workings, entry: DoubtfulEntry, record: RemoteRecord): Promise<void> {
  const { singular } = resources[entry.resource];
  const likeness = await likenessOf(workings, entry, record.remoteId);
  const why = likeness.kind === "differs" ? `: ${differencesText(likeness.differences)}` : "";
  const message = `sent without an answer and not found under its own key; Luminous has the ${singular} "${ownKeyOf(record) ?? ""}" (id ${record.remoteId}), which may be what became of it${why}`;
  await workings.verdicts.settle(entry, { outcome: "in_doubt", problems: [{ code: "in_doubt", message }] });
}

/** It was never made: it goes again, unless that was its last attempt. */
async function release({ options, notes, verdicts }: Workings, entry: DoubtfulEntry): Promise<void> {
  const { ledger, limits, clock } = options;
  const { sendId } = entry.doubt;
  const note = notes.of(entry.id);
  note.firstAbsenceAtMs = undefined;
  note.leftAtMonotonicMs = undefined;
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
  await ledger.queue.sent({ sendId, result: "absent", atMs: clock.nowMs() });
  await ledger.queue.postpone(entry.id, clock.nowMs());
}

async function stillUnknown(
  { options, notes, verdicts, transport }: Workings,
  entry: DoubtfulEntry,
  cause: string,
): Promise<void> {
  const { ledger, limits, clock, random } = options;
  const note = notes.of(entry.id);
  if (!transport.isDown) note.silentLookups += 1;
  if (note.silentLookups < limits.attempts) {
    await ledger.queue.postpone(entry.id, clock.nowMs() + backoffMs(note.silentLookups + 1, random));
    return;
  }
  const message = `sent, but neither the answer (${note.lastCause}) nor a lookup could tell what became of it: ${cause}`;
  await verdicts.settle(entry, { outcome: "in_doubt", problems: [{ code: "in_doubt", message }] });
}
