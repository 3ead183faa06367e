// Which inputs of a job can be read only once. How they are read twice all the same: staging/files/stdin-copy.ts.
import { isStreamFile } from "../read/stream-file.ts";
import type { Input, Job, JobFile } from "./job.ts";

/** Whether an input can be read only once. */
export async function readsStreams(job: Job): Promise<boolean> {
  const paths = job.inputs.flatMap(filesOf).map(({ path }) => path);
  return (await Promise.all(paths.map(isStreamFile))).some((isStream) => isStream);
}

/** The files of an input, those of its joins among them. */
export function filesOf({ files, joins }: Input): readonly JobFile[] {
  return [...files, ...Object.values(joins).flat()];
}
