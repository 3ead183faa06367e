// What is told of a run: one JSON object for machines, with a sentence in it that chats show. Without `values` no cell, no
// key and no answer of the API is in it; names of files and columns, codes, paths and numbers are.
import { outcomes as allOutcomes, isSettledWell, type Outcome } from "../model/outcome.ts";
import type { ProblemCode } from "../model/problem.ts";
import { visibleLine } from "../model/text/visible.ts";
import type { ProblemGroup } from "../report/problems.ts";
import type { Counts, StopReason, Summary } from "../report/summary.ts";
import { nextStep } from "../report/terminal-summary.ts";
import { counted, cutTo, listed, words } from "../report/wording.ts";
import { withheld } from "./withheld.ts";

/** What a command knows of its end. */
export interface NotifiedRun {
  /** `run`, `retry` or `drop`. */
  readonly command: string;
  /** The job file as it was named. */
  readonly job: string;
  readonly exitCode: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** The account's base address, where it is known. */
  readonly account?: string;
  /** Absent where no run came to its results. */
  readonly summary?: Summary;
  /** What ended the command before that. */
  readonly error?: StopReason;
  /** The commands that go on from here, as somebody can paste them. */
  readonly again: string;
  readonly retry?: string;
  readonly rest?: string;
  readonly plan?: string;
  /** Of a pass over an inbox. */
  readonly pass?: NotifiedPass;
}

/** What a pass did with files. */
export interface NotifiedPass {
  /** Its name; undefined where no file was taken. */
  readonly pass: string | undefined;
  readonly taken: number;
  readonly archived: readonly string[];
  readonly quarantined: readonly { readonly file: string; readonly reason: string }[];
  /** Files that were not complete yet. */
  readonly waiting: number;
}

/** The JSON that is told. Keys are a contract; new ones may be added. */
export interface Notification {
  readonly version: 1;
  readonly event: "run.finished" | "run.stopped" | "run.not_started" | "run.nothing_to_do";
  /** One to three sentences, for chats: without line ends, and without what chats take for mentions or links. */
  readonly text: string;
  /** The same, under the name by which Discord knows it. */
  readonly content: string;
  /** For Discord: nobody is mentioned. */
  readonly allowed_mentions: { readonly parse: readonly [] };
  readonly run_id: string | null;
  readonly job: string;
  readonly command: string;
  readonly account: string | null;
  readonly exit_code: number;
  /** How it ended, in one sentence. */
  readonly verdict: string;
  /** What to do next, in one sentence with its command. */
  readonly next: string;
  readonly error: StopReason | null;
  readonly totals: Counts | null;
  readonly outcomes: Readonly<Record<Outcome, Counts>> | null;
  readonly problems: readonly NotifiedProblem[];
  /** Different problems in all; `problems` has the most frequent ones. */
  readonly problem_kinds: number;
  /** Rows in the failures files, and the files. */
  readonly failed_rows: number;
  readonly failures: readonly { readonly name: string; readonly rows: number }[];
  /** Rows of the job, of this run or an earlier one, that nothing has made good since. */
  readonly open_rows: number | null;
  readonly traffic: Summary["traffic"];
  /** The warnings with `values`, else how many there are. */
  readonly warnings: readonly string[] | number;
  /** With the results, on the machine that ran. */
  readonly folder: string | null;
  /** Of a pass over an inbox. */
  readonly pass: {
    readonly pass: string | null;
    readonly taken: number;
    readonly archived: number;
    readonly quarantined: readonly { readonly file: string; readonly reason?: string }[];
    readonly waiting: number;
  } | null;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly ended_at: string;
}

/** A kind of problem. */
export interface NotifiedProblem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly count: number;
  /** The payload path, where it is one. */
  readonly path: string | null;
  readonly column: string | null;
  /** Where the first of them are. */
  readonly file: string | null;
  readonly lines: readonly number[];
  /** With `values` only: the first of them, as it is. */
  readonly message?: string;
  readonly value?: string | null;
}

const mostProblems = 10;
/** Discord takes 2,000 characters. */
const mostText = 1800;

/** True when there was nothing to do: nothing failed, and no row was read. */
export function isIdle({ exitCode, summary, pass }: NotifiedRun): boolean {
  return (
    exitCode === 0 && (summary?.totals.rows ?? 0) === 0 && (pass?.taken ?? 0) + (pass?.quarantined.length ?? 0) === 0
  );
}

/** What is told, with cell values or without. */
export function notificationOf(told: NotifiedRun, { values }: { readonly values: boolean }): Notification {
  const reason = told.error ?? told.summary?.stopped ?? null;
  const error = reason === null || values ? reason : withheld(reason);
  const summary: Summary | undefined =
    told.summary === undefined ? undefined : { ...told.summary, stopped: told.summary.stopped === null ? null : error };
  const { command, job, exitCode } = told;
  const verdict = visibleLine(verdictOf(told, summary, error));
  const next = visibleLine(nextOf(told, summary, error));
  const text = forChats(`luminous-import ${command} of ${job}: ${verdict} Next: ${next}`);
  const failures = (summary?.results.failures ?? []).map(({ name, rows }) => ({ name, rows }));
  return {
    version: 1,
    event: eventOf(told),
    text,
    content: text,
    allowed_mentions: { parse: [] },
    run_id: summary?.run_id ?? null,
    job,
    command,
    account: summary?.account ?? told.account ?? null,
    exit_code: exitCode,
    verdict,
    next,
    error,
    totals: summary?.totals ?? null,
    outcomes: summary?.outcomes ?? null,
    problems: (summary?.problems.top ?? []).slice(0, mostProblems).map((group) => problemOf(group, values)),
    problem_kinds: summary?.problems.signatures ?? 0,
    failed_rows: failures.reduce((sum, { rows }) => sum + rows, 0),
    failures,
    open_rows: summary?.open_failures?.rows ?? null,
    traffic: summary?.traffic ?? null,
    warnings: values ? (summary?.warnings ?? []) : (summary?.warnings.length ?? 0),
    folder: summary?.results.folder ?? null,
    pass: passOf(told.pass, values),
    started_at: new Date(told.startedAtMs).toISOString(),
    ended_at: new Date(told.endedAtMs).toISOString(),
  };
}

function eventOf(told: NotifiedRun): Notification["event"] {
  if (isIdle(told)) return "run.nothing_to_do";
  if (told.summary === undefined) return told.exitCode === 0 ? "run.finished" : "run.not_started";
  return told.summary.ended === "finished" ? "run.finished" : "run.stopped";
}

function verdictOf(told: NotifiedRun, summary: Summary | undefined, error: StopReason | null): string {
  const { exitCode, pass } = told;
  const code = `(exit code ${exitCode})`;
  const aside = quarantineText(pass);
  if (isIdle(told)) return `there was nothing to do ${code}.`;
  if (summary === undefined)
    return exitCode === 0
      ? `finished ${code}.${aside}`
      : `was not started ${code}: ${sentence(error?.message)}${aside}`;
  const { totals, outcomes, stopped } = summary;
  const fates = fatesText(outcomes, () => true);
  if (stopped !== null)
    return `stopped before the end ${code}: ${sentence(stopped.message)} ${rowsOf(totals)}: ${fates}.${aside}`;
  const missing = allOutcomes.filter((outcome) => !isSettledWell(outcome));
  const lost = missing.reduce((sum, outcome) => sum + outcomes[outcome].rows, 0);
  if (lost === 0) return `finished ${code}. ${rowsOf(totals)}: ${fates}.${aside}`;
  const which = fatesText(outcomes, (outcome) => missing.includes(outcome));
  return `finished, and ${counted(lost, "row")} of ${counted(totals.rows, "row")} did not make it ${code}: ${which}.${aside}`;
}

function quarantineText(pass: NotifiedPass | undefined): string {
  const files = pass?.quarantined ?? [];
  return files.length === 0 ? "" : ` ${counted(files.length, "file")} went to quarantine.`;
}

function nextOf(
  { again, retry, rest, plan }: NotifiedRun,
  summary: Summary | undefined,
  error: StopReason | null,
): string {
  if (summary !== undefined) {
    return nextStep(summary, {
      again,
      ...(retry === undefined ? {} : { retry }),
      ...(rest === undefined ? {} : { rest }),
      ...(plan === undefined ? {} : { plan }),
    });
  }
  if (error === null) return "nothing is left to do.";
  return error.hint === undefined
    ? `see what the terminal or the log says, then run: ${again}`
    : `${sentence(error.hint)} (${again})`;
}

function rowsOf({ rows }: Counts): string {
  return counted(rows, "row");
}

function fatesText(counts: Readonly<Record<Outcome, Counts>>, isMeant: (outcome: Outcome) => boolean): string {
  const shown = allOutcomes.filter((outcome) => isMeant(outcome) && counts[outcome].rows > 0);
  return shown.length === 0
    ? "none"
    : listed(shown.map((outcome) => `${counts[outcome].rows.toLocaleString("en-US")} ${words(outcome)}`));
}

function sentence(text = ""): string {
  const [first = ""] = text.split("\n");
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

function problemOf({ code, severity, count, examples }: ProblemGroup, values: boolean): NotifiedProblem {
  const [first] = examples;
  return {
    code,
    severity,
    count,
    path: pathOf(first?.path),
    column: first?.column ?? null,
    file: first?.file ?? null,
    lines: examples.flatMap(({ file, line }) => (line === undefined || file !== first?.file ? [] : [line])),
    ...(values && first !== undefined ? { message: first.message, value: first.value ?? null } : {}),
  };
}

/** A server may name anything for a path; ours are names, dots and indexes. */
function pathOf(path: string | undefined): string | null {
  return path !== undefined && /^[A-Za-z_]\w{0,63}(\[\d+\]|\.\w{1,64})*$/.test(path) ? path : null;
}

function passOf(pass: NotifiedPass | undefined, values: boolean): Notification["pass"] {
  if (pass === undefined) return null;
  const { taken, archived, quarantined, waiting } = pass;
  return {
    pass: pass.pass ?? null,
    taken,
    archived: archived.length,
    quarantined: quarantined.map(({ file, reason }) => ({ file, ...(values ? { reason } : {}) })),
    waiting,
  };
}

/** `<…>` is a link or a mention to Slack, `@` a mention to Mattermost. */
function forChats(text: string): string {
  return cutTo(visibleLine(text).replaceAll("<", "‹").replaceAll(">", "›").replaceAll("@", "＠"), mostText);
}
