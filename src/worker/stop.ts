// `stop`: ends a submitted run from anywhere, as Ctrl-C ends a run: what is in flight settles, the rest stays pending.
import { hostname } from "node:os";
import { pid } from "node:process";
import type { Job } from "../job/job.ts";
import { submissionsIn } from "../ledger/host.ts";
import { systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import type { Submission } from "../model/ledger/submissions.ts";
import { drive } from "./drive.ts";
import { databaseOf } from "./submit.ts";

/** What became of it. `asked`: its driver stops as soon as what is in flight has settled. `ended`: nobody drove it. */
export interface StopEnd {
  readonly kind: "asked" | "ended";
  readonly submission: Submission;
}

/**
 * Stops the submitted run of a job: of this account, or of any. Throws `ImportError("USAGE")` where there is none that has not ended,
 * or several.
 */
export async function stopSubmitted(
  job: Pick<Job, "state" | "ledger" | "file">,
  baseUrl: string | undefined,
): Promise<StopEnd> {
  const ledger = databaseOf(job);
  await using submissions = await submissionsIn(ledger);
  const open =
    baseUrl === undefined ? await submissions.list(job.file.path) : [(await submissions.open(baseUrl)) ?? []].flat();
  const [submission, other] = open;
  if (submission === undefined)
    throw new ImportError("USAGE", `no submitted run of ${job.file.shown} waits or is driven`, {
      hint: "A run that was not submitted is stopped where it runs, with Ctrl-C.",
    });
  if (other !== undefined)
    throw new ImportError(
      "USAGE",
      `${job.file.shown} has submitted runs at ${open.map((each) => each.baseUrl).join(" and ")}`,
      {
        hint: "Say which one is meant: LUMINOUS_BASE_URL=… luminous-import stop",
      },
    );
  await submissions.askStop(submission.id);
  if (submission.state === "driven" && !submission.isFree) return { kind: "asked", submission };
  const { signal: never } = new AbortController();
  const end = await drive({ ...submission, isStopAsked: true }, undefined, {
    ...{ ledger, submissions, by: { host: hostname(), pid }, state: job.state },
    ...{ clock: systemClock, random: Math.random, stop: never, abort: never, onEvent: () => undefined },
  });
  if (end.kind === "trouble") throw end.error;
  return { kind: end.kind === "ended" ? "ended" : "asked", submission };
}
