// Files that a pass has taken: moved by rename into `<inbox>/.claimed/<pass>/`, where nobody else writes or takes them. The
// file `.pass.json` there says whose pass it is. What a pass could not end stays there for the next one of the job.
//
//   inbox ──claim──▶ .claimed/<pass>/ ──▶ archive (imported) or quarantine (nothing can be done with it)
//     ▲                    │
//     └──── give back ─────┘  (it is still being written, or what belongs to it has not come)
import { lstat, mkdir, readdir, readFile, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../disk/atomic-file.ts";
import { type FileState, fingerprintOf, stateOf } from "../job/file-states.ts";
import { ImportError } from "../model/error.ts";
import type { InboxFile } from "./inbox.ts";
import { giveBack, isSameFile, isThere } from "./move-file.ts";

/** A file in the hands of a pass. */
export interface ClaimedFile {
  readonly name: string;
  readonly path: string;
  /** The pass that took it from the inbox. */
  readonly pass: string;
  readonly state: FileState;
}

/** Whose passes: files that another job has claimed are its own. */
export interface Claimer {
  readonly inbox: string;
  /** The path of the job file. */
  readonly job: string;
}

/** Where the files of an inbox's passes lie. */
export function claimedFolder(inbox: string, pass: string): string {
  return join(inbox, ".claimed", pass);
}

/** Makes the folder of a pass. */
export async function beginPass({ inbox, job }: Claimer, pass: string): Promise<void> {
  const folder = claimedFolder(inbox, pass);
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new ImportError("STATE_UNUSABLE", `${folder} cannot be made: ${String(cause)}`, {
      hint: "Files are claimed by moving them there: give yourself permission to write to the inbox.",
      cause,
    });
  }
  await writeAtomically(join(folder, passFile), `${JSON.stringify({ version: 1, job } satisfies PassFile)}\n`);
}

/**
 * Takes a file. `gone` when somebody else was quicker, `changed` when it is not the file any more that was judged complete: it
 * is in the inbox again then.
 */
export async function claim(
  { inbox }: Claimer,
  pass: string,
  file: InboxFile,
): Promise<ClaimedFile | "gone" | "changed"> {
  const path = join(claimedFolder(inbox, pass), file.name);
  // First of all: a marker that is left behind would speak of the next file of that name.
  for (const marker of file.markers) await unlink(marker).catch(notThere);
  try {
    await rename(file.path, path);
  } catch (error) {
    notThere(error);
    return "gone";
  }
  const state = await stateOf(path);
  if (state !== undefined && fingerprintOf(state) === fingerprintOf(file.state))
    return { name: file.name, path, pass, state };
  await giveBack(path, inbox, file.name);
  return "changed";
}

/** Puts a claimed file into the inbox again. */
export async function unclaim({ inbox }: Claimer, file: ClaimedFile): Promise<string> {
  return await giveBack(file.path, inbox, file.name);
}

/** What earlier passes of the job left claimed, and warnings of what other jobs did. */
export interface LeftClaimed {
  readonly files: readonly ClaimedFile[];
  readonly warnings: readonly string[];
}

/** Looks at what is claimed, and changes nothing. */
export async function leftClaimed(claimer: Claimer): Promise<LeftClaimed> {
  const files: ClaimedFile[] = [];
  const warnings: string[] = [];
  for (const pass of await passes(claimer.inbox)) {
    const folder = claimedFolder(claimer.inbox, pass);
    const owner = await ownerOf(folder);
    const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
    if (owner !== claimer.job) {
      if (names.length > 0) warnings.push(foreign(folder, names.length, owner));
      continue;
    }
    for (const name of names) {
      const path = join(folder, name);
      const state = await stateOf(path);
      if (state !== undefined) files.push({ name, path, pass, state });
    }
  }
  return { files, warnings };
}

/** Finishes what a kill interrupted while files were given back: for a moment they have two names. */
export async function dropSecondNames({ inbox, job }: Claimer): Promise<void> {
  for (const pass of await passes(inbox)) {
    const folder = claimedFolder(inbox, pass);
    if ((await ownerOf(folder)) !== job) continue;
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if ((await lstat(path)).nlink < 2) continue;
      const same = await Promise.all((await readdir(inbox)).map((other) => isSameFile(path, join(inbox, other))));
      if (same.includes(true)) await unlink(path);
    }
  }
}

/** Removes the folders of the job's passes that hold no file any more. */
export async function endPasses(claimer: Claimer): Promise<void> {
  for (const pass of await passes(claimer.inbox)) {
    const folder = claimedFolder(claimer.inbox, pass);
    if ((await ownerOf(folder)) !== claimer.job) continue;
    const left = (await readdir(folder)).filter((name) => name !== passFile && name !== `${passFile}.tmp`);
    if (left.length > 0) continue;
    await unlink(join(folder, passFile)).catch(notThere);
    await unlink(join(folder, `${passFile}.tmp`)).catch(notThere);
    await rmdir(folder).catch(notThere);
  }
}

/** The passes that have a folder, oldest first. */
export async function passes(inbox: string): Promise<readonly string[]> {
  const folder = join(inbox, ".claimed");
  if (!(await isThere(folder))) return [];
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The path of the job whose pass has the folder; undefined where nothing says so. */
export async function ownerOf(folder: string): Promise<string | undefined> {
  try {
    return passSchema.parse(JSON.parse(await readFile(join(folder, passFile), "utf8"))).job;
  } catch {
    return undefined;
  }
}

const passFile = ".pass.json";
const passSchema = z.object({ version: z.literal(1), job: z.string() });
type PassFile = z.infer<typeof passSchema>;

function foreign(folder: string, count: number, owner: string | undefined): string {
  const [files, them] = count === 1 ? ["1 file", "it"] : [`${count} files`, "them"];
  const whose = owner === undefined ? "nobody says for which job" : `they belong to ${owner}`;
  return `${folder} holds ${files} of another pass, and ${whose}: nothing is done with ${them}. If no such job runs any more, move ${them} back into the inbox.`;
}

function notThere(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
