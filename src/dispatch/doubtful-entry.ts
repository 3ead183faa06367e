// Which entries are in doubt. What becomes of them: reconcile.ts.
import type { OpenSend, QueuedEntry } from "../model/ledger/entry.ts";

/** An entry with a creation whose fate is not known. */
export interface DoubtfulEntry extends QueuedEntry {
  readonly doubt: OpenSend;
}

/** True for an entry that has to be looked up before anything of it is sent. An update by id can simply be repeated. */
export function isDoubtful(entry: QueuedEntry): entry is DoubtfulEntry {
  return entry.doubt?.plan.kind === "create";
}
