// The schema of all accounts of a database: who drives which. It is there before any ledger, and beside them. Not here: how an account
// is taken (lease.ts).
import { ImportError } from "../../../model/error.ts";
import type { Statements } from "../storage/statements.ts";

const text = 'text collate "C"';

/** How a statement says that another process has taken the account meanwhile: see `fence`. */
export const fencedOff = "LI001";

const version1 = `
create table luminous_import.accounts (
  id bigint generated always as identity primary key,
  base_url ${text} not null unique,
  ledger ${text} not null, -- the schema
  rate numeric, -- requests a second, as the driver has it
  circuit text, -- open while the API is out
  owner ${text}, -- of whom it is: a random name for each taking; null when it was given back
  owner_host ${text},
  owner_pid bigint,
  owner_run ${text},
  owned_since timestamptz,
  epoch bigint not null default 0, -- raised by each taking
  lease_until timestamptz not null default clock_timestamp(), -- when it was given back: that moment
  pause_until timestamptz not null default clock_timestamp() -- nobody asks anything of the account before
);

-- Beside it, because leases are renewed while a transaction holds this line: what is written to the ledger of an account counts here, and
-- only under the newest epoch. Whoever takes the account waits for the transaction that is under way.
create table luminous_import.fences (
  account bigint primary key,
  epoch bigint not null,
  write bigint not null -- the number of the newest write that is kept
);

-- Part of every write. It ends the transaction of a process that drives the account no more.
create function luminous_import.fence(this_write bigint) returns bigint language plpgsql as $$
  begin
    update luminous_import.fences set write = this_write
      where account = current_setting('luminous_import.account', true)::bigint
        and epoch = current_setting('luminous_import.epoch', true)::bigint;
    if not found then
      raise exception 'another process has taken the account' using errcode = '${fencedOff}';
    end if;
    return this_write;
  end $$;
`;

// Runs that are staged and wait for a worker to send them, and the workers that there are (submissions.ts).
const version2 = `
create table luminous_import.submissions (
  id bigint generated always as identity primary key,
  base_url ${text} not null,
  ledger ${text} not null, -- the schema
  run_id ${text} not null, -- as people see it
  job ${text} not null, -- the path of the job file, where it was submitted
  by_host ${text} not null,
  by_pid bigint not null,
  submitted_at timestamptz not null default clock_timestamp(),
  snapshot ${text} not null, -- what driving it takes, as JSON; null once it has ended
  state ${text} not null default 'waiting' check (state in ('waiting', 'driven', 'ended')),
  stop_asked boolean not null default false,
  driver_host ${text},
  driver_pid bigint,
  driven_since timestamptz,
  drivers integer not null default 0, -- how many there were
  progress ${text}, -- what the driver told last, as JSON
  trouble ${text}, -- why it did not get on, in words
  not_before timestamptz, -- after a trouble
  exit_code integer,
  ended_at timestamptz,
  unique (base_url, run_id)
);
-- An account has one at a time.
create unique index submissions_open on luminous_import.submissions (base_url) where state <> 'ended';
create table luminous_import.workers (
  id ${text} primary key,
  host ${text} not null,
  pid bigint not null,
  alive_until timestamptz not null
);
`;

/** Step n leads from version n to version n + 1. */
const migrations: readonly string[] = [version1, version2];

/** Makes the schema when there is none and brings it up to date, all of it or nothing, one process at a time. */
export async function prepareAccounts(db: Statements): Promise<void> {
  if ((await versionOf(db)) === migrations.length) return;
  await db.script(`begin; select pg_advisory_xact_lock(${lockKey})`);
  try {
    await db.script(
      "create schema if not exists luminous_import; create table if not exists luminous_import.version (version integer not null)",
    );
    const version = await versionOf(db);
    if (version > migrations.length)
      throw new ImportError(
        "STATE_UNUSABLE",
        `the list of accounts has version ${version}, this program knows ${migrations.length}`,
        { hint: "a newer luminous-import wrote it: install that version or a later one" },
      );
    for (const step of migrations.slice(version)) await db.script(step);
    await db.script(
      `delete from luminous_import.version; insert into luminous_import.version values (${migrations.length})`,
    );
    await db.script("commit");
  } catch (error) {
    await db.script("rollback").catch(() => undefined); // of a connection that is lost, the server sees to it
    throw error;
  }
}

/** Whether there are accounts in this database. */
export async function areThereAccounts(db: Statements): Promise<boolean> {
  return (await versionOf(db)) > 0;
}

/** Whether runs may have been submitted in this database: a process of before that may have made it. */
export async function areThereSubmissions(db: Statements): Promise<boolean> {
  return (await versionOf(db)) > 1;
}

async function versionOf(db: Statements): Promise<number> {
  const found = await db.one<{ there: boolean }>(
    "select to_regclass('luminous_import.version') is not null and to_regclass('luminous_import.accounts') is not null there",
  );
  if (found?.there !== true) return 0;
  return (await db.one<{ version: number }>("select version from luminous_import.version"))?.version ?? 0;
}

const lockKey = "hashtextextended('luminous-import accounts', 0)";
