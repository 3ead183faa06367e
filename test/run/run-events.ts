// Events of a run as tests send them to whoever follows one.
import type { RunEvent } from "../../src/run/events.ts";

/** What dispatch tells, as a run passes it on. */
export type DispatchEvent = Extract<RunEvent, { readonly kind: "dispatch" }>["event"];

/** The event as a run tells it. */
export function sent(event: DispatchEvent): RunEvent {
  return { kind: "dispatch", event };
}

/** Ten orders, seven of which are left to do. */
export const started = sent({ type: "phase.started", phase: "sales_orders", entries: 10, open: 7 });

/** An entry that ended by a send, unless `more` says otherwise. */
export function settledEntry(more: Partial<Extract<DispatchEvent, { readonly type: "entry.settled" }>> = {}): RunEvent {
  return sent({
    type: "entry.settled",
    entryId: 1,
    resource: "sales_orders",
    key: "A",
    outcome: "accepted",
    attempts: 1,
    ...more,
  });
}
