// Taking a ledger from one version to the next. Not here: the steps themselves (schema.ts).
import type { Connection } from "./connection.ts";
import { migrations } from "./schema.ts";

/** Applies the steps from `version` on: all of them or, when one fails or the process dies, none. */
export function migrate(connection: Connection, version: number, steps: readonly string[] = migrations): void {
  connection.write(() => {
    for (const step of steps.slice(version)) connection.script(step);
    connection.script(`pragma user_version = ${steps.length}`);
  });
  connection.flush();
}
