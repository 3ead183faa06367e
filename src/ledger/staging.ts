// The ledger as staging sees it, put together from its parts.
import type { Staging } from "../model/ledger.ts";
import { openClashes } from "./clashes.ts";
import type { Connection } from "./connection.ts";
import { addFile, updateFile } from "./files.ts";
import { groups } from "./groups.ts";
import type { Keys } from "./keys.ts";
import { settleMended } from "./mended.ts";
import { openNewEntries } from "./new-entries.ts";
import { openRepeats } from "./repeats.ts";
import { openRows } from "./rows.ts";
import type { StagedRows } from "./staged-rows.ts";

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
