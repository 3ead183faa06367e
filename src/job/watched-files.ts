// What `check --watch` looks at: the files that a check of a job reads, and a text that changes when one of them does.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { loadMapping } from "../map/definition/load-mapping.ts";
import { ImportError } from "../model/error.ts";
import { fingerprintOf, stateOf } from "./file-states.ts";
import type { Job } from "./job.ts";

/** The job's file, its inputs and their joins, its mappings and what they look values up in. */
export async function watchedFiles(job: Job): Promise<readonly string[]> {
  const lookups = await Promise.all(job.inputs.map(({ mapping }) => lookupFiles(mapping.path)));
  const inputs = job.inputs.flatMap(({ files, joins, mapping }) => [
    mapping.path,
    ...[...files, ...Object.values(joins).flat()].map(({ path }) => path),
  ]);
  return [...new Set([job.file.path, ...inputs, ...lookups.flat()])].filter((path) => path !== "-");
}

/**
 * A text that is the same as long as nobody writes, replaces, adds or removes one of the files. Asking the files, rather
 * than the system to tell, works for editors that replace a file, and on network and container drives.
 */
export async function fingerprint(paths: readonly string[]): Promise<string> {
  const states = paths.map(async (path) => {
    const found = await stateOf(path);
    return `${path} ${found === undefined ? "-" : fingerprintOf(found)}`;
  });
  return (await Promise.all(states)).join("\n");
}

/** A mapping that cannot be loaded is watched alone: the check says what is wrong with it. */
async function lookupFiles(mapping: string): Promise<readonly string[]> {
  try {
    const { lookups } = loadMapping(await readFile(mapping, "utf8"), mapping);
    return lookups.map(({ file }) => resolve(dirname(mapping), file));
  } catch (error) {
    if (error instanceof ImportError || (error instanceof Error && "code" in error)) return [];
    throw error;
  }
}
