// The built program as a user runs it: a folder of its own, the command line, the files that come out. Here is how to
// call it and read its results; the claims are in the tests beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Summary } from "../../src/report/summary.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { parseResults, type TableRecord } from "./table.ts";

/** The repository: what the shipped mappings and the fixtures are relative to. */
export const repository = join(import.meta.dirname, "../..");
const bin = join(repository, "dist/cli/bin.js");

/** How a call of the program ended. */
export interface Ended {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call with `--json` that came as far as a summary. */
export interface Reported extends Ended {
  readonly summary: Summary;
  /** The lines of results.csv. */
  readonly rows: readonly TableRecord[];
  /** The files in failures/ by name, as text. */
  readonly failures: Readonly<Record<string, string>>;
}

/** A call that is under way. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What came so far. */
  readonly stderr: () => string;
  /** Resolves once the condition holds; rejects when the program ends before that. */
  until(condition: () => boolean): Promise<void>;
}

export interface StartOptions {
  /** Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What standard input holds before it ends; `silent` neither gives anything nor ends. */
  readonly stdin?: string | { readonly silent: true };
  /** Arguments of node itself. */
  readonly node?: readonly string[];
  /** No file may grow beyond this: every write that would do so fails. */
  readonly limitFileKilobytes?: number;
  /** As a shell takes it: `077`. */
  readonly umask?: string;
  /** Where output goes, as a shell takes it: `>/dev/full`. */
  readonly redirect?: string;
  /** The user who runs it; only root can say so. */
  readonly uid?: number;
}

/** A user's folder; disposing it ends what still runs in it and removes it. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** Writes a file, folders included; gives its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
  start(args: readonly string[], options?: StartOptions): Started;
  /** Calls the program and waits. */
  call(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /** Calls it with `--json` on a job (`import.yaml` here unless the arguments name another) and reads what it wrote. */
  report(args: readonly string[], options?: StartOptions): Promise<Reported>;
}

/** A new folder. Every call has `always` in its environment. Calls go to the sandbox when there is one, and to an address that nobody answers otherwise. */
export async function openProject(
  sandbox?: Sandbox,
  files: Readonly<Record<string, string>> = {},
  always: StartOptions["env"] = {},
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-e2e-"));
  const account = {
    // An account of its own: runs on one account wait for each other.
    LUMINOUS_BASE_URL: sandbox?.url ?? `http://127.0.0.1:9/${basename(folder)}/external/api/v1`,
    LUMINOUS_API_KEY: "sandbox",
  };
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  for (const [name, content] of Object.entries(files)) await write(name, content);

  const running = new Set<ChildProcess>();
  const start = (
    args: readonly string[],
    { env = {}, stdin, node = [], limitFileKilobytes, umask, redirect = "", uid }: StartOptions = {},
  ): Started => {
    const command = [process.execPath, ...node, bin, ...args];
    // `ulimit -f` counts blocks of 512 bytes in a POSIX shell.
    const before = [
      ...(limitFileKilobytes === undefined ? [] : [`ulimit -f ${limitFileKilobytes * 2}`]),
      ...(umask === undefined ? [] : [`umask ${umask}`]),
    ];
    const changed = ["sh", "-c", [...before, `exec "$@" ${redirect}`].join("; "), "sh", ...command];
    const [file = "", ...rest] = before.length === 0 && redirect === "" ? command : changed;
    const child = spawn(file, rest, {
      cwd: folder,
      // No HOME of the person who runs the tests: a profile there would be taken.
      env: { PATH: process.env.PATH, HOME: folder, ...account, ...always, ...env },
      stdio: ["pipe", "pipe", "pipe"],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    child.stdin.on("error", () => undefined); // it may end before it has read everything
    if (typeof stdin !== "object") child.stdin.end(stdin ?? "");
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ exitCode: code ?? undefined, stdout: stdout(), stderr: stderr() }));
    });
    running.add(child);
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
    return {
      child,
      ended: ended.finally(() => running.delete(child)),
      stderr,
      async until(condition) {
        while (!condition()) {
          if (isOver()) throw new Error(`it ended before that: ${stderr()}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
    };
  };
  const call = (args: readonly string[], options?: StartOptions) => start(args, options).ended;
  return {
    folder,
    write,
    start,
    call,
    report: async (args, options) => readReport(await call([...args, "--json"], options)),
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a call with `--json` left behind. */
export async function readReport(ended: Ended): Promise<Reported> {
  if (!ended.stdout.startsWith("{")) throw new Error(`exit code ${ended.exitCode}, no summary: ${ended.stderr}`);
  const summary = JSON.parse(ended.stdout) as Summary;
  return { ...ended, summary, ...(await readRunFolder(summary.results.folder)) };
}

async function readRunFolder(folder: string): Promise<Pick<Reported, "rows" | "failures">> {
  const rows = parseResults(await readFile(join(folder, "results.csv"), "utf8"));
  const names = await readdir(join(folder, "failures")).catch(() => []);
  const failures = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, "failures", name), "utf8")] as const),
  );
  return { rows, failures: Object.fromEntries(failures) };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

/** An input of a job: its file and a shipped mapping by name, or one in the project as `./name.yaml`. */
export interface JobInput {
  readonly file: string;
  readonly mapping: string;
}

/** A job that is in a hurry; `more` is YAML at its top. */
export function jobText(inputs: Readonly<Record<string, JobInput>>, more = "", limits = ""): string {
  const entries = Object.entries(inputs).map(([name, { file, mapping }]) => {
    const path = mapping.startsWith("./") ? mapping : join(repository, "mappings", `${mapping}.yaml`);
    return `  - { name: ${name}, file: ${JSON.stringify(file)}, mapping: ${JSON.stringify(path)} }`;
  });
  const pace = limits === "" ? "requests_per_second: 1000, concurrency: 4, read_lag_seconds: 0" : limits;
  return `version: 1\nlimits: { ${pace} }\n${more}\ninputs:\n${entries.join("\n")}\n`;
}

/** Lines as a file, each with a line end. */
export function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

/** A CSV of `count` products, `P1` to `Pn`, complete enough to be created. */
export function productsCsv(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `P${index + 1},Product ${index + 1},Tools,${index + 1}.50`);
  return lines("sku,name,category,price", ...rows);
}

/** Rows by outcome: `{ accepted: 3, invalid: 1 }`. */
export function outcomesOf(rows: readonly TableRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome = "" } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Requests that change something. */
export function writesOf(sandbox: Sandbox): number {
  return Object.entries(sandbox.counts().requests).reduce(
    (sum, [route, count]) => sum + (route.startsWith("GET") ? 0 : count),
    0,
  );
}
