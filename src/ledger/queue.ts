// The ledger as dispatch sees it, put together from its parts.
import type { Queue } from "../model/ledger.ts";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";
import { openOpenEntries } from "./open-entries.ts";
import { openPlanning } from "./planning.ts";
import { openReferences } from "./references.ts";
import { openSendJournal } from "./sends.ts";
import { openSettling } from "./settling.ts";
import { openHandOut } from "./take.ts";
import type { Worklists } from "./worklist.ts";

/** The queue on a connection. */
export function openQueue(connection: Connection, keys: Keys, worklists: Worklists): Queue {
  return {
    ...openHandOut(connection),
    ...openPlanning(connection),
    ...openOpenEntries(connection),
    ...openReferences(connection, keys, worklists),
    ...openSendJournal(connection, keys),
    ...openSettling(connection),
  };
}
