// Which remote record a key stands for, as far as this run knows it. Not here: what refers to it (references.ts).
import type { RemoteKey } from "../../../model/resource.ts";
import type { Connection } from "./connection.ts";

/** Remembers a remote record under one of its keys, for the run. Only inside a write. */
export function remember(
  connection: Connection,
  run: number,
  key: number,
  role: RemoteKey["role"],
  remoteId: string,
): void {
  connection.run(
    "insert or ignore into remembered (run, key, role, remote_id) values (?, ?, ?, ?)",
    run,
    key,
    role,
    remoteId,
  );
}
