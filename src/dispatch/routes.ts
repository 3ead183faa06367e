// The ways of asking which keys exist. Each either proves what it says, absences included, or says why it cannot.
//
//   in      `sku[in]=…`, a control first and one last; smaller questions where the server sees only so many keys
//   eq      `sku[eq]=…` one by one, a control before and after each hundred
//   list    the unfiltered list, whole
//   export  the cursor export; it shows active records only, so it has to agree with the list on a sample
import {
  type Alike,
  type Collector,
  collectAnswers,
  type Found,
  keepBest,
  ownKeyOf,
  type ShownRecord,
} from "../api/answers.ts";
import { readExport } from "../api/export.ts";
import { batchesForIn, eqQuestion, fitsIn, inQuestions, mostKeys } from "../api/questions.ts";
import { type Asker, type ListEnd, readWholeList } from "../api/whole-list.ts";
import type { Clock } from "../model/clock.ts";
import type { RouteName } from "../model/ledger/account-facts.ts";
import type { Queue } from "../model/ledger/queue.ts";
import type { Referable, ReferableName, RemoteRecord } from "../model/resource.ts";
import { createAlike } from "../model/text/fold-key.ts";
import type { Learned } from "./account-learned.ts";
import type { Controls, KnownControl } from "./controls.ts";

/** What a way of asking came to. What was found is true in any case; what was not is absent only when `proven`. */
export type RouteEnd =
  | { readonly kind: "proven"; readonly found: ReadonlyMap<string, Found>; readonly alike: Alike }
  | {
      readonly kind: "unproven";
      readonly found: ReadonlyMap<string, Found>;
      readonly alike: Alike;
      readonly cause: string;
      readonly status?: number;
      /** No answer at all: other ways would hardly fare better. */
      readonly isSilent: boolean;
      /** It is how this server answers, and will be so tomorrow. */
      readonly isTrait: boolean;
    };

/** What the routes need of the dispatch that they serve. */
export interface RoutesOptions {
  readonly asker: Asker;
  readonly controls: Controls;
  readonly learned: Learned;
  readonly queue: Pick<Queue, "remember" | "recall">;
  readonly run: number;
  readonly clock: Clock;
  readonly readLagMs: number;
  /** Of the address without its path. */
  readonly addressLength: number;
  readonly signal: AbortSignal;
}

/** Asks for keys by one way. `sinceMs` (the server's clock) is for an export that need not go further back. */
export type AskByRoute = (
  route: RouteName,
  resource: Referable,
  keys: readonly string[],
  sinceMs?: number,
) => Promise<RouteEnd>;

/** An answer of nothing may be a slip: it is asked once more before anything is concluded from it. */
const mostControlChanges = 3;
const smallestSplit = 4;
const eqBlock = 100;
const shortestWaitMs = 250;

/** One per dispatch. With `remembers`, lists and exports are read once and answered from what the run remembers. */
export function createRoutes(options: RoutesOptions): AskByRoute & {
  readonly remembering: AskByRoute;
} {
  const { asker, controls, learned, queue, run, clock, readLagMs, addressLength, signal } = options;
  const passes = new Map<string, Promise<RouteEnd>>();

  const remember = async (resource: Referable, records: readonly ShownRecord[]): Promise<void> => {
    if (records.length > 0) await queue.remember(run, resource.name, records);
  };

  // ---- filters

  const byIn = async (resource: Referable, keys: readonly string[]): Promise<RouteEnd> => {
    const set = await controls.of(resource.name);
    if (set.kind !== "some") return unproven(undefined, "no control");
    const most = learned.route(resource.name, "in")?.most ?? mostKeys;
    const parts: RouteEnd[] = [];
    const field = resource.list.filter ?? "";
    const length = addressLength + resource.list.path.length;
    for (const batch of batchesForIn(field, keys.filter(fitsIn), set.controls.slice(0, 2), most, length)) {
      const end = await askIn(resource, batch, 0);
      parts.push(end);
      if (end.kind === "unproven") return merged(parts);
    }
    const single = keys.filter((key) => !fitsIn(key));
    if (single.length > 0) parts.push(await byEq(resource, single));
    return merged(parts);
  };

  const askIn = async (resource: Referable, keys: readonly string[], changes: number): Promise<RouteEnd> => {
    const set = await controls.of(resource.name);
    const usable = set.kind === "some" ? set.controls.filter(({ key }) => fitsIn(key)) : [];
    const [first, last] = usable;
    if (first === undefined) return unproven(undefined, "no control that `in` could hold");
    const collector = collectAnswers(resource, keys);
    const missing: KnownControl[] = [];
    for (const question of inQuestions(
      resource.list.filter ?? "",
      keys,
      last === undefined ? [first] : [first, last],
    )) {
      const asked = await askFilter(resource, question.text, collector, [...keys, ...question.controls.map(keyOf)], {
        shows: question.controls.map(keyOf),
      });
      if (asked.kind === "unproven") return { ...asked, found: collector.found, alike: collector.alike };
      missing.push(...question.controls.filter(({ key }) => !asked.seen.has(key)));
    }
    if (missing.length === 0) {
      await learned.learnRoute(resource.name, "in", {
        proves: true,
        ...mostOf(learned.route(resource.name, "in")?.most),
      });
      return { kind: "proven", found: collector.found, alike: collector.alike };
    }
    for (const control of missing) {
      const state = await controls.check(resource.name, control);
      if (state === "unknown") return unproven(collector, "a control that cannot be read", { isSilent: true });
      if (state === "gone") {
        return changes < mostControlChanges
          ? askIn(resource, keys, changes + 1)
          : unproven(collector, "controls that vanish");
      }
    }
    // One of two is there: the server sees only so many keys. Smaller questions may prove what this one does not.
    const seesSome = last !== undefined && missing.length === 1 && keys.length >= smallestSplit;
    if (!seesSome)
      return unproven(collector, `\`in\` does not find "${missing[0]?.key}", which is there`, { isTrait: true });
    const half = Math.ceil(keys.length / 2);
    const parts: RouteEnd[] = [];
    for (const part of [keys.slice(0, half), keys.slice(half)]) {
      const end = await askIn(resource, part, changes);
      parts.push(end);
      if (end.kind === "unproven") return merged(parts);
    }
    const known = learned.route(resource.name, "in")?.most ?? mostKeys;
    await learned.learnRoute(resource.name, "in", { proves: true, most: Math.min(known, half) });
    return merged(parts);
  };

  const byEq = async (resource: Referable, keys: readonly string[]): Promise<RouteEnd> => {
    const field = resource.list.filter ?? "";
    const collector = collectAnswers(resource, keys);
    const ask = (key: string, isControl: boolean) =>
      askFilter(resource, eqQuestion(field, key), collector, [key], { shows: isControl ? [key] : [] });
    const askControl = async (changes: number): Promise<RouteEnd | undefined> => {
      const set = await controls.of(resource.name);
      if (set.kind !== "some") return unproven(collector, "no control");
      const [control] = set.controls;
      const asked = await ask(control.key, true);
      if (asked.kind === "unproven") return { ...asked, found: collector.found, alike: collector.alike };
      if (asked.seen.has(control.key)) return undefined;
      const state = await controls.check(resource.name, control);
      if (state === "gone" && changes < mostControlChanges) return askControl(changes + 1);
      if (state === "unknown") return unproven(collector, "a control that cannot be read", { isSilent: true });
      return unproven(collector, `\`eq\` does not find "${control.key}", which is there`, { isTrait: true });
    };
    for (let start = 0; start < keys.length; start += eqBlock) {
      const before = await askControl(0);
      if (before !== undefined) return before;
      for (const key of keys.slice(start, start + eqBlock)) {
        const asked = await ask(key, false);
        if (asked.kind === "unproven") return { ...asked, found: collector.found, alike: collector.alike };
      }
      const after = await askControl(0);
      if (after !== undefined) return after;
    }
    await learned.learnRoute(resource.name, "eq", { proves: true });
    return { kind: "proven", found: collector.found, alike: collector.alike };
  };

  interface FilterAnswer {
    readonly kind: "answered";
    /** Own keys of all that came. */
    readonly seen: ReadonlySet<string>;
  }

  /** One filtered list. What it has to show and does not is asked for again: once, or until reads must show it. */
  const askFilter = async (
    resource: Referable,
    query: string,
    collector: Collector,
    keys: readonly string[],
    { shows }: { readonly shows: readonly string[] },
  ): Promise<FilterAnswer | Unproven> => {
    const asked = new Set(keys);
    const likeOf = createAlike(keys);
    const isAskedFor = (record: RemoteRecord) =>
      record.keys.some(({ key }) => asked.has(key) || likeOf(key).length > 0);
    for (let round = 1, waitMs = shortestWaitMs; ; round++, waitMs *= 2) {
      const seen = new Set<string>();
      const before = collector.unreadable;
      const end = await readWholeList(asker, resource.list.path, query, async (rows) => {
        const records = collector.take(rows);
        for (const record of records) seen.add(ownKeyOf(record) ?? "");
        await remember(resource, records);
        // Somebody else's record means that the filter filters nothing. One whose key only looks like an asked one is
        // the answer of a database that ignores case, not a match.
        return rows.length === records.length && records.every(isAskedFor);
      });
      if (end.kind === "stopped")
        return unproven(
          collector,
          collector.unreadable > before
            ? `rows without an id or ${resource.keyPath} that can be read`
            : "the list gave records that were not asked for",
          { isTrait: true },
        );
      if (end.kind !== "whole") return cannot(collector, end);
      const isComplete = shows.every((key) => seen.has(key));
      const youngestMs = await youngest(resource.name, shows);
      if (isComplete || (round > 1 && youngestMs >= readLagMs)) return { kind: "answered", seen };
      if (youngestMs < readLagMs) await clock.sleep(Math.min(waitMs, readLagMs - youngestMs), signal);
    }
  };

  /** How long ago, in ms, the youngest of these controls was made; very long ago for those that were there before. */
  const youngest = async (name: ReferableName, keys: readonly string[]): Promise<number> => {
    const set = await controls.of(name);
    const made = (set.kind === "some" ? set.controls : []).flatMap(({ key, madeAtMs }) =>
      madeAtMs !== undefined && keys.includes(key) ? [clock.monotonicMs() - madeAtMs] : [],
    );
    return Math.min(Number.POSITIVE_INFINITY, ...made);
  };

  // ---- everything

  const byReading = async (
    route: "list" | "export",
    resource: Referable,
    keys: readonly string[],
    sinceMs = 0,
  ): Promise<RouteEnd> => {
    const collector = collectAnswers(resource, keys);
    const set = await controls.of(resource.name);
    const wanted = await mustShow(route, resource, sinceMs, set.kind === "some" ? set.controls : []);
    if (wanted === undefined) return unproven(collector, "an export that nothing agrees with");
    const missing = new Set(wanted);
    const onRows = async (rows: readonly unknown[]): Promise<boolean> => {
      const records = collector.take(rows);
      for (const { remoteId } of records) missing.delete(remoteId);
      await remember(resource, records);
      return true;
    };
    const { exportPath } = resource.list;
    const end =
      route === "list"
        ? await readSorted(resource, onRows)
        : exportPath === undefined
          ? ({ kind: "partial", cause: "there is no export" } as const)
          : await readExport(asker, exportPath, sinceMs, onRows);
    if (end.kind !== "whole") return cannot(collector, end);
    if (collector.unreadable > 0)
      return unproven(
        collector,
        `${collector.unreadable} ${collector.unreadable === 1 ? "row" : "rows"} of its ${route} without an id or ${resource.keyPath} that can be read`,
      );
    if (missing.size > 0) return unproven(collector, `its ${route} lacks ${missing.size} records that are there`);
    await learned.learnRoute(resource.name, route, { proves: true });
    return { kind: "proven", found: collector.found, alike: collector.alike };
  };

  /**
   * The ids that a reading has to show. For the list the controls; for the export a page of the list, or, when it begins
   * at a moment, a record that was made after it.
   */
  const mustShow = async (
    route: "list" | "export",
    resource: Referable,
    sinceMs: number,
    known: readonly KnownControl[],
  ): Promise<readonly string[] | undefined> => {
    if (route === "list") {
      const old = known.filter(({ madeAtMs = 0 }) => clock.monotonicMs() - madeAtMs >= readLagMs);
      return old.map(({ remoteId }) => remoteId);
    }
    if (sinceMs > 0) {
      const newest = controls.newest(resource.name);
      return newest !== undefined && newest.serverAtMs > sinceMs ? [newest.control.remoteId] : undefined;
    }
    const page = await controls.firstPage(resource.name);
    if (page.kind !== "answer" || page.value.rows.length === 0) return undefined;
    return page.value.rows.flatMap((row) => resource.remoteRecord(row)?.remoteId ?? []);
  };

  /** In the order of ids, so that what is made meanwhile comes last; without it where the server knows no such order. */
  const readSorted = async (resource: Referable, onRows: (rows: readonly unknown[]) => Promise<boolean>) => {
    const { path, filter } = resource.list;
    const more = { mayBeUnpaged: filter === undefined };
    const end = await readWholeList(asker, path, "sort=id%3Aasc", onRows, more);
    const refusesSort = end.kind === "refused" && [400, 422].includes(end.status);
    return refusesSort ? readWholeList(asker, path, "", onRows, more) : end;
  };

  const byMemory = async (
    route: "list" | "export",
    resource: Referable,
    keys: readonly string[],
  ): Promise<RouteEnd> => {
    const name = `${resource.name}.${route}`;
    const pass = passes.get(name) ?? byReading(route, resource, []);
    passes.set(name, pass);
    const ended = await pass;
    const found = new Map<string, Found>();
    for (const { key, role, remoteId } of await queue.recall(run, resource.name, keys)) {
      keepBest(found, key, { remoteId, role, ownKey: role === "own" ? key : undefined, others: [] });
    }
    return { ...ended, found };
  };

  const ask: AskByRoute = (route, resource, keys, sinceMs) => {
    switch (route) {
      case "in":
        return byIn(resource, keys);
      case "eq":
        return byEq(resource, keys);
      case "list":
      case "export":
        return byReading(route, resource, keys, sinceMs);
      default:
        return route satisfies never;
    }
  };
  const remembering: AskByRoute = (route, resource, keys) =>
    route === "list" || route === "export" ? byMemory(route, resource, keys) : ask(route, resource, keys);
  return Object.assign(ask, { remembering });
}

function keyOf({ key }: KnownControl): string {
  return key;
}

function mostOf(most: number | undefined): { readonly most?: number } {
  return most === undefined ? {} : { most };
}

type Unproven = Extract<RouteEnd, { kind: "unproven" }>;

function unproven(
  collector: Collector | undefined,
  cause: string,
  more: { readonly status?: number; readonly isSilent?: true; readonly isTrait?: true } = {},
): Unproven {
  const found = collector?.found ?? new Map();
  const alike = collector?.alike ?? new Map();
  return { kind: "unproven", found, alike, cause, isSilent: false, isTrait: false, ...more };
}

function cannot(collector: Collector, end: Exclude<ListEnd, { kind: "whole" }>): Unproven {
  switch (end.kind) {
    case "refused":
      return unproven(collector, `HTTP ${end.status}: ${end.refusal.message}`, { status: end.status, isTrait: true });
    case "silent":
      return unproven(collector, end.cause, { isSilent: true });
    case "partial":
      return unproven(collector, `its list is not whole: ${end.cause}`);
    case "stopped":
      return unproven(collector, "reading stopped");
    default:
      return end satisfies never;
  }
}

/** Proven when all parts are. */
function merged(parts: readonly RouteEnd[]): RouteEnd {
  const found = new Map(parts.flatMap((part) => [...part.found]));
  const alike = new Map(parts.flatMap((part) => [...part.alike]));
  const failed = parts.find((part) => part.kind === "unproven");
  return failed === undefined ? { kind: "proven", found, alike } : { ...failed, found, alike };
}
