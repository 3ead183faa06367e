// How much space on disk a call takes while it works: its temporary folder, and files that it has open and has removed already.
import type { ChildProcess } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setInterval as ticks } from "node:timers/promises";

/** Looks at the space that one call takes, from its start to its end. */
export interface SpaceWatch {
  /** For the call's `--state`: results are no temporary space. */
  readonly state: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onStart: (child: ChildProcess) => void;
  /** After the call: the most bytes that were there at once; removes what the call left. */
  most(): Promise<number>;
}

const everyMs = 100;

/** Makes folders of their own for a call in `folder`. */
export async function watchSpace(folder: string, name: string): Promise<SpaceWatch> {
  const temporary = join(folder, `${name}-tmp`);
  const state = join(folder, `${name}-state`);
  await mkdir(temporary, { recursive: true });
  let most = 0;
  let watching: Promise<void> = Promise.resolve();
  return {
    state,
    env: { TMPDIR: temporary, SQLITE_TMPDIR: temporary },
    onStart(child) {
      const over = new AbortController();
      child.once("close", () => over.abort());
      watching = (async () => {
        for await (const _ of ticks(everyMs, undefined, { signal: over.signal })) {
          most = Math.max(most, (await bytesIn(temporary)) + (await removedBytes(child.pid)));
        }
      })().catch((error: unknown) => {
        if (!over.signal.aborted) throw error;
      });
    },
    async most() {
      await watching;
      await rm(temporary, { recursive: true, force: true });
      await rm(state, { recursive: true, force: true });
      return most;
    },
  };
}

/** What the files of a folder hold together; a file that goes meanwhile holds nothing. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** What files without a name hold that a process has open: only Linux tells. */
async function removedBytes(pid: number | undefined): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const found = new Map<number, number>();
  for (const name of await readdir(folder).catch(() => [])) {
    const file = await stat(join(folder, name)).catch(() => undefined);
    if (file?.isFile() === true && file.nlink === 0) found.set(file.ino, file.size);
  }
  return [...found.values()].reduce((sum, size) => sum + size, 0);
}
