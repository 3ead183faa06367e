// Accepted entries against the API: read back by their ids and compared with what was sent. What is no longer kept is
// mapped again from the ledger's rows, and believed only when it has the hash of what was sent. How two records compare
// is in compare.ts; what a resource's replies look like in its own file.
import { stat } from "node:fs/promises";
import type { ReadOptions } from "../api/options.ts";
import { type ReadRecord, readRecords } from "../api/read-back.ts";
import type { MappingFile } from "../job/job.ts";
import type { CompiledMapping } from "../map/compile.ts";
import { compare, type Difference } from "../model/compare-records.ts";
import { ImportError } from "../model/error.ts";
import type { JsonObject } from "../model/json.ts";
import type { AcceptedEntry } from "../model/ledger/audit.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { updateBody, withFills } from "../model/request-body.ts";
import { resources } from "../model/resources/resources.ts";
import { compileInput } from "../staging/prepare.ts";
import { remap } from "../staging/remap.ts";
import { type AgedRows, rowsOfRuns } from "../staging/row-indexes.ts";

/** What to verify, and with what. */
export interface VerifyOptions extends ReadOptions {
  readonly count: number | "all";
  /** The mapping files of today, by input. */
  readonly mappings: ReadonlyMap<string, MappingFile>;
}

/** One entry that is not in Luminous as it was sent, or of which that cannot be told. */
export interface VerifyFinding {
  readonly resource: string;
  readonly key: string;
  /** What is wrong, in words: `retail_price sent 12.5, Luminous has 12`. */
  readonly message: string;
  readonly difference?: Difference;
}

/** What verifying came to. */
export interface Verification {
  /** Entries that were picked, of so many that could be. */
  readonly entries: number;
  readonly of: number;
  /** Entries that were compared, and values in them. */
  readonly compared: number;
  readonly values: number;
  /** How many findings there are, and the first of them. */
  readonly differences: number;
  readonly findings: readonly VerifyFinding[];
  /** Fields that were sent and that replies do not show, by resource. */
  readonly notReadable: Readonly<Record<string, readonly string[]>>;
  /** What changed since the run, in words. */
  readonly notes: readonly string[];
}

const mostFindings = 1_000;

/** Reads entries of a run back, spread evenly over it. Throws what ends it early: `STOPPED`, `OUTAGE`, `ACCOUNT_REFUSED`. */
export async function verify(ledger: Ledger, run: RunRecord, options: VerifyOptions): Promise<Verification> {
  const total = await count(ledger.audit.accepted(run.id));
  const wanted = options.count === "all" ? total : Math.min(options.count, total);
  const contentOf = createContent(ledger, run, options.mappings);
  const notReadable = new Map<string, Set<string>>();
  const findings: VerifyFinding[] = [];
  const tally = { compared: 0, values: 0, differences: 0 };
  const find = (entry: AcceptedEntry, message: string, difference?: Difference): void => {
    tally.differences += 1;
    if (findings.length >= mostFindings) return;
    const { resource, key } = entry;
    findings.push({ resource, key, message, ...(difference === undefined ? {} : { difference }) });
  };

  await readRecords(options, picked(ledger, run, total, wanted, options.random), async ({ entry }, read) => {
    const record = recordIn(entry, read, find);
    if (record === undefined) return;
    const sent = await contentOf(entry);
    if (!sent.ok) return find(entry, sent.reason);
    const resource = resources[entry.resource];
    const { differences, unreadable, compared } = compare(sent.body, resource.readBack(record));
    tally.compared += 1;
    tally.values += compared;
    for (const difference of differences) find(entry, describe(difference), difference);
    const known = notReadable.get(entry.resource) ?? new Set();
    for (const path of unreadable) known.add(path);
    notReadable.set(entry.resource, known);
  });
  return {
    entries: wanted,
    of: total,
    ...tally,
    findings,
    notReadable: Object.fromEntries([...notReadable].map(([resource, paths]) => [resource, [...paths].sort()])),
    notes: await fileNotes(ledger, run),
  };
}

type Find = (entry: AcceptedEntry, message: string) => void;

function recordIn(entry: AcceptedEntry, read: ReadRecord, find: Find): JsonObject | undefined {
  switch (read.kind) {
    case "record":
      return read.record;
    case "gone":
      find(entry, `Luminous has no ${resources[entry.resource].singular} with the id ${entry.remoteId} any more`);
      return undefined;
    case "unreadable":
      find(entry, `could not be read back: ${read.cause}`);
      return undefined;
    default:
      return read satisfies never;
  }
}

/** `retail_price sent 12.5, Luminous has 12`. */
function describe({ path, sent, have }: Difference): string {
  if (have === undefined) return `${path} sent ${JSON.stringify(sent)}, Luminous has nothing there`;
  if (sent === null && typeof have === "object" && have !== null) {
    return `${path}: Luminous has one more, ${JSON.stringify(have)}`;
  }
  return `${path} sent ${JSON.stringify(sent)}, Luminous has ${JSON.stringify(have)}`;
}

interface Picked {
  readonly entry: AcceptedEntry;
  readonly path: string;
}

/** `wanted` of `total` entries at equal distances, from a random start. */
async function* picked(
  ledger: Ledger,
  run: RunRecord,
  total: number,
  wanted: number,
  random: () => number,
): AsyncGenerator<Picked> {
  const offset = random();
  let at = 0;
  for await (const batch of ledger.audit.accepted(run.id)) {
    for (const entry of batch) {
      const share = (index: number): number => Math.floor((index * wanted) / total + offset);
      if (share(at + 1) > share(at)) yield { entry, path: resources[entry.resource].readPath(entry.remoteId) };
      at += 1;
    }
  }
}

async function count(batches: AsyncIterable<readonly unknown[]>): Promise<number> {
  let total = 0;
  for await (const batch of batches) total += batch.length;
  return total;
}

type Content = { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly reason: string };

/** What was sent for an entry: from the ledger while it is kept, else mapped again and held against its hash. */
function createContent(
  ledger: Ledger,
  run: RunRecord,
  mappings: ReadonlyMap<string, MappingFile>,
): (entry: AcceptedEntry) => Promise<Content> {
  const compiled = new Map<string, Promise<CompiledMapping | string>>();
  const mappingOf = (input: string): Promise<CompiledMapping | string> => {
    const known = compiled.get(input) ?? compileToday(input, mappings, rowsOfRuns(ledger, [run], input));
    compiled.set(input, known);
    return known;
  };
  const mapped = async (entry: AcceptedEntry): Promise<Mapped | string> => {
    const { files } = await ledger.staging.rowsOfEntry(entry.id, 1);
    const input = (files.find(({ kind }) => kind === "input") ?? files[0])?.input ?? "";
    const mapping = await mappingOf(input);
    if (typeof mapping === "string") return mapping;
    const { draft, hash } = await remap(
      ledger,
      { id: entry.id, run: run.id },
      { input: { name: input }, compiled: mapping },
    );
    if (draft === undefined || hash !== entry.hash) {
      return `what was sent is no longer kept, and today's mapping (${mappings.get(input)?.shown ?? input}) makes something else of these rows: not compared`;
    }
    return { payload: draft.payload, clears: draft.clears };
  };
  return async (entry) => {
    const found = (await ledger.audit.content(entry.id)) ?? (await mapped(entry));
    if (typeof found === "string") return { ok: false, reason: found };
    const { payload, clears } = found;
    const fills = await ledger.queue.fills(entry.id).catch(() => undefined);
    if (fills === undefined)
      return { ok: false, reason: "the id that one of its references meant is no longer known: not compared" };
    const filled = withFills(payload, fills);
    return { ok: true, body: bodyOf(entry, filled, clears) };
  };
}

type Mapped = NonNullable<Awaited<ReturnType<Ledger["audit"]["content"]>>>;

async function compileToday(
  input: string,
  mappings: ReadonlyMap<string, MappingFile>,
  rows: AgedRows,
): Promise<CompiledMapping | string> {
  const mapping = mappings.get(input);
  if (mapping === undefined)
    return `what was sent is no longer kept, and the job has no input "${input}" any more: not compared`;
  try {
    return await compileInput({ mapping }, rows);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return `what was sent is no longer kept, and ${mapping.shown} cannot be used: ${error.message}`;
  }
}

/** What the two requests of a creation, or the one of an update, said together. */
function bodyOf({ resource: name, action }: AcceptedEntry, filled: JsonObject, clears: Mapped["clears"]): JsonObject {
  const resource = resources[name];
  if (action === "updated") return updateBody(resource, filled, clears);
  // Unchanged since a run of which we do not know what it did: what either would have sent.
  if (action === undefined && resource.updateEndpoint !== undefined) return updateBody(resource, filled, {});
  return Object.fromEntries(Object.entries(filled).filter(([field]) => !resource.neverSent.includes(field)));
}

/** The rows in the ledger are what is compared; that their files moved on is worth knowing. */
async function fileNotes(ledger: Ledger, run: RunRecord): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const { file, info } of await ledger.results.files(run.id)) {
    if (info.path === "-") continue;
    const found = await stat(info.path).catch(() => undefined);
    if (found === undefined) notes.push(`${file} is gone now; its rows in the ledger were compared`);
    else if (found.mtimeMs > run.startedAtMs) {
      notes.push(`${file} was changed after the run began; the rows that the run read were compared`);
    }
  }
  return notes;
}
