// The timeline of a run: every request in one bucket, however long the run is, and the times in which it waited.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { DispatchEvent } from "../../src/dispatch/events.ts";
import { followTraffic } from "../../src/run/follow-traffic.ts";

const start = Date.UTC(2024, 10, 21, 23, 0);

function at(): { readonly clock: { nowMs(): number }; go(ms: number): void } {
  let nowMs = start;
  return {
    clock: { nowMs: () => nowMs },
    go(ms) {
      nowMs += ms;
    },
  };
}

function request(result: "accepted" | "throttled"): DispatchEvent {
  return { type: "request", purpose: "write", result, durationMs: 5, requestsPerSecond: 4 };
}
const accepted: DispatchEvent = {
  type: "entry.settled",
  entryId: 1,
  resource: "products",
  key: "A",
  outcome: "accepted",
  attempts: 1,
};

it("is nothing where nothing was asked", () => {
  expect(followTraffic(at().clock).timeline()).toBeUndefined();
});

it("counts requests, 429s and accepted entries by the second, and goes on where nothing happens", () => {
  const time = at();
  const followed = followTraffic(time.clock);
  followed.see(request("accepted"));
  followed.see(accepted);
  time.go(2500);
  followed.see(request("throttled"));
  time.go(2000);
  expect(followed.timeline()).toMatchObject({
    started_at: "2024-11-21T23:00:00.000Z",
    bucket_seconds: 1,
    requests: [1, 0, 1, 0, 0],
    throttled: [0, 0, 1, 0, 0],
    accepted: [1, 0, 0, 0, 0],
  });
});

it("never has more than 200 buckets, nor loses a request", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 60 }), (waits) => {
      const time = at();
      const followed = followTraffic(time.clock);
      for (const wait of waits) {
        time.go(wait);
        followed.see(request("throttled"));
      }
      const { requests = [], throttled = [], accepted: none = [], bucket_seconds = 0 } = followed.timeline() ?? {};
      const whole = waits.slice(1).reduce((sum, wait) => sum + wait, 0) / 1000;
      expect(requests.length).toBeLessThanOrEqual(200);
      expect([throttled.length, none.length]).toEqual([requests.length, requests.length]);
      expect(requests.reduce((sum, count) => sum + count, 0)).toBe(waits.length);
      expect(requests.length * bucket_seconds).toBeGreaterThan(whole);
      expect((requests.length - 1) * bucket_seconds).toBeLessThanOrEqual(whole);
    }),
  );
});

it("knows pauses as announced, as far as the run came, and outages also where they did not end", () => {
  const time = at();
  const followed = followTraffic(time.clock);
  followed.see(request("throttled"));
  followed.see({ type: "throttled", waitMs: 4000, untilMs: start + 4000, requestsPerSecond: 4 });
  time.go(2000);
  followed.see({ type: "throttled", waitMs: 4000, untilMs: start + 6000, requestsPerSecond: 4 });
  time.go(8000);
  const cause = "ECONNREFUSED";
  followed.see({ type: "outage.opened", cause, answered: true, nextProbeAtMs: 0, givesUpAtMs: 0 });
  time.go(5000);
  followed.see({ type: "outage.closed", afterMs: 5000 });
  time.go(1000);
  followed.see({ type: "throttled", waitMs: 60_000, untilMs: start + 76_000, requestsPerSecond: 4 });
  followed.see({ type: "outage.opened", cause, answered: true, nextProbeAtMs: 0, givesUpAtMs: 0 });
  time.go(1000);
  expect(followed.timeline()).toMatchObject({
    pauses: [
      { from: 0, to: 6 },
      { from: 16, to: 17 },
    ],
    outages: [
      { from: 10, to: 15 },
      { from: 16, to: 17 },
    ],
  });
});

it("has at most a hundred pauses: the nearest become one", () => {
  const time = at();
  const followed = followTraffic(time.clock);
  followed.see(request("throttled"));
  for (let pause = 0; pause < 500; pause++) {
    const untilMs = time.clock.nowMs() + 1000;
    followed.see({ type: "throttled", waitMs: 1000, untilMs, requestsPerSecond: 4 });
    time.go(3000 + pause);
  }
  const { pauses = [] } = followed.timeline() ?? {};
  expect(pauses).toHaveLength(100);
  expect(pauses[0]?.from).toBe(0);
});
