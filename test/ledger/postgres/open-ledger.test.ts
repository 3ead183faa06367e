// Which schema is opened as a ledger, and which is refused as it is.
import pg from "pg";
import { expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { schemaName } from "../../../src/ledger/postgres/storage/account-schema.ts";
import { migrations, tables } from "../../../src/ledger/postgres/storage/schema.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { accept, beginRun, openEntry, stage } from "../build.ts";
import { describeOnServer } from "./on-server.ts";
import { asTester, newAccount } from "./server.ts";

const unreachable = "postgres://me:secret@127.0.0.1:1/ledgers";

it("a schema is named like the SQLite file of its account, as far as there is room", () => {
  const baseUrl = "https://api.example.com/external/api/v1";
  expect(`/ledgers/${schemaName(baseUrl)}.db`).toBe(ledgerPath("/", baseUrl));
  const long = (end: string) => schemaName(`https://${"a".repeat(60)}.${"b".repeat(60)}.example.com/${end}`);
  expect(long("one")).toHaveLength(63);
  expect(long("one")).not.toBe(long("two"));
});

it("says that the server cannot be reached, without the password", async () => {
  const opening = openLedger({ url: unreachable, baseUrl: "http://127.0.0.1:4010/v1", mode: "write" });
  await expect(opening).rejects.toMatchObject({
    code: "STATE_UNUSABLE",
    message: expect.stringMatching(
      /^postgres:\/\/127\.0\.0\.1:1\/ledgers\/\S+: the connection to the database server failed/,
    ),
    hint: expect.stringContaining("check that the server is up"),
  });
  await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
});

await describeOnServer("a ledger on PostgreSQL", (url) => {
  it("is made once when many open it at the same time, and each gets it for itself", async () => {
    await using account = newAccount(url);
    const visit = async (at: number): Promise<void> => {
      await using ledger = await openLedger({ ...account.choice, mode: "write" });
      await beginRun(ledger, `run ${at}`);
    };
    await Promise.all([1, 2, 3, 4].map(visit));
    await using ledger = await openLedger({ ...account.choice, mode: "read" });
    expect(await ledger.runs.list()).toHaveLength(4);
  });

  it("is not there before somebody writes, and reading makes none", async () => {
    await using account = newAccount(url);
    for (let times = 0; times < 2; times += 1)
      await expect(openLedger({ ...account.choice, mode: "read" })).rejects.toMatchObject({
        code: "STATE_UNUSABLE",
        message: expect.stringContaining("there is no ledger for"),
      });
  });

  it("that is only read cannot be written, tells its failures, and sees what a writer has written since", async () => {
    await using account = newAccount(url);
    await using writer = await openLedger({ ...account.choice, mode: "write" });
    await using reader = await openLedger({ ...account.choice, mode: "read" });
    const { run } = await stage(writer, "r", ["A"]);
    expect(await reader.runs.list()).toMatchObject([{ runId: "r" }]);
    await expect(beginRun(reader, "s")).rejects.toMatchObject({ code: "STATE_UNUSABLE" });
    expect(await reader.failures.count("job.yaml", run)).toEqual({ rows: 0, earlierRows: 0 });
    expect(await reader.queue.progress(run, "products")).toEqual([{ outcome: undefined, entries: 1 }]);
  });

  it.each([
    { name: "a schema of another program", sql: "create table theirs ()", is: "belongs to another program" },
    {
      name: "a ledger of another account",
      sql: "create table ledger (base_url text, version integer); insert into ledger values ('http://elsewhere', 1)",
      is: "belongs to http://elsewhere",
    },
    {
      name: "a ledger of a newer version",
      sql: "create table ledger (base_url text, version integer); insert into ledger values ('BASE', 999)",
      is: "has version 999",
    },
  ])("refuses $name, and leaves it as it was", async ({ sql, is }) => {
    await using account = newAccount(url);
    const schema = schemaName(account.choice.baseUrl);
    const statements = sql.replace("BASE", account.choice.baseUrl);
    await asTester(url, `create schema "${schema}"; set search_path to "${schema}"; ${statements}`);
    for (const mode of ["read", "write"] as const)
      await expect(openLedger({ ...account.choice, mode })).rejects.toMatchObject({
        code: "STATE_UNUSABLE",
        message: expect.stringContaining(is),
        hint: expect.stringMatching(/./),
      });
    const left = await ask<{ tablename: string }>(
      url,
      `select tablename from pg_tables where schemaname = '${schema}'`,
    );
    expect(left).toHaveLength(1);
  });

  it("is brought up to date whole or not at all", async () => {
    await using account = newAccount(url);
    const schema = schemaName(account.choice.baseUrl);
    // A table of the first step is in the way of it.
    await asTester(
      url,
      `create schema "${schema}"; set search_path to "${schema}"; create table plans ();
       create table ledger (base_url text, version integer, holder_host text, holder_pid bigint, holder_run text,
         holder_backend bigint, held_since_ms bigint);
       insert into ledger values ('${account.choice.baseUrl}', 0)`,
    );
    await expect(openLedger({ ...account.choice, mode: "write" })).rejects.toThrow("already exists");
    const counts = `select count(*)::int n from pg_tables where schemaname = '${schema}'`;
    expect(await ask(url, counts)).toEqual([{ n: 2 }]);
    await asTester(url, `drop table "${schema}".plans`);
    await using _ledger = await openLedger({ ...account.choice, mode: "write" });
    expect(await ask(url, counts)).toEqual([{ n: tables.length + 1 }]);
    expect(await ask(url, `select version from "${schema}".ledger`)).toEqual([{ version: migrations.length }]);
  });

  it("is found broken by an audit when a table is gone, or a row names what is not there", async () => {
    await using account = newAccount(url);
    const schema = schemaName(account.choice.baseUrl);
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    const { run } = await stage(ledger, "r", ["A", "B"]);
    await accept(ledger, await openEntry(ledger, run, "A"));
    await ledger.queue.settleRest(run, undefined);
    await asTester(url, `delete from "${schema}".keys where key = 'A'`);
    expect(await ledger.audit.invariants(run)).toMatchObject([
      {
        law: "file",
        breaches: 4,
        examples: ["entries", "entry_keys", "sends", "accepted"].map(
          (table) => `${table}: what 1 of its rows name in keys is not there`,
        ),
      },
    ]);
    await asTester(url, `drop table "${schema}".gone`);
    expect(await ledger.audit.invariants(run)).toMatchObject([
      { law: "file", breaches: 1, examples: ["the table gone is not there"] },
    ]);
  });
});

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
