// `luminous-import worker`: drives submitted runs until it is stopped.
import { resolve } from "node:path";
import { ImportError } from "../../model/error.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { checkLedger, type LedgerAddress } from "../../model/ledger/ledger-address.ts";
import { visibleLine } from "../../model/text/visible.ts";
import type { DriveEnd } from "../../worker/drive.ts";
import { type WorkerEvent, work } from "../../worker/worker.ts";
import { followWorker } from "../../worker/worker-health.ts";
import { fitted } from "../world/fitted.ts";
import { namedLedger } from "../world/load-job.ts";
import { type EventLog, openLog } from "../world/log.ts";
import { workerAccounts } from "../world/worker-accounts.ts";
import type { CommandWorld, GlobalOptions } from "../world/world.ts";

/** The flags of `worker`. */
export interface WorkerFlags {
  /** The address of a database, without a password. */
  readonly ledger?: string;
  /** A folder with a file for each account's host. */
  readonly secrets?: string;
  /** `HOST:PORT`. */
  readonly listen?: string;
}

/** Works until Ctrl-C or SIGTERM, which hand over what is driven; gives the exit code. */
export async function worker(
  options: GlobalOptions,
  { ledger, secrets, listen }: WorkerFlags,
  world: CommandWorld,
): Promise<number> {
  const address = ledgerOf(ledger, world);
  const accountOf = workerAccounts(world, secrets === undefined ? undefined : resolve(world.cwd, secrets));
  await using logs = openLogs(options, world);
  const say = (line: string): void => {
    if (options.quiet !== true) world.stderr.write(`${fitted(visibleLine(line), world.stderr)}\n`);
  };
  const health = followWorker();
  const { serveWorker } = await import("../../worker/serve-worker.ts");
  await using serving = listen === undefined ? undefined : await serveWorker(listen, address, health.health);
  if (serving !== undefined) say(`Listening on ${serving.url}: /metrics, /healthz and /readyz.`);
  const stop = new AbortController();
  const abort = new AbortController();
  const off = world.onInterrupt(() => {
    if (stop.signal.aborted) return abort.abort();
    health.stopping();
    say("Stopping: takes nothing more, and hands over what it drives once requests under way have ended.");
    stop.abort();
  });
  try {
    await work({
      ...{ ledger: address, accountOf, stop: stop.signal, abort: abort.signal },
      onEvent(event) {
        health.see(event);
        if (event.kind === "run") return logs.see(event.submission.runId, event.event);
        if (event.kind === "gave_back") logs.done(event.submission.runId);
        const said = workerText(event, address);
        if (said !== undefined) say(said);
      },
    });
  } finally {
    off();
  }
  say("Stopped.");
  return exitCodes.done;
}

function ledgerOf(text: string | undefined, world: CommandWorld): LedgerAddress {
  const named = text === undefined ? namedLedger(world) : undefined;
  if (named !== undefined) return named;
  if (text === undefined)
    throw new ImportError("USAGE", "no database is named", {
      hint: "Set LUMINOUS_LEDGER, or give --ledger postgres://user@host/database. docs/many-machines.md says more.",
    });
  const checked = checkLedger(text);
  if (!checked.ok) throw new ImportError("USAGE", `--ledger ${checked.why}`);
  if (checked.holdsPassword)
    throw new ImportError("USAGE", "--ledger holds a password, which everybody on this machine can read there", {
      hint: "Set LUMINOUS_LEDGER in place of it, or leave the password out and set PGPASSWORD or write a line into ~/.pgpass.",
    });
  return checked.address;
}

/** Undefined for what nobody needs to read. */
function workerText(
  event: Exclude<WorkerEvent, { readonly kind: "run" }>,
  { shown }: LedgerAddress,
): string | undefined {
  switch (event.kind) {
    case "waiting":
      return `Waiting for submitted runs in ${shown}. Ctrl-C ends the worker.`;
    case "took":
      return `${event.submission.runId}: takes the account ${event.submission.baseUrl}, run of ${event.submission.job} from ${event.submission.by.host}.`;
    case "gave_back":
      return endText(event.submission.runId, event.end);
    case "no_token": {
      const why = event.error === undefined ? "there is no token for it here" : event.error.message;
      return `The account ${event.baseUrl} is left to other workers: ${why}.`;
    }
    case "database_away":
      return `The database does not answer: ${event.error.message}. It is asked again until it does.`;
    case "database_back":
      return "The database answers again.";
    default:
      return event satisfies never;
  }
}

function endText(runId: string, end: DriveEnd): string | undefined {
  switch (end.kind) {
    case "ended":
      return `${runId}: ended with exit code ${end.exitCode}.`;
    case "handed_over":
      return `${runId}: handed over.`;
    case "busy":
      return `${runId}: another process has the account.`;
    case "trouble": {
      const { error } = end;
      const message =
        error instanceof ImportError ? error.message : error instanceof Error ? error.stack : String(error);
      return `${runId}: did not get on, and is tried again: ${message}`;
    }
    default:
      return end satisfies never;
  }
}

/** A log for each run that is driven: every line says which run it is of. */
function openLogs({ logFile }: GlobalOptions, world: CommandWorld) {
  const open = new Map<string, Promise<EventLog>>();
  const logOf = (runId: string): Promise<EventLog> => {
    const known = open.get(runId) ?? openLog(logFile, world);
    open.set(runId, known);
    return known;
  };
  const close = async (runId: string): Promise<void> => {
    const log = open.get(runId);
    open.delete(runId);
    await (await log)?.[Symbol.asyncDispose]();
  };
  return {
    see: (runId: string, event: Parameters<EventLog["event"]>[0]): void =>
      void logOf(runId).then((log) => log.event(event)),
    done: (runId: string): void => void close(runId),
    async [Symbol.asyncDispose]() {
      await Promise.all([...open.keys()].map(close));
    },
  };
}
