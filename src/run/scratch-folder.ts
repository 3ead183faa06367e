// The folder of a check's own ledger, in the machine's temporary folder. A check that was killed leaves it behind: the next
// one of this user on this machine takes it away.
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { ImportError } from "../model/error.ts";

/** A folder that is deleted when it is disposed. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes the folder, and removes those of processes that are no more. */
export async function openScratchFolder(parent: string = tmpdir()): Promise<ScratchFolder> {
  await removeAbandoned(parent);
  const path = await makeTemporaryFolder(`${prefix}${process.pid}-`, parent);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A new folder in the machine's temporary one. Throws `ImportError("STATE_UNUSABLE")` where there is none that can be used. */
export async function makeTemporaryFolder(start: string, parent: string = tmpdir()): Promise<string> {
  try {
    return await mkdtemp(join(parent, start));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError("STATE_UNUSABLE", `${parent}: the temporary folder cannot be used: ${reason}`, {
      hint: "Set TMPDIR to a folder that can be written, with room for about four times the input.",
      cause,
    });
  }
}

// Containers may share a temporary folder and know nothing of each other's processes: each has a host name of its own.
const prefix = `luminous-import-check-${hostname().replace(/[^\w.]/g, "_")}-`;

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = name.startsWith(prefix) ? /^(\d+)-\w+$/.exec(name.slice(prefix.length))?.[1] : undefined;
    const path = join(parent, name);
    if (pid !== undefined && !isAlive(Number(pid)) && (await isOurs(path)))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What belongs to somebody else stays, also when root checks. */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && (process.geteuid === undefined || found.uid === process.geteuid());
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
