// summary.json: what a run did, for machines (`--json`, monitoring) and for the terminal's table. Rows are tallied in
// tally-rows.ts; what only the run knows (requests, how it ended) comes in as facts.
import { join } from "node:path";
import { writeAtomically } from "../disk/atomic-file.ts";
import type { DamageKind } from "../model/damage.ts";
import type { Forecast } from "../model/forecast.ts";
import { isPlainObject } from "../model/json.ts";
import type { OpenCount } from "../model/ledger/open-failures.ts";
import type { CreationNeeds, PilotCount } from "../model/ledger/queue.ts";
import type { Results } from "../model/ledger/results.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { type Outcome, outcomes } from "../model/outcome.ts";
import type { Phase, ResourceName } from "../model/resource.ts";
import type { Format } from "../model/row.ts";
import { type ControlTotals, controlTotals } from "./agreement-text.ts";
import type { FailureFile } from "./failures.ts";
import type { ProblemGroup, Reasons } from "./problems.ts";
import { reportFileName, resultFileNames } from "./results.ts";
import { inputName, runFiles } from "./row-outcome.ts";
import { type TalliedRows, type Tally, tallyRows } from "./tally-rows.ts";
import type { Timeline } from "./timeline.ts";

/** What the ledger does not know of a run. */
export interface SummaryFacts {
  /** The account's base address, without any credentials. Absent where no account was asked for (`check`). */
  readonly account?: string;
  readonly endedAtMs: number;
  /** The code, or which one it is for the outcomes that its rows have. */
  readonly exitCode: number | ((outcomes: readonly Outcome[]) => number);
  /** results.ndjson is written too. */
  readonly ndjson?: boolean;
  /** Why the run stopped before the end; absent when it finished. */
  readonly stopped?: StopReason;
  readonly traffic?: Traffic;
  /** The same over time. */
  readonly timeline?: Timeline | undefined;
  /** Why rows did not make it, from the pass that wrote the results. */
  readonly reasons?: Reasons;
  /** Of the run as a whole: from the job, the mappings, the account. Warnings of rows are among the problems. */
  readonly warnings?: readonly string[];
  /** Damaged columns; what the warnings say of them in words. */
  readonly damage?: Summary["damage"];
  /** The run's folder, as people should find it. */
  readonly folder: string;
  readonly failures: readonly FailureFile[];
  /** By input name: says where rows belong that became no entry. */
  readonly resourceOf?: Readonly<Record<string, ResourceName>>;
  /** Of a retry: the name of the run whose failures it read, the newest of several. */
  readonly retryOf?: string;
  /** Rows that failed, in this run or before, and that nothing has made good since; absent for a check. */
  readonly open?: OpenCount;
  /** Of a check: what an account would refuse that has to create the records. */
  readonly creationNeeds?: readonly CreationNeeds[];
  /** Of a run with `--limit`: what it was to send. */
  readonly pilot?: { readonly limit: number; readonly counts: readonly PilotCount[] };
  /** From a pass over the rows that was made anyway (`writeResults`); without it there is one more pass. */
  readonly tallied?: TalliedRows;
}

/** Why a run stopped: the code, message and hint of its `ImportError`, or of a signal. */
export interface StopReason {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What went over the wire. */
export interface Traffic {
  /** All requests, lookups and probes included. */
  readonly requests: number;
  readonly retries: number;
  /** Answered 429. */
  readonly throttled: number;
  readonly lookups: number;
  readonly pauses: number;
  /** Time in which the whole run waited: pauses and outages. */
  readonly waitingMs: number;
}

/** Rows and entries. */
export interface Counts {
  readonly rows: number;
  readonly entries: number;
}

/** The content of summary.json. Keys are a contract; new ones may be added. */
export interface Summary {
  readonly version: 1;
  readonly run_id: string;
  readonly job: string;
  readonly command: string;
  /** Of a retry: the run whose failures it read, the newest of several. */
  readonly retry_of: string | null;
  readonly account: string | null;
  /** The version of the program that made the run; null of a check. */
  readonly program: string | null;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly ended_at: string;
  readonly duration_seconds: number;
  readonly exit_code: number;
  readonly ended: "finished" | "stopped";
  readonly stopped: StopReason | null;
  readonly totals: Counts;
  /** Of a run with `--limit`: what it was to send, and how that ended; null of all others. */
  readonly pilot: Pilot | null;
  /** Every outcome, also those that did not occur. */
  readonly outcomes: Readonly<Record<Outcome, Counts>>;
  /** By input, phase, outcome and action: sums of `rows` and `entries` are the totals. */
  readonly tallies: readonly Tally[];
  /**
   * Rows of the job that failed and that nothing has made good since, and how many of them failed last in an earlier run;
   * null where nobody could know (a check). What was only not reached is `pending` among the outcomes.
   */
  readonly open_failures: { readonly rows: number; readonly earlier_rows: number } | null;
  /** Against the newest earlier run that ended; null when there was none. */
  readonly changes: {
    readonly since: string;
    readonly new: number;
    readonly changed: number;
    readonly gone: number;
    readonly same: number;
  } | null;
  readonly files: readonly SummaryFile[];
  /** By input, where its mapping names the source's own sums: how many entries agree with them. */
  readonly control_totals: readonly ControlTotals[];
  /** Of a check: entries that an account would refuse that does not have their records yet. They count as *pending* all the same. */
  readonly creation_needs: readonly CreationNeeds[];
  /** Of a check that asked the account: what a run would meet. Null where it was not asked or did not answer, which the warnings say. */
  readonly forecast: Forecast | null;
  readonly warnings: readonly string[];
  /** What spreadsheets did to columns that are used. */
  readonly damage: readonly {
    readonly input: string;
    readonly file: string;
    readonly column: string;
    readonly kind: DamageKind;
    readonly cells: number;
    /** The first few of them. */
    readonly first: readonly { readonly line: number; readonly value: string }[];
  }[];
  /** Faulty rows of `one: true` joins and other reference files: they have no result lines. */
  readonly reference_faults: readonly {
    readonly input: string;
    readonly join: string;
    readonly file: string;
    readonly rows: number;
    readonly first_line: number;
  }[];
  readonly traffic: {
    readonly requests: number;
    readonly retries: number;
    readonly throttled: number;
    readonly lookups: number;
    readonly pauses: number;
    readonly waiting_seconds: number;
  } | null;
  /** The traffic over time; null where nothing was asked. */
  readonly timeline: Timeline | null;
  /** Sends by how they ended; `open` for those without an answer. */
  readonly sends: Readonly<Record<string, number>>;
  readonly problems: {
    /** The most frequent, errors first. */
    readonly top: readonly ProblemGroup[];
    /** Different signatures seen, those that are not in `top` included. */
    readonly signatures: number;
    readonly errors: number;
    readonly warnings: number;
    /** Problems beyond the signatures that are kept apart. */
    readonly ungrouped: number;
  };
  /** Why rows did not make it; null where nobody counted. */
  readonly reasons: Reasons | null;
  readonly results: {
    readonly folder: string;
    readonly results_csv: string;
    /** Null where it was not asked for. */
    readonly results_ndjson: string | null;
    readonly summary: string;
    readonly report: string;
    readonly failures: readonly FailureFile[];
  };
}

/** What a run with `--limit` was to send. All that it left for later is *pending*, and not counted here. */
export interface Pilot {
  readonly limit: number;
  readonly phases: readonly {
    readonly phase: Phase;
    /** `first`: the first of their phase, at most `limit`; `needed`: those that others of the pilot refer to. */
    readonly taken: "first" | "needed";
    readonly entries: number;
    /** The same entries by outcome; only outcomes that occurred. */
    readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  }[];
}

/** A file that was read. */
export interface SummaryFile {
  readonly input: string;
  readonly file: string;
  readonly kind: "input" | "join" | "reference";
  readonly format: Format;
  /** The run that brought its rows first, where a pass took them along; null of files that were read. */
  readonly carried_from: string | null;
  /** Null for reference files, whose rows are not counted. */
  readonly rows: number | null;
  /** Tells this state of the file from others: device, inode, bytes and time of the last change. Null where there is none to tell (a pipe). */
  readonly fingerprint: string | null;
  /** Of the mapping that its rows went through, with all that it looks things up in; null of reference files. */
  readonly mapping_hash: string | null;
  /** What was detected rather than said, in words. */
  readonly detected: readonly string[];
}

const summaryFileName = "summary.json";
const maxTopProblems = 100;

/** Builds the summary of a run from the ledger and the facts. Holds no row and no token. */
export async function buildSummary(results: Results, run: RunRecord, facts: SummaryFacts): Promise<Summary> {
  const tallied = facts.tallied ?? (await tallyAllRows(results, run.id, facts.resourceOf));
  const sends = await results.sends(run.id);
  return {
    version: 1,
    run_id: run.runId,
    job: run.job,
    command: run.command,
    retry_of: facts.retryOf ?? null,
    account: facts.account ?? null,
    program: run.program ?? null,
    started_at: new Date(run.startedAtMs).toISOString(),
    ended_at: new Date(facts.endedAtMs).toISOString(),
    duration_seconds: (facts.endedAtMs - run.startedAtMs) / 1000,
    exit_code: codeOf(facts.exitCode, tallied),
    ended: facts.stopped === undefined ? "finished" : "stopped",
    stopped: facts.stopped ?? null,
    totals: sumOf(tallied.tallies),
    pilot: facts.pilot === undefined ? null : pilotOf(facts.pilot),
    outcomes: byOutcome(tallied.tallies),
    tallies: tallied.tallies,
    open_failures: facts.open === undefined ? null : { rows: facts.open.rows, earlier_rows: facts.open.earlierRows },
    changes: (await results.changes(run.id)) ?? null,
    files: await summaryFiles(results, run.id, tallied),
    control_totals: await controlTotals(results, run.id),
    creation_needs: facts.creationNeeds ?? [],
    forecast: null,
    warnings: facts.warnings ?? [],
    damage: facts.damage ?? [],
    reference_faults: await results.referenceFaults(run.id),
    traffic: facts.traffic === undefined ? null : trafficOf(facts.traffic),
    timeline: facts.timeline ?? null,
    sends: Object.fromEntries(sends.map(({ result, sends: count }) => [result ?? "open", count])),
    problems: problemsOf(tallied),
    reasons: facts.reasons ?? null,
    results: {
      folder: facts.folder,
      results_csv: resultFileNames.csv,
      results_ndjson: facts.ndjson === true ? resultFileNames.ndjson : null,
      summary: summaryFileName,
      report: reportFileName,
      failures: facts.failures,
    },
  };
}

/** The summary of a run that came to report; a run that ended before it has a smaller one, or none. */
export function isSummary(value: unknown): value is Summary {
  return isPlainObject(value) && value.version === 1 && "tallies" in value;
}

/** What an account said after a check had written its files. */
export interface ForecastFacts {
  readonly forecast: Forecast | undefined;
  /** All of the check. */
  readonly warnings: readonly string[];
  readonly traffic: Traffic;
  readonly endedAtMs: number;
}

/** The summary of a check with what its account said, written over the one without. */
export async function addForecast(folder: string, summary: Summary, facts: ForecastFacts): Promise<Summary> {
  const { forecast = null, warnings, traffic, endedAtMs } = facts;
  const told: Summary = {
    ...summary,
    ended_at: new Date(endedAtMs).toISOString(),
    duration_seconds: (endedAtMs - Date.parse(summary.started_at)) / 1000,
    forecast,
    warnings,
    traffic: trafficOf(traffic),
  };
  await writeSummary(folder, told);
  return told;
}

/** Writes summary.json into a run's folder. */
export async function writeSummary(folder: string, summary: Summary): Promise<void> {
  await writeAtomically(join(folder, summaryFileName), `${JSON.stringify(summary, null, 2)}\n`);
}

/** True for a run that only looks: what it leaves pending is what a real one would send. */
export function sendsNothing({ command }: { readonly command: string }): boolean {
  return command === "check" || command === "plan";
}

async function tallyAllRows(
  results: Results,
  run: number,
  resourceOf: Readonly<Record<string, ResourceName>> | undefined,
): Promise<TalliedRows> {
  const files = runFiles(await results.files(run));
  const rowTally = tallyRows(resourceOf);
  for await (const batch of results.rows(run)) for (const row of batch) rowTally.see(row, files);
  return rowTally.tallied();
}

function codeOf(exitCode: SummaryFacts["exitCode"], { tallies }: TalliedRows): number {
  return typeof exitCode === "number" ? exitCode : exitCode(tallies.map(({ outcome }) => outcome));
}

function byOutcome(tallies: readonly Tally[]): Readonly<Record<Outcome, Counts>> {
  const counts = outcomes.map((outcome) => [outcome, sumOf(tallies.filter((tally) => tally.outcome === outcome))]);
  return Object.fromEntries(counts) as Record<Outcome, Counts>;
}

function sumOf(tallies: readonly Counts[]): Counts {
  return tallies.reduce((sum, { rows, entries }) => ({ rows: sum.rows + rows, entries: sum.entries + entries }), {
    rows: 0,
    entries: 0,
  });
}

async function summaryFiles(
  results: Results,
  run: number,
  { rowsOfFile }: TalliedRows,
): Promise<readonly SummaryFile[]> {
  return (await results.files(run)).map((staged) => ({
    input: inputName(staged),
    file: staged.file,
    kind: staged.kind,
    carried_from: staged.info.carried?.run ?? null,
    format: staged.info.format,
    rows: staged.kind === "reference" ? null : (rowsOfFile.get(staged.id) ?? 0),
    fingerprint: staged.info.fingerprint ?? null,
    mapping_hash: staged.mappingHash ?? null,
    detected: staged.info.detected,
  }));
}

function pilotOf({ limit, counts }: NonNullable<SummaryFacts["pilot"]>): Pilot {
  const phases = new Map<string, Pilot["phases"][number]>();
  for (const { phase, taken, outcome = "pending", entries } of counts) {
    const known = phases.get(phase + taken) ?? { phase, taken, entries: 0, outcomes: {} };
    const outcomes = { ...known.outcomes, [outcome]: (known.outcomes[outcome] ?? 0) + entries };
    phases.set(phase + taken, { ...known, entries: known.entries + entries, outcomes });
  }
  return { limit, phases: [...phases.values()] };
}

function trafficOf({ waitingMs, ...counts }: Traffic): Summary["traffic"] {
  return { ...counts, waiting_seconds: waitingMs / 1000 };
}

function problemsOf({ problems: { groups, ungrouped } }: TalliedRows): Summary["problems"] {
  const count = (severity: ProblemGroup["severity"]): number =>
    groups.filter((group) => group.severity === severity).reduce((sum, group) => sum + group.count, 0);
  return {
    top: groups.slice(0, maxTopProblems),
    signatures: groups.length,
    errors: count("error"),
    warnings: count("warning"),
    ungrouped,
  };
}
