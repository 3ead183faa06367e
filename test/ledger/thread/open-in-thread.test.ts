import { existsSync, readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ledgersIn } from "../../../src/ledger/host.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { openInThread } from "../../../src/ledger/thread/open-in-thread.ts";
import { ImportError } from "../../../src/model/error.ts";
import { accept, all, openEntry, stage } from "../build.ts";
import { scratchFolder } from "../scratch-folder.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";
const work = { inputBytes: 0, thread: true };

describe("a ledger in a thread of its own", () => {
  it("has what was written when it is opened again, in a thread or not", async () => {
    await using scratch = await scratchFolder();
    const host = ledgersIn(scratch.folder);
    const ledger = await host.open(baseUrl, "write", work);
    const { run } = await stage(ledger, "first", ["A", "B"]);
    await ledger.queue.plan([{ entryId: (await openEntry(ledger, run, "A")).id, plan: { kind: "create" } }]);
    const [taken] = await ledger.queue.take(run, "products", 0, 9);
    if (taken === undefined) throw new Error("nothing was taken");
    await accept(ledger, taken, "7");
    await ledger[Symbol.asyncDispose]();
    for (const thread of [true, false]) {
      await using again = await host.open(baseUrl, "read", { inputBytes: 0, thread });
      const lines = (await all(again.results.rows(run))).flat();
      expect(lines.map(({ entry }) => [entry?.key, entry?.outcome])).toEqual([
        ["A", "accepted"],
        ["B", "pending"],
      ]);
      expect(again.place).toBe(ledger.place);
    }
  });

  it("is closed once it was disposed: nothing of it is left open, and calls are refused", async () => {
    await using scratch = await scratchFolder();
    const ledger = await ledgersIn(scratch.folder).open(baseUrl, "write", work);
    await stage(ledger, "first", ["A"]);
    await ledger[Symbol.asyncDispose]();
    expect((await readdir(join(scratch.folder, "ledgers"))).filter((name) => name.endsWith("-wal"))).toEqual([]);
    await expect(ledger.runs.list()).rejects.toThrow("is closed");
    await ledger[Symbol.asyncDispose]();
  });

  it("for a check deletes what it was kept in", async () => {
    await using scratch = await scratchFolder();
    const ledger = await ledgersIn(scratch.folder).openScratch(undefined, work);
    await stage(ledger, "check", ["A"]);
    expect(await readdir(scratch.folder)).toHaveLength(1);
    await ledger[Symbol.asyncDispose]();
    expect(await readdir(scratch.folder)).toEqual([]);
  });

  it("fails to open as it does without a thread", async () => {
    await using scratch = await scratchFolder();
    const opened = ledgersIn(scratch.folder).open(baseUrl, "read", work);
    await expect(opened).rejects.toBeInstanceOf(ImportError);
    await expect(opened).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      hint: expect.stringContaining("run the job"),
    });
  });

  it.skipIf(!existsSync("/proc/locks"))(
    "keeps the lock of its file while others in the process look for ledgers",
    async () => {
      await using scratch = await scratchFolder();
      const host = ledgersIn(scratch.folder);
      await using ledger = await host.open(baseUrl, "write", work);
      await stage(ledger, "first", ["A"]);
      await ledger.flush();
      expect(await host.list()).toEqual([{ place: ledger.place, baseUrl }]);
      const locked = `:${statSync(ledger.place).ino} 1073741826 `; // where SQLite's shared locks are
      const locks = readFileSync("/proc/locks", "utf8").split("\n");
      expect(locks.filter((line) => line.includes(` ${process.pid} `) && line.includes(locked))).toHaveLength(1);
    },
  );

  it("is not made where this thread has the file open", async () => {
    await using scratch = await scratchFolder();
    const choice = { folder: scratch.folder, baseUrl, mode: "write" } as const;
    await using _ledger = await openLedger(choice);
    expect(await openInThread({ kind: "account", choice })).toBeUndefined();
  });
});
