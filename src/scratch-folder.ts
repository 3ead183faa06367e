// The folder of a check's own ledger, in the machine's temporary folder. A check that was killed leaves it behind: the next
// one of this user on this machine takes it away.
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is deleted when it is disposed. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes the folder, and removes those of processes that are no more. */
export async function openScratchFolder(parent: string = tmpdir()): Promise<ScratchFolder> {
  await removeAbandoned(parent);
  const path = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
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
