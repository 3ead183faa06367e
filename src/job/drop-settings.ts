// The drop folder of a job: its part of the job file, normalised, and the faults of it that no schema can see.
import { relative, resolve } from "node:path";
import type { z } from "zod";
import type { ConfigFault } from "../model/config/config-fault.ts";
import type { writtenJob } from "./job-schema.ts";

/** Where a drop folder's files come from and go to. Folders are absolute. */
export interface DropSettings {
  readonly inbox: string;
  readonly archive: string;
  readonly quarantine: string;
  /** How long a file must not change before it counts as complete. */
  readonly quietMs: number;
  /** How long rows that did not make it go along in later passes; 0: never. */
  readonly keepOpenDays: number;
}

type WrittenDrop = NonNullable<z.output<typeof writtenJob>["drop"]>;

/** With absolute folders; `folder` is the job file's. */
export function dropSettings(written: WrittenDrop, folder: string): DropSettings {
  return {
    inbox: resolve(folder, written.inbox),
    archive: resolve(folder, written.archive),
    quarantine: resolve(folder, written.quarantine),
    quietMs: Math.round(written.quiet_seconds * 1000),
    keepOpenDays: written.keep_open_days,
  };
}

/** What leaves the inbox must not arrive in it again, and imported files must not lie among refused ones. */
export function folderFaults(drop: WrittenDrop | undefined, folder: string): readonly ConfigFault[] {
  if (drop === undefined) return [];
  const { inbox, archive, quarantine } = dropSettings(drop, folder);
  const inInbox = (
    [
      ["archive", archive],
      ["quarantine", quarantine],
    ] as const
  )
    .filter(([, path]) => isWithin(path, inbox))
    .map(([key]) => ({ path: ["drop", key], message: "must lie outside the inbox" }));
  const same = archive === quarantine ? [{ path: ["drop", "quarantine"], message: "must not be the archive" }] : [];
  return [...inInbox, ...same];
}

/** What to say of a key that only a job without a drop folder has; undefined for any other. */
export function keyOfFileJob(path: readonly PropertyKey[]): string | undefined {
  if (path.length !== 3 || path[0] !== "inputs" || path[2] !== "file") return undefined;
  return "a job with drop: takes its files from the inbox. Say match: with a pattern for their names instead";
}

/** What to say of a key that only a job with a drop folder has; undefined for any other. */
export function keyOfDropJob(path: readonly PropertyKey[]): string | undefined {
  if (path.length !== 3 || path[0] !== "inputs" || path[2] !== "match") return undefined;
  return "is for a job with a drop folder: name the file (file: exports/orders.csv), or add drop: { inbox: … }";
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way === ".." || way.startsWith("../"));
}
