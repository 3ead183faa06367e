// What lies in an inbox, as cheaply as it can be known: names with sizes and times. Whether a pass is worth making is told from
// two of these; which files are complete is found out by the pass.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** By name, one word for the state of each file; undefined where the inbox itself cannot be read. */
export type InboxListing = ReadonlyMap<string, string> | undefined;

/** Lists an inbox. Names with a dot in front are nobody's business: claimed files, and files that are being written. */
export async function listInbox(folder: string): Promise<InboxListing> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
    const listed = new Map<string, string>();
    for (const name of names) {
      const state = await stateText(join(folder, name));
      if (state !== undefined) listed.set(name, state);
    }
    return listed;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Whether something is there that was not, or is not as it was. What went is no news, unless it is the inbox. */
export function hasNews(before: InboxListing, now: InboxListing): boolean {
  if (now === undefined) return before !== undefined;
  return [...now].some(([name, state]) => before?.get(name) !== state);
}

async function stateText(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(":");
  } catch (error) {
    if (isSystemError(error)) return undefined; // taken meanwhile, or a link to nothing
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}
