// Names of files as the disk has them: bytes, which need not be text, and of which a name has at most 255.
import { isUtf8 } from "node:buffer";
import { readdir } from "node:fs/promises";

/** What lies in a folder, names with a dot in front left out. */
export interface FolderNames {
  /** Sorted. */
  readonly names: readonly string[];
  /** Names that are not UTF-8, such as those of an old Windows machine, shown with `\xE9` for each byte that is no ASCII. */
  readonly notUtf8: readonly string[];
}

/** Reads a folder. Throws as `readdir` does. */
export async function namesIn(folder: string): Promise<FolderNames> {
  const found = (await readdir(folder, { encoding: "buffer" })).filter((name) => name[0] !== dot);
  return {
    names: found
      .filter((name) => isUtf8(name))
      .map((name) => name.toString("utf8"))
      .sort(),
    notUtf8: found
      .filter((name) => !isUtf8(name))
      .map(escaped)
      .sort(),
  };
}

/** Why a name that is not UTF-8 is left alone, and what to do. */
export function notUtf8Warning(shown: string, where: string): string {
  return `${shown} in ${where} waits: its name is not UTF-8, so no input can be told to take it. Rename it, and have the names of later files written as UTF-8`;
}

const dot = 0x2e;

function escaped(name: Buffer): string {
  return [...name]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}` : String.fromCharCode(byte),
    )
    .join("");
}
