// Names of files as the disk has them: bytes, which need not be text, and of which a name has at most 255.
import { isUtf8 } from "node:buffer";
import { readdir } from "node:fs/promises";
import { parse } from "node:path";

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

/**
 * The name with something before its ending, `orders.csv` with `-2` being `orders-2.csv`, cut where it would be longer than a
 * name may be. Names that differ may be one once they are cut, so whoever makes several asks for numbers.
 */
export function nameWith(name: string, addition: string): string {
  const { name: stem, ext } = parse(name);
  const end = Buffer.byteLength(ext) <= mostEndingBytes ? ext : "";
  const start = end === "" ? name : stem;
  return `${cutToBytes(start, mostNameBytes - Buffer.byteLength(addition + end))}${addition}${end}`;
}

/** The name of a text about a file, `NAME.txt`, or from the second on `NAME-2.txt`; cut as `nameWith` does. */
export function noteName(name: string, number: number): string {
  return nameWith(`${name}.txt`, number === 1 ? "" : `-${number}`);
}

function cutToBytes(text: string, most: number): string {
  let bytes = 0;
  let kept = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > most) break;
    kept += character;
  }
  return kept;
}

const mostNameBytes = 255;
/** What is longer is no ending. */
const mostEndingBytes = 32;
const dot = 0x2e;

function escaped(name: Buffer): string {
  return [...name]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}` : String.fromCharCode(byte),
    )
    .join("");
}
