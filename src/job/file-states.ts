// Files that move while a job reads them: each is looked at before it is first read and once more after its last row is
// staged. A difference ends the job before anything is sent, because a file that is being written has no right content.
import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { glob } from "tinyglobby";
import { type ErrorCode, ImportError } from "../model/error.ts";
import { countText } from "../model/text/count-text.ts";

/** What tells one state of a file from another. A rename over it changes the first two, writing the others. */
export interface FileState {
  readonly device: bigint;
  readonly inode: bigint;
  readonly bytes: bigint;
  readonly modifiedNs: bigint;
}

/** A file with the state that it had before anything was read from it; without one where that cannot be told. */
export interface SeenFile {
  readonly path: string;
  readonly shown: string;
  readonly state?: FileState | undefined;
}

/** A pattern in a folder, with the files that it stands for. */
export interface Glob {
  readonly folder: string;
  readonly pattern: string;
}

/**
 * The state of a file; undefined for what is not there, cannot be read or is no file. It is opened for that: network file
 * systems ask the server then, and answer from memory otherwise.
 */
export async function stateOf(path: string): Promise<FileState | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined; // opening a pipe would wake its writer
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { dev, ino, size, mtimeNs } = await file.stat({ bigint: true });
    return { device: dev, inode: ino, bytes: size, modifiedNs: mtimeNs };
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** The state as one word. */
export function fingerprintOf({ device, inode, bytes, modifiedNs }: FileState): string {
  return [device, inode, bytes, modifiedNs].join(":");
}

/** Adds the state of a file, before anything is read from it; one whose state somebody took before keeps that. */
export async function seeFile<File extends SeenFile>(file: File): Promise<File> {
  return file.state === undefined ? { ...file, state: await stateOf(file.path) } : file;
}

/** The files of a pattern, by name. */
export async function filesOfGlob({ folder, pattern }: Glob): Promise<readonly string[]> {
  return (await glob(pattern, { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false })).sort();
}

/** The files of a job that may move, as they were when they were first looked at. */
export interface Seen {
  readonly files: readonly SeenFile[];
  /** With the paths that they stood for. */
  readonly globs: readonly (Glob & { readonly paths: readonly string[] })[];
}

/** Throws `ImportError("INPUT_CHANGED")` naming every file that is not as it was, or came or went since. */
export async function refuseChanged(seen: Seen): Promise<void> {
  const changed = await changeSince(seen);
  if (changed !== undefined) throw changed;
}

/** Why something could not be read: that it changed meanwhile, where it did, else the error itself. */
export async function blamedOnChange(error: unknown, seen: Seen): Promise<unknown> {
  const codes: readonly ErrorCode[] = ["INPUT_UNREADABLE", "MAPPING_INVALID", "INPUT_CHANGED"];
  const maybe = error instanceof ImportError && codes.includes(error.code);
  return (maybe ? await changeSince(seen, error) : undefined) ?? error;
}

async function changeSince({ files, globs }: Seen, cause?: unknown): Promise<ImportError | undefined> {
  const told = await Promise.all([...files.map(changeOf), ...globs.map(newFilesOf)]);
  const messages = [...new Set(told.filter((message) => message !== undefined))];
  if (messages.length === 0) return undefined;
  return new ImportError("INPUT_CHANGED", messages.join("\n"), {
    hint: "Nothing was sent. Run the same command again once nothing writes there any more. It is safest to write an export under another name and to rename it once it is complete.",
    cause,
  });
}

async function changeOf({ path, shown, state }: SeenFile): Promise<string | undefined> {
  if (state === undefined) return undefined;
  const now = await stateOf(path);
  const what = now === undefined ? "it is gone" : difference(state, now);
  return what === undefined ? undefined : `${shown} changed while it was read: ${what}`;
}

function difference(before: FileState, now: FileState): string | undefined {
  if (before.device !== now.device || before.inode !== now.inode) return "another file was put in its place";
  if (before.bytes !== now.bytes) return `it had ${bytesText(before)}, now it has ${bytesText(now)}`;
  return before.modifiedNs === now.modifiedNs ? undefined : "it was written again";
}

function bytesText({ bytes }: FileState): string {
  return `${countText(Number(bytes))} ${bytes === 1n ? "byte" : "bytes"}`;
}

// A file that comes later may hold rows of the same orders. One that went is told by its own state.
async function newFilesOf({ paths, ...glob }: Seen["globs"][number]): Promise<string | undefined> {
  const come = (await filesOfGlob(glob)).filter((path) => !paths.includes(path));
  if (come.length === 0) return undefined;
  return `${glob.pattern} matches more files than when the job began: ${come.slice(0, 3).join(", ")}${come.length > 3 ? ` and ${come.length - 3} more` : ""}`;
}
