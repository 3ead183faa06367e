// Files that nothing can be done with: `<quarantine>/YYYY-MM-DD/<pass>/NAME`, and `NAME.txt` beside it with what is wrong, why,
// and what to do. Day and pass are those of the claim, so that whoever goes on after a crash finds what was there.
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DropSettings } from "../job/drop-settings.ts";
import { shellWord } from "../model/text/shell-word.ts";
import type { ClaimedFile } from "./claim.ts";
import { noteName } from "./file-names.ts";
import { moveFile, telling } from "./move-file.ts";

/** Why a file is in quarantine. */
export interface QuarantineReason {
  /** One or more lines. */
  readonly what: string;
  readonly hint: string | undefined;
}

/** The folder of a day and pass below the archive or the quarantine. */
export function passFolder(below: string, pass: string): string {
  return join(below, `${pass.slice(0, 4)}-${pass.slice(4, 6)}-${pass.slice(6, 8)}`, pass);
}

/** Moves a file there, the reason first; gives where it lies now. Throws as `moveFile` does. */
export async function quarantine(
  file: ClaimedFile,
  { what, hint }: QuarantineReason,
  { quarantine: below, inbox }: DropSettings,
): Promise<string> {
  const folder = passFolder(below, file.pass);
  const back = `mv ${shellWord(join(folder, file.name))} ${shellWord(`${inbox}/`)}`;
  const todo = hint === undefined ? "" : `${hint.replace(/\.$/, "")}.\n`;
  const text = `${file.name} was not imported.\n\nWhat is wrong\n${what}\n\nWhat to do\n${todo}Then move it back into the inbox: the next pass takes it again.\n  ${back}\n`;
  await telling(file.path, folder, async () => {
    await mkdir(folder, { recursive: true });
    await writeReason(folder, file, text);
  });
  return await moveFile(file.path, folder, file.name);
}

/** As readable as the file. A file of the inbox may have that name already. */
async function writeReason(folder: string, { name, path }: ClaimedFile, text: string): Promise<void> {
  const { mode } = await stat(path);
  for (let number = 1; ; number += 1) {
    const target = join(folder, noteName(name, number));
    try {
      await writeFile(target, text, { flag: "wx", mode: (mode & 0o666) | 0o600 });
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      if ((await readFile(target, "utf8")) === text) return;
    }
  }
}
