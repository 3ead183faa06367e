// A hand-made ledger for the reporter: what the results interface gives for a list of rows.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResultEntry, ResultRow, Results } from "../../src/model/ledger/results.ts";
import type { StagedFile } from "../../src/model/ledger/rows.ts";
import type { RunRecord } from "../../src/model/ledger/runs.ts";
import { isSettledWell, type Outcome } from "../../src/model/outcome.ts";
import type { Problem } from "../../src/model/problem.ts";
import type { FileInfo } from "../../src/model/row.ts";

export interface FakeRow {
  readonly fileId?: number;
  /** Without the header, from 1; by default rows count up in their file. */
  readonly number?: number;
  readonly line?: number;
  readonly raw?: string;
  readonly outcome?: Outcome;
  readonly entry?: ResultEntry;
  readonly problems?: readonly Problem[];
}

export const csvInfo: FileInfo = {
  path: "orders.csv",
  format: "csv",
  encoding: "utf-8",
  bom: false,
  gzip: false,
  delimiter: ",",
  newline: "\n",
  headerRaw: "Order,Qty",
  columns: ["Order", "Qty"],
  detected: [],
};

export function stagedFile(id: number, input: string, parts: Partial<StagedFile> = {}): StagedFile {
  return {
    id,
    run: 1,
    input,
    kind: parts.join === undefined ? "input" : "join",
    file: `${input}.csv`,
    info: csvInfo,
    ...parts,
  };
}

let lastEntryId = 0;

export function entry(outcome: Outcome, parts: Partial<ResultEntry> = {}): ResultEntry {
  lastEntryId += 1;
  return {
    id: lastEntryId,
    resource: "sales_orders",
    phase: "sales_orders",
    key: `SO-${lastEntryId}`,
    outcome,
    action: undefined,
    remoteId: undefined,
    attempts: 0,
    httpStatus: undefined,
    problems: [],
    ...parts,
  };
}

export function fakeResults(
  files: readonly StagedFile[],
  rows: readonly FakeRow[],
  parts: Partial<Results> = {},
  batchSize = 2,
): Results {
  const stored = withNumbers(rows).map((row) => ({ ...resultRow(row), raw: row.raw ?? "" }));
  return {
    files: async () => files,
    rows: () => inBatches(stored, batchSize),
    rowsOf: () => inBatches([], batchSize),
    agreements: async () => [],
    filesById: async (ids) => files.filter(({ id }) => ids.includes(id)),
    unmade: (fileId) =>
      inBatches(
        stored.filter((row) => row.ref.file === fileId && !isSettledWell(row.outcome) && row.outcome !== "pending"),
        batchSize,
      ),
    tallies: async () => [],
    changes: async () => undefined,
    referenceFaults: async () => [],
    sends: async () => [],
    ...parts,
  };
}

/** One row as the ledger gives it; number 1 and line 2 unless said. */
export function resultRow({
  fileId = 1,
  number = 1,
  line = number + 1,
  outcome,
  entry,
  problems = [],
}: FakeRow): ResultRow {
  return {
    ref: { file: fileId, number },
    line,
    outcome: outcome ?? entry?.outcome ?? "pending",
    entry,
    problems,
  };
}

export function runRecord(parts: Partial<RunRecord> = {}): RunRecord {
  const startedAtMs = Date.UTC(2024, 10, 21, 23, 0);
  return { id: 1, runId: "20241121-2300", job: "job.yaml", command: "run", startedAtMs, ...parts };
}

/** A folder that goes away with its scope. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes one. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "report-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function withNumbers(rows: readonly FakeRow[]): readonly FakeRow[] {
  const last = new Map<number, number>();
  return rows.map((row) => {
    const fileId = row.fileId ?? 1;
    const number = row.number ?? (last.get(fileId) ?? 0) + 1;
    last.set(fileId, number);
    return { ...row, number };
  });
}

async function* inBatches<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
