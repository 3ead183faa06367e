// The ledger as staging sees it, put together from its parts.
import type { Staging } from "../../model/ledger/staging.ts";
import { openClashes } from "./duplicates.ts";
import { groups } from "./groups.ts";
import { openNewEntries } from "./new-entries.ts";
import { openRepeats } from "./retry-conflicts.ts";
import { settleMended } from "./retry-repairs.ts";
import { openRows } from "./rows.ts";
import type { StagedRows } from "./staged-rows.ts";
import type { Connection } from "./storage/connection.ts";
import { addFile, updateFile } from "./storage/files.ts";
import type { Keys } from "./storage/keys.ts";

/** Staging on a connection. */
export function openStaging(connection: Connection, keys: Keys, staged: StagedRows): Staging {
  return {
    async addFile(file) {
      staged.unsort();
      return addFile(connection, file);
    },
    async updateFile(fileId, info) {
      updateFile(connection, fileId, info);
    },
    async settleMended(run) {
      return connection.write(() => settleMended(connection, run));
    },
    groups: (fileIds, most) => groups(connection, staged, fileIds, most),
    ...openRows(connection, staged),
    ...openNewEntries(connection, keys),
    ...openClashes(connection),
    ...openRepeats(connection),
  };
}
