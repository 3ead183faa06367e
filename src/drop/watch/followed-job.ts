// The job of a watch: loaded again when its file, a mapping or a table that a mapping looks values up in has other content. A
// job that cannot be loaded leaves none: the one before is not what somebody asks for any more.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Job } from "../../job/job.ts";
import { fingerprint, watchedFiles } from "../../job/watched-files.ts";
import { ImportError } from "../../model/error.ts";

/** How the job stands. */
export type JobStanding =
  /** `isNew`: it is not what the look before gave. */
  | { readonly kind: "good"; readonly job: Job; readonly isNew: boolean }
  | { readonly kind: "broken"; readonly error: ImportError; readonly isNew: boolean };

/** A job that may change. */
export interface FollowedJob {
  look(): Promise<JobStanding>;
  /** The files that make it what it is, as far as they are known. */
  readonly files: readonly string[];
}

interface Version {
  readonly job: Job;
  readonly files: readonly string[];
  /** Sizes and times: the same as long as nobody writes. */
  readonly mark: string;
  readonly content: string;
}

/** Loads the job. Rejects when it is broken from the beginning. */
export async function followJob(load: () => Promise<Job>): Promise<FollowedJob> {
  let good = await loadVersion(load);
  let broken: ImportError | undefined;
  return {
    get files() {
      return good.files;
    },
    async look() {
      if (broken === undefined && (await fingerprint(good.files)) === good.mark)
        return { kind: "good", job: good.job, isNew: false };
      try {
        const before = good;
        good = await loadVersion(load);
        const isNew = broken !== undefined || good.content !== before.content;
        broken = undefined;
        return { kind: "good", job: good.job, isNew };
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        const isNew = broken?.message !== error.message;
        broken = error;
        return { kind: "broken", error, isNew };
      }
    },
  };
}

// The first load says which files there are. Their state is taken before the second, so that whatever is written from then on
// differs from it at the next look.
async function loadVersion(load: () => Promise<Job>): Promise<Version> {
  const files = await watchedFiles(await load());
  const mark = await fingerprint(files);
  const content = await contentOf(files);
  return { job: await load(), files, mark, content };
}

async function contentOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of files) {
    const bytes = await readFile(path).catch(() => undefined); // a lookup table that is missing is told by the load
    hash.update(`${path}\0${bytes?.length ?? "-"}\0`);
    if (bytes !== undefined) hash.update(bytes);
  }
  return hash.digest("hex");
}
