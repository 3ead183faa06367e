// The job of a command that only looks: that of a drop folder is given the files that lie complete in its inbox.
import { inboxJob } from "../../drop/inbox-job.ts";
import type { Job } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { visibleLine } from "../../model/text/visible.ts";
import type { Console } from "../world/console.ts";
import type { CommandWorld } from "../world/world.ts";

/** A drop job with the files of its inbox, as a pass would take them; without a job there is nothing to do. */
export async function withInbox(
  written: Job,
  doing: "check" | "plan",
  { only }: { readonly only?: string },
  { world, stop, onEvent }: { readonly world: CommandWorld; readonly stop: AbortSignal } & Pick<Console, "onEvent">,
): Promise<{ readonly job: Job | undefined; readonly exitCode: number }> {
  if (written.drop === undefined) return { job: written, exitCode: exitCodes.done };
  const { job, unfit, warnings } = await inboxJob(written, {
    clock: systemClock,
    stop,
    onEvent,
    ...(only === undefined ? {} : { only }),
  });
  const would = unfit.map(({ reason }) => `a pass would quarantine this file: ${reason}`);
  for (const message of [...warnings, ...would]) onEvent({ kind: "warning", message });
  const exitCode = unfit.length === 0 ? exitCodes.done : exitCodes.someFailed;
  if (job.inputs.some(({ name }) => only === undefined || name === only)) return { job, exitCode };
  const which = only === undefined ? "" : ` of input ${visibleLine(only)}`;
  world.stderr.write(`Nothing to ${doing}: no complete file${which} lies in ${visibleLine(written.drop.inbox)}.\n`);
  return { job: undefined, exitCode };
}
