// The ledger as reporting sees it, put together from its parts.
import type { Results } from "../../model/ledger/results.ts";
import { openResultRows } from "./result-rows.ts";
import type { Connection } from "./storage/connection.ts";
import { filesOfRun } from "./storage/files.ts";
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
