// The files of an input as they were before anything was read from them: what staging compares them with.
import { type Glob, type Seen, type SeenFile, seeFile } from "../../job/file-states.ts";
import type { Input, JobFile } from "../../job/job.ts";

/** An input whose files have their states. What a lookup reads can be added to `files` once the mapping is known. */
export interface SeenInput extends Seen {
  readonly input: Input;
  readonly files: SeenFile[];
}

/** Looks at the mapping and the files of an input. Copies of streams are ours alone and stay as they are; rows that were carried are in no file. */
export async function seeInput(input: Input): Promise<SeenInput> {
  const mapping = input.mapping.text === undefined ? await seeFile(input.mapping) : undefined;
  const files = await seeAll(input.files);
  const joins = await Promise.all(
    Object.entries(input.joins).map(async ([name, of]) => [name, await seeAll(of)] as const),
  );
  const all = [...files, ...joins.flatMap(([, of]) => of)];
  return {
    input: { ...input, mapping: mapping ?? input.mapping, files, joins: Object.fromEntries(joins) },
    files: [...(mapping === undefined ? [] : [mapping]), ...all],
    globs: globsOf(all),
  };
}

function seeAll(files: readonly JobFile[]): Promise<readonly JobFile[]> {
  return Promise.all(
    files.map((file) => (file.isStdinCopy === true || file.carried !== undefined ? file : seeFile(file))),
  );
}

function globsOf(files: readonly JobFile[]): Seen["globs"] {
  const globs = new Map<string, Glob & { readonly paths: string[] }>();
  for (const { path, glob } of files) {
    if (glob === undefined) continue;
    const name = JSON.stringify(glob);
    const known = globs.get(name) ?? { ...glob, paths: [] };
    known.paths.push(path);
    globs.set(name, known);
  }
  return [...globs.values()];
}
