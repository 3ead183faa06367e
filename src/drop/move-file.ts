// Moving a file to a folder so that it is in one place at any moment, whole, and nothing is written over: a rename, and
// from one file system to another a copy under a temporary name → fsync → rename → fsync of the folder → unlink.
import { createHash } from "node:crypto";
import { copyFile, link, lstat, mkdir, open, rename, rm, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { stateOf } from "../job/file-states.ts";
import { ImportError } from "../model/error.ts";
import { nameWith } from "./file-names.ts";

/**
 * Moves a file into a folder, which is made when missing, and gives its new path. Where another file has the name, it gets a
 * number: `orders-2.csv`. A copy that an interrupted move left there is recognized by its content, and only the source goes.
 * Across file systems mode and times are kept, and the owner where that is allowed. Throws `ImportError("STATE_UNUSABLE")`.
 */
export async function moveFile(from: string, folder: string, name: string): Promise<string> {
  return await telling(from, folder, async () => {
    await mkdir(folder, { recursive: true });
    const isNear = (await stat(folder)).dev === (await lstat(from)).dev;
    for (const target of namesFor(folder, name)) {
      if (await isThere(target)) {
        if (isNear || !(await sameContent(from, target))) continue;
        await unlink(from);
        return target;
      }
      await (isNear ? rename(from, target) : moveAcross(from, target));
      return target;
    }
    throw new Error("every name is taken");
  });
}

/**
 * Gives a file back to a folder of its own file system, in which others make files too: never over one of theirs. Between the
 * two names that it has for a moment `isSameFile` tells that they are one.
 */
export async function giveBack(from: string, folder: string, name: string): Promise<string> {
  return await telling(from, folder, async () => {
    for (const target of namesFor(folder, name)) {
      try {
        await link(from, target);
      } catch (error) {
        if (codeOf(error) === "EEXIST") continue;
        if (!noLinks.includes(codeOf(error))) throw error;
        if (await isThere(target)) continue;
        await rename(from, target); // a share without links has nothing better
        return target;
      }
      await unlink(from);
      return target;
    }
    throw new Error("every name is taken");
  });
}

/** Whether two paths are one file. */
export async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([statesOf(path), statesOf(other)]);
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}

/** Whether anything has that name. */
export async function isThere(path: string): Promise<boolean> {
  return (await statesOf(path)) !== undefined;
}

// What file systems say that have no hard links.
const noLinks = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES"];
const mostNames = 10_000;

function* namesFor(folder: string, name: string): Generator<string> {
  yield join(folder, name);
  for (let number = 2; number < mostNames; number += 1) yield join(folder, nameWith(name, `-${number}`));
}

async function moveAcross(from: string, target: string): Promise<void> {
  const dir = dirname(target);
  // Of one length, whatever the file is called, and the same after a crash.
  const temporary = join(dir, `.${createHash("sha256").update(basename(target)).digest("hex").slice(0, 16)}.part`);
  await rm(temporary, { force: true });
  try {
    const before = await stateOf(from);
    await copyFile(from, temporary);
    await copyFacts(from, temporary);
    const after = await stateOf(from);
    if (before?.bytes !== after?.bytes || before?.modifiedNs !== after?.modifiedNs)
      throw new Error("somebody is still writing to it");
    await rename(temporary, target);
    await syncFolder(dir);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await unlink(from);
}

/** Mode, owner and times, and everything on disk. A file that may only be read can be synced all the same. */
async function copyFacts(from: string, to: string): Promise<void> {
  const { mode, uid, gid, atime, mtime } = await stat(from);
  await using file = await open(to, "r");
  const own = await file.stat();
  // Another owner first: a change of owner takes bits of the mode away.
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(() => undefined);
  await file.chmod(mode & 0o7777);
  await file.utimes(atime, mtime);
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    if (!["EPERM", "EISDIR", "EINVAL", "EACCES", "ENOTSUP"].includes(codeOf(error))) throw error;
  }
}

async function sameContent(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(path), stat(other)]);
  if (one.size !== two.size) return false;
  await using mine = await open(path, "r");
  await using theirs = await open(other, "r");
  const [left, right] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  for (;;) {
    const { bytesRead } = await mine.read(left, 0, chunkBytes);
    if (bytesRead === 0) return true;
    let read = 0;
    while (read < bytesRead) {
      const part = await theirs.read(right, read, bytesRead - read);
      if (part.bytesRead === 0) return false;
      read += part.bytesRead;
    }
    if (!left.subarray(0, bytesRead).equals(right.subarray(0, bytesRead))) return false;
  }
}

const chunkBytes = 1 << 20;

async function statesOf(path: string): Promise<{ readonly dev: bigint; readonly ino: bigint } | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Does a part of a move, and says what to do where the system refuses: throws `ImportError("STATE_UNUSABLE")`. */
export async function telling<T>(from: string, folder: string, move: () => Promise<T>): Promise<T> {
  try {
    return await move();
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError("STATE_UNUSABLE", `${from} cannot be moved to ${folder}: ${why}`, {
      hint: "Nothing is lost: it lies where it was. Make room there, or give yourself permission to write, and run the same command again.",
      cause,
    });
  }
}

/** The code that the system gives a fault, such as `ENOENT`; empty for any other fault. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
