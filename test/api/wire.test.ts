import { describe, expect, it } from "vitest";
import { createWire, type Readiness, type Wire } from "../../src/api/wire.ts";
import { fakeClock } from "./fake-clock.ts";

function open(size: number) {
  const clock = fakeClock();
  const stop = new AbortController();
  return { clock, stop, wire: createWire(size, clock, stop.signal) };
}

/** What it came to so far, after everything that waits only for microtasks. */
async function now<T>(promise: Promise<T>): Promise<T | "waits"> {
  const settled = await Promise.race([promise, new Promise<"waits">((resolve) => setImmediate(resolve, "waits"))]);
  return settled;
}

async function ready(wire: Wire): Promise<Readiness> {
  const place = await now(wire.approach());
  if (place === "waits" || place === undefined) throw new Error("nobody may get ready");
  return place;
}

describe("the wire", () => {
  it("lets as many on as it has places, and the next when one leaves", async () => {
    const { wire } = open(2);
    expect(await now(wire.enter())).toBe("go");
    expect(await now(wire.enter())).toBe("go");
    const third = wire.enter();
    const fourth = wire.enter();
    expect(await now(third)).toBe("waits");
    wire.leave();
    expect(await now(third)).toBe("go");
    expect(await now(fourth)).toBe("waits");
  });

  it("lets nobody get ready for a place that is not known to be free soon", async () => {
    const { wire, clock } = open(1);
    const first = await ready(wire);
    expect(await now(wire.approach())).toBe("waits"); // the only place is spoken for, and how long it takes is not known
    expect(await now(first.enter(1000))).toBe("go");
    await clock.advance(20);
    wire.leave();
    const second = await ready(wire);
    expect(await now(second.enter(1000))).toBe("go");
  });

  it("lets others get ready while answers come fast, and no longer when none came for a while", async () => {
    const { wire, clock } = open(2);
    for (let round = 0; round < 5; round += 1) {
      await wire.enter();
      await clock.advance(10);
      wire.leave();
    }
    await wire.enter();
    await wire.enter();
    const ahead = await ready(wire);
    ahead.cancel();
    await clock.advance(101);
    const late = wire.approach();
    expect(await now(late)).toBe("waits");
    wire.leave();
    expect(await now(late)).not.toBe("waits");
  });

  it("lets few get ready where an answer takes long", async () => {
    const { wire, clock } = open(4);
    await wire.enter();
    await clock.advance(300); // four at a time: a place every 75 ms
    wire.leave();
    for (let place = 0; place < 4; place += 1) await wire.enter();
    await ready(wire);
    expect(await now(wire.approach())).toBe("waits");
  });

  it("says late, and only when the place comes, to whoever had no more patience", async () => {
    const { wire, clock } = open(1);
    await wire.enter();
    const impatient = wire.enter(1000);
    const patient = wire.enter();
    await clock.advance(1001);
    expect(await now(impatient)).toBe("waits");
    wire.leave();
    expect(await now(impatient)).toBe("late");
    expect(await now(patient)).toBe("go");
  });

  it("gives a place that was cancelled to the next who waits", async () => {
    const { wire } = open(1);
    const first = await ready(wire);
    const second = wire.approach();
    expect(await now(second)).toBe("waits");
    first.cancel();
    first.cancel(); // once is enough
    expect(await now(second)).not.toBe("waits");
    expect(await now(wire.approach())).toBe("waits");
  });

  it("sends everybody away when the run stops, and lets nobody on after it", async () => {
    const { wire, stop } = open(1);
    await wire.enter();
    const entering = wire.enter();
    const approaching = wire.approach();
    stop.abort();
    expect(await now(entering)).toBe("aborted");
    expect(await now(approaching)).toBeUndefined();
    expect(await now(wire.enter())).toBe("aborted");
    expect(await now(wire.approach())).toBeUndefined();
    wire.leave(); // what was under way still ends
  });
});
