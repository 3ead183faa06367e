// `luminous-import stop`: ends a submitted run from anywhere.
import { exitCodes } from "../../model/exit-codes.ts";
import { visibleLine } from "../../model/text/visible.ts";
import { commandLine } from "../../report/html/next-commands.ts";
import { stopSubmitted } from "../../worker/stop.ts";
import { namedAddress } from "../world/account.ts";
import { fitted } from "../world/fitted.ts";
import { loadCommandOutline } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** Stops the submitted run of a job, and says what that means; gives the exit code. */
export async function stop(path: string, options: GlobalOptions, world: CommandWorld): Promise<number> {
  const { state, json } = options;
  const job = await loadCommandOutline(path, options, world);
  const account = await namedAddress(job, accountSources(world, options));
  const { kind, submission } = await stopSubmitted(job, account);
  const { runId, driver } = submission;
  if (json === true) {
    world.stdout.write(`${JSON.stringify({ run_id: runId, stop: kind }, null, 2)}\n`);
    return exitCodes.done;
  }
  const words = [path, ...(state === undefined ? [] : ["--state", state])];
  const said =
    kind === "ended"
      ? `${runId}: nobody drove it, so it ended here. What it had not sent is pending: the same run again continues.`
      : `${runId}: asked to stop. The worker ${driver?.pid ?? ""} on ${driver?.host ?? ""} lets what is in flight settle first; ${commandLine(["status", ...words])} shows when it has ended.`;
  world.stdout.write(`${fitted(visibleLine(said), world.stdout)}\n`);
  return exitCodes.done;
}
