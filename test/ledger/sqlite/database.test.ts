// The seam to SQLite, on whichever driver this Node has.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it, test, vi } from "vitest";
import { stateError } from "../../../src/disk/state-error.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { driver, driverFor, oldestSqlite, withoutSqliteWarning } from "../../../src/ledger/sqlite/storage/driver.ts";
import { named } from "../../../src/ledger/sqlite/storage/error-names.ts";
import { openKeys } from "../../../src/ledger/sqlite/storage/keys.ts";
import { ledgerFiles } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { migrate } from "../../../src/ledger/sqlite/storage/migrate.ts";
import { keptText, readText } from "../../../src/ledger/sqlite/storage/nul.ts";
import { beginRun } from "../build.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { value, values } from "./values.ts";

const seam = pathToFileURL(join(import.meta.dirname, "../../../src/ledger/sqlite/storage/database.ts")).href;

describe("the driver", () => {
  test.each([
    { node: "20.19", sqlite: undefined, is: "@photostructure/sqlite" },
    { node: "22.16", sqlite: "3.49.1", is: "@photostructure/sqlite" },
    { node: "22.22.2", sqlite: "3.51.2", is: "@photostructure/sqlite" },
    { node: "22.23", sqlite: "3.51.3", is: "node:sqlite" },
    { node: "24.15", sqlite: "3.51.3", is: "node:sqlite" },
    { node: "24.21", sqlite: "3.53.4", is: "node:sqlite" },
    { node: "of the future", sqlite: "3.100.0", is: "node:sqlite" },
    { node: "of the far future", sqlite: "4.0", is: "node:sqlite" },
  ])("of Node $node, which has SQLite $sqlite, is $is", ({ sqlite, is }) => {
    expect(driverFor(sqlite)).toBe(is);
  });

  it("is the one for this Node, and its SQLite is new enough", () => {
    expect(driver().name).toBe(driverFor(process.versions.sqlite));
    using database = new Database(":memory:", "create");
    const version = String(value(database, "select sqlite_version()"));
    expect(version.localeCompare(oldestSqlite, "en", { numeric: true })).toBeGreaterThanOrEqual(0);
  });

  it("says nothing on stderr when it is loaded, and keeps no other warning back", () => {
    const script = `
      const { Database } = await import(${JSON.stringify(seam)});
      new Database(":memory:", "create").close();
      process.emitWarning("another thing", "ExperimentalWarning");
    `;
    const { stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      encoding: "utf8",
      env: { ...process.env, TSX_DISABLE_CACHE: "1", NODE_OPTIONS: "" },
    });
    expect(stderr).not.toMatch(/sqlite/i);
    expect(stderr).toContain("ExperimentalWarning: another thing");
  });

  it("keeps one warning back, and only while it is loaded", () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const words = "SQLite is an experimental feature and might change at any time";
    withoutSqliteWarning(() => {
      process.emitWarning(words, "ExperimentalWarning");
      process.emitWarning("SQLite is slow today", "Warning");
      process.emitWarning("Another feature is experimental", "ExperimentalWarning");
    });
    process.emitWarning(`${words} again`, "ExperimentalWarning");
    expect(emitWarning.mock.calls.map(([warning]) => warning)).toEqual([
      "SQLite is slow today",
      "Another feature is experimental",
      `${words} again`,
    ]);
    emitWarning.mockRestore();
  });
});

describe("text", () => {
  const text = fc.string({ unit: fc.constantFrom("\0", "\ufdd0", "0", "1", "a", "é", "😀"), maxLength: 8 });

  it("is kept without NUL and comes back as it was", () => {
    fc.assert(
      fc.property(text, (each) => {
        expect(keptText(each)).not.toContain("\0");
        expect(readText(keptText(each))).toBe(each);
      }),
    );
  });

  it("with NUL is stored whole, read whole, and equal only to itself: in columns, indexes and joins", () => {
    using database = new Database(":memory:", "create");
    database.exec("create table texts (id integer primary key, text text not null unique) strict");
    const insert = database.prepare("insert into texts (text) values (?) on conflict do nothing");
    const written = new Set([
      ...fc.sample(text, { numRuns: 300, seed: 1 }),
      "a\0b",
      "a\0c",
      "a",
      "\0",
      "\0\0",
      "\ufdd0",
      "\ufdd00",
      "\ufdd01",
    ]);
    for (const each of written) insert.run(each);
    expect(values(database, "select text from texts order by id")).toEqual([...written]);
    for (const each of written) expect(values(database, "select text from texts where text = ?", each)).toEqual([each]);
    expect(value(database, "select count(*) from texts a join texts b on a.text = b.text")).toBe(written.size);
  });

  it("with NUL inside JSON is whole in json_extract and json_each", () => {
    using database = new Database(":memory:", "create");
    const json = JSON.stringify({ a: "x\0y" });
    expect(value(database, "select json_extract(?, '$.a') in (select value from json_each(?))", json, '["x"]')).toBe(0);
    const list = JSON.stringify(["z", "x\0y"]);
    expect(value(database, "select json_extract(?, '$.a') in (select value from json_each(?))", json, list)).toBe(1);
  });

  it("with NUL is a key of its own in a ledger", () => {
    const connection = new Connection(":memory:", { mode: "write", durable: false });
    migrate(connection);
    const names = ["A", "A\0", "A\0B", "A\0C"];
    const ids = connection.write(() => names.map((name) => openKeys(connection).id("products", name)));
    expect(new Set(ids).size).toBe(names.length);
    expect(connection.all<{ key: string }>("select key from keys order by id").map(({ key }) => key)).toEqual(names);
    connection.close();
  });
});

describe("keys that are learned together", () => {
  const name = fc.oneof(
    fc.constantFrom("A", "a", "A\0", "A\0B", "\ufdd00", "\ud800", "\udc00"),
    fc.string({ maxLength: 2 }),
  );
  const names = fc.array(fc.record({ resource: fc.constantFrom("products", "sales_orders"), key: name }), {
    maxLength: 250,
  });

  it("have the ids that they have one by one, those known before included", () => {
    fc.assert(
      fc.property(names, names, (before, learned) => {
        const connection = new Connection(":memory:", { mode: "write", durable: false });
        migrate(connection);
        connection.write(() => openKeys(connection).learn(before));
        const keys = openKeys(connection);
        connection.write(() => keys.learn(learned));
        for (const { resource, key } of [...before, ...learned]) {
          const id = connection.write(() => keys.id(resource, key));
          expect(openKeys(connection).find(resource, key)).toBe(id);
          expect(connection.write(() => openKeys(connection).id(resource, key))).toBe(id);
        }
        const stored = connection.one<{ count: number }>("select count(*) count from keys");
        const kept = (text: string) => Buffer.from(text).toString();
        expect(stored?.count).toBe(
          new Set([...before, ...learned].map(({ resource, key }) => `${resource} ${kept(key)}`)).size,
        );
        connection.close();
      }),
      { numRuns: 60 },
    );
  });

  it("are forgotten when what made them is taken back", () => {
    const connection = new Connection(":memory:", { mode: "write", durable: false });
    migrate(connection);
    const keys = openKeys(connection);
    expect(() =>
      connection.write(() => {
        keys.learn([{ resource: "products", key: "A" }]);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(keys.find("products", "A")).toBeUndefined();
    connection.close();
  });
});

describe("numbers", () => {
  it("are whole up to 2^53 and refused beyond it, never rounded", () => {
    using database = new Database(":memory:", "create");
    expect(value(database, "select 9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(value(database, "select ?", 2 ** 52 + 1)).toBe(2 ** 52 + 1);
    expect(() => value(database, "select 9007199254740993")).toThrow("too large");
  });
});

describe("an error", () => {
  test.each<{ what: string; is: string; says: RegExp; provoke: (file: string) => void }>([
    {
      what: "of a file that is missing, to read it",
      is: "CANTOPEN",
      says: /cannot be opened: unable to open database file$/,
      provoke: (file) => new Database(`${file}.not`, "read"),
    },
    {
      what: "of a file that is missing, to write it",
      is: "CANTOPEN",
      says: /cannot be opened: unable to open database file$/,
      provoke: (file) => new Database(`${file}.not`, "write"),
    },
    {
      what: "of a folder that is missing",
      is: "CANTOPEN",
      says: /cannot be opened: unable to open database file$/,
      provoke: (file) => new Database(`${file}.not/x.db`, "create"),
    },
    {
      what: "of what is no database",
      is: "NOTADB",
      says: /is not a ledger: file is not a database$/,
      provoke: (file) => {
        writeFileSync(file, "x".repeat(5_000));
        use(file, "read", (database) => value(database, "select * from sqlite_schema"));
      },
    },
    {
      what: "of a write where only reading is allowed",
      is: "READONLY",
      says: /the state folder cannot be written: attempt to write a readonly database$/,
      provoke: (file) => use(file, "read", (database) => database.exec("insert into t values ('x')")),
    },
    {
      what: "of a lock that another connection has",
      is: "BUSY",
      says: /another process is writing to it: database is locked$/,
      provoke: (file) => {
        use(file, "write", (holder) => {
          holder.exec("begin exclusive");
          using second = new Database(file, "write", 0);
          second.prepare("begin immediate").run();
        });
      },
    },
    {
      what: "of a file that may not grow",
      is: "FULL",
      says: /the ledger cannot grow: database or disk is full$/,
      provoke: (file) =>
        use(file, "write", (database) => {
          database.exec("pragma max_page_count = 10");
          const insert = database.prepare("insert into t values (?)");
          for (;;) insert.run("x".repeat(1_000));
        }),
    },
    ...(["get", "all"] as const).map((how) => ({
      what: `of a damaged page, met by ${how}`,
      is: "CORRUPT",
      says: /the ledger is damaged: database disk image is malformed$/,
      provoke: (file: string) => {
        const bytes = readFileSync(file);
        bytes.fill(0xff, 4096, 8192);
        writeFileSync(file, bytes);
        use(file, "read", (database) => database.prepare("select * from t")[how]());
      },
    })),
  ])("$what has a name, and people read the same of it with every driver", async ({ is, says, provoke }) => {
    await using scratch = await scratchFolder();
    const file = join(scratch.folder, "a.db");
    use(file, "create", (database) => database.exec("create table t (a text) strict"));
    const error = thrown(() => provoke(file));
    expect(error).toMatchObject({ code: `SQLITE_${is}` });
    expect(stateError(file, error)).toMatchObject({
      code: is === "FULL" ? "STATE_FULL" : "STATE_UNUSABLE",
      message: expect.stringMatching(says),
    });
    expect(existsSync(`${file}.not`)).toBe(false);
  });

  test.each([
    { errcode: 10 | (3 << 8), is: "SQLITE_IOERR" },
    { errcode: 5 | (1 << 8), is: "SQLITE_BUSY" },
    { errcode: 8 | (6 << 8), is: "SQLITE_READONLY" },
    { errcode: 19 | (8 << 8), is: "SQLITE_CONSTRAINT" },
    { errcode: 1, is: "SQLITE_ERROR" },
  ])("with the number $errcode is $is", ({ errcode, is }) => {
    const error = Object.assign(new Error("words"), { code: "ERR_SQLITE_ERROR", errcode });
    expect(thrown(() => named(() => raise(error)))).toMatchObject({ code: is, message: "words" });
  });

  it("that is none of SQLite's stays as it is", () => {
    const error = Object.assign(new Error("words"), { code: "ENOENT" });
    expect(thrown(() => named(() => raise(error)))).toMatchObject({ code: "ENOENT" });
  });
});

describe("after closing", () => {
  it.each(["create", "write"] as const)(
    "what was opened to %s is one file with everything in it, and free",
    async (mode) => {
      await using scratch = await scratchFolder();
      const file = join(scratch.folder, "a.db");
      use(file, "create", (database) => database.exec("pragma journal_mode = wal; create table t (a text) strict"));
      const database = new Database(file, mode);
      const insert = database.prepare("insert into t values (?)");
      insert.run("kept");
      database.exec("begin");
      insert.run("never committed");
      database.close();
      database.close();
      expect(database.isOpen).toBe(false);
      expect(() => insert.run("too late")).toThrow();

      expect(readdirSync(scratch.folder)).toEqual(["a.db"]);
      const copy = join(scratch.folder, "copy.db");
      writeFileSync(copy, readFileSync(file));
      expect(use(copy, "read", (other) => values(other, "select a from t"))).toEqual(["kept"]);
      using other = new Database(file, "write", 0);
      expect(value(other, "pragma journal_mode")).toBe("wal");
      other.exec("pragma locking_mode = exclusive; begin exclusive; insert into t values ('x'); commit");
    },
  );

  it("what only read left the file as it was", async () => {
    await using scratch = await scratchFolder();
    const file = join(scratch.folder, "a.db");
    use(file, "create", (database) => database.exec("pragma journal_mode = wal; create table t (a text) strict"));
    const before = readFileSync(file);
    use(file, "read", (database) => values(database, "select a from t"));
    expect(readFileSync(file).equals(before)).toBe(true);
    use(file, "write", (database) => database.prepare("insert into t values (?)").run("still writable"));
    expect(use(file, "read", (database) => values(database, "select a from t"))).toEqual(["still writable"]);
  });

  it("while another has it open, what was written is seen by that one and the next", async () => {
    await using scratch = await scratchFolder();
    const file = join(scratch.folder, "a.db");
    use(file, "create", (database) => database.exec("pragma journal_mode = wal; create table t (a text) strict"));
    using reader = new Database(file, "read");
    expect(values(reader, "select a from t")).toEqual([]);
    use(file, "write", (database) => database.prepare("insert into t values (?)").run("a"));
    expect(values(reader, "select a from t")).toEqual(["a"]);
    use(file, "write", (database) => database.prepare("insert into t values (?)").run("b"));
    expect(use(file, "read", (database) => values(database, "select a from t"))).toEqual(["a", "b"]);
  });
});

it.skipIf(!existsSync("/proc/locks"))(
  "a ledger that was read before is locked all the same while it is written, and while another stops syncing its log",
  async () => {
    await using scratch = await scratchFolder();
    const choice = { folder: scratch.folder, baseUrl: "https://acme.example/api" };
    await (await openLedger({ ...choice, mode: "write" }))[Symbol.asyncDispose]();
    await ledgerFiles(scratch.folder);
    const earlier = await openLedger({ ...choice, mode: "write" });
    await beginRun(earlier, "earlier");
    await earlier.flush();
    await using ledger = await openLedger({ ...choice, mode: "write" });
    await earlier[Symbol.asyncDispose](); // closes its descriptor of the log
    await beginRun(ledger, "one");
    await ledger.flush();
    const locked = `:${statSync(ledger.place).ino} 1073741826 `; // where SQLite's shared locks are
    const locks = readFileSync("/proc/locks", "utf8").split("\n");
    expect(locks.filter((line) => line.includes(` ${process.pid} `) && line.includes(locked))).toHaveLength(1);
  },
);

function use<T>(file: string, mode: "read" | "write" | "create", work: (database: Database) => T): T {
  using database = new Database(file, mode);
  return work(database);
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function raise(error: Error): never {
  throw error;
}
