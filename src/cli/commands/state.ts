// `luminous-import state purge`: old runs go, what was accepted stays.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type PurgeOptions, type PurgeResult, purgeState } from "../../history/purge.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { countText } from "../../model/text/count-text.ts";
import { shownUnlessToken } from "../../model/text/mask.ts";
import { sizeText } from "../../model/text/size-text.ts";
import { loadCommandOutline, namedLedger } from "../world/load-job.ts";
import { usualJob } from "../world/named-job.ts";
import type { CommandWorld, GlobalOptions } from "../world/world.ts";

/** The flags of `state purge`. */
export interface PurgeFlags {
  /** `YYYY-MM-DD`. */
  readonly before?: string;
  readonly dryRun?: boolean;
}

/** Purges the state folder of a job, or the one that `--state` names; gives the exit code. */
export async function purge(
  path: string | undefined,
  options: GlobalOptions,
  { before, dryRun = false }: PurgeFlags,
  world: CommandWorld,
): Promise<number> {
  if (before === undefined)
    throw new ImportError("USAGE", "state purge needs --before DATE", { hint: "Such as --before 2026-01-31." });
  const beforeMs = parseDay(before);
  const result = await purgeState({ ...(await ledgersOf(path, options, world)), beforeMs, dryRun });
  world.stdout.write(options.json === true ? `${JSON.stringify(result, null, 2)}\n` : purgeText(result, dryRun));
  return exitCodes.done;
}

async function ledgersOf(
  path: string | undefined,
  options: GlobalOptions,
  world: CommandWorld,
): Promise<Pick<PurgeOptions, "folder" | "database">> {
  const { cwd } = world;
  const { state } = options;
  const job = path ?? (state === undefined && existsSync(resolve(cwd, usualJob)) ? usualJob : undefined);
  if (job === undefined) {
    if (namedLedger(world) === undefined) return { folder: resolve(cwd, state ?? ".luminous-import") };
    throw new ImportError("USAGE", "no job is named, and the database in LUMINOUS_LEDGER may hold ledgers of several", {
      hint: "Name the job: the runs of its accounts are meant.",
    });
  }
  const { state: folder, ledger, file } = await loadCommandOutline(job, options, world);
  return { folder, ...(ledger === undefined ? {} : { database: { ledger, job: file.path } }) };
}

function purgeText(
  { runs, plans, rows, entries, openRows, folderBytes, ledgerBytes, copyBytes }: PurgeResult,
  dryRun: boolean,
): string {
  const [did, free] = dryRun ? ["would remove", "would come free"] : ["removed", "came free"];
  const what = `${did} ${countText(runs.length)} ${runs.length === 1 ? "run" : "runs"} with ${countText(entries)} entries and ${countText(rows)} rows`;
  const ledgers =
    ledgerBytes > 0
      ? `${sizeText(ledgerBytes)} in the ledgers`
      : "the ledgers keep their size: the next runs fill what is free in them";
  const space = dryRun
    ? `${sizeText(folderBytes)} in their folders ${free}`
    : `${sizeText(folderBytes)} in their folders ${free}; ${ledgers}`;
  const lines = [
    ...runs.map(({ runId, job }) => `${runId}  ${job}`),
    what,
    ...(plans.length === 0 ? [] : [`${did} ${countText(plans.length)} ${plans.length === 1 ? "plan" : "plans"}`]),
    ...(openRows === 0
      ? []
      : [
          `${countText(openRows)} of these rows failed and nothing has made ${openRows === 1 ? "it" : "them"} good: retry ${dryRun ? "would not find" : "does not find"} ${openRows === 1 ? "it" : "them"} any more`,
        ]),
    ...(runs.length + plans.length === 0 ? [] : [space]),
    ...(copyBytes === 0 ? [] : [`${sizeText(copyBytes)} in copies from before an upgrade ${free}`]),
  ];
  return `${lines.join("\n")}\n`;
}

// Midnight UTC, as in the ids of runs.
function parseDay(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return ms;
  throw new ImportError("USAGE", `--before takes a day as YYYY-MM-DD, not ${shownUnlessToken(text)}`, {
    hint: "Such as --before 2026-01-31.",
  });
}
