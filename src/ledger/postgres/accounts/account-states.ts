// How the accounts of a database stand, for whoever watches them.
import type { AccountState } from "../../../model/ledger/submissions.ts";
import type { Statements } from "../storage/statements.ts";
import { leaseMs } from "./taking.ts";

interface Columns {
  readonly base_url: string;
  readonly ledger: string;
  readonly epoch: number;
  readonly lease_left_ms: number | null;
  readonly pause_ms: number;
}

/** By address. Accounts whose ledger is not there any more, or may not be read, are left out. */
export async function accountStates(db: Statements): Promise<readonly AccountState[]> {
  const accounts = await db.all<Columns>(
    `select base_url, ledger, epoch, ${msUntil("pause_until")} pause_ms,
         case when owner is not null and lease_until >= clock_timestamp() then ${msUntil("lease_until")} end lease_left_ms
       from luminous_import.accounts
      where coalesce(has_table_privilege(to_regclass(format('%I.sends', ledger)), 'select'), false) order by base_url`,
  );
  if (accounts.length === 0) return [];
  const counts = await db.all<{ ledger: string; sends: number }>(
    accounts
      .map(({ ledger }) => `select '${ledger}' as ledger, count(*) sends from "${ledger}".sends where open`)
      .join(" union all "),
  );
  const sends = new Map(counts.map((count) => [count.ledger, count.sends]));
  return accounts.map(({ base_url, ledger, epoch, lease_left_ms, pause_ms }) => ({
    baseUrl: base_url,
    epoch,
    leaseAgeMs: lease_left_ms === null ? undefined : Math.max(0, leaseMs - lease_left_ms),
    pauseMs: pause_ms,
    openSends: sends.get(ledger) ?? 0,
  }));
}

function msUntil(column: string): string {
  return `greatest(0, ceil(extract(epoch from ${column} - clock_timestamp()) * 1000))::bigint`;
}
