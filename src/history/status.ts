// What a ledger says of the runs of a job: for `status`, and for callers of the library. Reads only, also while a run is
// under way.
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { OpenCount } from "../model/ledger/open-failures.ts";
import type { RunRecord } from "../model/ledger/runs.ts";

/** What failed in any run of a job and nothing has made good since. Throws `ImportError("STATE_UNUSABLE")` when there is no ledger yet. */
export async function countOpenFailures(job: Pick<Job, "state" | "file">, baseUrl: string): Promise<OpenCount> {
  await using ledger = await ledgersIn(job.state).open(baseUrl, "read");
  return ledger.failures.count(job.file.path);
}

/** The runs of a job's account in its state folder, newest first. Throws `ImportError("STATE_UNUSABLE")` when there is no ledger yet. */
export async function listRuns(job: Pick<Job, "state">, baseUrl: string): Promise<readonly RunRecord[]> {
  await using ledger = await ledgersIn(job.state).open(baseUrl, "read");
  return ledger.runs.list();
}
