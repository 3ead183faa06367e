// Whether a pass over an empty inbox has something to do all the same: rows that earlier passes left open.
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { Clock } from "../model/clock.ts";
import { carryOpen } from "../run/carried-rows.ts";
import { settingsOf } from "./sort-inbox.ts";

/**
 * True where rows of earlier runs are open and young enough, and no run of the job began within the last hour: with new files
 * they go along at any time, but by themselves they would go again with every look of a watched inbox.
 */
export async function goAlone(job: Job, baseUrl: string, clock: Pick<Clock, "nowMs">): Promise<boolean> {
  const { keepOpenDays } = settingsOf(job);
  const ledgers = ledgersIn(job.state);
  if ((await ledgers.find(baseUrl)) === undefined) return false;
  await using ledger = await ledgers.open(baseUrl, "read");
  const newest = (await ledger.runs.list()).find((run) => run.job === job.file.path);
  if (newest === undefined || clock.nowMs() - newest.startedAtMs < hourMs) return false;
  return (await carryOpen(job, ledger, { nowMs: clock.nowMs(), keepOpenDays })).inputs.length > 0;
}

const hourMs = 3_600_000;
