// Which fault, if any, befalls a request. How a fault looks on the wire is in sandbox/answer.ts.
import { ImportError } from "../../model/error.ts";

/** What each fault does, in one line. Their probabilities are laid end to end in this order. */
export const faults = {
  "error-before": "500, nothing stored",
  "error-after": "500 after storing",
  "reset-before": "the connection is cut, nothing stored",
  "reset-after": "the connection is cut after storing",
  "hang-before": "no answer ever, nothing stored",
  "hang-after": "no answer ever, stored",
  "bad-gateway": "502 with HTML, nothing stored",
  truncated: "stored, the answer stops in the middle",
  throttle: "429 for this request and the next few, nothing stored",
} as const;
/** The name of a fault. */
export type FaultName = keyof typeof faults;

/** Every name, in the order of the table. */
export const faultNames = Object.keys(faults) as readonly FaultName[];

/** How likely each fault is, 0 to 1; together at most 1. What is left out never happens. */
export type FaultOdds = Readonly<Partial<Record<FaultName, number>>>;

/** How many requests a `throttle` burst refuses, the first one included. */
export const throttleBurst = 4;

/**
 * The fault of each next request, in order of asking. One draw per request, so equal seeds and equal orders of arrival
 * give equal faults. Throws `ImportError("USAGE")` for odds that cannot be.
 */
export function drawFaults(odds: FaultOdds, seed: number): () => FaultName | undefined {
  const total = checkedTotal(odds);
  const random = mulberry32(seed);
  let burstLeft = 0;
  return () => {
    if (total === 0) return undefined;
    let draw = random();
    if (burstLeft > 0) {
      burstLeft -= 1;
      return "throttle";
    }
    for (const name of faultNames) {
      draw -= odds[name] ?? 0;
      if (draw >= 0) continue;
      if (name === "throttle") burstLeft = throttleBurst - 1;
      return name;
    }
    return undefined;
  };
}

function checkedTotal(odds: FaultOdds): number {
  const given = Object.entries(odds) as [string, number][];
  for (const [name, probability] of given) {
    if (!(faultNames as readonly string[]).includes(name)) {
      throw new ImportError("USAGE", `unknown fault "${name}"`, { hint: `the faults are ${faultNames.join(", ")}` });
    }
    if (!(probability >= 0 && probability <= 1)) {
      throw new ImportError("USAGE", `the probability of ${name} must be between 0 and 1, not ${probability}`);
    }
  }
  const total = given.reduce((sum, [, probability]) => sum + probability, 0);
  // A little over 1 is what adding 0.1 ten times gives.
  if (total > 1 + 1e-9) {
    throw new ImportError("USAGE", `the faults' probabilities add up to ${total}`, {
      hint: "a request has at most one fault: together they can be 1 at most",
    });
  }
  return total;
}

/** A small well-known generator: 32 bits of state, uniform in [0, 1), equal seeds give equal sequences. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
