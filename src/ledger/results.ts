// The ledger as reporting sees it, put together from its parts.
import type { Results } from "../model/ledger.ts";
import type { Connection } from "./connection.ts";
import { filesOfRun } from "./files.ts";
import { openResultRows } from "./result-rows.ts";
import { openTallies } from "./tallies.ts";

/** The results on a connection. */
export function openResults(connection: Connection): Results {
  return {
    async files(run) {
      return filesOfRun(connection, run);
    },
    ...openResultRows(connection),
    ...openTallies(connection),
  };
}
