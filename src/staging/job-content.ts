// What a job is made of, down to the byte: a plan is good for just that.

import type { Job } from "../job/job.ts";
import { watchedFiles } from "../job/watched-files.ts";
import { contentHash, type Json } from "../model/json.ts";
import { contentOf } from "./files/file-content.ts";

/** A file that a job reads, and the hash of its bytes; null for one that is not there, as that of a job made by a program. */
export interface JobContentFile {
  /** Absolute. */
  readonly path: string;
  readonly hash: string | null;
}

/** Everything that decides what a job sends. */
export interface JobContent {
  /** Hash of what the job says, however it was given. */
  readonly settings: string;
  /** The job, its mappings, its files, those of its joins, and what its mappings look values up in. */
  readonly files: readonly JobContentFile[];
}

/** Reads every file once. `only`: of this input alone. Pipes and standard input must not be among them. */
export async function contentOfJob(job: Job, only?: string): Promise<JobContent> {
  const inputs = job.inputs.filter(({ name }) => only === undefined || name === only);
  const paths = await watchedFiles({ ...job, inputs });
  const files: JobContentFile[] = [];
  for (const path of paths) files.push({ path, hash: (await contentOf(path)) ?? null });
  const { limits, existing, missingReferences, channel, orderPush, openOrderDays } = job;
  const settings = {
    ...{ limits, existing, missingReferences, channel, orderPush, openOrderDays },
    inputs: inputs.map(({ name, files: own, joins, mapping }) => ({
      name,
      files: own.map(({ path }) => path),
      joins: Object.entries(joins).map(([join, of]) => ({ join, files: of.map(({ path }) => path) })),
      mapping: { path: mapping.path, text: mapping.text, channel: mapping.channel?.label },
    })),
  };
  return { settings: contentHash(JSON.parse(JSON.stringify(settings)) as Json), files };
}
