// What earlier runs found out of how the account answers, told from the ledger. Every answer proves it again, so nothing of
// it is a fault.
import { type Finding, ok } from "../model/finding.ts";
import {
  clockFact,
  type RouteFact,
  type RouteName,
  rateFact,
  routeFact,
  routeNames,
} from "../model/ledger/account-facts.ts";
import type { AccountFact } from "../model/ledger/account-memory.ts";

/** One finding for all that is remembered; undefined where nothing is. */
export function tellLearned(facts: readonly AccountFact[]): Finding | undefined {
  const parts = [...routesText(facts), ...headersText(facts)];
  if (parts.length === 0) return undefined;
  const days = facts.map(({ atMs }) => atMs);
  const span = [...new Set([dayText(Math.min(...days)), dayText(Math.max(...days))])].join(" to ");
  return ok("learned", `${parts.join("; ")} (${span})`);
}

function routesText(facts: readonly AccountFact[]): readonly string[] {
  const known = facts.flatMap((fact) => {
    const route = routeNames.find((name) => fact.name.endsWith(`.${name}`));
    const said = routeFact(fact);
    if (route === undefined || said === undefined) return [];
    return [{ resource: fact.name.slice(0, -route.length - 1), route, said }];
  });
  return [...new Set(known.map(({ resource }) => resource))].map((resource) => {
    const own = known.filter((each) => each.resource === resource);
    const proving = own.filter(({ said }) => said.proves).map(({ route, said }) => routeText(route, said));
    const others = own.filter(({ said }) => !said.proves).map(({ route, said }) => routeText(route, said));
    return [
      `${resource} can be asked for by ${proving.length === 0 ? "nothing that proves its answer" : proving.join(", ")}`,
      ...(others.length === 0 ? [] : [`not by ${others.join(", ")}`]),
    ].join(", ");
  });
}

function routeText(route: RouteName, { most, cause }: RouteFact): string {
  const more = [...(most === undefined ? [] : [`at most ${most} keys`]), ...(cause === undefined ? [] : [cause])];
  return more.length === 0 ? route : `${route} (${more.join(", ")})`;
}

function headersText(facts: readonly AccountFact[]): readonly string[] {
  const rate = rateFact(facts);
  const clock = clockFact(facts);
  return [
    ...(rate === undefined ? [] : [`${rate.header} told ${Number(rate.requestsPerSecond.toFixed(2))} a second`]),
    ...(clock === undefined ? [] : ["answers have a Date"]),
  ];
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
