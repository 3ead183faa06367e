// `luminous-import status`: the last run's summary again, or a list of all runs.
import { listRuns } from "../../history/status.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { isPlainObject } from "../../model/json.ts";
import type { RunRecord } from "../../model/ledger/runs.ts";
import { visible } from "../../model/text/visible.ts";
import type { Summary } from "../../report/summary.ts";
import { resolveAddress } from "../world/account.ts";
import { summaryText } from "../world/console.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `status`. */
export interface StatusFlags {
  readonly runs?: boolean;
}

/** Shows the last run, or all of them; gives the exit code. */
export async function status(
  path: string,
  options: GlobalOptions,
  flags: StatusFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandJob(path, options, {}, world);
  const { baseUrl } = await resolveAddress(job, accountSources(world, options));
  const runs = await listRuns(job, baseUrl);
  const [last] = runs;
  if (last === undefined)
    throw new ImportError("USAGE", `no run of ${path} yet`, { hint: `Start one: luminous-import run ${path}` });
  if (flags.runs === true) {
    const list = runs.map(runFields);
    world.stdout.write(options.json === true ? `${JSON.stringify(list, null, 2)}\n` : runTable(list));
    return exitCodes.done;
  }
  if (options.json === true) {
    world.stdout.write(`${JSON.stringify(last.summary ?? runFields(last), null, 2)}\n`);
    return exitCodes.done;
  }
  if (isSummary(last.summary))
    world.stdout.control(`${visible(last.runId)}\n${summaryText(last.summary, world, [last.command, path])}\n`);
  else world.stdout.write(`${last.runId}: ${howItStands(last)}\nNext: luminous-import ${last.command} ${path}\n`);
  return exitCodes.done;
}

interface RunFields {
  readonly run_id: string;
  readonly command: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly exit_code: number | null;
}

function runFields({ runId, command, startedAtMs, endedAtMs, exitCode }: RunRecord): RunFields {
  return {
    run_id: runId,
    command,
    started_at: new Date(startedAtMs).toISOString(),
    ended_at: endedAtMs === undefined ? null : new Date(endedAtMs).toISOString(),
    exit_code: exitCode ?? null,
  };
}

function runTable(runs: readonly RunFields[]): string {
  const lines = runs.map(
    ({ run_id, command, started_at, exit_code }) =>
      `${run_id}  ${command}  ${started_at}  ${exit_code === null ? "not ended" : `exit ${exit_code}`}`,
  );
  return `${lines.join("\n")}\n`;
}

function howItStands({ endedAtMs, summary }: RunRecord): string {
  if (endedAtMs === undefined) return "is under way, or was killed; the same command continues it";
  const stopped = isPlainObject(summary) && isPlainObject(summary.stopped) ? summary.stopped.message : undefined;
  return typeof stopped === "string" ? `nothing was sent: ${stopped}` : "nothing was sent";
}

// The summary that this program wrote itself; an early end has a smaller one.
function isSummary(value: unknown): value is Summary {
  return isPlainObject(value) && value.version === 1 && "tallies" in value;
}
