// One pass over a drop folder: finish what was interrupted → find what is complete → match → claim → quarantine → one run over
// everything → archive. A kill at any moment leaves each file in one of these places, and the next pass goes on from there.
import { join } from "node:path";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { exitCodes } from "../model/exit-codes.ts";
import { listed } from "../report/wording.ts";
import { askFirst } from "../run/run.ts";
import { newRunId } from "../run/run-id.ts";
import { prepareOptions, type RunOptions, type RunResult } from "../run/run-options.ts";
import { archivePass, finishPasses } from "./archive.ts";
import {
  adoptOrphans,
  beginPass,
  type ClaimedFile,
  type Claimer,
  claim,
  dropSecondNames,
  endPasses,
  leftClaimed,
  unclaim,
} from "./claim.ts";
import { ensureFolders } from "./folders.ts";
import { type Role, rolesOf } from "./match-files.ts";
import { type QuarantineReason, quarantine } from "./quarantine.ts";
import { runOver } from "./run-over.ts";
import { isClaimed, settingsOf, sortInbox } from "./sort-inbox.ts";

/** What a pass may be told beside its job. */
export type DropOptions = Omit<RunOptions, "limit" | "only" | "stdin">;

/** How a pass ended. Files are named by where they lie now. */
export interface DropResult {
  /** That of the run; 3 at least where a file was quarantined or ought to have been. 0 where there was nothing to do. */
  readonly exitCode: number;
  /** Undefined where nothing was claimed. */
  readonly pass: string | undefined;
  /** Undefined where no file could be imported. */
  readonly result: RunResult | undefined;
  /** Files in the hands of this pass, those that an earlier one left included. */
  readonly taken: number;
  readonly archived: readonly string[];
  readonly quarantined: readonly { readonly file: string; readonly reason: string }[];
  /** Files that were taken and are in the inbox again. */
  readonly returned: number;
  /** Files that stay where they are: still being written, without what belongs to them, or not to be read or moved. */
  readonly waiting: number;
}

/**
 * Takes what lies complete in the job's inbox and imports it as one run. Throws `ImportError` where nothing was started (2), the
 * account was refused (5) or what is done cannot be written down (4); files that were claimed stay claimed then, and the next
 * pass takes them.
 */
export async function drop(job: Job, options: DropOptions): Promise<DropResult> {
  const settings = settingsOf(job);
  const claimer: Claimer = { inbox: settings.inbox, job: job.file.path };
  const { clock = systemClock, onEvent } = options;
  await using lock = await ledgersIn(job).lock();
  const warnings: string[] = [];
  const warn = (messages: readonly string[]): void => {
    for (const message of messages) onEvent?.({ kind: "warning", message });
    warnings.push(...messages);
  };
  warn(await ensureFolders(job, settings));
  warn(await adoptOrphans(claimer));
  const finished = await finishPasses(claimer);
  await dropSecondNames(claimer);
  const roles = await rolesOf(job, prepareOptions(options));
  const left = await leftClaimed(claimer);
  await endPasses(claimer);
  warn(left.warnings);
  const sorted = await sortInbox(job, { roles, claimed: left.files }, options);
  warn(sorted.warnings);

  const archived = finished.map(({ path }) => path);
  const quarantined: { readonly file: string; readonly reason: string }[] = [];
  const toGo = [...sorted.unfit, ...sorted.ready];
  let waiting = sorted.unfinished + sorted.waiting.length + left.unreadable;
  const orWarn = (error: unknown): undefined => {
    if (!(error instanceof ImportError)) throw error;
    warn([error.message]);
  };
  for (const { file } of sorted.waiting) if (isClaimed(file)) await unclaim(claimer, file).catch(orWarn);
  if (toGo.length === 0) {
    await endPasses(claimer);
    const nothing = { exitCode: exitCodes.done, pass: undefined, result: undefined, taken: 0, returned: 0 };
    return { ...nothing, archived, quarantined, waiting };
  }

  await using asked = await askFirst(job, options);
  const pass = newRunId(clock);
  await beginPass(claimer, pass);
  let unmoved = 0;
  const setAside = async (file: ClaimedFile, reason: QuarantineReason): Promise<void> => {
    const to = await quarantine(file, reason, settings).catch((error: unknown) => {
      if (!(error instanceof ImportError)) throw error;
      unmoved += 1;
      warn([`${reason.what.split("\n")[0]}. It belongs in quarantine, and stays claimed: ${error.message}`]);
    });
    if (to === undefined) return;
    quarantined.push({ file: to, reason: reason.what });
    onEvent?.({ kind: "moved", file: file.name, became: "quarantined", to, reason: reason.what });
  };
  let returned = 0;
  const putBack = async (file: ClaimedFile): Promise<boolean> => {
    const to = await unclaim(claimer, file).catch(orWarn);
    if (to === undefined) return false; // it stays claimed
    returned += 1;
    waiting += 1;
    onEvent?.({ kind: "moved", file: file.name, became: "returned", to });
    return true;
  };
  const giveBack = async (file: ClaimedFile, reason: string): Promise<void> => {
    await putBack(file);
    warn([reason]);
  };
  const claimedAtMs = clock.monotonicMs();
  const ready: (ClaimedFile & { readonly role: Role })[] = [];
  let taken = 0;
  for (const { file, ...what } of toGo) {
    const own = isClaimed(file) ? file : await claim(claimer, pass, file);
    if (typeof own === "string") {
      if (own === "changed") waiting += 1;
      continue;
    }
    if ("refused" in own) {
      waiting += 1;
      warn([own.refused]);
      continue;
    }
    taken += 1;
    onEvent?.({ kind: "moved", file: own.name, became: "claimed", to: own.path });
    if ("role" in what) ready.push({ ...own, role: what.role });
    else await setAside(own, what.reason);
  }
  const { result, imported } = await runOver(ready, {
    job,
    options,
    asked,
    lock,
    warnings,
    roles,
    setAside,
    giveBack,
    quietUntilMs: claimedAtMs + settings.quietMs,
  });
  const isFinished = result?.exitCode === exitCodes.done || result?.exitCode === exitCodes.someFailed;
  if (result !== undefined && isFinished) {
    const { folder, summary } = result;
    const moved = await archivePass(settings, { pass, files: imported, runId: summary.run_id, results: folder });
    for (const { name, path } of moved) onEvent?.({ kind: "moved", file: name, became: "archived", to: path });
    archived.push(...moved.map(({ path }) => path));
  }
  if (result?.stopped?.code === "NOTHING_SENT") {
    const back: ClaimedFile[] = [];
    for (const file of imported) if (await putBack(file)) back.push(file);
    if (back.length > 0) warn([notSent(back, result.folder)]);
  }
  await endPasses(claimer);
  const ended = result?.exitCode ?? exitCodes.done;
  const exitCode = ended === exitCodes.done && quarantined.length + unmoved > 0 ? exitCodes.someFailed : ended;
  return { exitCode, pass, result, taken, archived, quarantined, returned, waiting };
}

function notSent(files: readonly ClaimedFile[], folder: string): string {
  const names = files
    .map(({ name }) => name)
    .sort()
    .slice(0, mostNames);
  const more = files.length > names.length ? [`${files.length - names.length} more`] : [];
  const are = files.length === 1 ? "1 file is" : `${files.length} files are`;
  return `nothing was sent, so ${are} back in the inbox: ${listed([...names, ...more])}. Which rows to fix, and why, stands in ${join(folder, "failures")}`;
}

const mostNames = 5;
