import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { openLedger, openScratchLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { ledgerFiles, ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { migrate } from "../../../src/ledger/sqlite/storage/migrate.ts";
import { applicationId, migrations } from "../../../src/ledger/sqlite/storage/schema.ts";
import type { Phase } from "../../../src/model/resource.ts";
import { beginRun, entry, row, stage } from "../build.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { startChild } from "./child.ts";
import { value } from "./values.ts";

const baseUrl = "https://acme.api.example/external/api/v1";

describe("a ledger file", () => {
  test.each([
    { url: "https://acme.api.example/external/api/v1", name: /^acme\.api\.example-[0-9a-f]{8}\.db$/ },
    { url: "http://127.0.0.1:4010/x", name: /^127\.0\.0\.1_4010-[0-9a-f]{8}\.db$/ },
    { url: "http://[::1]:4010/x", name: /^___1__4010-[0-9a-f]{8}\.db$/ },
    { url: `https://${"a".repeat(63)}.${"b".repeat(63)}.example/`, name: /^a{63}\.b{36}-[0-9a-f]{8}\.db$/ },
  ])("is named after the host: $url", ({ url, name }) => {
    expect(ledgerPath("/state", url)).toMatch(/^\/state\/ledgers\//);
    expect(ledgerPath("/state", url).slice("/state/ledgers/".length)).toMatch(name);
  });

  test.each([
    { a: "https://ACME.example/api/", b: "https://acme.example:443/api?x=1#y", same: true },
    { a: "https://acme.example/api", b: "https://acme.example/API", same: false },
    { a: "https://acme.example/api", b: "http://acme.example/api", same: false },
    { a: "http://127.0.0.1:1/api", b: "http://127.0.0.1:2/api", same: false },
  ])("is the same for one address however it is spelled: $a, $b", ({ a, b, same }) => {
    expect(ledgerPath("/s", a) === ledgerPath("/s", b)).toBe(same);
  });

  it("and its folders are for their owner only", async () => {
    await using scratch = await scratchFolder();
    const folder = join(scratch.folder, "state");
    await using ledger = await openLedger({ folder, baseUrl, mode: "write" });
    await beginRun(ledger, "r");
    await ledger.flush();
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(folder)).toBe("700");
    expect(await modeOf(dirname(ledger.place))).toBe("700");
    for (const name of await readdir(dirname(ledger.place))) {
      expect(await modeOf(join(dirname(ledger.place), name))).toBe("600");
    }
  });

  it("is alone after the ledger is closed, with everything in it", async () => {
    await using scratch = await scratchFolder();
    const choice = { folder: scratch.folder, baseUrl };
    {
      await using ledger = await openLedger({ ...choice, mode: "write" });
      await stage(ledger, "r", ["A"]);
    }
    expect(await readdir(join(scratch.folder, "ledgers"))).toHaveLength(1);
    await using ledger = await openLedger({ ...choice, mode: "read" });
    expect(await ledger.runs.list()).toMatchObject([{ runId: "r" }]);
  });

  it("is listed with its base address; what is no ledger is listed without", async () => {
    await using scratch = await scratchFolder();
    expect(await ledgerFiles(scratch.folder)).toEqual([]);
    await using a = await openLedger({ folder: scratch.folder, baseUrl: `${baseUrl}/`, mode: "write" });
    await writeFile(join(scratch.folder, "ledgers", "zzz.db"), "no database");
    expect(await ledgerFiles(scratch.folder)).toEqual([
      { place: a.place, baseUrl },
      { place: join(scratch.folder, "ledgers", "zzz.db"), baseUrl: undefined },
    ]);
  });

  it("is made anew when making it was interrupted", async () => {
    await using scratch = await scratchFolder();
    const file = ledgerPath(scratch.folder, baseUrl);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, "half a ledger");
    await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
    expect(await ledger.runs.list()).toEqual([]);
  });

  it("that is not there cannot be read", async () => {
    await using scratch = await scratchFolder();
    await expect(openLedger({ folder: scratch.folder, baseUrl, mode: "read" })).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      hint: expect.stringContaining("run the job first"),
    });
    expect(await readdir(scratch.folder)).toEqual([]);
  });
});

describe("a file that cannot be used gives a clear error and stays as it was", () => {
  test.each<{ name: string; spoil: (file: string) => Promise<void> | void; message: RegExp; hint: RegExp }>([
    { name: "empty", spoil: (file) => truncate(file, 0), message: /is empty/, hint: /backup/ },
    { name: "cut off in the header", spoil: (file) => truncate(file, 50), message: /is cut off/, hint: /backup/ },
    {
      name: "cut off in the middle",
      spoil: (file) => truncate(file, 3 * 4096 + 10),
      message: /damaged/,
      hint: /backup/,
    },
    { name: "cut off after its first page", spoil: (file) => truncate(file, 4096), message: /damaged/, hint: /backup/ },
    {
      name: "no database",
      spoil: (file) => writeFile(file, "x".repeat(9_000)),
      message: /not an SQLite database/,
      hint: /--state/,
    },
    {
      name: "another program's",
      spoil: (file) => change(file, "pragma application_id = 42"),
      message: /another program/,
      hint: /--state/,
    },
    {
      name: "of a newer version",
      spoil: (file) => change(file, `pragma user_version = ${migrations.length + 1}`),
      message: new RegExp(`version ${migrations.length + 1}, this program knows ${migrations.length}`),
      hint: /newer luminous-import/,
    },
    {
      name: "of another account",
      spoil: (file) => change(file, "update ledger set base_url = 'https://other.example'"),
      message: /belongs to https:\/\/other\.example, not to https:\/\/acme/,
      hint: /do not rename/,
    },
    {
      name: "without our tables",
      spoil: (file) => change(file, "drop table ledger"),
      message: /damaged/,
      hint: /backup/,
    },
  ])("$name", async ({ spoil, message, hint }) => {
    await using scratch = await scratchFolder();
    const choice = { folder: scratch.folder, baseUrl };
    const { place } = await openLedger({ ...choice, mode: "write" }).then(async (ledger) => {
      await stage(ledger, "r", ["A", "B"]);
      await ledger[Symbol.asyncDispose]();
      return ledger;
    });
    await spoil(place);
    const before = await readFile(place);
    for (const mode of ["write", "read"] as const) {
      const fault = {
        code: "STATE_UNUSABLE",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      };
      await expect(openLedger({ ...choice, mode })).rejects.toMatchObject(fault);
    }
    expect((await readFile(place)).equals(before)).toBe(true);
  });

  it("a folder that cannot be made", async () => {
    await using scratch = await scratchFolder();
    await writeFile(join(scratch.folder, "file"), "");
    await expect(openLedger({ folder: join(scratch.folder, "file"), baseUrl, mode: "write" })).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      hint: expect.stringContaining("--state"),
    });
  });

  it.each(["an empty folder", "a folder with a ledger"])("%s that is read-only", async (which) => {
    await using scratch = await scratchFolder();
    if (which === "a folder with a ledger") {
      await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
      await beginRun(ledger, "r");
    }
    const paths = [
      scratch.folder,
      ...(await readdir(scratch.folder, { recursive: true })).map((name) => join(scratch.folder, name)),
    ];
    for (const path of paths) await chmod(path, 0o555);
    await using child = await startChild("child-unprivileged.ts", scratch.folder, baseUrl);
    const fault = { code: "STATE_UNUSABLE", hint: expect.stringContaining("write permission") };
    for (const path of paths) await chmod(path, 0o755);
    expect(JSON.parse(child.said)).toMatchObject([fault, { code: "STATE_UNUSABLE" }]);
  });
});

describe("a migration", () => {
  it("that fails halfway changes nothing", async () => {
    await using scratch = await scratchFolder();
    const choice = { folder: scratch.folder, baseUrl };
    const { place } = await openLedger({ ...choice, mode: "write" }).then(async (ledger) => {
      await beginRun(ledger, "r");
      await ledger[Symbol.asyncDispose]();
      return ledger;
    });
    const connection = new Connection(place, { mode: "write", durable: true });
    const steps = [...migrations, "create table later (x integer)", "alter table nothing add column x"];
    expect(() => migrate(connection, steps)).toThrow("nothing");
    connection.close();
    const database = new Database(place, "read");
    expect(value(database, "pragma user_version")).toBe(migrations.length);
    expect(value(database, "pragma application_id")).toBe(applicationId);
    expect(database.prepare("select name from sqlite_master where name = 'later'").all()).toEqual([]);
    database.close();
    await using ledger = await openLedger({ ...choice, mode: "write" });
    expect(await ledger.runs.list()).toHaveLength(1);
  });
});

it("a scratch ledger is gone with everything when it is disposed", async () => {
  await using scratch = await scratchFolder();
  const folder = join(scratch.folder, "checks");
  {
    await using a = await openScratchLedger({ folder });
    await using b = await openScratchLedger({ folder });
    const { file } = await stage(a, "r", ["A"]);
    await a.staging.addRows([row(file, 2)]);
    expect(a.place).not.toBe(b.place);
    expect(await readdir(folder)).toHaveLength(2);
  }
  expect(await readdir(folder)).toEqual([]);
});

it("a scratch ledger keeps the payloads of the phases that it is told, and of all others what they lack", async () => {
  await using scratch = await scratchFolder();
  await using ledger = await openScratchLedger({ folder: scratch.folder, payloadsOf: ["sales_orders"] });
  const { file, run } = await stage(ledger, "r", ["A"]);
  await ledger.staging.addRows([row(file, 2), row(file, 3)]);
  const lacks = { code: "missing_value", path: "name", message: "is required" } as const;
  const order = { resource: "sales_orders", phase: "sales_orders", payload: { status: "pending" } } as const;
  await ledger.staging.addEntries(run, [
    entry(file, 2, "B", { payload: { status: "pending" }, creationProblems: [lacks] }),
    entry(file, 3, "1", order),
  ]);
  const fields = { target: "channel", says: "status", day: "day", before: "2026-01-01" };
  const says = async (phase: Phase) => (await ledger.queue.openBy(run, phase, fields)).map((count) => count.says);
  expect(await says("sales_orders")).toEqual(["pending"]);
  expect(await says("products")).toEqual([""]);
  expect(await ledger.queue.creationNeeds(run)).toMatchObject([
    { resource: "products", entries: 2, lacking: 1, needs: [{ entries: 1, first: lacks }] },
  ]);
});

async function change(file: string, sql: string): Promise<void> {
  const database = new Database(file, "write");
  database.exec(sql);
  database.exec("pragma wal_checkpoint(truncate)");
  database.close();
}
