// Does Luminous have these keys? By the list's filter in batches, by the whole list where there is no filter, by one
// pass over the export where the filter turns out to do nothing. Keys are compared exactly, here.
import { ImportError } from "../model/error.ts";
import type { Referable, ReferableName, RemoteKey, RemoteRecord } from "../model/resource.ts";
import { referables } from "../model/resources.ts";
import { ask } from "./ask.ts";
import { type Brake, Halted } from "./brake.ts";
import { filterQueries } from "./filter-query.ts";
import { accountRefused, type Line } from "./line.ts";
import type { DispatchOptions } from "./options.ts";
import { type Asker, type OnPage, type PagesEnd, readExport, readList } from "./pages.ts";

/** What Luminous has under a key. `own`: the record itself; else the key is another record's alternate or variant. */
export interface Found {
  readonly remoteId: string;
  readonly role: RemoteKey["role"];
  /** The key of the record itself, where it was seen. */
  readonly ownKey: string | undefined;
  /** Further records whose own key it is: which of them is meant, nobody knows. */
  readonly others: readonly string[];
}

/** Keys that are not in it do not exist; that was read to the end. */
export type Answers = ReadonlyMap<string, Found>;

/** Asks Luminous for keys. Both ways compare exactly and read every page. */
export interface Lookup {
  /**
   * What exists of these keys; may answer from what the run remembers, and remembers what it sees.
   * Asks until it knows. Ends the run, and throws `Halted`, when no way of asking works.
   */
  find(resource: ReferableName, keys: readonly string[]): Promise<Answers>;
  /** As the API says now, for keys that may have been written since `sinceMs` (wall clock). Undefined when it could not tell. */
  fresh(resource: ReferableName, keys: readonly string[], sinceMs: number): Promise<Answers | undefined>;
}

type Way = "filter" | "list" | "export";
type Read =
  /** `unreadable`: rows that could not be read, so that what was found is true and an absence proves nothing. */
  | { readonly kind: "answers"; readonly answers: Answers; readonly unreadable?: number }
  | { readonly kind: "useless"; readonly cause: string; readonly status?: number; readonly isAnswered?: true };

/**
 * An export's `since` is by the server's clock, and a time zone may be mistaken on the way: reads start more than a day
 * before what they look for. A record missed here would be made twice.
 */
const clockMarginMs = 26 * 3_600_000;

/** One per dispatch: which way of asking works is found out once per resource. */
export function createLookup(options: DispatchOptions, line: Line, brake: Brake): Lookup {
  const { ledger, run, onEvent } = options;
  const asker: Asker = (request, reads) => ask(line, options, brake.signal, request, reads);
  const ways = new Map<ReferableName, Way>();
  /** One pass per resource and run, shared by all who wait for it. */
  const passes = new Map<ReferableName, Promise<Read>>();

  const wayOf = (resource: Referable): Way => {
    const known = ways.get(resource.name);
    return known ?? (resource.list.filter === undefined ? "list" : "filter");
  };

  const byFilter = async (resource: Referable, keys: readonly string[]): Promise<Read> => {
    const answers = new Map<string, Found>();
    const seen: RemoteRecord[] = [];
    for (const query of filterQueries(
      resource.list.filter ?? "",
      keys,
      resource.list.path.length + options.api.baseUrl.length,
    )) {
      const asked = new Set(query.keys);
      const folded = new Set(query.keys.map(fold));
      const end = await readList(asker, resource, query.text, async (records, foreign) => {
        // Somebody else's record means that the filter filters nothing. One that differs in case only is an answer of a
        // database that ignores case, not a match.
        if (foreign > 0 || records.some(({ keys: its }) => !its.some(({ key }) => folded.has(fold(key))))) return false;
        seen.push(...records);
        for (const record of records) collect(answers, record, asked);
        return true;
      });
      if (end.kind === "stopped") return { kind: "useless", cause: "the list gave records that nobody asked for" };
      if (end.kind !== "complete") return useless(end);
    }
    if (seen.length > 0) await ledger.queue.remember(run, resource.name, seen);
    onEvent({ type: "lookup", resource: resource.name, via: "filter", keys: keys.length, found: answers.size });
    return { kind: "answers", answers };
  };

  /** Reads everything (of the export: since then) and tells what it has of these keys. */
  const byReading = async (
    resource: Referable,
    way: "list" | "export",
    keys: readonly string[],
    sinceMs: number,
  ): Promise<Read> => {
    const answers = new Map<string, Found>();
    const asked = new Set(keys);
    let unreadable = 0;
    const onPage: OnPage = async (records, _foreign, unreadableHere) => {
      unreadable += unreadableHere;
      await ledger.queue.remember(run, resource.name, records);
      for (const record of records) collect(answers, record, asked);
      return true;
    };
    const exportPath = resource.list.exportPath;
    const end =
      way === "export" && exportPath !== undefined
        ? await readExport(asker, resource, exportPath, Math.max(0, sinceMs), onPage)
        : await readList(asker, resource, "", onPage);
    if (end.kind !== "complete") return useless(end);
    onEvent({ type: "lookup", resource: resource.name, via: way, keys: keys.length, found: answers.size });
    return provedAnswers(resource, way, keys, answers, unreadable);
  };

  const byMemory = async (resource: Referable, way: "list" | "export", keys: readonly string[]): Promise<Read> => {
    const pass = passes.get(resource.name) ?? byReading(resource, way, [], 0);
    passes.set(resource.name, pass);
    const ended = await pass;
    if (ended.kind !== "answers") return ended;
    const answers = new Map<string, Found>();
    for (const { key, role, remoteId } of await ledger.queue.recall(run, resource.name, keys)) {
      keepBest(answers, key, { remoteId, role, ownKey: role === "own" ? key : undefined, others: [] });
    }
    return provedAnswers(resource, way, keys, answers, ended.unreadable ?? 0);
  };

  const fallBack = (resource: Referable, cause: string): boolean => {
    if (wayOf(resource) !== "filter" || resource.list.exportPath === undefined) return false;
    ways.set(resource.name, "export");
    onEvent({ type: "lookup.fallback", resource: resource.name, cause });
    return true;
  };

  const askOnce = (resource: Referable, keys: readonly string[], sinceMs: number | undefined): Promise<Read> => {
    const way = wayOf(resource);
    if (way === "filter") return byFilter(resource, keys);
    return sinceMs === undefined
      ? byMemory(resource, way, keys)
      : byReading(resource, way, keys, sinceMs - clockMarginMs);
  };

  const askAll = async (resource: Referable, keys: readonly string[], sinceMs: number | undefined): Promise<Read> => {
    const way = wayOf(resource);
    const read = await askOnce(resource, keys, sinceMs);
    if (read.kind === "answers") return read;
    // Somebody else may have fallen back meanwhile.
    return wayOf(resource) !== way || fallBack(resource, read.cause) ? askOnce(resource, keys, sinceMs) : read;
  };

  return {
    async find(name, keys) {
      if (keys.length === 0) return new Map();
      const read = await askAll(referables[name], keys, undefined);
      if (read.kind === "answers") return read.answers;
      brake.check();
      brake.halt(cannotAsk(options, name, read));
      throw new Halted();
    },
    async fresh(name, keys, sinceMs) {
      const read = await askAll(referables[name], keys, sinceMs);
      return read.kind === "answers" ? read.answers : undefined;
    },
  };
}

function useless(end: Exclude<PagesEnd, { kind: "complete" | "stopped" }> | PagesEnd): Read {
  if (end.kind === "refused")
    return { kind: "useless", cause: `HTTP ${end.status}: ${end.refusal.message}`, status: end.status };
  return { kind: "useless", cause: end.kind === "silent" ? end.cause : end.kind };
}

/** What a pass came to: an absence counts only when every row of every page could be read. */
function provedAnswers(
  { keyPath }: Referable,
  way: "list" | "export",
  keys: readonly string[],
  answers: Answers,
  unreadable: number,
): Read {
  if (unreadable === 0 || keys.every((key) => answers.has(key))) return { kind: "answers", answers, unreadable };
  const cause = `${unreadable} ${unreadable === 1 ? "row" : "rows"} of its ${way} without an id or ${keyPath} that can be read`;
  return { kind: "useless", cause, isAnswered: true };
}

function cannotAsk(
  options: DispatchOptions,
  name: ReferableName,
  { cause, status, isAnswered }: Extract<Read, { kind: "useless" }>,
): ImportError {
  if (status === 403) return accountRefused(options, 403, cause);
  if (isAnswered === true) {
    return new ImportError("STOPPED", `what Luminous has of ${name} cannot be found out: ${cause}`, {
      hint: "what is not seen there may exist all the same, so nothing more is sent; compare such a row with the API's documentation",
    });
  }
  const hint =
    status === undefined
      ? "run the same command again later: it continues"
      : `check that ${options.api.baseUrlFrom} names the API itself (…/external/api/v1)`;
  return new ImportError(
    status === undefined ? "OUTAGE" : "STOPPED",
    `what Luminous has of ${name} cannot be found out: ${cause}`,
    { hint },
  );
}

function collect(answers: Map<string, Found>, { remoteId, keys }: RemoteRecord, asked: ReadonlySet<string>): void {
  const ownKey = keys.find(({ role }) => role === "own")?.key;
  for (const { key, role } of keys) if (asked.has(key)) keepBest(answers, key, { remoteId, role, ownKey, others: [] });
}

/** The record itself before those that only answer to the key. */
function keepBest(answers: Map<string, Found>, key: string, found: Found): void {
  const known = answers.get(key);
  if (known?.role !== "own") answers.set(key, found);
  else if (found.role === "own" && ![known.remoteId, ...known.others].includes(found.remoteId))
    answers.set(key, { ...known, others: [...known.others, found.remoteId] });
}

function fold(key: string): string {
  return key.toLowerCase();
}
