// Reading a ledger file without SQLite. A process loses its locks on a file with the first descriptor of it that it closes: while
// a connection to the file is open, or one that let-go.ts could not end still has a lock that the next one relies on, one
// descriptor is kept open instead.
import { closeSync, fstatSync, openSync, statSync } from "node:fs";

/** Says that a connection to this file has not ended although it was closed. */
export function lingersOn(file: string): void {
  lingering.add(file);
}

/** Says that a connection to this file was opened. */
export function noteOpened(file: string): void {
  open.set(file, (open.get(file) ?? 0) + 1);
}

/** Says that a connection to this file was closed. */
export function noteClosed(file: string): void {
  const left = (open.get(file) ?? 1) - 1;
  if (left > 0) {
    open.set(file, left);
    return;
  }
  open.delete(file);
  const descriptor = kept.get(file);
  if (descriptor === undefined || lingering.has(file)) return;
  kept.delete(file);
  closeSync(descriptor);
}

/** Gives a descriptor of the file to `read`. */
export function withDescriptor<T>(file: string, read: (descriptor: number) => T): T {
  const known = kept.get(file);
  if (known !== undefined && isOf(known, file)) return read(known);
  const descriptor = openSync(file, "r");
  try {
    return read(descriptor);
  } finally {
    if (open.has(file) || lingering.has(file)) kept.set(file, descriptor);
    else closeSync(descriptor);
  }
}

const open = new Map<string, number>();
const lingering = new Set<string>();
const kept = new Map<string, number>();

function isOf(descriptor: number, file: string): boolean {
  const [own, named] = [fstatSync(descriptor), statSync(file, { throwIfNoEntry: false })];
  return own.ino === named?.ino && own.dev === named.dev;
}
