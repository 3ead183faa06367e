// `luminous-import status`: how far the run is that is under way, how the last one ended, or a table of all. It reads the
// ledgers of the state folder, so it needs no account for a job that has run.
import {
  type AccountRun,
  type JobStatus,
  jobStatus,
  type RunStanding,
  type SubmittedStanding,
} from "../../history/status.ts";
import type { JobOutline } from "../../job/job-outline.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { isPlainObject } from "../../model/json.ts";
import { visible, visibleLine, visibleTexts } from "../../model/text/visible.ts";
import { commandLine } from "../../report/html/next-commands.ts";
import { painter, visibleFigures } from "../../report/live/display.ts";
import { progressJson } from "../../report/live/progress-file.ts";
import { openRunLines } from "../../report/live/status-text.ts";
import { runsTable, type TableRun } from "../../report/runs-table.ts";
import { isSummary } from "../../report/summary.ts";
import { clockText, counted } from "../../report/wording.ts";
import { namedAddress } from "../world/account.ts";
import { summaryText } from "../world/console.ts";
import { fitted } from "../world/fitted.ts";
import { hasColour } from "../world/live.ts";
import { loadCommandOutline } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";
import { watchRun } from "./watch-run.ts";

/** The flags of `status`. */
export interface StatusFlags {
  readonly runs?: boolean;
  readonly watch?: boolean;
}

/** Shows how the newest run stands, or all of them; with `watch` until it ends. Gives the exit code. */
export async function status(
  path: string,
  options: GlobalOptions,
  flags: StatusFlags,
  world: CommandWorld,
): Promise<number> {
  const { state } = options;
  const job = await loadCommandOutline(path, options, world);
  const account = await namedAddress(job, accountSources(world, options));
  const look = (): Promise<JobStatus> => jobStatus(job, account);
  const now = flags.watch === true ? await watchRun(look, options, world) : await look();
  // Ctrl-C; the run goes on.
  if (now === undefined) return exitCodes.done;
  if (now.runs.length === 0 && now.busy === undefined) throw noRunYet(path, account, now, job);
  if (flags.runs === true) showRuns(now, options, world);
  else showNewest(now, options, flags, world, [path, ...(state === undefined ? [] : ["--state", state])]);
  return exitCodes.done;
}

function noRunYet(
  path: string,
  account: string | undefined,
  { elsewhere }: JobStatus,
  { imports }: JobOutline,
): ImportError {
  const [other] = elsewhere;
  if (account === undefined || other === undefined)
    return new ImportError("USAGE", `no run of ${path} yet`, { hint: `Start one: luminous-import ${imports} ${path}` });
  return new ImportError("USAGE", `no run of ${path} at ${account} yet`, {
    hint: `It has run at ${elsewhere.join(" and ")}: LUMINOUS_BASE_URL=${other} luminous-import status ${path} shows that.`,
  });
}

function showNewest(
  { runs, standing, busy, elsewhere }: JobStatus,
  { json }: GlobalOptions,
  { watch }: StatusFlags,
  world: CommandWorld,
  words: readonly string[],
): void {
  const [newest] = runs;
  if (json === true) {
    const value = newest === undefined || standing === undefined ? { busy } : newestJson(newest, standing);
    world.stdout.write(`${JSON.stringify(value, null, watch === true ? 0 : 2)}\n`);
    return;
  }
  if (busy !== undefined) {
    const since = clockText(busy.sinceMs, systemClock.nowMs());
    const what = busy.host === undefined ? "the state folder" : "the ledger";
    const who = busy.host === undefined ? `${busy.pid}` : `${busy.pid} on ${busy.host}`;
    const said = `Process ${who} has used ${what} since ${since}: a run that is about to begin, or another command.`;
    world.stdout.write(`${fitted(said, world.stdout)}\n`);
  }
  if (newest === undefined || standing === undefined) return;
  const again = [newest.command, ...words];
  if (standing.kind !== "ended") {
    const paint = painter(world.stdout.isTTY && hasColour(world.env));
    const lines = openRunLines(visibleTexts({ ...newest, standing: shownStanding(standing) }), {
      ...(world.stdout.isTTY ? { width: world.stdout.columns ?? 80 } : {}),
      nowMs: systemClock.nowMs(),
      again: commandLine(again),
      follow: commandLine(["status", ...words, "--watch"]),
      stop: commandLine(["stop", ...words]),
    });
    world.stdout.control(`${lines.map(paint).join("\n")}\n`);
    return;
  }
  const where = elsewhere.length === 0 ? "" : ` at ${newest.account} (other runs: ${elsewhere.join(", ")})`;
  const { summary } = newest;
  if (isSummary(summary))
    world.stdout.control(`${visible(newest.runId + where)}\n${summaryText(summary, world, again)}\n`);
  else
    world.stdout.write(
      `${fitted(`${newest.runId}${where}: ${whyNoSummary(newest)}`, world.stdout)}\nNext: ${commandLine(again)}\n`,
    );
}

type OpenStanding = Exclude<RunStanding, { readonly kind: "ended" }>;

function shownStanding(standing: OpenStanding): OpenStanding {
  const { progress } = standing;
  if (progress === undefined) return standing;
  const { run } = progress.figures;
  return { ...standing, progress: { ...progress, figures: { ...visibleFigures(progress.figures), run } } };
}

/** The summary of a run that has one; what is known of others. */
function newestJson(run: AccountRun, standing: RunStanding): unknown {
  if (standing.kind === "ended") return run.summary ?? runJson(run, "ended");
  const { progress } = standing;
  return {
    ...runJson(run, standing.kind),
    pid: standing.kind === "under_way" ? standing.pid : null,
    ...(standing.kind === "under_way" && standing.host !== undefined ? { host: standing.host } : {}),
    ...(standing.kind === "submitted" ? { submission: submissionJson(standing) } : {}),
    progress: progress === undefined ? null : progressJson(progress),
  };
}

function submissionJson({ submission, open, inDoubt }: SubmittedStanding): object {
  const { by, state, driver, isFree, isStopAsked, trouble } = submission;
  return {
    by,
    state: isFree ? "waiting" : state,
    driver:
      driver === undefined || isFree
        ? null
        : { host: driver.host, pid: driver.pid, since: new Date(driver.sinceMs).toISOString() },
    stop_asked: isStopAsked,
    trouble: trouble ?? null,
    entries: { open },
    sends: { without_answer: inDoubt },
  };
}

function showRuns({ runs, standing }: JobStatus, { json }: GlobalOptions, { stdout }: CommandWorld): void {
  // An older one without an end was killed, or a newer one could not have begun.
  const stateOf = (run: AccountRun, at: number): RunStanding["kind"] =>
    at === 0 && standing !== undefined ? standing.kind : run.endedAtMs === undefined ? "killed" : "ended";
  if (json === true) {
    stdout.write(
      `${JSON.stringify(
        runs.map((run, at) => runJson(run, stateOf(run, at))),
        null,
        2,
      )}\n`,
    );
    return;
  }
  const rows = runs.map((run, at): TableRun => {
    const state = stateOf(run, at);
    const exit = state === "ended" ? String(run.exitCode ?? "") : state.replaceAll("_", " ");
    return { ...run, command: visibleLine(run.command), exit, rows: rowsOf(run) };
  });
  const width = stdout.isTTY ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  stdout.write(`${runsTable(rows, width)}\n`);
  const later = runs.flatMap(({ runId, madeGoodBy }) =>
    madeGoodBy.map(
      ({ runId: by, rows: count }) => `${runId}: ${counted(count, "row")} of what it left open went in with ${by}`,
    ),
  );
  if (later.length > 0) stdout.write(`\n${later.map((line) => fitted(visibleLine(line), stdout)).join("\n")}\n`);
}

function runJson(run: AccountRun, state: RunStanding["kind"]): object {
  const { runId, account, command, startedAtMs, endedAtMs, exitCode, madeGoodBy } = run;
  return {
    run_id: runId,
    account,
    command,
    started_at: new Date(startedAtMs).toISOString(),
    ended_at: endedAtMs === undefined ? null : new Date(endedAtMs).toISOString(),
    exit_code: exitCode ?? null,
    state,
    rows: rowsOf(run) ?? null,
    made_good_by: madeGoodBy.map(({ runId: by, rows }) => ({ run_id: by, rows })),
  };
}

function rowsOf({ summary }: AccountRun): TableRun["rows"] {
  if (!isSummary(summary)) return undefined;
  return Object.fromEntries(Object.entries(summary.outcomes).map(([outcome, { rows }]) => [outcome, rows]));
}

function whyNoSummary({ summary }: AccountRun): string {
  const stopped = isPlainObject(summary) && isPlainObject(summary.stopped) ? summary.stopped.message : undefined;
  return typeof stopped === "string" ? `nothing was sent: ${stopped}` : "nothing was sent";
}
