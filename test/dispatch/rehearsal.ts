// A real sandbox, a real ledger and a dispatch between them. Here are the entries and how to run them, no claims.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DispatchEnd, type DispatchEvent, type DispatchOptions, dispatch } from "../../src/dispatch/dispatcher.ts";
import { writtenJob } from "../../src/job/job-schema.ts";
import { type LedgerChoice, openLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import { systemClock } from "../../src/model/clock.ts";
import { contentHash, type JsonObject } from "../../src/model/json.ts";
import type { NewEntry } from "../../src/model/ledger/entry.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { ResultEntry } from "../../src/model/ledger/results.ts";
import type { Problem } from "../../src/model/problem.ts";
import type { Reference, ResourceName } from "../../src/model/resource.ts";
import { resources } from "../../src/model/resources/resources.ts";
import type { RowRef } from "../../src/model/row.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";

/** An entry before it has rows. */
export interface Item {
  readonly resource: ResourceName;
  readonly payload: JsonObject;
  readonly references?: readonly Reference[];
  readonly clears?: NewEntry["clears"];
  readonly creationProblems?: readonly Problem[];
}

export function product(sku: string, more: JsonObject = {}): Item {
  return { resource: "products", payload: { name: `Product ${sku}`, sku, category: { name: "Tools" }, ...more } };
}

export function kit(sku: string, components: readonly string[]): Item {
  return product(sku, { type: "KIT", kit_items: components.map((component) => ({ sku: component, quantity: 1 })) });
}

export function order(number: string, skus: readonly string[] = [], more: JsonObject = {}): Item {
  const items =
    skus.length === 0
      ? [{ product_id: 1, quantity: 1, unit_price: 5 }]
      : skus.map((sku) => ({ sku, quantity: 1, unit_price: 5 }));
  return {
    resource: "sales_orders",
    payload: {
      channel_id: 1,
      order_number: number,
      order_date: "2024-01-15",
      order_status: "completed",
      bill_to: { name: "Ada" },
      ship_to: { name: "Ada" },
      items,
      ...more,
    },
  };
}

export function many<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

export type Changes = Partial<Omit<DispatchOptions, "limits" | "existing" | "api">> & {
  readonly limits?: Partial<DispatchOptions["limits"]>;
  readonly existing?: Partial<DispatchOptions["existing"]>;
  readonly api?: Partial<DispatchOptions["api"]>;
};

export interface Rehearsal extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly ledger: Ledger;
  /** Stages these entries as a new run, and gives its id. */
  stage(items: readonly Item[]): Promise<number>;
  /** Dispatches a staged run; what is left is settled as pending afterwards. */
  dispatch(run: number, changes?: Changes): Promise<Dispatched>;
}

export interface Dispatched {
  readonly end: DispatchEnd;
  readonly events: readonly DispatchEvent[];
  readonly results: Readonly<Record<string, ResultEntry>>;
}

export async function rehearse(
  options: SandboxOptions = {},
  disk: Pick<LedgerChoice, "syncFile"> = {},
): Promise<Rehearsal> {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-"));
  const sandbox = await startSandbox(options);
  const ledger = await openLedger({ folder, baseUrl: sandbox.url, mode: "write", ...disk });
  let runs = 0;
  return {
    sandbox,
    ledger,
    async stage(items) {
      runs += 1;
      return stageItems(ledger, `run-${runs}`, items);
    },
    async dispatch(run, changes = {}) {
      const events: DispatchEvent[] = [];
      const end = await dispatch({
        ledger,
        run,
        missingReferences: "block",
        force: false,
        locate: async (_entryId, problems) => problems,
        onEvent: (event) => events.push(event),
        clock: systemClock,
        random: () => 0.1,
        stop: new AbortController().signal,
        abort: new AbortController().signal,
        ...changes,
        api: { baseUrl: sandbox.url, baseUrlFrom: "LUMINOUS_BASE_URL", token: "sandbox", ...changes.api },
        existing: { ...writtenJob.shape.existing.parse({}), ...changes.existing },
        guard: { channel: undefined, orderPush: "refuse", openOrderDays: 30, ...changes.guard },
        limits: {
          requestsPerSecond: 1000,
          maxRequestsPerSecond: 1000,
          concurrency: 4,
          attempts: 5,
          timeoutMs: 300,
          outagePatienceMs: 5000,
          readLagMs: 300,
          secondSendMs: 300, // also what a busy machine may add to a request that timed out
          ...changes.limits,
        },
      });
      await ledger.queue.settleRest(run, undefined);
      return { end, events, results: await resultsOf(ledger, run) };
    },
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Stages these entries as a new run, and gives its id. */
export async function stageItems(ledger: Ledger, runId: string, items: readonly Item[]): Promise<number> {
  const { id: run } = await ledger.runs.begin({
    runId,
    job: "job.yaml",
    command: "run",
    startedAtMs: 1,
  });
  const info = {
    path: "items.csv",
    format: "csv",
    encoding: "utf-8",
    bom: false,
    gzip: false,
    newline: "\n",
    detected: [],
  } as const;
  const file = await ledger.staging.addFile({ run, input: "items", kind: "input", file: "items.csv", info });
  const refs = items.map((_, index): RowRef => ({ file: file.id, number: index + 1 }));
  await ledger.staging.addRows(refs.map((ref, index) => ({ ref, line: index + 2, raw: `row ${index + 1}` })));
  await ledger.staging.addEntries(
    run,
    items.map((item, index) => newEntry(item, refs[index] ?? { file: file.id, number: 0 })),
  );
  return run;
}

/** `{ accepted: 3, rejected: 1 }` */
export function tally(results: Readonly<Record<string, ResultEntry>>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of Object.values(results)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Requests that change something. */
export function writesOf(sandbox: Sandbox): number {
  return Object.entries(sandbox.counts().requests).reduce(
    (sum, [route, count]) => sum + (route.startsWith("GET") ? 0 : count),
    0,
  );
}

/** The entries of a run by key. */
export async function resultsOf(ledger: Ledger, run: number): Promise<Readonly<Record<string, ResultEntry>>> {
  const results: Record<string, ResultEntry> = {};
  for await (const rows of ledger.results.rows(run)) {
    for (const { entry } of rows) if (entry !== undefined) results[entry.key ?? ""] = entry;
  }
  return results;
}

function newEntry(
  { resource: name, payload, references = [], clears = {}, creationProblems = [] }: Item,
  row: RowRef,
): NewEntry {
  const resource = resources[name];
  const key = String(payload[resource.keyPath]);
  const all = [...references, ...resource.references(payload)];
  return {
    resource: name,
    phase: resource.phaseOf(payload),
    position: row,
    key,
    payload,
    clears,
    hash: contentHash({ payload, clears, references: all.map(({ path, key: its }) => `${path}=${its}`) } as JsonObject),
    keys: [{ key, path: resource.keyPath }, ...resource.innerKeys(payload)],
    references: all,
    problems: [],
    creationProblems,
    rows: [row],
  };
}
