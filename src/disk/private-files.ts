// Files and folders that are their owner's alone, whatever the umask, and links that somebody else planted. On a machine
// without user ids (Windows) everything counts as ours.
import {
  chmodSync,
  closeSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Of every folder and of every file that is made. */
export const privateModes = { folder: 0o700, file: 0o600 } as const;

/** Makes a folder and those above it that are missing, each with mode 0700. One that is there stays as it is. */
export function makePrivateFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makePrivateFolder(dirname(path));
  try {
    mkdirSync(path, { mode: privateModes.folder });
    chmodSync(path, privateModes.folder); // the umask may have taken more away than it should
  } catch (error) {
    if (!isFolder(path)) throw error; // somebody else may have been quicker
  }
}

/**
 * Makes an empty file with mode 0600 and gives its open descriptor, for writing. What stands under the name is removed before,
 * never followed and never written into: a link goes, what it points to stays.
 */
export function createPrivateFile(path: string): number {
  rmSync(path, { force: true });
  return createNew(path);
}

/** The same where nothing is there; else nothing happens. */
export function ensurePrivateFile(path: string): void {
  if (lstat(path) === undefined) closeSync(createNew(path));
}

/**
 * Puts a file with mode 0600 in place of the one that is there: readers see the one or the other, never a half. It is not
 * synced to disk; what has to survive a power cut is written by atomic-file.ts.
 */
export function replacePrivateFile(path: string, text: string): void {
  renameSync(writeUnfinished(path, text), path);
}

/**
 * The same for who must not stand still: where a file is replaced, a file system may first write the new one out, which takes a busy
 * disk a while. Nothing else may replace the file until it is done.
 */
export async function renewPrivateFile(path: string, text: string): Promise<void> {
  await rename(writeUnfinished(path, text), path);
}

function writeUnfinished(path: string, text: string): string {
  const unfinished = `${path}.new`;
  const descriptor = createPrivateFile(unfinished);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
  return unfinished;
}

function createNew(path: string): number {
  const descriptor = openSync(path, "wx", privateModes.file); // O_EXCL follows no link either
  fchmodSync(descriptor, privateModes.file);
  return descriptor;
}

/** True for a link that neither this user nor root made: following it would do what somebody else wants. */
export function isForeignLink(path: string, uid: number | undefined = ownUid()): boolean {
  const found = lstat(path);
  return uid !== undefined && found?.isSymbolicLink() === true && found.uid !== uid && found.uid !== 0;
}

/**
 * Why a folder in a place that everybody shares cannot be trusted with what is ours; undefined when it is proven to be ours:
 * a folder and no link, of this user, with mode 0700, and nobody else can put another in its place. It is made when missing.
 */
export function whyNotOurs(folder: string, uid: number | undefined = ownUid()): string | undefined {
  try {
    mkdirSync(folder, { mode: privateModes.folder });
    chmodSync(folder, privateModes.folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") return `cannot be made (${codeOf(error)})`;
  }
  const found = lstat(folder);
  if (found === undefined) return "is gone again";
  if (found.isSymbolicLink()) return "is a link";
  if (!found.isDirectory()) return "is not a folder";
  if (uid === undefined) return undefined;
  if (found.uid !== uid) return "belongs to another user";
  if ((found.mode & 0o077) !== 0) return `can be entered by others (mode ${(found.mode & 0o777).toString(8)})`;
  const above = statSync(dirname(folder));
  const isSticky = (above.mode & 0o1000) !== 0;
  if ((above.uid !== uid && above.uid !== 0) || ((above.mode & 0o022) !== 0 && !isSticky)) {
    return "is where others could replace it";
  }
  return undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function lstat(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function ownUid(): number | undefined {
  return process.geteuid?.();
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
