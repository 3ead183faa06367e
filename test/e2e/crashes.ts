// The built program, killed with SIGKILL again and again at seeded moments while the sandbox plays its faults, and the
// same command repeated until it ends. Here is how it is killed and what is counted; the claims are in the tests.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type FaultOdds, mulberry32 } from "../../src/sandbox/world/faults.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { type CrashInput, crashInput, writeCrashJob } from "./crash-input.ts";
import {
  openProject,
  outcomesOf,
  type Project,
  type Reported,
  readReport,
  type StartOptions,
  writesOf,
} from "./program.ts";

/** What one seed goes through. */
export interface CrashPlan {
  readonly seed: number;
  readonly kills: number;
  /** Beside the faults and the seed. */
  readonly sandbox?: SandboxOptions;
  readonly readLagSeconds?: number;
  /** Some rows are invalid by design: the run can only end with exit code 3. */
  readonly flawed?: boolean;
  readonly onProgress?: (line: string) => void;
  /** Variables of every call. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a plan came to. */
export interface CrashReport {
  readonly kills: number;
  /** Kills by the moment that was aimed at. */
  readonly moments: Readonly<Record<string, number>>;
  readonly generations: number;
  readonly breaches: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
}

/** Writes only. Every second-send would make a second record: `duplicates: "accept"`. */
export const crashFaults: FaultOdds = {
  "hang-after": 0.05,
  "reset-after": 0.05,
  "error-after": 0.05,
  "error-before": 0.05,
  "bad-gateway": 0.02,
  truncated: 0.02,
  throttle: 0.004,
};

const mostRepeats = 12;

/** Kills and repeats until the kills are used up and the last run has ended; the input grows whenever it is done. */
export async function crashAndContinue(plan: CrashPlan): Promise<CrashReport> {
  const { seed, kills, readLagSeconds = 0.3, flawed = false, onProgress } = plan;
  const random = mulberry32(seed);
  await using sandbox = await startSandbox({
    latencyMs: 8,
    faults: crashFaults,
    ...plan.sandbox,
    duplicates: "accept",
    seed,
  });
  await using project = await openProject(sandbox, {}, plan.env);
  await writeCrashJob(project, readLagSeconds);
  const breaches: string[] = [];
  const moments: Record<string, number> = {};
  let killed = 0;
  let generation = 0;
  for (; ; generation++) {
    const input = crashInput(generation, flawed);
    for (const [name, text] of Object.entries(input.files)) await project.write(name, text);
    let ended = false;
    while (killed < kills && !ended) {
      const moment = pick(random, momentOdds);
      if (await lives(project, sandbox, moment, random)) ended = true;
      else {
        killed += 1;
        moments[moment] = (moments[moment] ?? 0) + 1;
      }
    }
    const last = await repeat(project);
    const found = typeof last === "string" ? [last] : judge(sandbox, input, last, flawed);
    breaches.push(...found.map((what) => `seed ${seed}, generation ${generation}: ${what}`));
    onProgress?.(`seed ${seed}: ${killed} kills, generation ${generation}, ${breaches.length} breaches`);
    if (killed >= kills || breaches.length > 0) break;
  }
  return { kills: killed, moments, generations: generation + 1, breaches, faults: sandbox.counts().faults };
}

/** `start`: by time alone, so while it loads, reads and stages. `send`: after some writes. `report`: once results are being written. */
export type Moment = "start" | "send" | "report";
export const momentOdds: readonly (readonly [Moment, number])[] = [
  ["start", 0.25],
  ["send", 0.65],
  ["report", 0.1],
];

/** When to kill, beside the moment, and how to start. */
interface KillOptions {
  readonly mostWrites?: number;
  readonly leastPatienceMs?: number;
  readonly options?: StartOptions;
}

/** Starts the program and kills it at the moment; true when it came to its end before that. */
export async function lives(
  project: Project,
  sandbox: Sandbox,
  moment: Moment,
  random: () => number,
  { mostWrites = 25, leastPatienceMs = 1000, options = {} }: KillOptions = {},
): Promise<boolean> {
  const writesAtStart = writesOf(sandbox);
  const foldersAtStart = moment === "report" ? await runFolders(project) : [];
  const startedMs = performance.now();
  const writes = 1 + Math.floor(random() * mostWrites);
  const delayMs = random() * (moment === "start" ? 700 : moment === "send" ? 15 : 25);
  // What only waits for doubts to clear is killed too, at some time.
  const patienceMs = moment === "start" ? 0 : leastPatienceMs * (1 + random() * 3);
  const { child, ended } = project.start(["run", "import.yaml", "--quiet"], options);
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const isDue = async (): Promise<boolean> => {
    if (moment === "start" || performance.now() - startedMs > patienceMs) return true;
    if (moment === "send") return writesOf(sandbox) - writesAtStart >= writes;
    return (await runFolders(project)).some((name) => !foldersAtStart.includes(name));
  };
  while (!hasEnded && !(await isDue())) await wait(3);
  await wait(delayMs);
  child.kill("SIGKILL");
  return (await ended).exitCode !== undefined;
}

/** The folders of runs that have begun to write results. */
async function runFolders(project: Project): Promise<readonly string[]> {
  const folder = join(project.folder, ".luminous-import", "runs");
  const names = await readdir(folder).catch(() => []);
  const filled = await Promise.all(names.map(async (name) => (await readdir(join(folder, name))).length > 0));
  return names.filter((_, index) => filled[index]);
}

/** The same command until it has nothing more to do. What it says instead of a summary is text. */
async function repeat(project: Project): Promise<Reported | string> {
  for (let round = 1; ; round++) {
    const ended = await project.call(["run", "import.yaml", "--json"]);
    if (!ended.stdout.startsWith("{")) return `exit code ${ended.exitCode}: ${ended.stderr}`;
    const report = await readReport(ended);
    const { accepted = 0, unchanged = 0, invalid = 0, blocked = 0 } = outcomesOf(report.rows);
    const isDone = accepted + unchanged + invalid + blocked === report.rows.length;
    if (isDone || round === mostRepeats) return report;
  }
}

/** Everything that is not as it must be. */
function judge(
  sandbox: Sandbox,
  { wanted, rows, flawedRows }: CrashInput,
  last: Reported,
  flawed: boolean,
): readonly string[] {
  const counts = sandbox.counts();
  const breaches: string[] = [];
  const expectEqual = (what: string, is: unknown, should: unknown): void => {
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      breaches.push(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
    }
  };
  expectEqual("exit code", last.exitCode, flawed ? 3 : 0);
  expectEqual("result lines", last.rows.length, rows);
  expectEqual("rows told once", new Set(last.rows.map(({ file, line }) => `${file}:${line}`)).size, rows);
  const { accepted = 0, unchanged = 0, invalid = 0, blocked = 0 } = outcomesOf(last.rows);
  expectEqual("rows that made it", accepted + unchanged, rows - flawedRows);
  expectEqual("rows that cannot", invalid + blocked, flawedRows);
  expectEqual("defects", counts.defects, 0);
  expectEqual("writes of one key in flight", counts.maxInFlightPerKey, 1);
  for (const resource of ["products", "sales_orders"] as const) {
    expectEqual(`duplicates of ${resource}`, counts.duplicates[resource], 0);
    expectEqual(`${resource} created`, counts.created[resource], wanted[resource].size);
    for (const [key, content] of wanted[resource]) {
      const [record] = sandbox.records(resource, key);
      if (!contains(record?.content, content)) {
        breaches.push(`${resource} ${key} is ${JSON.stringify(record?.content)}, not ${JSON.stringify(content)}`);
      }
    }
  }
  for (const { key = "", remote_id = "", resource } of last.rows) {
    if (resource !== "products" && resource !== "sales_orders") continue;
    const [record] = sandbox.records(resource, key);
    if (record !== undefined) expectEqual(`remote id of ${key}`, remote_id, String(record.id));
  }
  return breaches;
}

/** True when every field of `part` is in `whole` with the same value; lists have the same length. */
export function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== "object" || part === null) return whole === part;
  if (typeof whole !== "object" || whole === null) return false;
  if (Array.isArray(part) && (!Array.isArray(whole) || whole.length !== part.length)) return false;
  return Object.entries(part).every(([key, value]) => contains(Reflect.get(whole, key), value));
}

/** One of these by its odds. */
export function pick<T>(random: () => number, odds: readonly (readonly [T, number])[]): T {
  let draw = random();
  for (const [item, probability] of odds) {
    draw -= probability;
    if (draw < 0) return item;
  }
  const [first] = odds;
  if (first === undefined) throw new Error("nothing to pick from");
  return first[0];
}
