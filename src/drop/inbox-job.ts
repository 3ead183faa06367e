// The job as a pass would run it now, for commands that only look: with the files that lie complete in the inbox, in place.
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import { prepareOptions, type RunOptions } from "../run/run-options.ts";
import { checkOnly, prepareInputs } from "../staging/prepare.ts";
import { faultsOf } from "./blame-files.ts";
import { leftClaimed } from "./claim.ts";
import { oldestFirst, placedOf } from "./file-order.ts";
import { faultsOfFiles, inputsOf, type Placed, rolesOf } from "./match-files.ts";
import { isThere } from "./move-file.ts";
import { settingsOf, sortInbox } from "./sort-inbox.ts";

/** What a pass would do. */
export interface InboxJob {
  /** With the files that it would import; inputs without any are left out. */
  readonly job: Job;
  /** What it would quarantine, and why. */
  readonly unfit: readonly { readonly file: string; readonly reason: string }[];
  /** So many files would stay in the inbox. */
  readonly waiting: number;
  /** What else there is to be said of the inbox, in words. */
  readonly warnings: readonly string[];
}

/** Looks into the inbox and changes nothing. Throws as a pass does that claims nothing. */
export async function inboxJob(
  job: Job,
  { only, ...options }: Pick<RunOptions, "clock" | "only" | "stop" | "onEvent">,
): Promise<InboxJob> {
  const { inbox } = settingsOf(job);
  checkOnly(job, only);
  const roles = await rolesOf(job, prepareOptions(options));
  if (!(await isThere(inbox))) {
    return { job: { ...job, inputs: [] }, unfit: [], waiting: 0, warnings: [`the inbox ${inbox} is not there`] };
  }
  const left = await leftClaimed({ inbox, job: job.file.path });
  const sorted = await sortInbox(job, { roles, claimed: left.files }, options);
  const ready = placedOf(oldestFirst(sorted.ready.map(({ file, role }) => ({ ...file, role }))));
  const faults = await faultsWhere(ready, job, options);
  const sound = ready.filter((_, at) => !faults.some((each) => each.at === at));
  return {
    job: { ...job, inputs: inputsOf(job, sound) },
    unfit: [
      ...sorted.unfit.map(({ file, reason }) => ({ file: file.name, reason: reason.what })),
      ...faults.map(({ at, fault }) => ({ file: ready[at]?.file.shown ?? "", reason: fault.message })),
    ],
    waiting: sorted.waiting.length + sorted.unfinished + left.unreadable,
    warnings: [...left.warnings, ...sorted.warnings],
  };
}

async function faultsWhere(ready: readonly Placed[], job: Job, options: Pick<RunOptions, "stop" | "onEvent">) {
  try {
    await prepareInputs({ ...job, inputs: inputsOf(job, ready) }, prepareOptions(options));
    return [];
  } catch (error) {
    if (error instanceof ImportError && faultsOfFiles.includes(error.code))
      return await faultsOf(ready, job, prepareOptions(options));
    throw error;
  }
}
