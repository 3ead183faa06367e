// Taking an account in the database: one statement, which whoever comes at the same time cannot do too. Not here: how long it is kept
// (lease.ts).
import { hostname } from "node:os";
import type { Parameter, Statements } from "../storage/statements.ts";

/** How long a lease runs from its last renewal. */
export const leaseMs = 4000;
/** How long an answer to a renewal is waited for: another try has to fit in. */
export const leasePatienceMs = 2000;

/** Which accounts may be taken: SQL about `a`, a line of `luminous_import.accounts`. */
export interface Wanted {
  readonly where: string;
  readonly parameters: readonly Parameter[];
}

/** An account that was taken. */
export interface Taken {
  readonly account: number;
  readonly baseUrl: string;
  readonly epoch: number;
  readonly owner: string;
  /** Of the pause and the rolling second of the one before, so much was left. */
  readonly quietMs: number;
}

/** Takes an account that nobody has; the one that has waited longest of several. Undefined where there is none. */
export async function takeAccount(
  db: Statements,
  { where, parameters }: Wanted,
  owner: string,
): Promise<Taken | undefined> {
  const taken = await db.one<Omit<Taken, "owner">>(
    `with free as (
        select a.id, greatest(a.pause_until, a.lease_until + interval '1 second') quiet_until
          from luminous_import.accounts a join luminous_import.fences f on f.account = a.id
         where (a.owner is null or a.lease_until < clock_timestamp()) and (${where})
         order by a.lease_until, a.id limit 1 for update of a, f skip locked),
      taken as (
        update luminous_import.accounts a
           set epoch = a.epoch + 1, owner = ?, owner_host = ?, owner_pid = ?, owner_run = null, owned_since = clock_timestamp(),
               lease_until = clock_timestamp() + ${leaseInterval}, circuit = null
          from free where a.id = free.id
        returning a.id, a.base_url, a.epoch, free.quiet_until),
      fenced as (
        update luminous_import.fences f set epoch = taken.epoch, write = 0 from taken where f.account = taken.id returning f.account)
      select id account, base_url "baseUrl", epoch,
          greatest(0, ceil(extract(epoch from quiet_until - clock_timestamp()) * 1000))::bigint "quietMs"
        from taken join fenced on fenced.account = taken.id`,
    ...parameters,
    owner,
    hostname(),
    process.pid,
  );
  return taken === undefined ? undefined : { ...taken, owner };
}

/** Renews a lease that nobody has taken meanwhile, also when it ran out. False where somebody has. */
export async function renew(db: Statements, { account, epoch, owner }: Taken): Promise<boolean> {
  const renewed = await db.run(
    `update luminous_import.accounts set lease_until = clock_timestamp() + ${leaseInterval} where id = ? and epoch = ? and owner = ?`,
    account,
    epoch,
    owner,
  );
  return renewed > 0;
}

/** Lets others take the account at once. */
export async function giveBack(db: Statements, { account, epoch, owner }: Taken): Promise<void> {
  await db.run(
    `update luminous_import.accounts set owner = null, lease_until = clock_timestamp(), circuit = null
      where id = ? and epoch = ? and owner = ?`,
    account,
    epoch,
    owner,
  );
}

/** Nobody asks anything of the account for so long. */
export async function pauseAccount(db: Statements, { account }: Taken, ms: number): Promise<void> {
  await db.run(
    `update luminous_import.accounts set pause_until = greatest(pause_until, clock_timestamp() + ? * interval '1 millisecond')
      where id = ?`,
    Math.ceil(ms),
    account,
  );
}

/** Makes the line of an account when there is none. */
export async function addAccount(db: Statements, baseUrl: string, ledger: string): Promise<void> {
  await db.run(
    `with made as (
        insert into luminous_import.accounts (base_url, ledger, lease_until, pause_until)
          select ?, ?, to_timestamp(0), to_timestamp(0)
           where not exists (select 1 from luminous_import.accounts where base_url = ?)
          on conflict (base_url) do nothing returning id)
      insert into luminous_import.fences (account, epoch, write) select id, 0, 0 from made`,
    baseUrl,
    ledger,
    baseUrl,
  );
}

const leaseInterval = `interval '${leaseMs} milliseconds'`;
