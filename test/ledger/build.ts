// What ledger tests are made of: small runs, files, rows and entries.

import { createHash } from "node:crypto";
import type { NewEntry, QueuedEntry } from "../../src/model/ledger/entry.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { NewRow, StagedFile } from "../../src/model/ledger/rows.ts";
import type { RunRecord } from "../../src/model/ledger/runs.ts";
import type { Phase } from "../../src/model/resource.ts";
import type { FileInfo } from "../../src/model/row.ts";
import { sendOne, settleOne } from "./one.ts";
import { terms } from "./terms.ts";

/** Where a ledger can be opened again and again, one at a time. */
export interface LedgerPlace extends AsyncDisposable {
  open(): Promise<Ledger>;
}

export const info: FileInfo = {
  path: "/exports/products.csv",
  format: "csv",
  encoding: "utf-8",
  bom: false,
  gzip: false,
  delimiter: ",",
  newline: "\n",
  detected: [],
};

export function beginRun(ledger: Ledger, runId: string, job = "job.yaml"): Promise<RunRecord> {
  return ledger.runs.begin({ runId, job, command: "run", startedAtMs: 1_000 });
}

export function addFile(
  ledger: Ledger,
  run: number,
  file: {
    readonly input?: string;
    readonly join?: string;
    readonly kind?: StagedFile["kind"];
    readonly file?: string;
    readonly info?: FileInfo;
  } = {},
): Promise<StagedFile> {
  return ledger.staging.addFile({ run, input: "products", kind: "input", file: "products.csv", info, ...file });
}

export function row(fileId: number, number: number, more: Partial<NewRow> = {}): NewRow {
  return { ref: { file: fileId, number: number }, line: number + 1, raw: `row ${number}`, ...more };
}

/** A text that takes its room on disk, however it is packed; the same for the same number. */
export function noise(length: number, number: number): string {
  return createHash("shake256", { outputLength: Math.ceil(length * 0.75) })
    .update(String(number))
    .digest("base64")
    .slice(0, length);
}

/** A product whose first row is `number` of the file; its hash is that of its key unless said otherwise. */
export function entry(fileId: number, number: number, key: string | undefined, more: Partial<NewEntry> = {}): NewEntry {
  return {
    resource: "products",
    phase: "products",
    position: { file: fileId, number: number },
    key,
    payload: { sku: key ?? "" },
    clears: {},
    hash: `hash of ${key}`,
    keys: key === undefined ? [] : [{ key, path: "sku" }],
    references: [],
    problems: [],
    creationProblems: [],
    rows: [{ file: fileId, number: number }],
    ...more,
  };
}

/** A run with one file, a row for each entry, and the entries. */
export async function stage(
  ledger: Ledger,
  runId: string,
  entries: readonly (string | ({ readonly key: string } & Partial<NewEntry>))[],
): Promise<{ readonly run: number; readonly file: number }> {
  const { id: run } = await beginRun(ledger, runId);
  const { id: file } = await addFile(ledger, run);
  await ledger.staging.addRows(entries.map((_, index) => row(file, index + 1)));
  await ledger.staging.addEntries(
    run,
    entries.map((each, index) =>
      typeof each === "string" ? entry(file, index + 1, each) : entry(file, index + 1, each.key, each),
    ),
  );
  return { run, file };
}

/** The open, unplanned entries of a phase by key. */
export async function openEntries(
  ledger: Ledger,
  run: number,
  phase: Phase = "products",
): Promise<Map<string, QueuedEntry>> {
  const found = await flat(ledger.queue.unplanned(run, phase, 100));
  return new Map(found.map((each) => [each.key, each]));
}

export async function openEntry(
  ledger: Ledger,
  run: number,
  key: string,
  phase: Phase = "products",
): Promise<QueuedEntry> {
  const found = (await openEntries(ledger, run, phase)).get(key);
  if (found === undefined) throw new Error(`no open entry ${key}`);
  return found;
}

/** Sends and accepts a creation. */
export async function accept(ledger: Ledger, each: QueuedEntry, remoteId = `remote ${each.key}`): Promise<void> {
  const sendId = await sendOne(ledger.queue, each.id, { plan: { kind: "create" }, hash: each.hash, atMs: 10, terms });
  await ledger.queue.sent({ sendId, result: "accepted", atMs: 11, httpStatus: 201 });
  await settleOne(ledger.queue, each.id, { outcome: "accepted", action: "created", remoteId, httpStatus: 201 });
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The items of all batches. */
export async function flat<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  return (await all(batches)).flat();
}

export const error = { code: "missing_value", message: "is missing" } as const;
export const warning = { code: "case_variant", message: "differs in case", severity: "warning" } as const;
