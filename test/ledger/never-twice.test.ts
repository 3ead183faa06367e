// The property the ledger is for (never-twice.ts), on SQLite.
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openLedger } from "../../src/ledger/sqlite/open-ledger.ts";
import { neverTwice } from "./never-twice.ts";
import { scratchFolder } from "./scratch-folder.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

neverTwice(async () => {
  const scratch = await scratchFolder();
  let crashes = 0;
  const folder = () => join(scratch.folder, `${crashes}`);
  return {
    open: () => openLedger({ folder: folder(), baseUrl, mode: "write" }),
    // What a killed process leaves is what the files hold now, without what was still to be committed.
    async crash(ledger) {
      crashes += 1;
      await mkdir(folder());
      await cp(dirname(ledger.place), join(folder(), "ledgers"), {
        recursive: true,
        filter: (name) => !name.endsWith("-shm"),
      });
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}, 60);
