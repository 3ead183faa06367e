// A plan: everything of a check, and a rehearsal of the run over an account that is only read. What a run would do with every
// entry goes into the ledger, so that `run --plan` can do just that. Not here: whether a plan still holds (run/admit-plan.ts).
import { join } from "node:path";
import { writeAtomically } from "../disk/atomic-file.ts";
import { countOpenOrders, oldOrdersWarning } from "../dispatch/open-orders.ts";
import type { Job } from "../job/job.ts";
import { readsStreams } from "../job/read-once.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { exitCodes } from "../model/exit-codes.ts";
import { contentHash } from "../model/json.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import { version } from "../model/package.ts";
import type { ResourceName } from "../model/resource.ts";
import { writeData } from "../report/html/write-reports.ts";
import type { PlanContent } from "../report/plan/plan-content.ts";
import { planCommands, writePlanPage } from "../report/plan/plan-page.ts";
import type { ShownEntry } from "../report/preview-text.ts";
import type { Summary } from "../report/summary.ts";
import { planError } from "../run/admit-plan.ts";
import { impatient } from "../run/ask-ahead.ts";
import { askOptions, stageOnly } from "../run/check.ts";
import type { RunEvent } from "../run/events.ts";
import { previewEntries } from "../run/preview-entries.ts";
import { askFirst } from "../run/run.ts";
import { newRunId } from "../run/run-id.ts";
import { prepareOptions } from "../run/run-options.ts";
import { openScratchFolder } from "../run/scratch-folder.ts";
import { contentOfJob } from "../staging/job-content.ts";
import { createLocate } from "../staging/locate-cells.ts";
import { damageList, detections, prepareInputs, resourceOf } from "../staging/prepare.ts";
import { rehearse } from "./rehearse.ts";
import { plannedEntries, tallyPlan } from "./tally-plan.ts";

/** What a plan may be told beside its job. */
export interface PlanOptions {
  readonly account: Account;
  /** One input by name. */
  readonly only?: string;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** So many valid entries of each phase are given back as they would be sent; none unless said. */
  readonly show?: number;
  /** plan.json is written to this path too. */
  readonly out?: string;
  /** The words of the command, for saying how to go on; its name and its job unless said. */
  readonly words?: readonly string[];
  /** How a path is written in a command: as it is, unless said. */
  readonly shownFile?: (path: string) => string;
  /** The version of the program that made it: this one's, unless a test knows better. */
  readonly program?: string;
  /** The machine's own unless said. */
  readonly clock?: Clock;
  /** Ends it early, with `STOPPED`. */
  readonly stop?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

/** A plan. `exitCode` is 0, or 3 where something would not make it. */
export interface PlanResult {
  readonly exitCode: number;
  readonly plan: PlanContent;
  /** The folder with plan.json and plan.html, and with results.csv and summary.json of what the files alone say. */
  readonly folder: string;
  /** What `run --plan` takes: plan.json, at `out` where that was said. */
  readonly file: string;
  /** What the files alone say, as of a check. */
  readonly summary: Summary;
  /** What `show` asked for. */
  readonly shown: readonly ShownEntry[];
}

const planFileName = "plan.json";

/**
 * Makes a plan of a job. The account is asked and never written to; the lock of the state folder is held for two moments, to
 * read the ledger and to keep the plan in it. Throws `ImportError` when the job cannot be used or another run holds the lock
 * (exit code 2), when the account refuses the token (5) or does not answer (4), and `PLAN_OUTDATED` when a run of the account
 * began meanwhile.
 */
export async function plan(job: Job, options: PlanOptions): Promise<PlanResult> {
  const { account, clock = systemClock, stop = new AbortController().signal, onEvent, strict = false } = options;
  if (await readsStreams(job)) {
    throw new ImportError(
      "USAGE",
      "standard input and pipes can be read once, so the run could not hold a plan against them",
      {
        hint: "Name a file, or run without a plan.",
      },
    );
  }
  // Before anything is read: what changes from here on is not what the plan says.
  const content = await contentOfJob(job, options.only);
  await refuseRunUnderWay(job);
  await using asked = await askFirst(impatient(job), askOptions(account, options));
  const inputs = await prepareInputs(job, prepareOptions(options));
  for (const { file, what } of detections(inputs)) onEvent?.({ kind: "detected", file, what });
  await using scratch = await openScratchFolder();
  const { ledger: knowing, afterRun } = await knowingLedger(job, account, scratch.path);
  await using ledger = knowing;
  const planId = `plan-${newRunId(clock)}`;
  const startedAtMs = clock.nowMs();
  const record = await ledger.runs.begin({ runId: planId, job: job.file.path, command: "plan", startedAtMs });
  const warnings = new Set([...asked.warnings, ...inputs.flatMap((input) => input.warnings)]);
  const warn = (message: string): void => {
    if (warnings.has(message)) return;
    warnings.add(message);
    onEvent?.({ kind: "warning", message });
  };
  const locate = createLocate(ledger, record.id, inputs);
  await stageOnly(inputs, { job, ledger, run: record.id, locate, warn, showCreationNeeds: false }, options);
  const time = { nowMs: clock.nowMs(), days: job.openOrderDays };
  const open = await countOpenOrders(ledger.queue, record.id, time);
  const old = await oldOrdersWarning(ledger.queue, record.id, open, time);
  if (old !== undefined) warn(old);

  const folder = join(job.state, "plans", planId);
  const facts = { account: account.baseUrl, exitCode: exitCodes.done, folder, damage: damageList(inputs) };
  const { summary } = await writeData(ledger.results, record, folder, {
    ...facts,
    endedAtMs: clock.nowMs(),
    warnings: [...warnings],
    resourceOf: resourceOf(inputs),
  });
  const shown = options.show === undefined ? [] : await previewEntries(ledger, record, inputs, options.show);
  onEvent?.({ kind: "asking", account: account.baseUrl, entries: summary.outcomes.pending.entries });
  const { fieldsSent, ...rehearsed } = await rehearse({
    job,
    account,
    asked,
    ledger,
    run: record.id,
    locate,
    stop,
    onWarning: warn,
  });
  const excluded = excludedRows(summary, resourceOf(inputs));
  const tally = await tallyPlan(ledger, record.id, { excluded, fieldsSent });
  const isWhole =
    summary.outcomes.invalid.rows === 0 &&
    rehearsed.guard === null &&
    !tally.resources.some(({ blocked, invalid, unknown }) => blocked + invalid + unknown > 0);
  const exitCode = isWhole ? exitCodes.done : exitCodes.someFailed;
  const made: PlanContent = {
    version: 1,
    plan_id: planId,
    program: options.program ?? version,
    job: job.file.path,
    account: account.baseUrl,
    made_at: new Date(startedAtMs).toISOString(),
    exit_code: exitCode,
    only: options.only ?? null,
    strict,
    ...content,
    totals: summary.totals,
    invalid_rows: summary.outcomes.invalid.rows,
    control_totals: summary.control_totals,
    ...rehearsed,
    problems: summary.problems,
    warnings: [...warnings],
    ...tally,
  };
  const files = [join(folder, planFileName), ...(options.out === undefined ? [] : [options.out])];
  await keep(job, ledger, { run: record.id, afterRun, madeAtMs: startedAtMs, made, files });
  const file = files.at(-1) ?? "";
  const { words = ["plan", job.file.shown], shownFile = (path) => path } = options;
  await writePlanPage(folder, made, planCommands(words, shownFile(file), job.drop !== undefined));
  return { exitCode, plan: made, folder, file, summary, shown };
}

/** What it is about to send cannot be planned, and both would ask at the account's full rate. */
async function refuseRunUnderWay(job: Job): Promise<void> {
  await using _lock = await ledgersIn(job).lock();
}

/** A scratch ledger that knows what the account's own knows now. */
async function knowingLedger(
  job: Job,
  { baseUrl }: Account,
  scratch: string,
): Promise<{ readonly ledger: Ledger; readonly afterRun: number }> {
  const host = ledgersIn(job);
  await using _lock = await host.lock();
  await using own = await host.open(baseUrl, "write");
  const afterRun = await own.plans.newestRun();
  await own.flush();
  return { ledger: await ledgersIn({ state: scratch }).openScratch({ knowing: { ...job, baseUrl } }), afterRun };
}

interface Made {
  readonly run: number;
  readonly afterRun: number;
  readonly madeAtMs: number;
  readonly made: PlanContent;
  readonly files: readonly string[];
}

async function keep(job: Job, scratch: Ledger, { run, afterRun, madeAtMs, made, files }: Made): Promise<void> {
  const host = ledgersIn(job);
  await using _lock = await host.lock();
  await using ledger = await host.open(made.account, "write");
  if ((await ledger.plans.newestRun()) !== afterRun)
    throw planError(`a run of ${made.account} began while the plan was made, so it does not hold any more`);
  const text = `${JSON.stringify(made, null, 2)}\n`;
  for (const file of files) await writeAtomically(file, text);
  const saved = { planId: made.plan_id, job: made.job, madeAtMs, afterRun, contentHash: contentHash(text) };
  await ledger.plans.save(saved, plannedEntries(scratch, run));
}

function excludedRows(
  { tallies }: Summary,
  resourceOfInput: Readonly<Record<string, ResourceName>>,
): Partial<Record<ResourceName, number>> {
  const rows: Partial<Record<ResourceName, number>> = {};
  for (const tally of tallies) {
    const resource = resourceOfInput[tally.input] ?? resourceOfInput[tally.input.split(".")[0] ?? ""];
    if (tally.outcome === "excluded" && resource !== undefined) rows[resource] = (rows[resource] ?? 0) + tally.rows;
  }
  return rows;
}
