// What is learned of how an account's server answers, and how each fact is read back from where it is kept. What is kept
// may be of another version or damaged: what cannot be understood is as if it had never been learned.
import type { AccountFact } from "./account-memory.ts";

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

/** How far this machine's clock was ahead of the API's `Date`, in ms; negative where it was behind. */
export interface ClockFact {
  readonly aheadMs: number;
}

/** The limit that the API's headers told. */
export interface RateFact {
  readonly header: string;
  readonly requestsPerSecond: number;
}

/** The names of the facts that are not about a way of asking. */
export const factNames = { clock: "clock", rate: "rate" } as const;

/** What a fact says of a way of asking; undefined when it is about something else. */
export function routeFact({ name, value }: AccountFact): RouteFact | undefined {
  if (!routeNames.some((route) => name.endsWith(`.${route}`))) return undefined;
  const { proves, cause, most } = membersOf(value);
  if (typeof proves !== "boolean") return undefined;
  return {
    proves,
    ...(typeof cause === "string" ? { cause } : {}),
    ...(typeof most === "number" ? { most } : {}),
  };
}

/** The clock among the facts, with its day. */
export function clockFact(facts: readonly AccountFact[]): (ClockFact & { readonly atMs: number }) | undefined {
  const fact = facts.find(({ name }) => name === factNames.clock);
  const { aheadMs } = membersOf(fact?.value);
  return fact !== undefined && typeof aheadMs === "number" ? { aheadMs, atMs: fact.atMs } : undefined;
}

/** The limit among the facts. */
export function rateFact(facts: readonly AccountFact[]): RateFact | undefined {
  const { header, requestsPerSecond } = membersOf(facts.find(({ name }) => name === factNames.rate)?.value);
  return typeof header === "string" && typeof requestsPerSecond === "number"
    ? { header, requestsPerSecond }
    : undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
