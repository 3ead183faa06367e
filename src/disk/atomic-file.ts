// Files that are there whole or not at all: temporary name → fsync → rename → fsync of the folder, for every report.
// What is written into them is decided elsewhere.
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ImportError } from "../model/error.ts";
import { makePrivateFolder, privateModes } from "./private-files.ts";

/**
 * A file under way. Nothing is visible under its name before `commit` resolves; until then the old file, if there is
 * one, stays as it was. Disposing without a commit leaves no trace.
 */
export interface AtomicFile extends AsyncDisposable {
  append(chunk: string | Uint8Array): Promise<void>;
  /** Resolves when content and name are on disk. */
  commit(): Promise<void>;
}

/** The part of an open file that is needed here. */
interface DiskFile {
  appendFile(chunk: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The disk, as far as it is needed here; tests hand in a full one. */
export interface Disk {
  makeFolder(path: string): Promise<unknown>;
  open(path: string, flags: string, mode?: number): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

const nodeDisk: Disk = {
  makeFolder: async (path) => makePrivateFolder(path),
  async open(path, flags, mode) {
    const file = await open(path, flags, mode);
    if (mode !== undefined) await file.chmod(mode); // the umask may have taken more away than it should
    return file;
  },
  rename,
  remove: (path) => rm(path, { force: true }),
};

/**
 * Opens a file for atomic writing; its folder is made when missing. A full disk throws `ImportError("STATE_FULL")`,
 * any other fault of the disk `ImportError("STATE_UNUSABLE")`, here, in `append` and in `commit`.
 */
export async function openAtomicFile(path: string, disk: Disk = nodeDisk): Promise<AtomicFile> {
  // One writer per run folder (the state is locked), so a fixed name is safe, and a crash leaves at most one leftover.
  const temporary = `${path}.tmp`;
  await onDisk(path, () => disk.makeFolder(dirname(path)));
  let file: DiskFile | undefined = await onDisk(path, async () => {
    await disk.remove(temporary); // a link that somebody put there is removed, not followed
    return disk.open(temporary, "wx", privateModes.file);
  });
  let isCommitted = false;

  const close = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.close();
  };
  return {
    append: (chunk) => onDisk(path, async () => file?.appendFile(chunk)),
    commit: () =>
      onDisk(path, async () => {
        await file?.sync();
        await close();
        await disk.rename(temporary, path);
        isCommitted = true;
        await syncFolder(dirname(path), disk);
      }),
    [Symbol.asyncDispose]: async () => {
      if (isCommitted) return;
      // The fault that got us here is being thrown already; a second one must not hide it.
      await close().catch(() => undefined);
      await disk.remove(temporary).catch(() => undefined);
    },
  };
}

/** Makes a folder for reports, the owner's alone. Throws like `openAtomicFile`; nothing happens to one that is there. */
export async function makeFolder(path: string, disk: Disk = nodeDisk): Promise<void> {
  await onDisk(path, () => disk.makeFolder(path));
}

/** Writes a small file in one go, with the promises of `openAtomicFile`. */
export async function writeAtomically(path: string, content: string, disk: Disk = nodeDisk): Promise<void> {
  await using file = await openAtomicFile(path, disk);
  await file.append(content);
  await file.commit();
}

/** Removes a file if it is there; a disk that refuses throws like `openAtomicFile`. */
export async function removeFile(path: string, disk: Disk = nodeDisk): Promise<void> {
  await onDisk(path, () => disk.remove(path));
}

async function onDisk<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new ImportError("STATE_FULL", `${path}: the disk is full (${code}), the file was not written`, {
        hint: "free some space; the ledger still has every result, so the reports can be written again",
        cause,
      });
    }
    throw new ImportError("STATE_UNUSABLE", `${path}: cannot be written (${code})`, {
      hint: "check that the state folder exists and that you may write to it",
      cause,
    });
  }
}

async function syncFolder(path: string, disk: Disk): Promise<void> {
  try {
    const folder = await disk.open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (cause) {
    // Some systems cannot open or sync a folder (Windows): the rename itself is all they offer.
    if (!["EPERM", "EISDIR", "EINVAL", "EACCES", "ENOTSUP"].includes(errorCode(cause))) throw cause;
  }
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown fault";
}
