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
import type { DispatchContext } from "./context.ts";
import type { DoubtfulEntry } from "./doubtful-entry.ts";
import { isUpdatable } from "./existing-policy.ts";
import { afterSend, differencesText, type Likeness, likenessOf, makeUpdate, recover, takeId } from "./recover.ts";
import { failure } from "./send.ts";

/** The most that one lookup takes: a filter holds no more keys, and an export pass is worth sharing. */
export const mostDoubtful = mostKeys;

const firstWaitMs = 500;
const longestWaitMs = 10_000;

/** Looks these entries (of one resource) up, and settles each or gives it back to the ledger to be asked or sent again. */
export async function reconcile(context: DispatchContext, entries: readonly DoubtfulEntry[]): Promise<void> {
  try {
    const open: DoubtfulEntry[] = [];
    for (const entry of entries) if (!(await isShownOne(context, entry))) open.push(entry);
    const [first] = open;
    if (first === undefined) return;
    const since = sinceOf(open);
    const unprovedMs = new Map(open.map((entry) => [entry.id, untilProvenMs(context, entry)]));
    const answers = await context.lookup.fresh(first.resource, open.map(keyOf), since);
    const ripe: DoubtfulEntry[] = [];
    for (const entry of open) {
      const found = answers.found.get(entry.key);
      // A key that is another record's alternate or variant is not what was created.
      if (found?.role === "own") await isThere(context, entry, found);
      else if (answers.unproven !== undefined) await stillUnknown(context, entry, answers.unproven);
      else if (await isRipe(context, entry, unprovedMs.get(entry.id) ?? 0)) ripe.push(entry);
    }
    if (ripe.length > 0) await sendAgain(context, first.resource, ripe);
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
async function isShownOne(context: DispatchContext, entry: DoubtfulEntry): Promise<boolean> {
  const { likeId } = context.attemptStates.of(entry.id);
  if (likeId === undefined || entry.doubt.hash !== entry.hash) return false;
  return isOurs(context, entry, { remoteId: likeId, keys: [] });
}

async function isThere(context: DispatchContext, entry: DoubtfulEntry, found: Found): Promise<void> {
  const { options, settlements } = context;
  const { queue } = options.ledger;
  const { doubt } = entry;
  const { remoteId } = found;
  const resource = resources[entry.resource];
  if (doubt.hash === entry.hash) {
    const next = await afterSend(context, entry, found, doubt.sendId);
    if (next === undefined) await stillUnknown(context, entry, `the record with the id ${remoteId} cannot be read`);
    else if (next.kind === "update") await queue.postpone(entry.id, options.clock.nowMs());
    return;
  }
  // What an earlier run sent went through; what the file says now is something else.
  if (isUpdatable(resource, options.existing[entry.resource])) {
    if (!(await takeId(context, entry, remoteId))) return;
    await makeUpdate(context, entry, remoteId, doubt.sendId);
    await queue.postpone(entry.id, options.clock.nowMs());
    return;
  }
  // Settling closes the send: what it brought is remembered as accepted, so that every later run says the same.
  const problems = [immutable(resource.singular, entry.key, remoteId, resource.keyPath)];
  await settlements.settle(entry, { outcome: "invalid", remoteId, problems });
}

/** Why changed content of an order goes nowhere where the job does not ask for updates. */
export function immutable(singular: string, key: string, remoteId: string, path: string) {
  return {
    code: "order_immutable",
    message: `the ${singular} "${key}" was imported before with other content (id ${remoteId}), and is left as it is: \`existing: { sales_orders: update }\` in the job changes what the API can change`,
    path,
  } as const;
}

/** True when its absence is proven and it may go again. `unprovedMs`: `untilProvenMs` at the moment of the question. */
async function isRipe(context: DispatchContext, entry: DoubtfulEntry, unprovedMs: number): Promise<boolean> {
  const { options } = context;
  const { ledger, clock } = options;
  const { sendId, absences } = entry.doubt;
  const waits = async (waitMs: number): Promise<false> => {
    await ledger.queue.absent(sendId, clock.nowMs());
    await ledger.queue.postpone(entry.id, clock.nowMs() + waitMs);
    return false;
  };
  if (unprovedMs > 0) {
    const growingMs = Math.min(longestWaitMs, firstWaitMs * 2 ** absences);
    const leftMs = untilProvenMs(context, entry);
    // The last question falls on the first moment at which it can prove something.
    return waits(growingMs > leftMs ? Math.max(leftMs, 0) : growingMs);
  }
  const verdict = judgeAbsence(context, entry);
  return verdict.kind === "proven" ? true : waits(verdict.afterMs);
}

/** Absent by key. A server may have changed the key, though: one look at what was written since, then they go again. */
async function sendAgain(
  context: DispatchContext,
  resource: DoubtfulEntry["resource"],
  entries: readonly DoubtfulEntry[],
): Promise<void> {
  const changed = await context.lookup.changed(resource, entries.map(keyOf), sinceOf(entries));
  for (const entry of entries) {
    if (changed === undefined) await stillUnknown(context, entry, "what was written since cannot be read");
    else if (!(await isAmong(context, entry, changed.get(entry.key) ?? []))) await release(context, entry);
  }
}

/** Settles it when one of these records is, or may be, what it made. */
async function isAmong(
  context: DispatchContext,
  entry: DoubtfulEntry,
  records: readonly RemoteRecord[],
): Promise<boolean> {
  const { ledger } = context.options;
  for (const record of records) {
    const holder = await ledger.queue.holder(entry.resource, record.remoteId);
    if (holder !== undefined && holder !== entry.key) continue; // it was made of another row
    const likeness = await likenessOf(context, entry, record.remoteId);
    if (likeness.kind === "same" && entry.doubt.hash === entry.hash) await recoverAs(context, entry, record);
    else await maybeOurs(context, entry, record, likeness);
    return true;
  }
  return false;
}

/** Recovers it when the record has the content that was sent, under whatever key. */
async function isOurs(context: DispatchContext, entry: DoubtfulEntry, record: RemoteRecord): Promise<boolean> {
  const likeness = await likenessOf(context, entry, record.remoteId);
  if (likeness.kind !== "same") return false;
  await recoverAs(context, entry, record);
  return true;
}

async function recoverAs(context: DispatchContext, entry: DoubtfulEntry, record: RemoteRecord): Promise<void> {
  const { singular, keyPath } = resources[entry.resource];
  const shown = ownKeyOf(record);
  const note: Problem = {
    code: "key_changed",
    severity: "warning",
    message: `Luminous keeps this ${singular} under ${shown === undefined ? "another key" : `the key "${shown}"`} (id ${record.remoteId}), with the content that was sent`,
    path: keyPath,
  };
  const notes = shown === entry.key ? [] : [note];
  const next = await recover(context, entry, record.remoteId, entry.doubt.sendId, notes);
  if (next.kind === "update") {
    const { ledger, clock } = context.options;
    await ledger.queue.postpone(entry.id, clock.nowMs());
  }
}

async function maybeOurs(
  context: DispatchContext,
  entry: DoubtfulEntry,
  record: RemoteRecord,
  likeness: Likeness,
): Promise<void> {
  const { singular } = resources[entry.resource];
  const why = whyUnsure(likeness);
  const message = `sent without an answer and not found by its key; Luminous has the ${singular} "${ownKeyOf(record) ?? ""}" (id ${record.remoteId}), which may be what became of it${why}`;
  await context.settlements.settle(entry, { outcome: "in_doubt", problems: [{ code: "in_doubt", message }] });
}

/** What keeps a record that may be ours from being called ours. One that is shown and not found by its id may be there all the same. */
function whyUnsure(likeness: Likeness): string {
  switch (likeness.kind) {
    case "differs":
      return `: ${differencesText(likeness.differences)}`;
    case "gone":
      return ", and is not found by its id";
    case "unknown":
      return `, and cannot be read (${likeness.cause})`;
    case "same":
      return ", as this row was before it changed";
    default:
      return likeness satisfies never;
  }
}

/** It was never made: it goes again, unless that was its last attempt. */
async function release({ options, attemptStates, settlements }: DispatchContext, entry: DoubtfulEntry): Promise<void> {
  const { ledger, limits, clock } = options;
  const { sendId } = entry.doubt;
  const state = attemptStates.of(entry.id);
  state.firstAbsenceAtMs = undefined;
  state.leftAtMonotonicMs = undefined;
  state.wasUnanswered = entry.doubt.hash === entry.hash;
  const used = entry.attempts - state.excused;
  if (used >= limits.attempts) {
    await settlements.settle(
      entry,
      { outcome: "failed", problems: [{ code: "api_failed", message: failure(used, state.lastCause) }] },
      { sendId, result: "absent" },
    );
    return;
  }
  // With a plan it is sent again; without one (the send was an earlier run's) the next round resolves it.
  await ledger.queue.sent({ sendId, result: "absent", atMs: clock.nowMs() });
  await ledger.queue.postpone(entry.id, clock.nowMs());
}

async function stillUnknown(
  { options, attemptStates, settlements, transport }: DispatchContext,
  entry: DoubtfulEntry,
  cause: string,
): Promise<void> {
  const { ledger, limits, clock, random } = options;
  const state = attemptStates.of(entry.id);
  if (!transport.isDown) state.silentLookups += 1;
  if (state.silentLookups < limits.attempts) {
    await ledger.queue.postpone(entry.id, clock.nowMs() + backoffMs(state.silentLookups + 1, random));
    return;
  }
  const message = `sent, but neither the answer (${state.lastCause}) nor a lookup could tell what became of it: ${cause}`;
  await settlements.settle(entry, { outcome: "in_doubt", problems: [{ code: "in_doubt", message }] });
}
