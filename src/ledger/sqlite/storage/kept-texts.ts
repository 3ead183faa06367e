// Where the long texts of a ledger are: raw rows and payloads. Each is in a column of its own or, with its neighbours, in a
// block; who reads one does not know which. Not here: how a block is packed (text-blocks.ts).
import type { Connection } from "./connection.ts";
import { type NumberedText, openTextBlocks } from "./text-blocks.ts";

/** SQL: the raw text of a row, under the name that its table has in the query. */
export const rowText = (row: string) => `row_text(${row}.id, ${row}.raw)`;

/** SQL: the payload of an entry (`e`) whose line of `payloads` is left-joined as `p`; null when it is not kept. */
export const payloadText = "payload_text(e.id, p.payload)";

/** The texts of a ledger that are kept in blocks. */
export interface KeptTexts {
  /** Puts raw texts of rows into blocks; their column has to be empty. Only inside a write. */
  addRows(texts: readonly NumberedText[]): void;
  /** Puts payloads of entries into blocks; a column of theirs has to be empty. Only inside a write. */
  addPayloads(texts: readonly NumberedText[]): void;
  /** The highest entry id that a block was made for; 0 when there is none. */
  lastEntry(): number;
  /** Removes the payloads of a block but for some; gives how many went. Only inside a write. */
  keepPayloads(first: number, isKept: (entry: number) => boolean): number;
}

/** The kept texts on a connection; from here on its statements can use `rowText` and `payloadText`. */
export function openKeptTexts(connection: Connection): KeptTexts {
  const rows = openTextBlocks(connection, "row_blocks");
  const payloads = openTextBlocks(connection, "payload_blocks");
  connection.define("row_text", (id, raw) => (raw === "" ? (rows.text(id) ?? "") : raw));
  connection.define("payload_text", (id, payload) => (payload ?? "") || (payloads.text(id) ?? null));
  return {
    addRows: rows.add,
    addPayloads: payloads.add,
    lastEntry() {
      const last = connection.one<{ id: number }>(
        "select first + size - 1 id from payload_blocks order by first desc limit 1",
      );
      return last?.id ?? 0;
    },
    keepPayloads: payloads.keepOnly,
  };
}
