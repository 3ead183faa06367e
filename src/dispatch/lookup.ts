// Does Luminous have these keys? Asked by the cheapest way that proves its answer (routes.ts); what no way proves is said
// to be unproven, and nothing is sent on the strength of it. Keys are compared exactly, here.

import { type Alike, collectAnswers, type Found } from "../api/answers.ts";
import { ask } from "../api/ask.ts";
import { readExport } from "../api/export.ts";
import { type Halt, Halted } from "../api/halt.ts";
import { mostKeys } from "../api/questions.ts";
import { accountRefused, type Transport } from "../api/transport.ts";
import { type Asker, pageSize } from "../api/whole-list.ts";
import { ImportError } from "../model/error.ts";
import type { RouteName } from "../model/ledger/account-facts.ts";
import type { Control } from "../model/ledger/account-memory.ts";
import type { Referable, ReferableName, RemoteRecord } from "../model/resource.ts";
import { referables } from "../model/resources/resources.ts";
import { type Learned, recallAccount } from "./account-learned.ts";
import { type Controls, createControls } from "./controls.ts";
import type { DispatchOptions } from "./options.ts";
import { createRoutes, type RouteEnd } from "./routes.ts";

/** What Luminous has of the keys that were asked for. Keys that are neither found nor unproven do not exist: that is proven. */
export interface Answers {
  readonly found: ReadonlyMap<string, Found>;
  /** Records whose own key differs from an asked one only in what servers change, by the asked key. */
  readonly alike: Alike;
  /** Why nothing is proven of the keys that were not found; undefined when their absence is. */
  readonly unproven: string | undefined;
  /** The account has no record of the resource at all: one may be made, and is the control of all further questions. */
  readonly isEmpty: boolean;
}

/** Since when a key may have been written: by our wall clock and, where it is known, by the server's. */
export interface Since {
  readonly atMs: number;
  readonly serverAtMs: number | undefined;
}

/** Asks Luminous for keys. Every way compares exactly and reads every page. */
export interface Lookup {
  /** Begins to find out what proves an answer, ahead of the first question. */
  prepare(resource: ReferableName): void;
  /**
   * What exists of these keys, before a first send; may answer from what the run remembers. `of` is how many keys will be
   * asked for in all: it decides which way is the cheapest. With `shows` the records themselves are wanted: an export, which
   * shows too little of them, comes after a filter then. Ends the run, and throws `Halted`, when nobody answers.
   */
  find(resource: ReferableName, keys: readonly string[], of: number, shows?: "shows"): Promise<Answers>;
  /** As the API says now, for keys that may have been written since. */
  fresh(resource: ReferableName, keys: readonly string[], since: Since): Promise<Answers>;
  /** Records written since whose own key is one of these, or like one: what lists hide, what a server made of a key. Undefined when it cannot be told. */
  changed(resource: ReferableName, keys: readonly string[], since: Since): Promise<Alike | undefined>;
  /** Why no answer about the resource proved anything in this run; undefined where one did or nobody asked. */
  whyUnproven(resource: ReferableName): string | undefined;
  /** A record that was accepted just now: a control for what comes. */
  made(resource: ReferableName, control: Control): Promise<void>;
}

/** By the server's clock a read starts a little before what it looks for … */
const serverMarginMs = 120_000;
/** … by ours more than a day, since a time zone may be mistaken on the way. */
const clockMarginMs = 26 * 3_600_000;
/** A list that is read for a few keys may be this long, in pages, before single questions are the better way. */
const unknownPages = 1000;

/** One per dispatch: which way of asking works is found out once per resource, and kept for later runs. */
export async function createLookup(options: DispatchOptions, transport: Transport, halt: Halt): Promise<Lookup> {
  const { ledger, run, clock, limits, onEvent, api } = options;
  const asker: Asker = (request, reads) => ask(transport, options, halt.signal, request, reads);
  const learned = await recallAccount(ledger.account, () => clock.nowMs());
  const controls = createControls({
    memory: ledger.account,
    asker,
    clock,
    readLagMs: limits.readLagMs,
    serverNowMs: () => transport.serverNowMs,
    signal: halt.signal,
  });
  const routes = createRoutes({
    asker,
    controls,
    learned,
    queue: ledger.queue,
    run,
    clock,
    readLagMs: limits.readLagMs,
    addressLength: api.baseUrl.length,
    signal: halt.signal,
  });

  /** Why no way proved anything for a first send in this run: it is not tried again for every batch. */
  const given = new Map<ReferableName, string>();

  /** By one way after the other, the cheapest first, until one proves what it says. `of`: how many keys there are in all. */
  const askBy = async (
    resource: Referable,
    keys: readonly string[],
    of: number,
    by: (route: RouteName) => Promise<RouteEnd>,
    shows?: "shows",
  ): Promise<RouteEnd> => {
    let last: RouteEnd = nothingAsked;
    const causes: string[] = [];
    const found = new Map<string, Found>(); // true whatever else the way that found it shows
    for await (const route of routeOrder(resource, of, { controls, learned, shows })) {
      const end = await by(route);
      halt.check();
      onEvent({ type: "lookup", resource: resource.name, via: route, keys: keys.length, found: end.found.size });
      for (const [key, record] of end.found) found.set(key, record);
      if (end.kind === "proven" || end.isSilent || end.status === 403) return { ...end, found };
      causes.push(`${route}: ${end.cause}`);
      last = { ...end, found, cause: causes.join("; ") };
      if (end.isTrait) await learned.learnRoute(resource.name, route, { proves: false, cause: end.cause });
      onEvent({ type: "lookup.fallback", resource: resource.name, cause: `${route}: ${end.cause}` });
    }
    return last;
  };

  const haltFor = (name: ReferableName, cause: string, status: number | undefined): never => {
    halt.check();
    halt.now(cannotAsk(options, name, cause, status));
    throw new Halted();
  };

  return {
    prepare(name) {
      controls.of(name).catch(() => undefined); // whoever asks next sees the error
    },
    async find(name, keys, of, shows) {
      if (keys.length === 0) return proven();
      const set = await controls.of(name);
      halt.check();
      if (set.kind === "empty") return { ...proven(), isEmpty: true };
      if (set.kind === "unknown") {
        if (set.isSilent || set.status !== undefined) return haltFor(name, set.cause, set.status);
        given.set(name, set.cause);
      }
      const known = given.get(name);
      if (known !== undefined) return { ...proven(), unproven: known };
      const resource = referables[name];
      const end = await askBy(resource, keys, of, (route) => routes.remembering(route, resource, keys), shows);
      if (end.kind === "unproven") {
        if (end.isSilent || end.status === 403) return haltFor(name, end.cause, end.isSilent ? undefined : 403);
        given.set(name, end.cause);
      }
      return answersOf(end);
    },
    async fresh(name, keys, since) {
      const before = await controls.of(name);
      // What was empty before this run may not be any more: what was sent is what has to be found out.
      const set = before.kind === "some" ? before : await controls.askAgain(name);
      if (set.kind === "empty") return { ...proven(), isEmpty: true };
      if (set.kind === "unknown") return { ...proven(), unproven: set.cause };
      const resource = referables[name];
      const sinceMs = sinceOf(since, controls, name);
      return answersOf(
        await askBy(resource, keys, keys.length, async (route) => {
          const end = await routes(route, resource, keys, sinceMs ?? 0);
          return route === "export" && end.kind === "proven" ? { ...end, ...activeOnly } : end;
        }),
      );
    },
    async changed(name, keys, since) {
      const resource = referables[name];
      const collector = collectAnswers(resource, keys);
      const onRows = async (rows: readonly unknown[]): Promise<boolean> => {
        collector.take(rows);
        return true;
      };
      const { exportPath } = resource.list;
      if (exportPath !== undefined) {
        const sinceMs =
          sinceOf(since, controls, name) ?? Math.min(since.atMs, since.serverAtMs ?? since.atMs) - clockMarginMs;
        const end = await readExport(asker, exportPath, sinceMs, onRows);
        onEvent({ type: "lookup", resource: name, via: "export", keys: keys.length, found: collector.alike.size });
        if (end.kind === "whole" && collector.unreadable === 0) return sameOrAlike(collector);
      }
      const end = await routes("list", resource, keys);
      return end.kind === "proven" ? sameOrAlike(end) : undefined;
    },
    whyUnproven: (name) => given.get(name),
    made: controls.made,
  };
}

/**
 * An export shows active records only, and nobody says which those are (facts §5.6): what it shows is there, and that it lacks
 * a key does not prove that an earlier send made nothing.
 */
const activeOnly = {
  kind: "unproven",
  cause: "it shows active records only",
  isSilent: false,
  isTrait: false,
} as const;

const nothingAsked: RouteEnd = {
  kind: "unproven",
  found: new Map(),
  alike: new Map(),
  cause: "no way of asking is left",
  isSilent: false,
  isTrait: false,
};

function answersOf(end: RouteEnd): Answers {
  const { found, alike } = end;
  return { found, alike, unproven: end.kind === "unproven" ? end.cause : undefined, isEmpty: false };
}

function proven(): Answers {
  return { found: new Map(), alike: new Map(), unproven: undefined, isEmpty: false };
}

/** So few questions are not worth the one that tells how long the list is. */
const fewQuestions = 3;

/** A filter or a list may hide what an export shows: the very key counts before those that are like it. */
function sameOrAlike({ found, alike }: { readonly found: ReadonlyMap<string, Found>; readonly alike: Alike }): Alike {
  const records = new Map(alike);
  for (const [key, { role, remoteId, others }] of found) {
    if (role !== "own") continue;
    const same = [remoteId, ...others].map((id): RemoteRecord => ({ remoteId: id, keys: [{ key, role }] }));
    records.set(key, [...same, ...(alike.get(key) ?? [])]);
  }
  return records;
}

/** The ways that may prove something, the cheapest first by the requests that they would take. */
async function* routeOrder(
  resource: Referable,
  keys: number,
  {
    controls,
    learned,
    shows,
  }: { readonly controls: Controls; readonly learned: Learned; readonly shows: "shows" | undefined },
): AsyncGenerator<RouteName> {
  const { filter, exportPath } = resource.list;
  const may = (route: RouteName) => learned.route(resource.name, route)?.proves !== false;
  const set = await controls.of(resource.name);
  const most = learned.route(resource.name, "in")?.most ?? mostKeys;
  const atBothEnds = set.kind === "some" && set.controls.length > 1 ? 1 : 2; // a single control stands first, then last
  const inCost = Math.ceil(keys / most) * atBothEnds;
  const isFew = filter !== undefined && inCost <= fewQuestions && may("in");
  if (isFew) yield "in";
  const first = await controls.firstPage(resource.name);
  const total = first.kind === "answer" ? first.value.total : undefined;
  const pages = total === undefined ? unknownPages : Math.ceil(total / pageSize) + 1;
  const costs: readonly (readonly [RouteName, number])[] = [
    ...(filter === undefined || isFew ? [] : [["in", inCost] as const]),
    ...(filter === undefined ? [] : [["eq", keys + 2] as const]),
    ["list", pages],
    ...(exportPath === undefined
      ? []
      : [["export", Math.max(pages / 10 + 2, shows !== undefined && may("in") ? inCost + 0.5 : 0)] as const]),
  ];
  yield* [...costs]
    .sort(([, a], [, b]) => a - b)
    .map(([route]) => route)
    .filter(may);
}

/** Where an export may begin so that it shows what was written since; undefined when nothing would prove that it does. */
function sinceOf({ atMs, serverAtMs }: Since, controls: Controls, name: ReferableName): number | undefined {
  const newest = controls.newest(name);
  if (newest === undefined) return undefined;
  const moments = [...(serverAtMs === undefined ? [] : [serverAtMs - serverMarginMs]), atMs - clockMarginMs];
  return moments.find((moment) => newest.serverAtMs > moment);
}

function cannotAsk(
  options: DispatchOptions,
  name: ReferableName,
  cause: string,
  status: number | undefined,
): ImportError {
  if (status === 403) return accountRefused(options, cause);
  if (status !== undefined) {
    return new ImportError("STOPPED", `what Luminous has of ${name} cannot be found out: ${cause}`, {
      hint: `check that ${options.api.baseUrlFrom} names the API itself (…/external/api/v1)`,
    });
  }
  return new ImportError("OUTAGE", `what Luminous has of ${name} cannot be found out: ${cause}`, {
    hint: "run the same command again later: it continues",
  });
}
