// What the closing says of a pilot (`--limit`): what it was, and what to do after it. The rest is offered only when
// the pilot has shown that it would arrive.
import { isSettledWell, type Outcome } from "../model/outcome.ts";
import type { Phase } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import type { Summary } from "./summary.ts";
import { counted, words } from "./wording.ts";

/** `Pilot: 10 orders with their 23 products and 1 channel.`; nothing where there was no pilot. */
export function pilotNote({ pilot }: Summary): string {
  // A summary that an older version wrote has none.
  if (pilot === undefined || pilot === null || pilot.phases.length === 0) return "";
  const first = listed(pilot.phases.filter(({ taken }) => taken === "first").map(amount));
  const needed = listed(pilot.phases.filter(({ taken }) => taken === "needed").map(amount));
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

/** `10 orders`, `1 kit`: entries of a phase as people call them. */
export function amount({ phase, entries }: { readonly phase: Phase; readonly entries: number }): string {
  const own = Object.values(resources).find(({ phases }) => phases[0] === phase);
  const singular = own?.singular ?? words(phase).replace(/s$/, "");
  return counted(entries, singular, singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`);
}

function listed(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
