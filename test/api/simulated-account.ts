// An account with a limit, and workers that send to it through the limiter with the learned rate, in time that passes when it is
// asked to. Pauses as the transport does.
import { setMaxListeners } from "node:events";
import { createAdaptiveRate } from "../../src/api/adaptive-rate.ts";
import { createRateLimiter } from "../../src/api/rate-limiter.ts";
import { fakeClock } from "./fake-clock.ts";

/** Says how long a request that comes now would have to wait; 0 lets it in. */
export type Limit = (nowMs: number, inFlight: number) => number;

/** At most `most` in any `windowMs`. */
export function slidingWindow(most: number, windowMs = 1000): Limit {
  let admitted: number[] = [];
  return (nowMs) => {
    admitted = admitted.filter((atMs) => atMs > nowMs - windowMs);
    const [oldest] = admitted;
    if (oldest !== undefined && admitted.length >= most) return oldest + windowMs - nowMs;
    admitted.push(nowMs);
    return 0;
  };
}

/** At most `most` in each window; the first begins with the first request. */
export function fixedWindow(most: number, windowMs: number): Limit {
  let endsMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  return (nowMs) => {
    if (nowMs >= endsMs) [endsMs, count] = [nowMs + windowMs, 0];
    if (count >= most) return endsMs - nowMs;
    count += 1;
    return 0;
  };
}

/** `perSecond` flow in, and `burst` have room. */
export function tokenBucket(perSecond: number, burst: number): Limit {
  let tokens = burst;
  let lastMs = 0;
  return (nowMs) => {
    tokens = Math.min(burst, tokens + ((nowMs - lastMs) * perSecond) / 1000);
    lastMs = nowMs;
    if (tokens < 1) return ((1 - tokens) * 1000) / perSecond;
    tokens -= 1;
    return 0;
  };
}

/** At most `most` at the same time. */
export function concurrent(most: number): Limit {
  return (_, inFlight) => (inFlight >= most ? 1 : 0);
}

/** Another limit from each of these seconds on. */
export function stepped(steps: readonly (readonly [fromSeconds: number, limit: Limit])[]): Limit {
  return (nowMs, inFlight) => steps.findLast(([from]) => from * 1000 <= nowMs)?.[1](nowMs, inFlight) ?? 0;
}

/** What is simulated. */
export interface Simulated {
  readonly limit: Limit;
  readonly seconds: number;
  /** Another one, other luck. */
  readonly seed?: number;
  readonly maxRate: number;
  /** Of an answer; a number from 0 to 1 is given each time. */
  readonly latencyMs?: (random: number) => number;
  /** Of every timer. */
  readonly latenessMs?: (random: number) => number;
  /** False: a 429 does not say when to come again. */
  readonly saysWhen?: boolean;
}

/** What was sent: moments in seconds. */
export interface Sent {
  readonly starts: readonly { readonly at: number; readonly rate: number }[];
  /** When the answers came. */
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

const workers = 32;

/** Sends for so many seconds. The same every time. */
export async function simulate(what: Simulated): Promise<Sent> {
  let state = what.seed ?? 1;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  const latenessMs = what.latenessMs ?? (() => 0);
  const clock = fakeClock(() => latenessMs(random()));
  const rate = createAdaptiveRate(what.maxRate, clock);
  const limiter = createRateLimiter(rate.requestsPerSecond, clock);
  const signal = new AbortController();
  const sent = { starts: [] as { at: number; rate: number }[], accepted: [] as number[], refused: [] as number[] };
  setMaxListeners(0, signal.signal);
  let inFlight = 0;
  let grownPauseMs = 0;
  const pauseFor = (waitMs: number): void => {
    if (what.saysWhen !== false) {
      limiter.pause(Math.max(1, Math.ceil(waitMs / 1000)) * 1000);
      return;
    }
    if (limiter.pausedMs === 0) grownPauseMs = Math.min(Math.max(1000, grownPauseMs * 2), 4000);
    limiter.pause(Math.max(limiter.pausedMs, grownPauseMs));
  };
  const work = async () => {
    while ((await limiter.acquire(signal.signal)) === "go") {
      limiter.left();
      const startedMs = clock.monotonicMs();
      rate.started(startedMs);
      sent.starts.push({ at: startedMs / 1000, rate: limiter.requestsPerSecond });
      const latencyMs = (what.latencyMs ?? (() => 20))(random());
      await clock.sleep(latencyMs / 2);
      const waitMs = what.limit(clock.monotonicMs(), inFlight);
      if (waitMs === 0) {
        inFlight += 1;
        await clock.sleep(latencyMs / 2);
        inFlight -= 1;
        sent.accepted.push(clock.monotonicMs() / 1000);
        grownPauseMs = 0;
        rate.succeeded(startedMs);
      } else {
        await clock.sleep(latencyMs / 2);
        sent.refused.push(clock.monotonicMs() / 1000);
        pauseFor(waitMs);
        rate.throttled(startedMs, limiter.pausedMs);
      }
      limiter.setRate(rate.requestsPerSecond);
    }
  };
  for (let n = 0; n < workers; n++) void work();
  await clock.advance(what.seconds * 1000);
  signal.abort();
  return sent;
}
