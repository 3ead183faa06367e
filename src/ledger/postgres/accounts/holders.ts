// Who drives the accounts of a database, for messages and for `status`.
import { hostname } from "node:os";
import type { LockHolder } from "../../../model/ledger/ledger-host.ts";
import type { Statements } from "../storage/statements.ts";

/** Who drives an account; undefined when nobody does. */
export async function holderOf(db: Statements, baseUrl: string): Promise<LockHolder | undefined> {
  const found = await db.one<{ host: string; pid: number; run: string | null; since: number; until: number }>(
    `select owner_host host, owner_pid pid, owner_run run, floor(extract(epoch from owned_since) * 1000)::bigint since,
        floor(extract(epoch from lease_until) * 1000)::bigint until
       from luminous_import.accounts where base_url = ? and owner is not null and lease_until >= clock_timestamp()`,
    baseUrl,
  );
  if (found === undefined) return undefined;
  const { host, pid, run, since, until } = found;
  return {
    pid,
    ...(host === hostname() ? {} : { host }),
    ...(run === null ? {} : { runId: run }),
    sinceMs: since,
    untilMs: until,
  };
}

/** A holder in words. */
export function holderText(holder: LockHolder | undefined): string {
  if (holder === undefined) return "another process";
  const { pid, host, runId, sinceMs, untilMs } = holder;
  const where = host === undefined ? "" : ` on ${host}`;
  const run = runId === undefined ? "" : ` (run ${runId})`;
  const until = untilMs === undefined ? "" : `; unless it renews its lease, until ${new Date(untilMs).toISOString()}`;
  return `process ${pid}${where}${run} since ${new Date(sinceMs).toISOString()}${until}`;
}
