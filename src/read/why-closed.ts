// Why a file cannot be opened, in words: what is there in its place, and what to do about it. For exports, jobs and
// mappings alike.
import { lstat, readdir, readlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { didYouMean } from "../model/text/nearest.ts";

/** What is wrong with a path, and what to do. */
export interface WhyClosed {
  readonly what: string;
  readonly hint: string;
}

/** What the error that opening or reading a path threw means. `named` is where the path stands: `the job`. */
export async function whyClosed(path: string, error: unknown, named: string): Promise<WhyClosed> {
  switch (errorCode(error)) {
    case "ENOENT":
    case "ENOTDIR": {
      const target = await linkTarget(path);
      if (target !== undefined) {
        return {
          what: `it is a link to ${target}, which does not exist`,
          hint: "correct the link, or name the file itself",
        };
      }
      const siblings = await readdir(dirname(path)).catch(() => undefined);
      const guess = didYouMean(basename(path), siblings ?? []).trim();
      const nothingNear =
        siblings === undefined ? "its folder does not exist" : "nothing in its folder has a similar name";
      return {
        what: noSuchFile,
        hint: guess === "" ? `${nothingNear}: check its name in ${named}` : `check its name in ${named}. ${guess}`,
      };
    }
    case "ELOOP":
      return {
        what: "it is a link that leads back to itself",
        hint: "correct the link, or name the file itself",
      };
    case "EACCES":
    case "EPERM":
      return { what: "no permission to read it", hint: "make the file readable for this user" };
    case "EISDIR":
      return isFolder;
    case "ENXIO":
    case "ENODEV":
      return { what: "it is a socket or a device, not a file", hint: `check its name in ${named}` };
    case "ENAMETOOLONG":
      return { what: "its name is longer than a file's can be", hint: `check its name in ${named}` };
    default:
      return { what: `it cannot be opened: ${reason(error)}`, hint: "check the path and the disk" };
  }
}

/** What is said of a path that leads nowhere. */
export const noSuchFile = "there is no such file";

/** What is wrong with a folder where a file belongs. */
export const isFolder: WhyClosed = {
  what: "it is a folder, not a file",
  hint: 'name a file in it, or use a glob such as "exports/*.csv"',
};

async function linkTarget(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSymbolicLink() === true ? await readlink(path).catch(() => undefined) : undefined;
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** The words of an error. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
