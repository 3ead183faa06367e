// Files that a pass has taken: moved by rename into `<inbox>/.claimed/<pass>/`, where nobody else writes or takes them. The
// file `.pass.json` there says whose pass it is. What a pass could not end stays there for the next one of the job.
//
//   inbox ──claim──▶ .claimed/<pass>/ ──▶ archive (imported) or quarantine (nothing can be done with it)
//     ▲                    │
//     └──── give back ─────┘  (it is still being written, or what belongs to it has not come)
import { constants } from "node:fs";
import { access, lstat, mkdir, open, readdir, readFile, rename, rmdir, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../disk/atomic-file.ts";
import { type FileState, fingerprintOf, stateOf } from "../job/file-states.ts";
import { ImportError } from "../model/error.ts";
import { namesIn, notUtf8Warning } from "./file-names.ts";
import type { InboxFile } from "./inbox.ts";
import { codeOf, giveBack, isSameFile, telling } from "./move-file.ts";

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

/** Makes the folder of a pass. Throws `ImportError("STATE_UNUSABLE")` where the inbox cannot be written to. */
export async function beginPass({ inbox, job }: Claimer, pass: string): Promise<void> {
  const folder = claimedFolder(inbox, pass);
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  await writeOwner(folder, job);
}

async function writeOwner(folder: string, job: string): Promise<void> {
  const owner: PassFile = { version: 1, job, host: hostname() };
  await writeAtomically(join(folder, passFile), `${JSON.stringify(owner)}\n`);
}

/** A file that stays in the inbox, because this user may not move it. */
export interface NotClaimed {
  /** In words, with what to do. */
  readonly refused: string;
}

/**
 * Takes a file. `gone` when somebody else was quicker, `changed` when it is not the file any more that was judged complete: it
 * is in the inbox again then. Throws `ImportError("STATE_UNUSABLE")` where no file of the inbox can be moved.
 */
export async function claim(
  { inbox }: Claimer,
  pass: string,
  file: InboxFile,
): Promise<ClaimedFile | NotClaimed | "gone" | "changed"> {
  const path = join(claimedFolder(inbox, pass), file.name);
  // First of all: a marker that is left behind would speak of the next file of that name.
  for (const marker of file.markers) {
    const refused = await refusalOf(inbox, () => unlink(marker));
    if (refused !== undefined && refused !== "ENOENT")
      return { refused: notClaimed(file.name, `its marker ${marker} cannot be removed (${refused})`) };
  }
  const refused = await refusalOf(inbox, () => rename(file.path, path));
  if (refused === "ENOENT") return "gone";
  if (refused !== undefined) return { refused: notClaimed(file.name, refused) };
  const state = await stateOf(path);
  if (state !== undefined && fingerprintOf(state) === fingerprintOf(file.state))
    return { name: file.name, path, pass, state };
  await giveBack(path, inbox, file.name);
  return "changed";
}

/** The code of the system's refusal; undefined where it did it. */
async function refusalOf(inbox: string, act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "") throw cause;
    const mayWrite = await access(inbox, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (code === "EROFS" || (code !== "ENOENT" && !mayWrite)) throw unwritable(inbox, cause);
    return code;
  }
}

function notClaimed(name: string, why: string): string {
  return `${name} cannot be claimed: ${why}. It stays in the inbox; give this user the right to move it`;
}

function unwritable(path: string, cause: unknown): ImportError {
  return new ImportError("STATE_UNUSABLE", `${path} cannot be written (${codeOf(cause)}), so no file can be taken`, {
    hint: "Files are claimed by moving them into .claimed in the inbox: give this user permission to write to both.",
    cause,
  });
}

/** Puts a claimed file into the inbox again. */
export async function unclaim({ inbox }: Claimer, file: ClaimedFile): Promise<string> {
  return await giveBack(file.path, inbox, file.name);
}

/** What earlier passes of the job left claimed, and warnings of what other jobs did. */
export interface LeftClaimed {
  readonly files: readonly ClaimedFile[];
  /** So many more are there and cannot be read; the warnings name them. */
  readonly unreadable: number;
  readonly warnings: readonly string[];
}

/** Looks at what is claimed, and changes nothing. */
export async function leftClaimed(claimer: Claimer): Promise<LeftClaimed> {
  const files: ClaimedFile[] = [];
  const unreadable: string[] = [];
  const warnings: string[] = [];
  for (const pass of await passes(claimer.inbox)) {
    const folder = claimedFolder(claimer.inbox, pass);
    const found = await namesIn(folder).catch(codeOf);
    if (found === "ENOENT") continue; // another job has ended its pass
    if (typeof found === "string") {
      warnings.push(`${folder} cannot be read (${found}): nothing is done with files that another user claimed there`);
      continue;
    }
    const { names, notUtf8 } = found;
    const owner = await ownerOf(folder);
    if (owner !== claimer.job && !(await isOrphan(folder))) {
      const count = names.length + notUtf8.length;
      if (count > 0) warnings.push(foreign(folder, count, owner));
      continue;
    }
    unreadable.push(...notUtf8.map((shown) => notUtf8Warning(shown, folder)));
    for (const name of names) {
      const path = join(folder, name);
      const state = await stateOf(path);
      if (state !== undefined) files.push({ name, path, pass, state });
      else {
        const why = await whyUnreadable(path);
        if (why !== "ENOENT")
          unreadable.push(`${path} cannot be read (${why}) and waits: check its permissions and the disk`);
      }
    }
  }
  return { files, unreadable: unreadable.length, warnings: [...warnings, ...unreadable] };
}

/** The code of what the system says, `ENOENT` for nothing but a file that is gone. */
async function whyUnreadable(path: string): Promise<string> {
  try {
    if (!(await lstat(path)).isFile()) return "it is no file";
    await using _file = await open(path, "r");
    return "a fault that has passed meanwhile";
  } catch (error) {
    return codeOf(error);
  }
}

/**
 * Takes over the passes of jobs whose files are gone, such as this one under its earlier name; says so. Passes of another machine
 * are left to it: what is no file here may be one there.
 */
export async function adoptOrphans({ inbox, job }: Claimer): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const pass of await passes(inbox)) {
    const folder = claimedFolder(inbox, pass);
    const owner = await ownerOf(folder);
    if (owner === job || !(await isOrphan(folder))) continue;
    await writeOwner(folder, job);
    warnings.push(
      `${folder} was claimed for ${owner}, which is not there any more: this job takes over what lies there`,
    );
  }
  return warnings;
}

async function isOrphan(folder: string): Promise<boolean> {
  const owner = await passFileOf(folder);
  if (owner === undefined || owner.host !== hostname()) return false;
  return (await lstat(owner.job).then(() => "", codeOf)) === "ENOENT";
}

/** Finishes what a kill interrupted while files were given back: for a moment they have two names. */
export async function dropSecondNames({ inbox, job }: Claimer): Promise<void> {
  for (const pass of await passes(inbox)) {
    const folder = claimedFolder(inbox, pass);
    if ((await ownerOf(folder)) !== job) continue;
    const found = await namesIn(folder).catch(codeOf);
    if (typeof found === "string") continue; // whoever looks at what is claimed says so
    for (const name of found.names) {
      const path = join(folder, name);
      const links = await lstat(path).catch(notThere);
      if (links === undefined || links.nlink < 2) continue;
      const { names } = await namesIn(inbox);
      const same = await Promise.all(names.map((other) => isSameFile(path, join(inbox, other))));
      if (same.includes(true)) await telling(path, inbox, () => unlink(path));
    }
  }
}

/** Removes the folders of the job's passes that hold no file any more. One that cannot be removed does no harm. */
export async function endPasses(claimer: Claimer): Promise<void> {
  for (const pass of await passes(claimer.inbox)) {
    const folder = claimedFolder(claimer.inbox, pass);
    if ((await ownerOf(folder)) !== claimer.job) continue;
    try {
      const left = (await readdir(folder)).filter((name) => name !== passFile && name !== `${passFile}.tmp`);
      if (left.length > 0) continue;
      await unlink(join(folder, passFile)).catch(notThere);
      await unlink(join(folder, `${passFile}.tmp`)).catch(notThere);
      await rmdir(folder);
    } catch (error) {
      if (codeOf(error) === "") throw error;
    }
  }
}

/** The passes that have a folder, oldest first. Throws `ImportError("STATE_UNUSABLE")` where nobody can tell. */
export async function passes(inbox: string): Promise<readonly string[]> {
  const folder = join(inbox, ".claimed");
  try {
    return (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "ENOENT") return [];
    throw new ImportError("STATE_UNUSABLE", `${folder} cannot be read (${code || String(cause)})`, {
      hint: "Claimed files lie in this folder: give this user permission to read it, and to write there.",
      cause,
    });
  }
}

/** The path of the job whose pass has the folder; undefined where nothing says so. */
export async function ownerOf(folder: string): Promise<string | undefined> {
  return (await passFileOf(folder))?.job;
}

async function passFileOf(folder: string): Promise<PassFile | undefined> {
  try {
    return passSchema.parse(JSON.parse(await readFile(join(folder, passFile), "utf8")));
  } catch {
    return undefined;
  }
}

const passFile = ".pass.json";
/** `host` is the machine that the path is of. */
const passSchema = z.object({ version: z.literal(1), job: z.string(), host: z.string().optional() });
type PassFile = z.infer<typeof passSchema>;

function foreign(folder: string, count: number, owner: string | undefined): string {
  const [files, them] = count === 1 ? ["1 file", "it"] : [`${count} files`, "them"];
  const whose = owner === undefined ? "nobody says for which job" : `they belong to ${owner}`;
  return `${folder} holds ${files} of another pass, and ${whose}: nothing is done with ${them}. If no such job runs any more, move ${them} back into the inbox.`;
}

function notThere(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}
