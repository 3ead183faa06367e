// A run's traffic over time, from the events of dispatch: what summary.json has as `timeline`. It stays small however long
// the run is: a full row of buckets becomes half as many of twice the width, and too many spans become fewer, longer ones.
import type { DispatchEvent } from "../dispatch/events.ts";
import type { Clock } from "../model/clock.ts";
import type { Timeline, TimeSpan } from "../report/timeline.ts";

/** Follows the traffic of one run. */
export interface FollowedTraffic {
  see(event: DispatchEvent): void;
  /** Up to now; undefined when nothing was asked. */
  timeline(): Timeline | undefined;
}

const mostBuckets = 200;
const mostSpans = 100;

interface Bucket {
  requests: number;
  throttled: number;
  accepted: number;
}

/** A timeline that begins with the first request. */
export function followTraffic(clock: Pick<Clock, "nowMs">): FollowedTraffic {
  let startMs: number | undefined;
  let widthMs = 1000;
  let buckets: Bucket[] = [];
  const pauses = createSpans();
  const outages = createSpans();
  let outSinceMs: number | undefined;

  const bucketNow = (): Bucket => {
    const nowMs = clock.nowMs();
    startMs ??= nowMs;
    const at = (): number => Math.max(0, Math.floor((nowMs - (startMs ?? nowMs)) / widthMs));
    while (at() >= mostBuckets) {
      buckets = halved(buckets);
      widthMs *= 2;
    }
    while (buckets.length <= at()) buckets.push({ requests: 0, throttled: 0, accepted: 0 });
    return buckets[at()] as Bucket;
  };
  const seconds = (ms: number): number => Math.max(0, Math.round(ms - (startMs ?? ms)) / 1000);

  return {
    see(event) {
      if (event.type === "request.started") startMs ??= clock.nowMs();
      else if (event.type === "request") {
        const bucket = bucketNow();
        bucket.requests += 1;
        if (event.result === "throttled") bucket.throttled += 1;
      } else if (event.type === "entry.settled" && event.outcome === "accepted") bucketNow().accepted += 1;
      else if (event.type === "throttled") pauses.add(event.untilMs - event.waitMs, event.untilMs);
      else if (event.type === "outage.opened") outSinceMs = clock.nowMs();
      else if (event.type === "outage.closed") {
        outages.add(clock.nowMs() - event.afterMs, clock.nowMs());
        outSinceMs = undefined;
      }
    },
    timeline() {
      if (startMs === undefined) return undefined;
      const nowMs = clock.nowMs();
      bucketNow(); // the row goes on to the end, also where the end is quiet
      // A pause is announced for the time to come, which an early end cuts.
      const told = (spans: readonly SpanMs[]): readonly TimeSpan[] =>
        spans
          .filter(({ fromMs }) => fromMs < nowMs)
          .map(({ fromMs, toMs }) => ({ from: seconds(fromMs), to: seconds(Math.min(toMs, nowMs)) }));
      return {
        started_at: new Date(startMs).toISOString(),
        bucket_seconds: widthMs / 1000,
        requests: buckets.map(({ requests }) => requests),
        throttled: buckets.map(({ throttled }) => throttled),
        accepted: buckets.map(({ accepted }) => accepted),
        pauses: told(pauses.all()),
        outages: told([...outages.all(), ...(outSinceMs === undefined ? [] : [{ fromMs: outSinceMs, toMs: nowMs }])]),
      };
    },
  };
}

function halved(buckets: readonly Bucket[]): Bucket[] {
  const pairs = Array.from({ length: Math.ceil(buckets.length / 2) }, (_, at) => buckets.slice(2 * at, 2 * at + 2));
  return pairs.map((pair) => ({
    requests: sum(pair.map(({ requests }) => requests)),
    throttled: sum(pair.map(({ throttled }) => throttled)),
    accepted: sum(pair.map(({ accepted }) => accepted)),
  }));
}

interface SpanMs {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Spans in order; those that meet are one, and where there are too many, the two that are nearest become one. */
function createSpans(): { add(fromMs: number, toMs: number): void; all(): readonly SpanMs[] } {
  const spans: SpanMs[] = [];
  return {
    all: () => spans,
    add(fromMs, toMs) {
      const last = spans.at(-1);
      if (last !== undefined && fromMs <= last.toMs) {
        spans[spans.length - 1] = { fromMs: Math.min(last.fromMs, fromMs), toMs: Math.max(last.toMs, toMs) };
      } else spans.push({ fromMs, toMs });
      if (spans.length > mostSpans) joinNearest(spans);
    },
  };
}

function joinNearest(spans: SpanMs[]): void {
  let nearest = 1;
  const gap = (at: number): number => (spans[at]?.fromMs ?? 0) - (spans[at - 1]?.toMs ?? 0);
  for (let at = 2; at < spans.length; at++) if (gap(at) < gap(nearest)) nearest = at;
  const [one, other] = spans.slice(nearest - 1, nearest + 1);
  if (one !== undefined && other !== undefined)
    spans.splice(nearest - 1, 2, { fromMs: one.fromMs, toMs: Math.max(one.toMs, other.toMs) });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
