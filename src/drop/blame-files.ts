// Which files of several keep the others from being read. Only looked for once reading all of them has failed.
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import { type PrepareOptions, prepareInputs } from "../staging/prepare.ts";
import { lookAt, type Placed } from "./match-files.ts";

/** A file by its place in the list, and what is wrong with it. */
export interface FileFault {
  readonly at: number;
  readonly fault: ImportError;
}

/**
 * The files that cannot be read as they should: each by itself, or where all of them can, those that do not go with the older
 * ones of their input. None where the job or a mapping is what is wrong.
 */
export async function faultsOf(
  placed: readonly Placed[],
  job: Job,
  options: PrepareOptions,
): Promise<readonly FileFault[]> {
  try {
    await prepareInputs(job, options); // a drop job has no files of its own
  } catch (error) {
    if (error instanceof ImportError) return [];
    throw error;
  }
  const alone = await faultsIn(placed, async (one) => lookAt([one], job, options));
  if (alone.length > 0) return alone;
  const sound: Placed[] = [];
  return await faultsIn(placed, async (one) => {
    const older = sound.filter(({ role }) => role.input.name === one.role.input.name);
    const fault = await lookAt([...older, one], job, options);
    if (fault === undefined) sound.push(one);
    return fault;
  });
}

async function faultsIn(
  placed: readonly Placed[],
  look: (one: Placed) => Promise<ImportError | undefined>,
): Promise<readonly FileFault[]> {
  const faults: FileFault[] = [];
  for (const [at, one] of placed.entries()) {
    const fault = await look(one);
    if (fault !== undefined && fault.code !== "INPUT_CHANGED") faults.push({ at, fault });
  }
  return faults;
}
