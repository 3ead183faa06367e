// Taking a ledger from one version of its tables to the next. Not here: the steps themselves (schema.ts), and the room and
// the copy that an upgrade needs (upgrade.ts).
import type { Connection } from "./connection.ts";
import { migrations } from "./schema.ts";

/** The version of the tables; 0 for a database without any. */
export function versionOf(connection: Connection): number {
  return connection.read(() => connection.one<{ user_version: number }>("pragma user_version"))?.user_version ?? 0;
}

/** Applies the steps that are missing: all of them or, when one fails or the process dies, none. */
export function migrate(connection: Connection, steps: readonly string[] = migrations): void {
  connection.write(() => {
    // Asked again inside the transaction: another process may have come first while this one waited for it.
    const version = versionOf(connection);
    if (version >= steps.length) return;
    for (const step of steps.slice(version)) connection.script(step);
    connection.script(`pragma user_version = ${steps.length}`);
  });
  connection.flush();
}
