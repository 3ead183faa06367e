// The whole ledger over the line that a thread of its own is asked through, with both ends in one thread: every value is cloned
// and every call is a message. The thread itself: open-in-thread.test.ts.
import { MessageChannel } from "node:worker_threads";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { openLink } from "../../../src/ledger/thread/link.ts";
import { serve } from "../../../src/ledger/thread/serve.ts";
import { threadedLedger } from "../../../src/ledger/thread/threaded-ledger.ts";
import type { Ledger } from "../../../src/model/ledger/ledger.ts";
import { ledgerConformance } from "../conformance.ts";
import { scratchFolder } from "../scratch-folder.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

ledgerConformance("SQLite, over a line", async () => {
  const scratch = await scratchFolder();
  return {
    open: async () => overALine(await openLedger({ folder: scratch.folder, baseUrl, mode: "write" })),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
});

function overALine(ledger: Ledger): Ledger {
  const { port1, port2 } = new MessageChannel();
  serve(ledger, port2);
  const link = openLink(
    {
      post: (requests) => port1.postMessage(requests),
      listen(answered, ended) {
        port1.on("message", answered);
        port1.once("close", () => ended());
      },
      hold: (isHeld) => (isHeld ? port1.ref() : port1.unref()),
    },
    ledger.place,
  );
  return threadedLedger(link, ledger);
}
