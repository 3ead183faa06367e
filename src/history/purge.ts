// Removing old runs of a state folder: out of every ledger in it, or those that a job has in a database, and their folders. What keeps anything from being sent
// twice stays: see Upkeep.
import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import type { Purged } from "../model/ledger/upkeep.ts";

/** What to purge. */
export interface PurgeOptions {
  /** The state folder. */
  readonly folder: string;
  /** The database that holds the ledgers, and the path of the job whose accounts are meant: many share a database. */
  readonly database?: { readonly ledger: LedgerAddress; readonly job: string };
  /** Runs that began before this moment go, ms since the epoch. */
  readonly beforeMs: number;
  /** Only says what would go. */
  readonly dryRun?: boolean;
}

/** What went, or would go. */
export interface PurgeResult {
  readonly runs: readonly {
    readonly runId: string;
    readonly job: string;
    readonly startedAtMs: number;
    readonly account: string;
  }[];
  /** The ids of plans that were made before, which no run does any more. */
  readonly plans: readonly string[];
  readonly rows: number;
  readonly entries: number;
  /** Of those rows the ones that failed and that nothing has made good: no retry finds them any more. */
  readonly openRows: number;
  /** Of the folders of those runs and plans. */
  readonly folderBytes: number;
  /** That the ledgers gave back; 0 when their free pages are kept for the next runs. */
  readonly ledgerBytes: number;
  /** Of the copies that were made before ledgers were upgraded. */
  readonly copyBytes: number;
}

/**
 * Purges a state folder; holds its lock. Throws `ImportError("USAGE")` when the folder has no ledgers, and what opening
 * or writing a ledger throws.
 */
export async function purgeState({ folder, database, beforeMs, dryRun = false }: PurgeOptions): Promise<PurgeResult> {
  if (database === undefined && !existsSync(join(folder, "ledgers"))) {
    throw new ImportError("USAGE", `${folder} is not a state folder: it has no ledgers`, {
      hint: "Name the job, or its state folder with --state.",
    });
  }
  const own = database === undefined ? {} : { ledger: database.ledger, file: { path: database.job } };
  const ledgers = ledgersIn({ state: folder, ...own });
  await using _lock = await ledgers.lock();
  const runs: PurgeResult["runs"][number][] = [];
  const plans: string[] = [];
  const total = { runs, plans, rows: 0, entries: 0, openRows: 0, folderBytes: 0, ledgerBytes: 0, copyBytes: 0 };
  for (const { place, baseUrl } of await ledgers.list()) {
    if (baseUrl === undefined) {
      throw new ImportError("STATE_UNUSABLE", `${place}: cannot be read as a ledger`, {
        hint: "audit and status say what is wrong with it; move it away to purge the others.",
      });
    }
    await using ledger = await ledgers.open(baseUrl, dryRun ? "read" : "write");
    const planned = await ledger.upkeep.purge(beforeMs, "dry run");
    total.openRows += await openRowsIn(ledger, planned.runs);
    const purged = dryRun ? planned : await ledger.upkeep.purge(beforeMs, "do");
    total.runs.push(...purged.runs.map((run) => ({ ...run, account: baseUrl })));
    total.rows += purged.rows;
    total.entries += purged.entries;
    plans.push(...(await ledger.plans.purge(beforeMs, dryRun ? "dry run" : "do")));
    total.copyBytes += await ledger.upkeep.dropCopies(dryRun ? "dry run" : "do");
    if (!dryRun) total.ledgerBytes += await ledger.upkeep.shrink();
  }
  const folders = [
    ...runs.map(({ runId }) => join(folder, "runs", runId)),
    ...plans.map((planId) => join(folder, "plans", planId)),
  ];
  for (const each of folders) {
    total.folderBytes += await bytesIn(each);
    if (!dryRun) await rm(each, { recursive: true, force: true });
  }
  return total;
}

async function openRowsIn({ failures }: Ledger, runs: Purged["runs"]): Promise<number> {
  const ids = new Set(runs.map(({ runId }) => runId));
  let rows = 0;
  for (const job of new Set(runs.map((run) => run.job))) {
    for (const { run, open } of await failures.files(job)) if (ids.has(run.runId)) rows += open;
  }
  return rows;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) bytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  return bytes;
}
