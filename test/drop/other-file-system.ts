// Files that are moved from one file system to another need a second one beside the temporary folder's.
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";

/** A folder that can be written, on another file system than the temporary folder's; undefined where none is known. */
export async function otherFileSystem(): Promise<string | undefined> {
  const { dev } = await stat(tmpdir());
  for (const folder of ["/dev/shm", "/var/tmp"]) {
    const there = await stat(folder).catch(() => undefined);
    if (there !== undefined && there.dev !== dev) return folder;
  }
  return undefined;
}
