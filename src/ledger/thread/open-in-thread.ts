// Opening a ledger in a thread of its own, so that its SQL, its packing and its syncs use another core than reading, mapping and
// sending do.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Ledger } from "../../model/ledger/ledger.ts";
import type { LedgerChoice, ScratchChoice } from "../sqlite/open-ledger.ts";
import { isOpenHere, noteClosed, noteOpened } from "../sqlite/storage/header-descriptor.ts";
import { ledgerPath } from "../sqlite/storage/ledger-file.ts";
import { endsOf, openLink } from "./link.ts";
import { type OpenedLedger, threadedLedger } from "./threaded-ledger.ts";
import { errorOf, type Settled } from "./wire.ts";

/** What the thread is to open: the ledger of an account, or one for a check, with what the ledger `known` knows. */
export type Opening =
  | { readonly kind: "account"; readonly choice: Omit<LedgerChoice, "syncFile"> }
  | (ScratchChoice & { readonly kind: "scratch" });

/** The first thing that the thread says. */
export type Opened = Settled<OpenedLedger>;

/**
 * Opens a ledger in a thread of its own. Throws what opening it here would throw. Undefined where the thread's program is not
 * there (other bundlers leave it out), or this thread has the same file open.
 */
export async function openInThread(opening: Opening): Promise<Ledger | undefined> {
  const program = workerFile();
  if (program === undefined) return undefined;
  if (opening.kind === "scratch") return await started(program, opening);
  const { folder, baseUrl } = opening.choice;
  const file = ledgerPath(folder, baseUrl);
  // A process loses its locks on a file with the first descriptor of it that it closes, whichever thread has them: from here on
  // nobody in this thread closes one.
  if (isOpenHere(file)) return undefined;
  noteOpened(file);
  try {
    return await started(program, opening, () => noteClosed(file));
  } catch (error) {
    noteClosed(file);
    throw error;
  }
}

async function started(program: string, opening: Opening, afterwards = () => {}): Promise<Ledger> {
  const worker = startThread(program, opening);
  const opened = await firstWord(worker);
  if ("fault" in opened) {
    await worker.terminate();
    throw errorOf(opened.fault);
  }
  const link = openLink(endsOf(worker), opened.value.place);
  const line = { ...link, close: () => link.close().finally(afterwards) };
  return threadedLedger(line, opened.value, opening.kind === "scratch" ? opening.payloadsOf : undefined);
}

function startThread(program: string, workerData: Opening): Worker {
  // What a program is given that node reads from its command line is nothing for a thread, which would refuse it.
  const isTyped = process.execArgv.some((argument) => argument.startsWith("--input-type"));
  if (!program.endsWith(".ts")) return new Worker(program, { workerData, ...(isTyped ? { execArgv: [] } : {}) });
  // From the sources, which not every Node can read. require() finds the loader that require() can load; beside it is the other.
  const loader = join(dirname(createRequire(import.meta.url).resolve("tsx/esm/api")), "index.mjs");
  const [api, sources] = [loader, program].map((path) => JSON.stringify(pathToFileURL(path).href));
  const start = `import(${api}).then(({ register }) => { register(); return import(${sources}); });`;
  return new Worker(start, { eval: true, workerData });
}

function firstWord(worker: Worker): Promise<Opened> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread of the ledger ended before it was open")));
  });
}

/** Beside this file in the sources; in the package under `ledger/`, whichever file of it this has become part of. */
function workerFile(): string | undefined {
  const here = fileURLToPath(import.meta.url);
  const folder = dirname(here);
  const places = here.endsWith(".ts")
    ? [join(folder, "worker.ts")]
    : [folder, dirname(folder)].map((above) => join(above, "ledger", "worker.js"));
  return places.find((place) => existsSync(place));
}
