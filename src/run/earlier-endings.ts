// How files of a job's earlier runs ended, for a check, which has no ledger of its own. How that is judged: staging/last-lines.ts.
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import { type EarlierEndings, earlierEndings } from "../staging/last-lines.ts";

/** The same for a check, which has no ledger of its own: in all ledgers of the job's state folder that can be read. */
export function earlierEndingsAnywhere(job: Job): EarlierEndings {
  return async (file) => {
    for (const { baseUrl } of await ledgersIn(job.state).list()) {
      if (baseUrl === undefined) continue;
      const ended = await endingsIn(baseUrl, job, file);
      if (ended !== undefined) return ended;
    }
    return undefined;
  };
}

async function endingsIn(baseUrl: string, job: Job, file: StagedFile): Promise<string | undefined> {
  try {
    await using ledger = await ledgersIn(job.state).open(baseUrl, "read");
    return await earlierEndings(ledger, job)(file);
  } catch (error) {
    if (error instanceof ImportError) return undefined; // of an older version, or damaged: a run says so
    throw error;
  }
}
