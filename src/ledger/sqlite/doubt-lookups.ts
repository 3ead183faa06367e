// What lookups after an unanswered creation found, and when. Not here: what follows from that (sends.ts).
import type { StoryLookup } from "../../model/ledger/entry-history.ts";
import type { Connection } from "./storage/connection.ts";

/** Keeps one lookup of a send whose fate is not known. Only inside a write. */
export function noteLookup(connection: Connection, sendId: number, atMs: number, found: boolean): void {
  connection.run("insert into doubt_lookups (send, at_ms, found) values (?, ?, ?)", sendId, atMs, found ? 1 : 0);
}

/** The lookups of a send, in the order in which they were made. */
export function lookupsOf(connection: Connection, sendId: number): readonly StoryLookup[] {
  return connection
    .all<{ at_ms: number; found: number }>("select at_ms, found from doubt_lookups where send = ? order by id", sendId)
    .map(({ at_ms, found }) => ({ atMs: at_ms, found: found === 1 }));
}
