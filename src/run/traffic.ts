// Counts of what went over the wire, from the events of dispatch.
import type { DispatchEvent } from "../dispatch/events.ts";
import type { Clock } from "../model/clock.ts";
import type { Traffic } from "../report/summary.ts";
import type { Timeline } from "../report/timeline.ts";
import { followTraffic } from "./follow-traffic.ts";

/** Counts the traffic of one run. */
export interface TrafficCount {
  see(event: DispatchEvent): void;
  total(): Traffic;
  /** The same over time, up to now; undefined when nothing was asked. */
  timeline(): Timeline | undefined;
}

/** A count that starts at zero. */
export function countTraffic(clock: Pick<Clock, "nowMs">): TrafficCount {
  const followed = followTraffic(clock);
  let total: Traffic = { requests: 0, retries: 0, throttled: 0, lookups: 0, pauses: 0, waitingMs: 0 };
  const add = (more: Partial<Traffic>): void => {
    total = {
      requests: total.requests + (more.requests ?? 0),
      retries: total.retries + (more.retries ?? 0),
      throttled: total.throttled + (more.throttled ?? 0),
      lookups: total.lookups + (more.lookups ?? 0),
      pauses: total.pauses + (more.pauses ?? 0),
      waitingMs: total.waitingMs + (more.waitingMs ?? 0),
    };
  };
  return {
    total: () => total,
    timeline: followed.timeline,
    see(event) {
      followed.see(event);
      if (event.type === "request") {
        add({
          requests: 1,
          lookups: event.purpose === "lookup" ? 1 : 0,
          throttled: event.result === "throttled" ? 1 : 0,
        });
      } else if (event.type === "entry.retry") add({ retries: 1 });
      else if (event.type === "throttled") add({ pauses: 1, waitingMs: event.waitMs });
      else if (event.type === "outage.closed") add({ pauses: 1, waitingMs: event.afterMs });
    },
  };
}
