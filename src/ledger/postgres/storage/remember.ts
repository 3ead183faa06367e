// Which remote record a key stands for, as far as this run knows it. Not here: what refers to it (references.ts).
import type { RemoteKey } from "../../../model/resource.ts";
import { insertRows } from "./insert-rows.ts";
import type { Statements } from "./statements.ts";

/** A remote record under one of its keys. */
export interface Remembered {
  /** The key's id. */
  readonly key: number;
  readonly role: RemoteKey["role"];
  readonly remoteId: string;
}

/** Remembers remote records for the run. Only inside a write. */
export async function remember(db: Statements, run: number, records: readonly Remembered[]): Promise<void> {
  await insertRows(
    db,
    "remembered",
    { run: "bigint", key: "bigint", role: "text", remote_id: "text" },
    records.map(({ key, role, remoteId }) => [run, key, role, remoteId]),
    "on conflict do nothing",
  );
}
