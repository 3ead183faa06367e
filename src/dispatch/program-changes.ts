// A change of ours is no change of theirs: what an older version of this program made of the same rows by the same mapping
// stays in Luminous as it is, although this version would make something else of them. Nothing is sent; a note says so.
import type { MadeBy } from "../model/ledger/queue.ts";
import type { Problem } from "../model/problem.ts";
import type { Phase } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { isUpdatable } from "./existing-policy.ts";

/**
 * Settles the open entries of a phase that only the program has changed. Of what an old ledger knows too little the mapping
 * may be unknown: records that the API cannot change count as unchanged then, others are updated. Gives how many.
 */
export async function settleRemade({ options }: Pick<DispatchContext, "options">, phase: Phase): Promise<number> {
  const resource = Object.values(resources).find(({ phases }) => phases.some((own) => own === phase));
  if (resource === undefined) return 0;
  const orUnknown = !isUpdatable(resource, options.existing[resource.name]);
  const note = (made: MadeBy): Problem => noteOf(resource.singular, made, orUnknown);
  return await options.ledger.queue.settleRemade(options.run, phase, { orUnknown, note });
}

function noteOf(singular: string, { program, isMappingKnown }: MadeBy, isFinal: boolean): Problem {
  const who = program === undefined ? "an earlier version of this program" : `version ${program} of this program`;
  const same = isMappingKnown ? "from the same rows and the same mapping" : "from the same rows";
  const otherwise = isFinal ? "" : "; --force sends it as it would be made now";
  const message = `${who} made this ${singular} ${same}, and this version would make it differently: it is left as it is${otherwise}`;
  return { code: "program_changed", severity: "warning", message };
}
