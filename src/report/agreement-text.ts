// What a run says of the source's own sums: how many entries agree with them.
import type { Results } from "../model/ledger/results.ts";
import type { ResourceName } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import { counted } from "./wording.ts";

/** How the entries of an input stand to the source's own sums. */
export interface ControlTotals {
  readonly input: string;
  readonly resource: ResourceName;
  /** Every sum that the source has is ours. */
  readonly agree: number;
  readonly differ: number;
  /** Entries for which the source has no sum. */
  readonly unstated: number;
  /** A sum could not be read, the source's or ours. */
  readonly uncompared: number;
}

/** One for each input whose mapping names the source's sums. */
export async function controlTotals(results: Results, run: number): Promise<readonly ControlTotals[]> {
  const byInput = new Map<string, ControlTotals>();
  for (const { input, resource, agreement, entries } of await results.agreements(run)) {
    const known = byInput.get(input) ?? { input, resource, agree: 0, differ: 0, unstated: 0, uncompared: 0 };
    const counts = {
      agree: agreement === "agrees" ? entries : 0,
      differ: agreement === "differs" ? entries : 0,
      unstated: agreement === "unstated" ? entries : 0,
      uncompared: agreement === "uncompared" ? entries : 0,
    };
    byInput.set(input, {
      ...known,
      agree: known.agree + counts.agree,
      differ: known.differ + counts.differ,
      unstated: known.unstated + counts.unstated,
      uncompared: known.uncompared + counts.uncompared,
    });
  }
  return [...byInput.values()];
}

/** `512 of 513 orders agree with the file's own totals; 3 have none`: a line for each input, named where there are several. */
export function agreementText(totals: readonly ControlTotals[]): string {
  return totals.map((one) => `${totals.length > 1 ? `${one.input}: ` : ""}${sentence(one)}`).join("\n");
}

function sentence({ resource, agree, differ, unstated, uncompared }: ControlTotals): string {
  const { singular } = resources[resource];
  const compared = agree + differ;
  const all = agree === 1 ? `The ${singular}` : `All ${counted(agree, singular)}`;
  const among = differ === 0 ? all : `${agree} of ${counted(compared, singular)}`;
  const agrees = (differ === 0 ? agree : compared) === 1 ? "agrees" : "agree";
  const parts = [
    ...(compared === 0 ? [] : [`${among} ${agrees} with the file's own totals`]),
    ...(unstated === 0
      ? []
      : [`${counted(unstated, singular)} ${unstated === 1 ? "has" : "have"} no total in the file`]),
    ...(uncompared === 0 ? [] : [`${counted(uncompared, singular)} could not be compared with the file's totals`]),
  ];
  return `${parts.join("; ")}.`;
}
