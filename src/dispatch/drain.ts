// The window: the entries under way, pulled from the ledger some at a time as slots come free. While `concurrency` of them wait for
// their answers, as many others get what has to be on disk before they are sent. Waits of more than a second are the
// ledger's; what is in doubt is gathered, and looked up together.
import type { Clock } from "../model/clock.ts";
import type { QueuedEntry } from "../model/ledger/entry.ts";
import type { Phase } from "../model/resource.ts";
import type { DispatchContext } from "./context.ts";
import { type DoubtfulEntry, isDoubtful } from "./doubtful-entry.ts";
import { mostDoubtful, reconcile } from "./reconcile.ts";
import { parkedMs } from "./references.ts";
import { sendEntry } from "./send.ts";

/**
 * Sends what is planned in the phase and clears what is in doubt, until nothing is left that time alone would bring
 * back, or the run is halted. Resolves, when nothing is in flight any more, with the number of entries that it took up.
 */
export async function drain(context: DispatchContext, phase: Phase): Promise<number> {
  const { options, halt } = context;
  const { ledger, run, clock, limits } = options;
  const inFlight = new Set<Promise<void>>();
  const doubtful: DoubtfulEntry[] = [];
  const handed: QueuedEntry[] = []; // taken already, and waiting for a slot
  let isAsking = false;
  let handled = 0;
  const alarm = createAlarm();

  const start = (task: () => Promise<void>): void => {
    const done: Promise<void> = task()
      .catch((error: unknown) => halt.fail(error))
      .finally(() => {
        inFlight.delete(done);
        alarm.ring();
      });
    inFlight.add(done);
  };
  const slots = slotsFor(limits.concurrency);
  const freeSlots = () => slots - inFlight.size;
  const askForDoubtful = (): void => {
    if (isAsking || doubtful.length === 0 || freeSlots() < 1) return;
    isAsking = true; // one lookup at a time: the others gather meanwhile
    const asked = doubtful.splice(0, mostDoubtful);
    start(() =>
      reconcile(context, asked).finally(() => {
        isAsking = false;
      }),
    );
  };

  halt.signal.addEventListener("abort", alarm.ring);
  try {
    while (!halt.signal.aborted) {
      alarm.set();
      askForDoubtful(); // before anything new, which would take its slot for ever
      const room = doubtful.length < mostDoubtful ? freeSlots() : 0;
      if (room > handed.length)
        handed.push(...(await ledger.queue.take(run, phase, clock.nowMs(), limits.concurrency * takenAhead)));
      if (halt.signal.aborted) break;
      const taken = handed.splice(0, room);
      handled += taken.length;
      for (const entry of taken) {
        const { plan } = entry;
        if (isDoubtful(entry)) doubtful.push(entry);
        else if (plan !== undefined) start(() => sendEntry(context, entry, plan));
        else start(() => closeUpdate(context, entry.id, entry.doubt?.sendId));
      }
      if (taken.length === room && taken.length > 0 && taken.every(isDoubtful)) continue; // more of them may be due
      askForDoubtful();
      if (room > 0 && taken.length > 0 && freeSlots() > 0) continue;
      const dueMs = freeSlots() > 0 ? await ledger.queue.nextDueMs(run, phase) : undefined;
      const waits = dueMs !== undefined && dueMs < parkedMs;
      if (inFlight.size === 0 && doubtful.length === 0 && !waits) break;
      if (alarm.hasRung || (waits && dueMs <= clock.nowMs())) continue;
      if (waits && inFlight.size === 0) options.onEvent({ type: "waiting", phase, entries: "retry", untilMs: dueMs });
      await alarm.rung(clock, waits ? dueMs - clock.nowMs() : undefined);
    }
  } catch (error) {
    halt.fail(error);
  } finally {
    await Promise.all(inFlight);
    halt.signal.removeEventListener("abort", alarm.ring);
  }
  halt.rethrow();
  return handled;
}

/** One by one stays one by one: then the next is taken up when the one before has its answer. */
function slotsFor(concurrency: number): number {
  return concurrency === 1 ? 1 : 2 * concurrency;
}

/** So many times the concurrency is taken at once: what is due in the meantime waits no longer than that takes. */
const takenAhead = 2;

/** Wakes whoever waits for something in flight: without a signal for each answer, which costs more than the answer. */
interface Alarm {
  /** Forgets that it rang. */
  set(): void;
  ring(): void;
  readonly hasRung: boolean;
  /** Resolves when it rings, or has rung since it was set; or after `ms`. */
  rung(clock: Clock, ms: number | undefined): Promise<void>;
}

function createAlarm(): Alarm {
  let hasRung = false;
  let wake = () => {};
  return {
    set() {
      hasRung = false;
    },
    ring() {
      hasRung = true;
      wake();
    },
    get hasRung() {
      return hasRung;
    },
    async rung(clock, ms) {
      const rings = new Promise<void>((resolve) => {
        wake = resolve;
        if (hasRung) resolve();
      });
      if (ms === undefined) return rings;
      const sleeping = new AbortController();
      await Promise.race([rings, clock.sleep(ms, sleeping.signal)]);
      sleeping.abort();
    },
  };
}

/** An unanswered update of an earlier run whose entry got no plan: closed, and resolved in the next round. */
async function closeUpdate({ options }: DispatchContext, entryId: number, sendId: number | undefined): Promise<void> {
  const { ledger, clock } = options;
  if (sendId !== undefined) await ledger.queue.sent({ sendId, result: "absent", atMs: clock.nowMs() });
  await ledger.queue.postpone(entryId, clock.nowMs());
}
