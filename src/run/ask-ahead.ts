// `check --account`: what the account itself says of a check's entries. It is asked and never written to; an account
// that does not answer takes nothing from what the check found by itself.
import { probeRequest } from "../api/transport.ts";
import { lookAhead } from "../dispatch/look-ahead.ts";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { ImportError } from "../model/error.ts";
import type { Forecast } from "../model/forecast.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { Locate } from "../staging/locate-cells.ts";
import type { AskedAccount } from "./first-question.ts";

/** What is staged, and whom to ask about it. */
export interface StagedCheck {
  readonly job: Job;
  readonly account: Account;
  readonly asked: AskedAccount;
  /** Thrown away afterwards. */
  readonly ledger: Ledger;
  readonly run: number;
  readonly locate: Locate;
  readonly stop: AbortSignal;
  readonly onWarning: (message: string) => void;
}

/** Whoever checks is waiting: an account that is out is not waited for as long as a run would. */
const longestPatienceMs = 10_000;

/** The job with the patience of somebody who waits for an answer. */
export function impatient(job: Job): Job {
  const outagePatienceMs = Math.min(job.limits.outagePatienceMs, longestPatienceMs);
  return { ...job, limits: { ...job.limits, outagePatienceMs } };
}

/**
 * Asks; undefined, with a warning that says why, where nobody answers. Throws `ImportError("ACCOUNT_REFUSED")`, and
 * `STOPPED` when somebody stops it.
 */
export async function askAhead(staged: StagedCheck): Promise<Forecast | undefined> {
  const { job, account, asked, ledger, run, locate, stop, onWarning } = staged;
  const { halt, transport } = asked.line;
  try {
    if (halt.reason !== undefined) throw halt.reason;
    if (!transport.everAnswered) await askAgain(asked, account);
    const foreseen = await lookAhead({
      line: asked.line,
      ledger,
      run,
      api: account,
      limits: impatient(job).limits,
      existing: job.existing,
      missingReferences: job.missingReferences,
      guard: job,
      force: false,
      locate,
      onEvent: (event) => {
        asked.traffic.see(event);
        if (event.type === "warning") onWarning(event.message);
      },
      clock: asked.clock,
      random: Math.random,
      stop,
      abort: stop,
    });
    return { ...foreseen, earlier_runs: (await ledgersIn(job).find(account.baseUrl)) !== undefined };
  } catch (error) {
    if (!(error instanceof ImportError) || error.code === "ACCOUNT_REFUSED") throw error;
    if (stop.aborted) {
      throw new ImportError("STOPPED", "stopped while the account was asked; nothing was sent", {
        hint: "What the files alone say is in results.csv of the check.",
      });
    }
    onWarning(
      `What Luminous has was not found out: ${error.message.replace(/\.$/, "")}. The counts are of the files alone.`,
    );
    return undefined;
  }
}

/** Once more, now that the files are read; nobody waits as long as a run would. Throws `ImportError("OUTAGE")`. */
export async function askAgain({ line }: AskedAccount, { baseUrl, baseUrlFrom }: Account): Promise<void> {
  const reply = await line.transport.request(probeRequest, (text) => text, { purpose: "first", subject: "first" });
  if (line.halt.reason !== undefined) throw line.halt.reason;
  if (reply.kind === "undelivered" || reply.kind === "unanswered")
    throw new ImportError("OUTAGE", `${baseUrl} (${baseUrlFrom}) does not answer: ${reply.cause}`);
}
