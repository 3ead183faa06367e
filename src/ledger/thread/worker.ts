// The thread that holds a ledger: it opens it as it was started to, says so, and serves it. An entry point of the bundle.
import { parentPort, workerData } from "node:worker_threads";
import { openLedger, openScratchLedger } from "../sqlite/open-ledger.ts";
import type { Opened, Opening } from "./open-in-thread.ts";
import { serve } from "./serve.ts";
import { faultOf } from "./wire.ts";

if (parentPort === null) throw new Error("this is the thread of a ledger: it is not run by itself");
const port = parentPort;

try {
  const opening = workerData as Opening;
  const ledger = await (opening.kind === "scratch" ? openScratchLedger(opening) : openLedger(opening.choice));
  serve(ledger, port);
  port.postMessage({ value: { place: ledger.place, upgraded: ledger.upgraded } } satisfies Opened);
} catch (error) {
  port.postMessage({ fault: faultOf(error) } satisfies Opened);
}
