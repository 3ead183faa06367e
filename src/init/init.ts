// `init`: looks at exports, guesses, writes a job and a mapping for each main file. The guessing itself is guess.ts;
// asking people is the process's business.
import { existsSync, lstatSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { setImmediate as othersFirst } from "node:timers/promises";
import { glob } from "tinyglobby";
import { isForeignLink } from "../disk/private-files.ts";
import { parseDate } from "../map/values/dates.ts";
import { ImportError } from "../model/error.ts";
import { packageFolder } from "../model/package.ts";
import { withoutTokens } from "../model/text/mask.ts";
import { findRecords } from "../read/find-records.ts";
import { findHeaderLine } from "../read/header-line.ts";
import { openInput } from "../read/open.ts";
import { isStreamFile } from "../read/stream-file.ts";
import type { Sample } from "./columns/table.ts";
import { type Decisions, guess, guessing } from "./guess.ts";
import type { Proposal } from "./proposal/proposal.ts";
import { writeJob } from "./proposal/write-job.ts";
import { writeMapping } from "./proposal/write-mapping.ts";
import type { WrittenTodo } from "./proposal/yaml-lines.ts";
import { madeFor, readShippedMappings } from "./shipped-mappings.ts";
import { refuseWrongFile } from "./wrong-files.ts";

export { type ColumnChoice, fieldColumns } from "./field-columns.ts";
export type { Decisions } from "./guess.ts";
export type { Answers } from "./proposal/answered.ts";
export {
  type Asked,
  allLines,
  type Guess,
  type Proposal,
  type ProposedMapping,
  type Role,
} from "./proposal/proposal.ts";
export type { WrittenTodo } from "./proposal/yaml-lines.ts";

/** A sample with the path of its file. */
export interface Export extends Sample {
  readonly path: string;
}

/** How to write. */
export interface WriteOptions {
  /** The folder for the job and the mappings; made when missing. */
  readonly out: string;
  /** Write over files that are there. */
  readonly force?: boolean;
  /** Where the account is named already, such as LUMINOUS_COMPANY. */
  readonly account?: string;
}

/** How many rows of a file are looked at. */
export const sampleRows = 2000;

/**
 * Opens files (globs are fine) and reads their first rows. Throws `ImportError` for what is no export, or not there, and `STOPPED`
 * when the signal ends it.
 */
export async function readExports(
  patterns: readonly string[],
  cwd: string,
  { signal }: Stoppable = {},
): Promise<readonly Export[]> {
  const paths = await findExports(patterns, cwd);
  const names = inputNames(paths);
  const exports: Export[] = [];
  for (const [at, path] of paths.entries()) {
    throwIfStopped(signal);
    exports.push(await readExport(path, shownAs(path, cwd), names[at] ?? "input"));
  }
  return exports;
}

/** What the exports are and what their columns mean, as far as that is recognised. */
export function guessImport(exports: readonly Export[], decisions: Decisions = {}): Proposal {
  return guess(exports, readsDate, decisions);
}

/** The same; throws `USAGE` when there is nothing to write: no file is a table, or a person left all of them out. */
export function proposeImport(exports: readonly Export[], decisions: Decisions = {}): Proposal {
  return somethingIn(guessImport(exports, decisions), exports, decisions);
}

/** Ends it early, with `STOPPED`. */
export interface Stoppable {
  readonly signal?: AbortSignal;
}

/** The same for a program that has other things to do meanwhile: it pauses often, and a signal ends it. */
export async function planImport(
  exports: readonly Export[],
  decisions: Decisions = {},
  { signal }: Stoppable = {},
): Promise<Proposal> {
  const steps = guessing(exports, readsDate, decisions);
  for (;;) {
    throwIfStopped(signal);
    const step = steps.next();
    if (step.done === true) return somethingIn(step.value, exports, decisions);
    await othersFirst();
  }
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new ImportError("STOPPED", "stopped while the exports were looked at: nothing was written", {
    cause: signal.reason,
  });
}

function readsDate(cell: string, dates: readonly string[]): boolean {
  return parseDate(cell, { dates }).ok;
}

function somethingIn(proposal: Proposal, exports: readonly Export[], decisions: Decisions): Proposal {
  if (proposal.mappings.length > 0) return proposal;
  const isLeftOut = ({ name }: Export) => decisions.roles?.has(name) === true;
  if (exports.every(isLeftOut)) {
    throw new ImportError("USAGE", `nothing is left to import: ${exports.map(({ shown }) => shown).join(", ")}`, {
      hint: "Nothing was written. Say of one of them at least that it is products, kits, orders or order lines.",
    });
  }
  const told = proposal.unrecognised.map(
    ({ shown, columns }) =>
      `${shown}: it is no table, with nothing but ${columns.map(columnShown).join(", ")} in its header`,
  );
  throw new ImportError("USAGE", told.join("\n"), {
    hint: "Nothing was written. A table has a line with the names of its columns, two of them or more, and its rows below.",
  });
}

// The first line of a file that is no table may be the whole file, and may hold anything.
function columnShown(name: string): string {
  return withoutTokens(name.length > 40 ? `${name.slice(0, 39)}…` : name);
}

/** A file that was written. */
export interface WrittenFile {
  readonly path: string;
  /** Its marked lines: what a person has to say. */
  readonly todos: readonly WrittenTodo[];
}

/** Writes import.yaml and the mappings, the job first. Throws `USAGE` when one is there and `force` is not set. */
export async function writeImport(
  proposal: Proposal,
  exports: readonly Export[],
  options: WriteOptions,
): Promise<readonly WrittenFile[]> {
  const { out, force = false, account } = options;
  const pathOf = new Map(exports.map(({ shown, path }) => [shown, path]));
  const shipped = await readShippedMappings();
  const job = writeJob(proposal, {
    schema: schemaPath("job", out),
    account,
    fileOf: (shown) => relativeTo(out, pathOf.get(shown) ?? shown),
  });
  const files = [
    { path: join(out, "import.yaml"), ...job },
    ...proposal.mappings.map((mapping) => {
      const columns = exports.find(({ name }) => name === mapping.name)?.info.columns ?? [];
      const head = { schema: schemaPath("mapping", out), shipped: madeFor(columns, shipped)?.file };
      return { path: join(out, `${mapping.name}.yaml`), ...writeMapping(mapping, head) };
    }),
  ];
  const there = files
    .filter(({ path }) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    .map(({ path }) => relative(out, path));
  if (there.length > 0 && !force) {
    throw new ImportError("USAGE", `${there.join(", ")} ${there.length === 1 ? "is" : "are"} there already in ${out}`, {
      hint: "Nothing was written. Take another folder with --out, or write over with --force.",
    });
  }
  await makeOut(out);
  // What was not there a moment ago and is now, is somebody else's; so is what a link of theirs points to.
  for (const { path, text } of files) await writeNew(path, text, force);
  return files.map(({ path, todos }) => ({ path, todos }));
}

async function writeNew(path: string, text: string, force: boolean): Promise<void> {
  if (isForeignLink(path)) {
    throw new ImportError("USAGE", `${path} is a link that another user made`, {
      hint: "Remove it, or name another folder with --out.",
    });
  }
  await writeFile(path, text, { flag: force ? "w" : "wx" });
}

async function makeOut(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (cause) {
    throw new ImportError("USAGE", `${out} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: "Name a folder with --out.",
      cause,
    });
  }
}

async function findExports(patterns: readonly string[], cwd: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pattern of patterns) {
    const path = resolve(cwd, pattern);
    if (existsSync(path) || !/[*?{}[\]]/.test(pattern)) found.push(path);
    else
      found.push(...(await glob(pattern, { cwd, absolute: true, onlyFiles: true, expandDirectories: false })).sort());
  }
  if (found.length === 0) {
    throw new ImportError("USAGE", `no file matches ${patterns.map((pattern) => `"${pattern}"`).join(", ")}`, {
      hint: `Looked in ${cwd}.`,
    });
  }
  return [...new Set(found)];
}

async function readExport(path: string, shown: string, name: string): Promise<Export> {
  await refuseWrongFile(path, shown);
  if (await isStreamFile(path)) {
    throw new ImportError("INPUT_UNREADABLE", `${shown}: it is a pipe, and init has to read an export more than once`, {
      hint: "Save it as a file first, and name that.",
    });
  }
  const records = await findRecords(path, shown);
  const header = await findHeaderLine(path, shown);
  const settings: Sample["settings"] = {
    ...(records === undefined ? {} : { records }),
    ...(header === undefined ? {} : { headerLine: header.line }),
  };
  const titles = header === undefined ? {} : { titles: { lines: header.above, first: header.title } };
  const head = await readHead(path, shown, settings).catch((error: unknown) => {
    if (!(error instanceof ImportError) || !/a quote |quotes?\b/.test(error.message)) throw error;
    return error;
  });
  if (!(head instanceof Error) && head.faults === 0)
    return { ...exportOf(name, shown, path, settings, head), ...titles };
  // Some exports never put cells in quotes and have quotes in them: inches, mostly.
  const unquoted = { ...settings, quote: "none" } as const;
  const plain = await readHead(path, shown, unquoted).catch(() => undefined);
  const isBetter = plain !== undefined && (head instanceof Error || plain.faults === 0);
  if (isBetter) return { ...exportOf(name, shown, path, unquoted, plain), ...titles };
  if (head instanceof Error) throw head;
  return { ...exportOf(name, shown, path, settings, head), ...titles };
}

type Head = Pick<Sample, "info" | "rows" | "isWhole"> & {
  /** Rows that could not be read. */
  readonly faults: number;
};

function exportOf(name: string, shown: string, path: string, settings: Sample["settings"], head: Head): Export {
  const { info, rows, isWhole } = head;
  return { name, shown, path, settings, info, rows, isWhole };
}

async function readHead(path: string, shown: string, settings: Sample["settings"]): Promise<Head> {
  await using input = await openInput(path, shown, settings);
  const rows: Sample["rows"][number][] = [];
  let faults = 0;
  for await (const batch of input.batches()) {
    faults += batch.filter(({ fault }) => fault !== undefined).length;
    rows.push(
      ...batch.filter(({ fault, leftOut }) => fault === undefined && leftOut === undefined).map(({ cells }) => cells),
    );
    if (rows.length >= sampleRows) return { info: input.info, rows: rows.slice(0, sampleRows), isWhole: false, faults };
  }
  return { info: input.info, rows, isWhole: true, faults };
}

/** Names of the inputs, after their files: letters, digits, - and _, each once, and none that the job file has. */
function inputNames(paths: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const path of paths) {
    const file = basename(path).replace(/\.gz$/i, "");
    const stem =
      basename(file, extname(file))
        .replace(/[^A-Za-z0-9_-]+/g, "-")
        .replace(/^-+|-+$/g, "") || "input";
    const wanted = stem.toLowerCase() === "import" ? "import-file" : stem;
    let name = wanted;
    for (let number = 2; names.some((other) => other.toLowerCase() === name.toLowerCase()); number += 1)
      name = `${wanted}-${number}`;
    names.push(name);
  }
  return names;
}

function shownAs(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}

function relativeTo(folder: string, path: string): string {
  const near = relative(folder, path);
  return (isAbsolute(near) ? path : near).split(sep).join("/");
}

/** The schema as an editor finds it from the written file: relative while the package lies near. */
function schemaPath(of: "job" | "mapping", out: string): string {
  const path = join(packageFolder, "schemas", `${of}.schema.json`);
  const near = relativeTo(out, path);
  return near.split("/").filter((step) => step === "..").length <= 3 ? near : path.split(sep).join("/");
}
