// Submitted runs and workers in the database: see model/ledger/submissions.ts. Nothing here takes an account: whoever drives one
// holds its ledger.

import { ImportError } from "../../../model/error.ts";
import type { LedgerAddress } from "../../../model/ledger/ledger-address.ts";
import type { Submission, SubmissionState, Submissions, Workforce } from "../../../model/ledger/submissions.ts";
import { normalBaseUrl } from "../../common/account-name.ts";
import { schemaName } from "../storage/account-schema.ts";
import { openDatabaseLine } from "../storage/database-line.ts";
import type { Parameter, Statements } from "../storage/statements.ts";
import { accountStates } from "./account-states.ts";
import { areThereSubmissions, prepareAccounts } from "./schema.ts";

const patienceMs = 5000;
const aliveMs = 6000;

/** The submissions of a database; connects when it is first asked. */
export function openSubmissions(address: LedgerAddress): Submissions {
  const line = openDatabaseLine(address, patienceMs);
  let isPrepared = false;
  const write = <T>(work: (db: Statements) => Promise<T>): Promise<T> =>
    line.ask(async (db) => {
      if (!isPrepared) await prepareAccounts(db);
      isPrepared = true;
      return await work(db);
    });
  const read = <T>(work: (db: Statements) => Promise<T>, ifNone: T): Promise<T> =>
    line.ask(async (db) => {
      isPrepared ||= await areThereSubmissions(db);
      return isPrepared ? await work(db) : ifNone;
    });
  return {
    submit: (submission) =>
      write(async (db) => {
        const baseUrl = normalBaseUrl(submission.baseUrl);
        const { runId, job, by, snapshot } = submission;
        const ledger = schemaName(baseUrl);
        // Of runs that were purged nothing stays here either.
        await db.run(
          `delete from luminous_import.submissions where base_url = ? and state = 'ended'
             and run_id not in (select run_id from "${ledger}".runs)`,
          baseUrl,
        );
        const made = await db.one<{ id: number }>(
          `insert into luminous_import.submissions (base_url, ledger, run_id, job, by_host, by_pid, snapshot)
             values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`,
          ...[baseUrl, ledger, runId, job, by.host, by.pid, JSON.stringify(snapshot)],
        );
        const open = await openOf(db, baseUrl);
        if (open === undefined) throw new Error(`run ${runId} was not submitted`);
        if (made === undefined) throw submittedAlready(open);
        return open;
      }),
    open: (baseUrl) => read((db) => openOf(db, normalBaseUrl(baseUrl)), undefined),
    find: (baseUrl, runId) =>
      read(
        async (db) => (await select(db, "base_url = ? and run_id = ?", normalBaseUrl(baseUrl), runId))[0],
        undefined,
      ),
    list: (job) =>
      read((db) => select(db, "state <> 'ended' and (?::text is null or job = ?)", job ?? null, job ?? null), []),
    snapshot: (id) =>
      line.ask(async (db) => {
        const found = await db.one<{ snapshot: string }>(
          "select snapshot from luminous_import.submissions where id = ?",
          id,
        );
        return found === undefined ? undefined : parsed(found.snapshot);
      }),
    taken: (id, { host, pid }) =>
      line.ask(async (db) => {
        const taken = await db.one<{ drivers: number }>(
          `update luminous_import.submissions set state = 'driven', driver_host = ?, driver_pid = ?,
               driven_since = clock_timestamp(), drivers = drivers + 1 where id = ? and state <> 'ended' returning drivers`,
          host,
          pid,
          id,
        );
        return taken === undefined ? undefined : { submission: id, driver: taken.drivers };
      }),
    note: ({ submission, driver }, progress) =>
      line.ask((db) =>
        db.one<{ isStopAsked: boolean }>(
          `update luminous_import.submissions set progress = ?, trouble = null where ${isTurn} returning stop_asked "isStopAsked"`,
          JSON.stringify(progress),
          submission,
          driver,
        ),
      ),
    handedOver: ({ submission, driver }, trouble) =>
      line.ask(async (db) => {
        await db.run(
          `update luminous_import.submissions set state = 'waiting', trouble = ?,
               not_before = clock_timestamp() + ? * interval '1 millisecond' where ${isTurn}`,
          trouble?.message ?? null,
          trouble?.waitMs ?? 0,
          submission,
          driver,
        );
      }),
    ended: ({ submission, driver }, exitCode) =>
      line.ask(async (db) => {
        // What it took to drive it is needed no more.
        await db.run(
          `update luminous_import.submissions set state = 'ended', exit_code = ?, ended_at = clock_timestamp(), trouble = null,
               snapshot = 'null' where ${isTurn}`,
          exitCode,
          submission,
          driver,
        );
      }),
    askStop: (id) =>
      line.ask(async (db) => {
        await db.run("update luminous_import.submissions set stop_asked = true, not_before = null where id = ?", id);
      }),
    sign: ({ id, host, pid }) =>
      write(async (db) => {
        await db.run(
          `insert into luminous_import.workers (id, host, pid, alive_until) values (?, ?, ?, clock_timestamp() + ${aliveInterval})
             on conflict (id) do update set alive_until = excluded.alive_until`,
          ...[id, host, pid],
        );
        await db.run("delete from luminous_import.workers where alive_until < clock_timestamp()");
        return await workforce(db);
      }),
    workforce: () => read(workforce, noWork),
    accounts: () => read(accountStates, []),
    signOff: ({ id }) =>
      line.ask(async (db) => {
        await db.run("delete from luminous_import.workers where id = ?", id);
      }),
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  };
}

const noWork: Workforce = { workers: 0, accounts: 0 };

async function workforce(db: Statements): Promise<Workforce> {
  const found = await db.one<{ workers: number; accounts: number }>(
    `select (select count(*) from luminous_import.workers where alive_until >= clock_timestamp()) workers,
            (select count(*) from luminous_import.submissions where state <> 'ended') accounts`,
  );
  return found ?? noWork;
}

/** Whoever would write to the ledger of an account beside its submitted run is refused: `ImportError("STATE_LOCKED")`. */
export async function refuseSubmitted(db: Statements, baseUrl: string): Promise<void> {
  if (!(await areThereSubmissions(db))) return;
  const open = await openOf(db, normalBaseUrl(baseUrl));
  if (open !== undefined) throw submittedAlready(open);
}

function submittedAlready({ baseUrl, runId, state, by, driver, job }: Submission): ImportError {
  const driven =
    state === "driven" && driver !== undefined
      ? `is driven by the worker ${driver.pid} on ${driver.host}`
      : "waits for a worker";
  return new ImportError(
    "STATE_LOCKED",
    `the account ${baseUrl} has a submitted run that has not ended: ${runId} of ${job}, from ${by.host}, ${driven}`,
    { hint: "wait for its end, which `status` shows, or stop it with `luminous-import stop`" },
  );
}

async function openOf(db: Statements, baseUrl: string): Promise<Submission | undefined> {
  return (await select(db, "base_url = ? and state <> 'ended'", baseUrl))[0];
}

interface Columns {
  readonly id: number;
  readonly base_url: string;
  readonly run_id: string;
  readonly job: string;
  readonly state: SubmissionState;
  readonly by_host: string;
  readonly by_pid: number;
  readonly submitted_ms: number;
  readonly stop_asked: boolean;
  readonly driver_host: string | null;
  readonly driver_pid: number | null;
  readonly driven_ms: number | null;
  readonly drivers: number;
  readonly progress: string | null;
  readonly trouble: string | null;
  readonly exit_code: number | null;
  readonly free: boolean;
}

async function select(
  db: Statements,
  where: string,
  ...parameters: readonly Parameter[]
): Promise<readonly Submission[]> {
  const found = await db.all<Columns>(
    `select id, base_url, run_id, job, state, by_host, by_pid, ${msOf("submitted_at")} submitted_ms, stop_asked, driver_host,
         driver_pid, ${msOf("driven_since")} driven_ms, drivers, progress, trouble, exit_code,
         state <> 'ended' and coalesce(not_before <= clock_timestamp(), true) and not (${isHeld}) free
       from luminous_import.submissions s where ${where} order by id`,
    ...parameters,
  );
  return found.map((row) => ({
    id: row.id,
    baseUrl: row.base_url,
    runId: row.run_id,
    job: row.job,
    state: row.state,
    by: { host: row.by_host, pid: row.by_pid },
    submittedAtMs: row.submitted_ms,
    isStopAsked: row.stop_asked,
    driver:
      row.driver_host === null || row.driver_pid === null
        ? undefined
        : { host: row.driver_host, pid: row.driver_pid, sinceMs: row.driven_ms ?? row.submitted_ms },
    isFree: row.free,
    drivers: row.drivers,
    progress: row.progress === null ? undefined : parsed(row.progress),
    trouble: row.trouble ?? undefined,
    exitCode: row.exit_code ?? undefined,
  }));
}

const isTurn = "id = ? and drivers = ? and state = 'driven'";

// Somebody has the account.
const isHeld = `exists (select 1 from luminous_import.accounts a
  where a.base_url = s.base_url and a.owner is not null and a.lease_until >= clock_timestamp())`;

const aliveInterval = `interval '${aliveMs} milliseconds'`;

function msOf(column: string): string {
  return `floor(extract(epoch from ${column}) * 1000)::bigint`;
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}
