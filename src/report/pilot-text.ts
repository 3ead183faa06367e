// What the closing says of a pilot (`--limit`): what it was, and what to do after it. The rest is offered only when
// the pilot has shown that it would arrive.
import { isSettledWell, type Outcome } from "../model/outcome.ts";
import type { Summary } from "./summary.ts";
import { listed, phaseAmount } from "./wording.ts";

/** `Pilot: 10 orders with their 23 products and 1 channel.`; nothing where there was no pilot. */
export function pilotNote({ pilot }: Summary): string {
  // A summary that an older version wrote has none.
  if (pilot === undefined || pilot === null || pilot.phases.length === 0) return "";
  const first = listed(pilot.phases.filter(({ taken }) => taken === "first").map(phaseAmount));
  const needed = listed(pilot.phases.filter(({ taken }) => taken === "needed").map(phaseAmount));
  const isOne = pilot.phases.reduce((sum, { taken, entries }) => sum + (taken === "first" ? entries : 0), 0) === 1;
  return `Pilot: ${first}${needed === "" ? "" : ` with ${isOne ? "its" : "their"} ${needed}`}.`;
}

/** How a pilot went: `good` when something was accepted and nothing went wrong. */
export type PilotVerdict = "good" | "bad" | "nothing new";

/** Undefined where nothing was held back, or the run was no pilot. */
export function pilotVerdict({ pilot, outcomes }: Summary): PilotVerdict | undefined {
  if (outcomes.pending.rows === 0 || pilot === undefined || pilot === null) return undefined;
  const ended = pilot.phases.flatMap(({ outcomes: own }) => Object.keys(own) as Outcome[]);
  // Of a pilot that chose nothing, all that was open waits for something invalid.
  if (ended.length === 0 || !ended.every(isSettledWell)) return "bad";
  return ended.includes("accepted") ? "good" : "nothing new";
}
