// Reading a ledger file without SQLite. A process loses its locks on a file with the first descriptor of it that it closes,
// and a connection that let-go.ts could not end still has one that the next connection relies on: for such a file one
// descriptor is kept open instead.
import { closeSync, fstatSync, openSync, statSync } from "node:fs";

/** Says that a connection to this file has not ended although it was closed. */
export function lingersOn(file: string): void {
  lingering.add(file);
}

/** Gives a descriptor of the file to `read`. */
export function withDescriptor<T>(file: string, read: (descriptor: number) => T): T {
  const known = kept.get(file);
  if (known !== undefined && isOf(known, file)) return read(known);
  const descriptor = openSync(file, "r");
  try {
    return read(descriptor);
  } finally {
    if (lingering.has(file)) kept.set(file, descriptor);
    else closeSync(descriptor);
  }
}

const lingering = new Set<string>();
const kept = new Map<string, number>();

function isOf(descriptor: number, file: string): boolean {
  const [open, named] = [fstatSync(descriptor), statSync(file, { throwIfNoEntry: false })];
  return open.ino === named?.ino && open.dev === named.dev;
}
