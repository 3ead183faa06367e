// What earlier runs of a job left in its ledgers, for a check, which has no ledger of its own: how files ended, and which
// currencies channels hold. How that is judged: staging/last-lines.ts and staging/currencies.ts.
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { AcceptedCurrencies } from "../staging/currencies.ts";
import { type EarlierEndings, earlierEndings } from "../staging/last-lines.ts";

/** How files of earlier runs ended: in all ledgers of the job's state folder that can be read. */
export function earlierEndingsAnywhere(job: Job): EarlierEndings {
  return async (file) => {
    for await (const ended of inEachLedger(job, (ledger) => earlierEndings(ledger, job)(file)))
      if (ended !== undefined) return ended;
    return undefined;
  };
}

/** The currencies that earlier runs brought into a channel, whichever account they went to. */
export function acceptedCurrenciesAnywhere(job: Job): AcceptedCurrencies {
  return async (within) => {
    const found = new Set<string>();
    for await (const currencies of inEachLedger(job, (ledger) => ledger.account.currencies(within)))
      for (const currency of currencies ?? []) found.add(currency);
    return [...found].sort();
  };
}

async function* inEachLedger<T>(job: Job, ask: (ledger: Ledger) => Promise<T>): AsyncGenerator<T | undefined> {
  for (const { baseUrl } of await ledgersIn(job).list()) {
    if (baseUrl !== undefined) yield await askLedger(baseUrl, job, ask);
  }
}

async function askLedger<T>(baseUrl: string, job: Job, ask: (ledger: Ledger) => Promise<T>): Promise<T | undefined> {
  try {
    await using ledger = await ledgersIn(job).open(baseUrl, "read");
    return await ask(ledger);
  } catch (error) {
    if (error instanceof ImportError) return undefined; // of an older version, or damaged: a run says so
    throw error;
  }
}
