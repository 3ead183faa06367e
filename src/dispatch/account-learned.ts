// How the account's server answers questions, as far as it was seen: chosen from at the next run, and proven again there
// by the controls in every answer. Kept in the ledger; doctor shows it.
import { type RouteFact, type RouteName, routeFact } from "../model/ledger/account-facts.ts";
import type { AccountMemory } from "../model/ledger/account-memory.ts";
import type { ReferableName } from "../model/resource.ts";

/** What is known of the account's server, read once and written as it is learned. */
export interface Learned {
  route(resource: ReferableName, route: RouteName): RouteFact | undefined;
  learnRoute(resource: ReferableName, route: RouteName, fact: RouteFact): Promise<void>;
}

/** A server that failed to prove anything may have been repaired: after this time it is tried again. */
const forgottenAfterMs = 7 * 86_400_000;

/** Reads what earlier runs learned. */
export async function recallAccount(memory: AccountMemory, nowMs: () => number): Promise<Learned> {
  const facts = new Map<string, RouteFact>();
  for (const fact of await memory.facts()) {
    const route = routeFact(fact);
    if (route !== undefined && (route.proves || nowMs() - fact.atMs < forgottenAfterMs)) facts.set(fact.name, route);
  }
  return {
    route: (resource, route) => facts.get(`${resource}.${route}`),
    async learnRoute(resource, route, fact) {
      const name = `${resource}.${route}`;
      const known = facts.get(name);
      if (known !== undefined && known.proves === fact.proves && known.most === fact.most) return;
      facts.set(name, fact);
      await memory.learn({ name, value: fact, atMs: nowMs() });
    },
  };
}
