// What was mapped for an entry, as long as it is kept.

import type { HistoryPayload } from "../../model/ledger/entry-history.ts";
import { decode, decodeMaybe } from "../common/codec.ts";
import type { Statements } from "./storage/statements.ts";

/** The payload of an entry with what an update clears; undefined once it is no longer kept. */
export async function contentOf(db: Statements, entryId: number): Promise<HistoryPayload | undefined> {
  const found = await db.one<{ payload: string | null; clears: string | null }>(
    "select payload, clears from payloads where entry = ?",
    entryId,
  );
  if (found === undefined || found.payload === null) return undefined;
  return {
    payload: decode<HistoryPayload["payload"]>(found.payload),
    clears: decodeMaybe<HistoryPayload["clears"]>(found.clears) ?? {},
  };
}
