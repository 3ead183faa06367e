import { describe, expect, it } from "vitest";
import { type CircuitChange, createCircuit } from "../../src/api/outage.ts";
import { fakeClock } from "./fake-clock.ts";

describe("the circuit", () => {
  it("opens at the first failure of a run that was never answered, and waits half a minute at most", async () => {
    const { clock, circuit, gaveUp, probes } = setUp({ patienceMs: 900_000 });
    circuit.failed("undelivered", "write", "a", "ENOTFOUND");
    expect(circuit.isOpen).toBe(true);
    await clock.advance(29_000);
    expect(gaveUp).toEqual([]);
    await clock.advance(2_000);
    expect(gaveUp).toEqual(["ENOTFOUND"]);
    expect(probes.slice(0, 4)).toEqual([1000, 3000, 7000, 15_000]);
  });

  it("opens after five unanswered in a row over two entries, not for one entry that the API chokes on", async () => {
    const { circuit } = setUp();
    circuit.answered("write");
    for (let n = 0; n < 20; n++) circuit.failed("unanswered", "write", "poison", "HTTP 500");
    expect(circuit.isOpen).toBe(false);
    circuit.answered("write");
    for (let n = 0; n < 4; n++) circuit.failed("unanswered", "write", `entry ${n}`, "HTTP 500");
    expect(circuit.isOpen).toBe(false);
    circuit.failed("unanswered", "write", "entry 5", "HTTP 500");
    expect(circuit.isOpen).toBe(true);
  });

  it("opens after three undelivered in a row, whoever they belong to", () => {
    const { circuit } = setUp();
    circuit.answered("write");
    circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    expect(circuit.isOpen).toBe(false);
    circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    expect(circuit.isOpen).toBe(true);
  });

  it("closes with the first probe that is answered, and lets those that wait go on", async () => {
    const { clock, circuit, changes, answer } = setUp();
    circuit.answered("write");
    for (let n = 0; n < 3; n++) circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    let isThrough = false;
    void circuit.closed().then(() => {
      isThrough = true;
    });
    await clock.advance(2000);
    expect(isThrough).toBe(false);
    answer(true);
    await clock.advance(1000);
    expect(isThrough).toBe(true);
    expect(changes.map(({ type }) => type)).toEqual(["opened", "probe", "probe", "closed"]);
  });

  it("says when it asks next and when it gives up, and keeps to both", async () => {
    const { clock, circuit, changes, gaveUp, probes } = setUp({ patienceMs: 10_000 });
    circuit.answered("write");
    for (let n = 0; n < 3; n++) circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    expect(changes).toEqual([
      { type: "opened", cause: "ECONNREFUSED", answered: true, nextProbeInMs: 1000, givesUpInMs: 10_000 },
    ]);
    await clock.advance(9_999);
    expect(gaveUp).toEqual([]);
    const told = changes.map((change) => (change.type === "closed" ? undefined : change.nextProbeInMs));
    expect(told).toEqual([1000, 2000, 4000, 3000]);
    await clock.advance(1);
    expect(probes).toEqual([1000, 3000, 7000, 10_000]);
    expect(changes.at(-1)).toEqual({ type: "probe", answered: false });
    expect(gaveUp).toEqual(["ECONNREFUSED"]);

    const never = setUp();
    never.circuit.failed("undelivered", "write", "a", "ENOTFOUND");
    expect(never.changes).toMatchObject([{ answered: false, givesUpInMs: 30_000 }]);
  });

  it("opens when no write is answered although every lookup is, and keeps its patience over the tries", async () => {
    const { clock, circuit, gaveUp, answer } = setUp({ patienceMs: 60_000 });
    circuit.answered("lookup");
    for (let n = 0; n < 4; n++) {
      circuit.failed("unanswered", "write", `entry ${n}`, "HTTP 503");
      circuit.answered("lookup");
    }
    expect(circuit.isOpen).toBe(false);
    circuit.failed("unanswered", "write", "entry 4", "HTTP 503");
    circuit.answered("lookup"); // one that was under way: it says nothing about writes
    expect(circuit.isOpen).toBe(true);
    answer(true);
    const openedAgain: boolean[] = [];
    for (const waitMs of [1000, 2000, 4000, 8000, 16_000]) {
      await clock.advance(waitMs);
      expect(circuit.isOpen).toBe(false); // the probe was answered, so a write may try
      circuit.failed("unanswered", "write", "entry 5", "HTTP 503");
      openedAgain.push(circuit.isOpen);
    }
    expect(openedAgain).toEqual([true, true, true, true, true]);
    await clock.advance(30_000);
    expect(gaveUp).toEqual([]);
    circuit.failed("unanswered", "write", "entry 5", "HTTP 503");
    await clock.advance(1);
    expect(gaveUp).toEqual(["HTTP 503"]);
  });

  it("trusts writes again after the first one that is answered", async () => {
    const { clock, circuit, answer } = setUp();
    for (let n = 0; n < 5; n++) circuit.failed("unanswered", "write", `entry ${n}`, "HTTP 503");
    answer(true);
    await clock.advance(1000);
    circuit.answered("write");
    circuit.failed("unanswered", "write", "entry 9", "HTTP 503");
    expect(circuit.isOpen).toBe(false);
  });

  it("gives up when its patience is used up, and stops probing when the run stops", async () => {
    const patient = setUp({ patienceMs: 60_000 });
    patient.circuit.answered("write");
    for (let n = 0; n < 3; n++) patient.circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    await patient.clock.advance(59_000);
    expect(patient.gaveUp).toEqual([]);
    await patient.clock.advance(1_500);
    expect(patient.gaveUp).toEqual(["ECONNREFUSED"]);

    const stopped = setUp();
    stopped.circuit.failed("undelivered", "write", "a", "ECONNREFUSED");
    stopped.stop.abort();
    await stopped.circuit.closed();
    await stopped.circuit[Symbol.asyncDispose]();
    expect(stopped.probes).toEqual([]);
  });
});

function setUp({ patienceMs = 900_000 } = {}) {
  const clock = fakeClock();
  const stop = new AbortController();
  const gaveUp: string[] = [];
  const changes: CircuitChange[] = [];
  const probes: number[] = [];
  let isAnswered = false;
  const circuit = createCircuit({
    clock,
    signal: stop.signal,
    patienceMs,
    probe: async () => {
      probes.push(clock.monotonicMs());
      return isAnswered;
    },
    giveUp: (cause) => {
      gaveUp.push(cause);
      stop.abort(); // as the halt does
    },
    onChange: (change) => changes.push(change),
  });
  const answer = (value: boolean) => {
    isAnswered = value;
  };
  return { clock, stop, gaveUp, changes, probes, circuit, answer };
}
