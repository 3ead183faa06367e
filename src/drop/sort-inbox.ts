// What a pass would do with each file that is there: import it, quarantine it, or leave it in the inbox. Changes nothing.
import type { DropSettings } from "../job/drop-settings.ts";
import type { Job } from "../job/job.ts";
import { systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { prepareOptions, type RunOptions } from "../run/run-options.ts";
import type { ClaimedFile } from "./claim.ts";
import { splitGroups } from "./file-groups.ts";
import { type InboxFile, lookIntoInbox } from "./inbox.ts";
import { matchFiles, type Role } from "./match-files.ts";
import type { QuarantineReason } from "./quarantine.ts";

/** A file of the inbox, or one that an earlier pass has left claimed. */
export type AnyFile = InboxFile | ClaimedFile;

/** Whether a pass has the file already. */
export function isClaimed(file: AnyFile): file is ClaimedFile {
  return "pass" in file;
}

/** The files of an inbox by what is to be done with them. */
export interface SortedInbox {
  readonly ready: readonly { readonly file: AnyFile; readonly role: Role }[];
  readonly unfit: readonly { readonly file: AnyFile; readonly reason: QuarantineReason }[];
  /** Complete, but without what belongs to them. */
  readonly waiting: readonly { readonly file: AnyFile }[];
  /** So many files are still being written. */
  readonly unfinished: number;
  readonly warnings: readonly string[];
}

/** Waits for the quiet time where there are files without a marker. Throws as `lookIntoInbox` and `matchFiles` do. */
export async function sortInbox(
  job: Job,
  { roles, claimed }: { readonly roles: readonly Role[]; readonly claimed: readonly ClaimedFile[] },
  options: Pick<RunOptions, "clock" | "stop" | "onEvent">,
): Promise<SortedInbox> {
  const { inbox, quietMs } = settingsOf(job);
  const { clock = systemClock, stop, onEvent } = options;
  const onWait = (files: number): void => onEvent?.({ kind: "inbox", files, waitMs: quietMs });
  const look = await lookIntoInbox(inbox, { quietMs, clock, stop, onWait });
  const matches = await matchFiles<AnyFile>([...claimed, ...look.complete], job, roles, prepareOptions(options));
  const unfit: { readonly file: AnyFile; readonly reason: QuarantineReason }[] = [];
  const placed: { readonly file: AnyFile; readonly role: Role; readonly name: string }[] = [];
  let unfinished = look.unfinished.length;
  for (const [file, match] of matches) {
    if (match.kind === "role") placed.push({ file, role: match.role, name: file.name });
    else if (match.kind === "unfit") unfit.push({ file, reason: match });
    else unfinished += 1;
  }
  const { ready, waiting } = splitGroups(placed, roles);
  return {
    ready,
    unfit,
    waiting: waiting.flatMap(({ files }) => files),
    unfinished,
    warnings: [...look.warnings, ...waiting.map(({ reason }) => reason)],
  };
}

/** The drop folder of a job. Throws `ImportError("USAGE")` for a job that has none. */
export function settingsOf({ drop, file: { shown } }: Job): DropSettings {
  if (drop !== undefined) return drop;
  throw new ImportError("USAGE", `${shown} has no drop folder`, {
    hint: "Import the files that it names: luminous-import run. Or add drop: { inbox: drop/in } to it, and give its inputs a match: in place of their file:.",
  });
}
