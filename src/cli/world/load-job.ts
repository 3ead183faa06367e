// From a command's words to a job: the file, with what the command line changes in it.
import { type Job, loadJob } from "../../job/job.ts";
import { ImportError } from "../../model/error.ts";
import { shownUnlessToken } from "../../model/text/mask.ts";
import { notifySecrets } from "../../notify/destination.ts";
import type { CommandWorld, GlobalOptions } from "./world.ts";

/** Flags that name other files for inputs. */
export interface InputFlags {
  /** `name=path` each. */
  readonly input?: readonly string[];
}

/** Loads the job that a command names. The secrets of its notifications are shown nowhere from then on. */
export async function loadCommandJob(
  path: string,
  { state }: GlobalOptions,
  { input }: InputFlags,
  world: CommandWorld,
  signal?: AbortSignal,
): Promise<Job> {
  const job = await loadJob(path, {
    cwd: world.cwd,
    inputs: parseInputs(input ?? []),
    ...(state === undefined ? {} : { state }),
    ...(signal === undefined ? {} : { signal }),
  });
  for (const secret of await notifySecrets(job.notify ?? [], world.env)) world.keepSecret(secret);
  return job;
}

function parseInputs(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1 || at === text.length - 1)
        throw new ImportError("USAGE", `--input takes name=path, not ${shownUnlessToken(text)}`, {
          hint: "Such as --input orders=todays-orders.csv.",
        });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
