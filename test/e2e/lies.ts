// The built program against a sandbox that lies: killed at seeded moments, run again until nothing more comes of it, and
// judged by what the sandbox holds in truth. Which lies are crossed with which is in lie-cases.ts.
import { setTimeout as wait } from "node:timers/promises";
import { startSandbox } from "../../src/sandbox/server.ts";
import { type FaultOdds, mulberry32 } from "../../src/sandbox/world/faults.ts";
import type { LieText } from "../../src/sandbox/world/lies.ts";
import type { DuplicateMode } from "../../src/sandbox/world/options.ts";
import { lives, momentOdds, pick } from "./crashes.ts";
import { fillAccount, type LieLimits, lieInput, writeLieJob } from "./lie-input.ts";
import { type Breach, judgeLies } from "./lie-judge.ts";
import { openProject, outcomesOf, type Project, type Reported, readReport, type StartOptions } from "./program.ts";

/** What one seed goes through. */
export interface LiePlan {
  readonly seed: number;
  readonly lies: readonly LieText[];
  readonly faults?: FaultOdds;
  readonly duplicates?: DuplicateMode;
  /** Reads trail writes by so much; the job's `read_lag_seconds` is longer. */
  readonly readLagMs?: number;
  /** How many products and orders of somebody else the account has; drawn when it does not matter. */
  readonly crowd?: number;
  /** How many of the job's own it has already; the products at an old price. */
  readonly held?: number;
  /** It has all of the products: only orders are made. */
  readonly ordersOnly?: boolean;
  /** The lies hide nothing that is needed: every row has to make it. */
  readonly harmless?: boolean;
  /** Each call of the program sees a wall clock that is an hour off, or right. */
  readonly movedClocks?: boolean;
  /** After the first kill the limits are lowered, and the server lies no more. */
  readonly loweredLimits?: boolean;
}

/** What a plan came to. */
export interface LieReport {
  readonly kills: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly exitCode: number | undefined;
  readonly breaches: readonly Breach[];
  readonly lies: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const usual: LieLimits = { timeoutSeconds: 0.4, readLagSeconds: 0.3, secondSendSeconds: 1.5 };
// Longer than a start of the program takes, so that what is known too early shows.
const patient: LieLimits = { timeoutSeconds: 0.4, readLagSeconds: 2, secondSendSeconds: 1.5 };
const raised: LieLimits = { timeoutSeconds: 2.5, readLagSeconds: 0.3, secondSendSeconds: 0.5 };
const lowered: LieLimits = { timeoutSeconds: 0.2, readLagSeconds: 0.1, secondSendSeconds: 0.1 };
/** Lists have at most 100 rows a page: with 130 others there are two. */
const crowds = [
  [0, 0.2],
  [35, 0.2],
  [130, 0.6],
] as const;
const mostCalls = 3;
const mostSeconds = 240;

/** Kills one to three times, then calls until nothing is open any more, three times at most, and judges. */
export async function lieAndContinue(plan: LiePlan): Promise<LieReport> {
  const startedMs = performance.now();
  const random = mulberry32(plan.seed);
  await using sandbox = await startSandbox({
    latencyMs: 5,
    duplicates: plan.duplicates ?? "accept",
    lies: plan.lies,
    faults: plan.faults ?? {},
    readLagMs: plan.readLagMs ?? 0,
    seed: plan.seed,
  });
  await using project = await openProject(sandbox);
  const input = lieInput(12 + Math.floor(random() * 13));
  // A key of the account that is changed is another key: only what is sent has to be found again.
  const isChanged = plan.lies.some((lie) => lie.startsWith("keys-"));
  const held = plan.held ?? (isChanged ? 0 : Math.floor(random() * 4));
  const seededKeys = fillAccount(sandbox, input, {
    crowd: plan.crowd ?? pick(random, crowds),
    held,
    ordersOnly: plan.ordersOnly ?? false,
  });
  await writeLieJob(project, input, plan.loweredLimits ? raised : plan.movedClocks ? patient : usual);

  const clock = clocks(plan);
  const kills = 1 + Math.floor(random() * 3);
  let killed = 0;
  while (killed < kills) {
    // Where time is the point, only a send that a kill cut off has anything to tell.
    const isAboutTime = plan.movedClocks || plan.loweredLimits;
    const moment = isAboutTime ? "send" : pick(random, momentOdds);
    const when = { mostWrites: 12, leastPatienceMs: isAboutTime ? 2000 : 300, options: clock() };
    if (await lives(project, sandbox, moment, random, when)) break;
    killed += 1;
    if (!plan.loweredLimits) continue;
    // What is sent under the lowered limits is promised nothing about a server that is later than they allow.
    sandbox.stopLying();
    await writeLieJob(project, input, lowered);
  }
  const last = await settle(project, clock);
  const breaches: Breach[] =
    typeof last === "string" ? [{ kind: "endless", what: last }] : [...judgeLies(sandbox, input, seededKeys, last)];
  if (typeof last !== "string") {
    if (plan.harmless && last.exitCode !== 0) {
      breaches.push({ kind: "given up", what: `${JSON.stringify(outcomesOf(last.rows))}, exit code ${last.exitCode}` });
    }
    const audit = await project.call(["audit", "import.yaml"]);
    if (audit.exitCode !== 0) breaches.push({ kind: "defect", what: `the audit is not content: ${audit.stdout}` });
  }
  return {
    kills: killed,
    outcomes: typeof last === "string" ? {} : outcomesOf(last.rows),
    exitCode: typeof last === "string" ? undefined : last.exitCode,
    breaches,
    lies: sandbox.counts().lies,
    seconds: (performance.now() - startedMs) / 1000,
  };
}

/** The last report; a text about what did not come to one. */
async function settle(project: Project, clock: () => StartOptions): Promise<Reported | string> {
  for (let round = 1; ; round += 1) {
    const { child, ended } = project.start(["run", "import.yaml", "--json"], clock());
    const timer = new AbortController();
    const isLate = await Promise.race([
      ended.then(() => false),
      wait(mostSeconds * 1000, true, { signal: timer.signal }).catch(() => true),
    ]);
    timer.abort();
    if (isLate) child.kill("SIGKILL");
    const end = await ended;
    if (isLate) return `it still ran after ${mostSeconds} s: ${end.stderr.slice(-2000)}`;
    if (!end.stdout.startsWith("{")) return `exit code ${end.exitCode}, no summary: ${end.stderr}`;
    const report = await readReport(end);
    const { pending = 0, in_doubt = 0, failed = 0 } = outcomesOf(report.rows);
    if (pending + in_doubt + failed === 0 || round === mostCalls) return report;
  }
}

/** A wall clock for each next call of the program: right, an hour ahead, right, an hour behind. */
function clocks({ movedClocks = false }: LiePlan): () => StartOptions {
  const hours = [0, 1, 0, -1];
  let calls = 0;
  return () => {
    const shiftMs = movedClocks ? (hours[calls++ % hours.length] ?? 0) * 3_600_000 : 0;
    if (shiftMs === 0) return {};
    const code = `const Real = Date; globalThis.Date = class extends Real {
      constructor(...parts) { if (parts.length === 0) super(Real.now() + ${shiftMs}); else super(...parts); }
      static now() { return Real.now() + ${shiftMs}; }
    };`;
    return { node: ["--import", `data:text/javascript,${encodeURIComponent(code)}`] };
  };
}
