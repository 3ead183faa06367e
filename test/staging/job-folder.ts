// A folder with a job in it, and what staging makes of it in a real scratch ledger. Deleted with its scope.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { type Job, type JobOverrides, loadJob } from "../../src/job/job.ts";
import { openScratchLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import type { ImportError } from "../../src/model/error.ts";
import type { QueuedEntry } from "../../src/model/ledger/entry.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { ResultRow } from "../../src/model/ledger/results.ts";
import { describeProblem, type Problem } from "../../src/model/problem.ts";
import { phases } from "../../src/model/resources/resources.ts";
import { copyStreams } from "../../src/staging/files/stdin-copy.ts";
import { createLocate, type Locate } from "../../src/staging/locate-cells.ts";
import { prepareInputs } from "../../src/staging/prepare.ts";
import { stage } from "../../src/staging/stage.ts";

/** Files by their path in the folder. */
export type Files = Readonly<Record<string, string>>;

/** A temporary folder with these files. */
export interface JobFolder extends AsyncDisposable {
  readonly path: string;
  loadJob(overrides?: Partial<JobOverrides>): Promise<Job>;
}

/** Writes the files; `import.yaml` is the job. */
export async function jobFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<JobFolder> {
  const path = await mkdtemp(join(tmpdir(), "luminous-import-test-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return {
    path,
    loadJob: (overrides = {}) => loadJob("import.yaml", { cwd: path, ...overrides }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** What staging left in the ledger. */
export interface StagedJob extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly locate: Locate;
  readonly warnings: readonly string[];
  /** `orders.csv:3 invalid A duplicate_key`: every row with its outcome, its key (or `-`) and the codes of its problems. */
  fates(): Promise<readonly string[]>;
  /** Every problem once, as people read it; warnings begin with `warning: `. */
  problems(): Promise<readonly string[]>;
  /** The open entries. */
  open(): Promise<readonly QueuedEntry[]>;
  /** The id of the entry that claims the row in this line. */
  entryAt(file: string, line: number): Promise<number>;
}

/** How to stage. */
export interface StageParts {
  readonly strict?: boolean;
  readonly showCreationNeeds?: boolean;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly onDetected?: (file: string, what: string) => void;
  /** Called whenever the cells of an entry are asked for. */
  readonly onLocate?: () => void;
}

/** Stages the job of the files. */
export async function stagedJob(files: Files, { stdin, onLocate, ...parts }: StageParts = {}): Promise<StagedJob> {
  const folder = await jobFolder(files);
  const ledger = await openScratchLedger({ folder: folder.path });
  const dispose = async (): Promise<void> => {
    await ledger[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    const job = await folder.loadJob();
    const piped = stdin === undefined ? {} : { stdin: Readable.from([stdin]) };
    await using stdinCopy = await copyStreams(job, piped);
    const inputs = await prepareInputs(stdinCopy.job);
    const run = await ledger.runs.begin({ runId: "r", job: "import.yaml", command: "run", startedAtMs: 0 });
    const locate = createLocate(ledger, run.id, inputs);
    const warnings = inputs.flatMap((input) => input.warnings);
    await stage(inputs, {
      job,
      ledger,
      run: run.id,
      strict: false,
      locate: (entryId, problems) => {
        onLocate?.();
        return locate(entryId, problems);
      },
      onProgress: () => undefined,
      onWarning: (warning) => warnings.push(warning),
      signal: new AbortController().signal,
      ...parts,
    });
    const view = { ledger, locate, warnings, ...viewOf(ledger, run.id) };
    return { ...view, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function viewOf(ledger: Ledger, run: number): Pick<StagedJob, "fates" | "problems" | "open" | "entryAt"> {
  const rows = async (): Promise<readonly (ResultRow & { readonly file: string })[]> => {
    const names = new Map((await ledger.results.files(run)).map(({ id, file }) => [id, file]));
    const found: (ResultRow & { readonly file: string })[] = [];
    for await (const batch of ledger.results.rows(run))
      found.push(...batch.map((row) => ({ ...row, file: names.get(row.ref.file) ?? "" })));
    return found;
  };
  const problemsOf = ({ entry, problems }: ResultRow): readonly Problem[] => [...problems, ...(entry?.problems ?? [])];
  return {
    async fates() {
      return (await rows()).map((row) => {
        const codes = new Set(problemsOf(row).map(({ code }) => code));
        return [`${row.file}:${row.line}`, row.outcome, row.entry?.key ?? "-", ...codes].join(" ");
      });
    },
    async problems() {
      const texts = (await rows()).flatMap(problemsOf).map((problem) => {
        return `${problem.severity === undefined ? "" : "warning: "}${describeProblem(problem)}`;
      });
      return [...new Set(texts)];
    },
    async open() {
      const found: QueuedEntry[] = [];
      for (const phase of phases)
        for await (const batch of ledger.queue.unplanned(run, phase, 100)) found.push(...batch);
      return found;
    },
    async entryAt(file, line) {
      const row = (await rows()).find((candidate) => candidate.file === file && candidate.line === line);
      if (row?.entry === undefined) throw new Error(`no entry has the row ${file}:${line}`);
      return row.entry.id;
    },
  };
}

/** The error that a promise is rejected with. Fails when it is not. */
export async function errorOf(promise: Promise<unknown>): Promise<ImportError> {
  return promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error as ImportError,
  );
}
