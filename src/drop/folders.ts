// The folders of a drop job before a pass: those that are missing are made, where that cannot hide a share that is not mounted.
import { mkdir, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import type { DropSettings } from "../job/drop-settings.ts";
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import { shellWord } from "../model/text/shell-word.ts";

/**
 * Makes the inbox where it is missing inside the folder of the job file, and says so. Elsewhere a missing inbox, or an archive
 * or quarantine that has nowhere to be made, may be a share that is not mounted, and would look like an empty inbox for ever:
 * throws `ImportError("INPUT_UNREADABLE")`, before anything is touched.
 */
export async function ensureFolders(
  { file }: Job,
  { inbox, archive, quarantine }: DropSettings,
): Promise<readonly string[]> {
  const home = dirname(file.path);
  for (const [key, path] of [["archive", archive] as const, ["quarantine", quarantine] as const]) {
    if (isWithin(path, home) || (await isFolder(path)) || (await isFolder(dirname(path)))) continue;
    throw missing(`the folder for drop.${key}, ${path}, cannot be made, because ${dirname(path)} is not there`, path);
  }
  if (await isFolder(inbox)) return [];
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

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !(way === ".." || way.startsWith("../"));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
