// A file that is there whole or not at all: written under another name, synced, renamed.
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createPrivateFile } from "../../../disk/private-files.ts";

/**
 * Makes `file` out of what `write` puts into the empty file that it is given, for its owner only (0600). A crash leaves at
 * most `<file>.new` behind, which the next call removes; what `write` throws leaves nothing.
 */
export function makeWholeFile(file: string, write: (unfinished: string) => void): void {
  const unfinished = `${file}.new`;
  removeDatabase(unfinished);
  try {
    closeSync(createPrivateFile(unfinished));
    write(unfinished);
    sync(unfinished);
    renameSync(unfinished, file);
  } catch (error) {
    removeDatabase(unfinished);
    throw error;
  }
  sync(dirname(file));
}

/** Removes a database with the files that SQLite keeps beside it, as far as they are there. */
export function removeDatabase(file: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
