import { describe, expect, it } from "vitest";
import { type CircuitChange, createCircuit } from "../../src/dispatch/outage.ts";
import { fakeClock } from "./fake-clock.ts";

describe("the circuit", () => {
  it("opens at the first failure of a run that was never answered, and waits half a minute at most", async () => {
    const { clock, circuit, gaveUp, probes } = setUp({ patienceMs: 900_000 });
    circuit.failed("undelivered", "a", "ENOTFOUND");
    expect(circuit.isOpen).toBe(true);
    await clock.advance(29_000);
    expect(gaveUp).toEqual([]);
    await clock.advance(2_000);
    expect(gaveUp).toEqual(["ENOTFOUND"]);
    expect(probes.slice(0, 4)).toEqual([1000, 3000, 7000, 15_000]);
  });

  it("opens after five unanswered in a row over two entries, not for one entry that the API chokes on", async () => {
    const { circuit } = setUp();
    circuit.answered();
    for (let n = 0; n < 20; n++) circuit.failed("unanswered", "poison", "HTTP 500");
    expect(circuit.isOpen).toBe(false);
    circuit.answered();
    for (let n = 0; n < 4; n++) circuit.failed("unanswered", `entry ${n}`, "HTTP 500");
    expect(circuit.isOpen).toBe(false);
    circuit.failed("unanswered", "entry 5", "HTTP 500");
    expect(circuit.isOpen).toBe(true);
  });

  it("opens after three undelivered in a row, whoever they belong to", () => {
    const { circuit } = setUp();
    circuit.answered();
    circuit.failed("undelivered", "a", "ECONNREFUSED");
    circuit.failed("undelivered", "a", "ECONNREFUSED");
    expect(circuit.isOpen).toBe(false);
    circuit.failed("undelivered", "a", "ECONNREFUSED");
    expect(circuit.isOpen).toBe(true);
  });

  it("closes with the first probe that is answered, and lets those that wait go on", async () => {
    const { clock, circuit, changes, answer } = setUp();
    circuit.answered();
    for (let n = 0; n < 3; n++) circuit.failed("undelivered", "a", "ECONNREFUSED");
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

  it("gives up when its patience is used up, and stops probing when the run stops", async () => {
    const patient = setUp({ patienceMs: 60_000 });
    patient.circuit.answered();
    for (let n = 0; n < 3; n++) patient.circuit.failed("undelivered", "a", "ECONNREFUSED");
    await patient.clock.advance(59_000);
    expect(patient.gaveUp).toEqual([]);
    await patient.clock.advance(1_500);
    expect(patient.gaveUp).toEqual(["ECONNREFUSED"]);

    const stopped = setUp();
    stopped.circuit.failed("undelivered", "a", "ECONNREFUSED");
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
      stop.abort(); // as the brake does
    },
    onChange: (change) => changes.push(change),
  });
  const answer = (value: boolean) => {
    isAnswered = value;
  };
  return { clock, stop, gaveUp, changes, probes, circuit, answer };
}
