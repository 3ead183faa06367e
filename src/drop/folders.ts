// The folders of a drop job before a pass: those that are missing are made, where that cannot hide a share that is not mounted.
import { constants } from "node:fs";
import { access, mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { DropSettings } from "../job/drop-settings.ts";
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { codeOf } from "./move-file.ts";

/**
 * Makes the inbox where it is missing inside the folder of the job file, and says so. Elsewhere a missing inbox, or an archive
 * or quarantine that has nowhere to be made, may be a share that is not mounted, and would look like an empty inbox for ever:
 * throws `ImportError("INPUT_UNREADABLE")`, before anything is touched. So does an archive that cannot be written to
 * (`STATE_UNUSABLE`), and one that is the inbox by a link (`JOB_INVALID`).
 */
export async function ensureFolders(
  { file }: Job,
  { inbox, archive, quarantine }: DropSettings,
): Promise<readonly string[]> {
  const home = dirname(file.path);
  await refuseUnwritable("archive", archive);
  for (const [key, path] of [["archive", archive] as const, ["quarantine", quarantine] as const]) {
    if (isWithin(path, home) || (await isFolder(path)) || (await isFolder(dirname(path)))) continue;
    throw missing(`the folder for drop.${key}, ${path}, cannot be made, because ${dirname(path)} is not there`, path);
  }
  if (await isFolder(inbox)) {
    await refuseWithin(inbox, [["archive", archive] as const, ["quarantine", quarantine] as const]);
    return [];
  }
  if (!isWithin(inbox, home)) throw missing(`the inbox ${inbox} is not there`, inbox);
  try {
    await mkdir(inbox, { recursive: true });
  } catch (cause) {
    throw new ImportError("INPUT_UNREADABLE", `the inbox ${inbox} cannot be made: ${String(cause)}`, {
      hint: "drop.inbox in the job names a folder.",
      cause,
    });
  }
  return [`the inbox ${inbox} was missing and has been made: the next pass takes what is put there`];
}

function missing(what: string, path: string): ImportError {
  return new ImportError("INPUT_UNREADABLE", what, {
    hint: `Is the share mounted? Nothing was done. If it is new, make it: mkdir -p ${shellWord(path)}`,
  });
}

/** What would be imported could not be archived. A quarantine is not always needed, and holds up no other file. */
async function refuseUnwritable(key: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const why = found.isDirectory()
    ? await access(path, constants.W_OK | constants.X_OK).then(
        () => undefined,
        (error: unknown) => `may not be written to (${codeOf(error)})`,
      )
    : "is no folder";
  if (why === undefined) return;
  throw new ImportError("STATE_UNUSABLE", `the folder for drop.${key}, ${path}, ${why}`, {
    hint: "Nothing was done. Give this user a folder there that it may write to, or name another one in the job.",
  });
}

/** The job was checked by the names of its folders; links are told by what they lead to. */
async function refuseWithin(inbox: string, folders: readonly (readonly [key: string, path: string])[]): Promise<void> {
  const real = await realpath(inbox);
  for (const [key, path] of folders) {
    const target = await realPathOf(path);
    if (!isWithin(target, real)) continue;
    throw new ImportError("JOB_INVALID", `drop.${key}: ${path} leads to ${target}, which lies in the inbox`, {
      hint: "What leaves the inbox must not arrive in it again: name a folder outside the inbox.",
    });
  }
}

/** Of what is not there yet, where it would be made. */
async function realPathOf(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined || dirname(path) === path) return real ?? path;
  return join(await realPathOf(dirname(path)), basename(path));
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !(way === ".." || way.startsWith("../"));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
