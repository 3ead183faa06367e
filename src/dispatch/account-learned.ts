// How the account's server answers questions, as far as it was seen: chosen from at the next run, and proven again there
// by the controls in every answer. Kept in the ledger; doctor shows it.
import type { AccountFact, AccountMemory } from "../model/account-memory.ts";
import type { ReferableName } from "../model/resource.ts";

/** The ways of asking for keys, from the cheapest for a few of them. */
export const routeNames = ["in", "eq", "list", "export"] as const;
/** One of `routeNames`. */
export type RouteName = (typeof routeNames)[number];

/** What was seen of a way of asking. `most`: how many keys one question may hold. */
export interface RouteFact {
  readonly proves: boolean;
  readonly cause?: string;
  readonly most?: number;
}

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

/** A stored fact as what it says of a way of asking; undefined when it is about something else. */
export function routeFact({ name, value }: AccountFact): RouteFact | undefined {
  const isRoute = routeNames.some((route) => name.endsWith(`.${route}`));
  if (!isRoute || typeof value !== "object" || value === null) return undefined;
  const { proves, cause, most } = value as Readonly<Record<string, unknown>>;
  if (typeof proves !== "boolean") return undefined;
  return {
    proves,
    ...(typeof cause === "string" ? { cause } : {}),
    ...(typeof most === "number" ? { most } : {}),
  };
}
