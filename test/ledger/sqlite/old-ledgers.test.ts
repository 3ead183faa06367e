// Ledgers that released versions wrote, each killed with sends that nobody had answered: what this version makes of them.
import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { audit } from "../../../src/audit/audit.ts";
import { explain } from "../../../src/history/explain.ts";
import { purgeState } from "../../../src/history/purge.ts";
import { listRuns } from "../../../src/history/status.ts";
import { loadJob } from "../../../src/job/job.ts";
import { readJobOutline } from "../../../src/job/job-outline.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { migrate } from "../../../src/ledger/sqlite/storage/migrate.ts";
import { migrations } from "../../../src/ledger/sqlite/storage/schema.ts";
import { upgradeLedger } from "../../../src/ledger/sqlite/storage/upgrade.ts";
import { run } from "../../../src/run/run.ts";
import type { Sandbox } from "../../../src/sandbox/server.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { startChild } from "./child.ts";
import { accountOf, neutral, type OldFolder, oldFolder, oldVersions } from "./old-ledger.ts";
import { value, values } from "./values.ts";

const { baseUrl } = neutral;
const newest = migrations.length;
const versions = await oldVersions();

it("there is one of every version that was released since the first", () => {
  expect(versions).toEqual(Array.from({ length: newest - 2 }, (_, index) => index + 2));
});

describe.each(versions)("the ledger of version %i", (version) => {
  it("is read by status, explain and audit as it is, and stays as it is", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const before = await readFile(folder.ledger);
    const { runs, stories, laws } = await everythingSaid(folder);
    expect(runs.map(({ command, exitCode }) => [command, exitCode])).toEqual([
      ["run", undefined],
      ["retry", 3],
      ["run", 3],
    ]);
    expect(stories.length).toBeGreaterThan(60);
    expect(laws.filter(({ breaches }) => breaches > 0)).toEqual([]);
    expect((await readFile(folder.ledger)).equals(before)).toBe(true);
    expect(copies(await readdir(dirname(folder.ledger)))).toEqual([]);
  });

  it("says the same once it is upgraded, in the tables of a new one", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const before = await everythingSaid(folder);
    await upgraded(folder);
    expect(await everythingSaid(folder)).toEqual(before);

    await using scratch = await scratchFolder();
    const fresh = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    await fresh[Symbol.asyncDispose]();
    expect(tablesOf(folder.ledger)).toEqual(tablesOf(fresh.place));
    expect(folder.value("pragma user_version")).toBe(newest);
    expect(folder.value("pragma integrity_check")).toBe("ok");
  });

  it("lies beside it as it was, for its owner only", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const before = contentOf(folder.ledger);
    const copy = await upgraded(folder);
    expect(copy).toBe(`${folder.ledger}.before-v${newest}`);
    expect(contentOf(copy)).toEqual(before);
    expect(((await stat(copy)).mode & 0o777).toString(8)).toBe("600");
  });

  it("is continued: what it had sent without an answer is looked up, and nothing is made twice", async () => {
    await using sandbox = await accountOf(version);
    await using folder = await oldFolder(version, sandbox.url);
    const open = keysOf(folder, "select k.key from sends s join keys k on k.id = s.key where s.open = 1");
    const arrived = open.filter((key) => sandbox.records("sales_orders", key).length === 1);
    const [created, lost] = [sandbox.counts().created.sales_orders ?? 0, open.length - arrived.length];
    expect([arrived.length, lost].every((count) => count > 0)).toBe(true);

    const copy = await upgraded(folder);
    const { exitCode } = await runJob(folder, sandbox);
    expect(exitCode).toBe(3); // some rows are invalid by design
    expect(folder.value("select count(*) from sends where open = 1")).toBe(0);
    for (const key of arrived) expect(await fatesOf(folder, sandbox, key)).toEqual(["accepted recovered"]);
    expect(sandbox.counts().duplicates).toMatchObject({ channels: 0, products: 0, sales_orders: 0 });
    const orders = keysOf(
      folder,
      "select key from keys where resource = 'sales_orders' and id in (select key from entries where outcome = 'accepted')",
    );
    expect(orders.length).toBeGreaterThan(20);
    for (const key of orders) expect(sandbox.records("sales_orders", key)).toHaveLength(1);
    expect(sandbox.counts().created.sales_orders).toBeGreaterThan(created);
    const laws = (await audit(await remains(folder), { baseUrl: sandbox.url })).laws;
    expect(laws.filter(({ breaches }) => breaches > 0)).toEqual([]);

    // The run that showed that the new tables work does not remove the copy; the one after it does.
    expect(copies(await readdir(dirname(folder.ledger)))).toHaveLength(1);
    await runJob(folder, sandbox);
    await expect(stat(copy)).rejects.toThrow("ENOENT");
  });

  it("leaves accepted orders as they are that this version would make otherwise of the same rows", async () => {
    await using sandbox = await accountOf(version);
    await using folder = await oldFolder(version, sandbox.url);
    await upgraded(folder);
    const [key = ""] = keysOf(
      folder,
      `select k.key from accepted a join keys k on k.id = a.key where k.resource = 'sales_orders' and a.role = 'own'
        and a.rows_hash is not null and not exists (select 1 from sends s where s.key = k.id and s.open = 1)`,
    );
    const database = new Database(folder.ledger, "write");
    database
      .prepare(
        "update accepted set hash = 'otherwise', program = '0.0.1' where key = (select id from keys where key = ?)",
      )
      .run(key);
    database.close();
    await runJob(folder, sandbox);
    const { entries } = await explain(await remains(folder), { what: key, baseUrl: sandbox.url, cwd: folder.path });
    expect(entries.map(({ outcome, problems }) => [outcome, problems.map(({ code }) => code)])).toEqual([
      ["unchanged", ["program_changed"]],
    ]);
    expect(sandbox.records("sales_orders", key)).toHaveLength(1);
  });

  it("is whole whenever the upgrade is killed, and is upgraded by the next opening", async () => {
    await using reference = await oldFolder(version, baseUrl);
    await upgraded(reference);
    const wanted = contentOf(reference.ledger);
    for (let afterMs = 0; afterMs <= 20; afterMs += 4) {
      await using folder = await oldFolder(version, baseUrl);
      await using child = await startChild("child-opening.ts", folder.state, baseUrl);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await child.kill();
      expect([version, newest]).toContain(folder.value("pragma user_version"));
      const ledger = await openLedger({ folder: folder.state, baseUrl, mode: "write" });
      await ledger[Symbol.asyncDispose]();
      expect(contentOf(folder.ledger)).toEqual(wanted);
      expect((await readdir(dirname(folder.ledger))).filter((name) => name.includes(".new"))).toEqual([]);
    }
  });

  it("is upgraded whatever an earlier attempt left beside it", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const before = contentOf(folder.ledger);
    await writeFile(`${folder.ledger}.before-v${newest}`, "another copy");
    await writeFile(`${folder.ledger}.before-v${newest}.new`, "half a copy");
    await writeFile(`${folder.ledger}.before-v${newest}.new-journal`, "its journal");
    const copy = await upgraded(folder);
    expect(contentOf(copy)).toEqual(before);
    expect(copies(await readdir(dirname(folder.ledger)))).toEqual([copy.slice(dirname(copy).length + 1)]);
  });

  it("is not touched where there is no room for a copy and the rewrite", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const before = await readFile(folder.ledger);
    const connection = new Connection(folder.ledger, { mode: "write", durable: true });
    const bytes = before.length;
    expect(() => upgradeLedger(connection, { freeBytes: () => 2 * bytes - 1 })).toThrow(
      expect.objectContaining({
        code: "STATE_FULL",
        message: expect.stringMatching(
          new RegExp(
            `from version ${version} to ${newest}: that takes 0\\.\\d MB, half of it for a copy, and 0\\.\\d MB are free`,
          ),
        ),
        hint: expect.stringContaining("make room on the disk"),
      }),
    );
    expect((await readFile(folder.ledger)).equals(before)).toBe(true);
    expect(copies(await readdir(dirname(folder.ledger)))).toEqual([]);
    expect(upgradeLedger(connection, { freeBytes: () => 2 * bytes })).toMatchObject({ to: newest });
    connection.close();
  });

  it("is as it was when the disk fills up during the upgrade", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const before = contentOf(folder.ledger);
    const maxPages = Number(folder.value("pragma page_count"));
    await expect(openLedger({ folder: folder.state, baseUrl, mode: "write", maxPages })).rejects.toMatchObject({
      code: "STATE_FULL",
    });
    expect(contentOf(folder.ledger)).toEqual(before);
    expect(copies(await readdir(dirname(folder.ledger)))).toEqual([]);
  });

  it("is upgraded once, also by one who waited for another", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const [first, second] = [0, 1].map(() => new Connection(folder.ledger, { mode: "write", durable: true }));
    if (first === undefined || second === undefined) throw new Error("no connections");
    expect(second.one("pragma user_version")).toEqual({ user_version: version });
    migrate(first);
    migrate(second);
    // Nor does one take a ledger back that knows fewer steps than the other.
    migrate(second, migrations.slice(0, version));
    for (const connection of [first, second]) connection.close();
    expect(folder.value("pragma user_version")).toBe(newest);
  });

  it("is read from one moment, even when another process upgrades it meanwhile", async () => {
    await using folder = await oldFolder(version, baseUrl);
    await using reader = await openLedger({ folder: folder.state, baseUrl, mode: "read" });
    const [last] = await reader.runs.list();
    await upgraded(folder);
    await using writer = await openLedger({ folder: folder.state, baseUrl, mode: "write" });
    await writer.runs.begin({ runId: "later", job: "j", command: "run", startedAtMs: 1 });
    await writer.flush();
    expect((await reader.runs.list())[0]).toEqual(last);
  });

  it("loses its copy to a purge, unless that purge has made it", async () => {
    await using folder = await oldFolder(version, baseUrl);
    const purge = (dryRun: boolean) => purgeState({ folder: folder.state, beforeMs: 0, dryRun });
    expect(await purge(true)).toMatchObject({ copyBytes: 0 });
    expect(folder.value("pragma user_version")).toBe(version);
    expect(await purge(false)).toMatchObject({ copyBytes: 0 });
    const [copy = ""] = copies(await readdir(dirname(folder.ledger)));
    const { size } = await stat(join(dirname(folder.ledger), copy));
    expect(await purge(true)).toMatchObject({ copyBytes: size });
    expect(await purge(false)).toMatchObject({ copyBytes: size });
    expect(copies(await readdir(dirname(folder.ledger)))).toEqual([]);
  });
});

const remains = (folder: OldFolder) => readJobOutline("import.yaml", { cwd: folder.path });

/** All that looking back gives: the runs, the story of every key, every law. The file's size is no part of it. */
async function everythingSaid(folder: OldFolder) {
  const job = await remains(folder);
  const keys = keysOf(folder, "select distinct key from keys where id in (select key from entry_keys) order by key");
  const stories: unknown[] = [];
  for (const what of keys) stories.push(await explain(job, { what, baseUrl, cwd: folder.path }));
  const laws = (await audit(job, { baseUrl })).laws.map((invariant) =>
    invariant.law === "file" ? { ...invariant, numbers: "" } : invariant,
  );
  return { runs: await listRuns(job, baseUrl), stories, laws };
}

/** Upgrades it as a run does; gives the copy. */
async function upgraded(folder: OldFolder): Promise<string> {
  const ledgers = await readdir(dirname(folder.ledger));
  if (ledgers.length === 0) throw new Error("no ledger");
  const address = String(folder.value("select base_url from ledger"));
  await using ledger = await openLedger({ folder: folder.state, baseUrl: address, mode: "write" });
  if (ledger.upgraded === undefined) throw new Error("it was up to date");
  return ledger.upgraded.copy;
}

async function runJob(folder: OldFolder, sandbox: Sandbox) {
  const job = await loadJob("import.yaml", { cwd: folder.path });
  return await run(job, { account: { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" } });
}

async function fatesOf(folder: OldFolder, sandbox: Sandbox, key: string): Promise<readonly string[]> {
  const { entries } = await explain(await remains(folder), { what: key, baseUrl: sandbox.url, cwd: folder.path });
  return entries.map(({ outcome, action }) => `${outcome} ${action}`);
}

function keysOf({ ledger }: OldFolder, sql: string): readonly string[] {
  return read(ledger, (database) => values(database, sql).map(String));
}

/** Every table with the number of its rows and a hash of them. Folders of their own make no difference. */
function contentOf(file: string): unknown {
  return read(file, (database) => {
    const job = String(value(database, "select job from runs limit 1"));
    return tablesOf(file).map(({ table }) => {
      const rows = database.prepare(`select * from "${table}"`).all();
      const text = JSON.stringify(rows).replaceAll(dirname(job), "");
      return `${table}: ${rows.length} rows ${createHash("sha256").update(text).digest("hex")}`;
    });
  });
}

function tablesOf(file: string): readonly { readonly table: string; readonly columns: unknown }[] {
  return read(file, (database) =>
    values(database, "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .map(String)
      .map((table) => ({
        table,
        columns: database.prepare('select name, type, "notnull", dflt_value, pk from pragma_table_info(?)').all(table),
        // That of failed entries belongs to no version: the first run of a program that knows it makes it.
        indexes: database
          .prepare(
            `select name, "unique", partial from pragma_index_list(?) where name <> 'entries_failed' order by name`,
          )
          .all(table),
      })),
  );
}

function read<T>(file: string, work: (database: Database) => T): T {
  const database = new Database(file, "read");
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function copies(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.includes(".before-"));
}
