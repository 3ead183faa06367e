// Who writes to the ledger of an account: one connection of one process, whatever machine it is on. The lock belongs to the
// connection that writes, so it cannot be lost while that goes on, and the server frees it when the process ends, however it
// ends. Who holds it stands beside it in the ledger, for messages.
import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { ImportError } from "../../../model/error.ts";
import type { LockHolder } from "../../../model/ledger/ledger-host.ts";
import type { Statements } from "./statements.ts";

/**
 * Takes the lock for this connection. Throws `ImportError("STATE_LOCKED")` naming the holder. A process that was killed may
 * hold it until the server has noticed: that is waited for.
 */
export async function lockSchema(db: Statements, schema: string, baseUrl: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const found = await db.one<{ taken: boolean }>(`select pg_try_advisory_lock(${lockKey}) taken`, schema);
    if (found?.taken === true) return;
    if (tries > mostTries) throw locked(baseUrl, await schemaHolder(db, schema).catch(() => undefined));
    await setTimeout(betweenTriesMs);
  }
}

/** Writes down who holds the lock that was taken. */
export async function nameHolder(db: Statements): Promise<void> {
  await db.run(
    `update ledger set holder_host = ?, holder_pid = ?, holder_run = null, holder_backend = pg_backend_pid(),
       held_since_ms = floor(extract(epoch from clock_timestamp()) * 1000)`,
    hostname(),
    process.pid,
  );
}

/** Frees what this connection holds, for whoever opens the ledger next: the end of the connection may take the server a moment. */
export const unlockAll = "select pg_advisory_unlock_all()";

/** Who holds the lock of a ledger; undefined when nobody does. */
export async function schemaHolder(db: Statements, schema: string): Promise<LockHolder | undefined> {
  const found = await db.one<{ host: string; pid: number; run: string | null; since: number }>(
    `select l.holder_host host, l.holder_pid pid, l.holder_run run, l.held_since_ms since
       from "${schema}".ledger l join pg_locks k on k.pid = l.holder_backend
      where k.locktype = 'advisory' and k.granted and k.database = (select oid from pg_database where datname = current_database())
        and ((k.classid::bigint << 32) | k.objid::bigint) = ${lockKey}`,
    schema,
  );
  if (found === undefined) return undefined;
  const { host, pid, run, since } = found;
  return {
    pid,
    ...(host === hostname() ? {} : { host }),
    ...(run === null ? {} : { runId: run }),
    sinceMs: since,
  };
}

const lockKey = "hashtextextended('luminous-import writes ' || ?::text, 0)";
const mostTries = 20;
const betweenTriesMs = 100;

function locked(baseUrl: string, holder: LockHolder | undefined): ImportError {
  return new ImportError("STATE_LOCKED", `the account ${baseUrl} is in use by ${holderText(holder)}`, {
    hint: "wait until it has ended or stop it, then run the same command again; `status` works all the while",
  });
}

function holderText(holder: LockHolder | undefined): string {
  if (holder === undefined) return "another process";
  const { pid, host, runId, sinceMs } = holder;
  const where = host === undefined ? "" : ` on ${host}`;
  const run = runId === undefined ? "" : ` (run ${runId})`;
  return `process ${pid}${where}${run} since ${new Date(sinceMs).toISOString()}`;
}
