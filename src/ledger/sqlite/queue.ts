// The ledger as dispatch sees it, put together from its parts.
import type { Queue } from "../../model/ledger/queue.ts";
import { openHandOut } from "./hand-out.ts";
import { openOpenEntries } from "./open-entries.ts";
import { openPlanning } from "./planning.ts";
import { openReferences } from "./references.ts";
import { openSendJournal } from "./sends.ts";
import { openSettling } from "./settling.ts";
import type { Connection } from "./storage/connection.ts";
import type { Keys } from "./storage/keys.ts";
import type { Worklists } from "./storage/worklist.ts";

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
