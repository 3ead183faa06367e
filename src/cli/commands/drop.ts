// `luminous-import drop`: one pass over the job's drop folder.
import { relative } from "node:path";
import { dropNote } from "../../drop/closing-note.ts";
import { type DropOptions, type DropResult, drop as dropFiles } from "../../drop/drop.ts";
import { settingsOf } from "../../drop/sort-inbox.ts";
import type { Job } from "../../job/job.ts";
import { visibleLine } from "../../model/text/visible.ts";
import { resolveAccount } from "../world/account.ts";
import { type Console, openConsole } from "../world/console.ts";
import { fitted } from "../world/fitted.ts";
import { interruptible } from "../world/interrupt.ts";
import { loadCommandJob } from "../world/load-job.ts";
import { sending } from "../world/sending.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `drop`. */
export type DropFlags = Pick<DropOptions, "allOrNothing" | "maxErrors" | "strict" | "force">;

/** Imports what lies in the inbox and says how it ended; gives the exit code. */
export async function drop(
  path: string,
  options: GlobalOptions,
  flags: DropFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandJob(path, options, {}, world);
  settingsOf(job);
  const account = await resolveAccount(job, accountSources(world, options));
  await using console = await openConsole(world, options);
  using signals = interruptible(world);
  const ended = await dropFiles(job, { ...flags, ...sending(account, signals, console) });
  tellPass(ended, job, { options, console, world });
  return ended.exitCode;
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
  const near = (path: string): string => {
    const way = relative(world.cwd, path);
    return visibleLine(way.startsWith("..") ? path : way);
  };
  const note =
    result !== undefined && ended.taken === 0
      ? "No file was taken: rows that earlier passes left open went again."
      : dropNote(files, { inbox: settingsOf(job).inbox, near });
  // Without a run there is no result, so stdout stays empty.
  if (result === undefined) world.stderr.write(fitted(`${note}\n`, world.stderr));
  else world.stdout.write(fitted(`\n${note}\n`, world.stdout));
}
