// `luminous-import drop`: one pass over the job's drop folder.
import { dropNote } from "../../drop/closing-note.ts";
import { type DropOptions, type DropResult, drop as dropFiles } from "../../drop/drop.ts";
import { settingsOf } from "../../drop/sort-inbox.ts";
import type { Job } from "../../job/job.ts";
import { visibleLine } from "../../model/text/visible.ts";
import { reportPath } from "../../report/html/report-page.ts";
import { resolveAccount } from "../world/account.ts";
import { type Console, near } from "../world/console.ts";
import { fitted } from "../world/fitted.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { notifying } from "../world/notifying.ts";
import { openPage } from "../world/open-page.ts";
import { type ReportFlags, sending } from "../world/sending.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `drop`. */
export type DropFlags = Pick<DropOptions, "allOrNothing" | "maxErrors" | "strict" | "force"> & ReportFlags;

/** Imports what lies in the inbox and says how it ended; gives the exit code. */
export async function drop(
  path: string,
  options: GlobalOptions,
  flags: DropFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandJob(path, options, {}, world);
  settingsOf(job);
  return notifying("drop", job, options, world, async ({ console, signals }) => {
    const account = await resolveAccount(job, accountSources(world, options));
    const { open, values: _, results: __, ...dropOptions } = flags;
    const ended = await dropFiles(job, { ...dropOptions, ...sending(account, signals, console, world, flags) });
    tellPass(ended, job, { options, console, world });
    const { exitCode, result, ...pass } = ended;
    if (open === true && result !== undefined) await openPage(reportPath(result.folder), world);
    return { exitCode, summary: result?.summary, pass };
  });
}

/** Where a pass is told, and how. */
export interface PassPlace {
  readonly options: GlobalOptions;
  readonly console: Console;
  readonly world: CommandWorld;
}

/** Says how a pass ended: the summary of its run, then what became of the files. */
export function tellPass(ended: DropResult, job: Job, { options, console, world }: PassPlace): void {
  const { result, exitCode: _, ...files } = ended;
  const told = { ...files, pass: files.pass ?? null };
  if (options.json === true) {
    if (result !== undefined) console.close({ ...result.summary, drop: told } as typeof result.summary);
    else world.stdout.write(`${JSON.stringify({ version: 1, nothing_to_do: ended.pass === undefined, drop: told })}\n`);
    return;
  }
  if (result !== undefined) console.close(result.summary);
  const note = dropNote(files, { inbox: settingsOf(job).inbox, near: (path) => visibleLine(near(path, world)) });
  // Without a run there is no result, so stdout stays empty.
  if (result === undefined) world.stderr.write(fitted(`${note}\n`, world.stderr));
  else world.stdout.write(fitted(`\n${note}\n`, world.stdout));
}
