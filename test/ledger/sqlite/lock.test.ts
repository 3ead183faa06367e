import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lockAccount, lockHolder, lockState } from "../../../src/ledger/sqlite/lock.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { startChild } from "./child.ts";

it("a lock that another process holds names it, and kill -9 frees it", async () => {
  await using scratch = await scratchFolder();
  await using child = await startChild("child-locking.ts", scratch.folder);
  expect(await lockHolder(scratch.folder)).toMatchObject({ pid: child.pid, runId: "20260101-child" });
  await expect(lockState(scratch.folder)).rejects.toMatchObject({
    code: "STATE_LOCKED",
    message: expect.stringMatching(new RegExp(`in use by process ${child.pid} \\(run 20260101-child\\) since 20..-`)),
    hint: expect.stringContaining("wait until it has ended"),
  });
  await child.kill();
  expect(await lockHolder(scratch.folder)).toBeUndefined();
  await using lock = await lockState(scratch.folder);
  expect(lock).toBeDefined();
});

it("who holds a lock is asked without taking it or losing it, also within the process that holds it", async () => {
  await using scratch = await scratchFolder();
  expect(await lockHolder(scratch.folder)).toBeUndefined();
  {
    await using lock = await lockState(scratch.folder);
    expect(await lockHolder(scratch.folder)).toMatchObject({ pid: process.pid });
    lock.name("r1");
    expect(await lockHolder(scratch.folder)).toMatchObject({ pid: process.pid, runId: "r1" });
    await expect(lockState(scratch.folder)).rejects.toMatchObject({ code: "STATE_LOCKED" });
  }
  expect(await lockHolder(scratch.folder)).toBeUndefined();
});

it("a holder whose pid the system has given to another process is gone", async () => {
  await using scratch = await scratchFolder();
  {
    await using _lock = await lockState(scratch.folder);
  }
  await writeFile(join(scratch.folder, "lock.json"), JSON.stringify({ pid: process.ppid, runId: "old" }));
  expect(await lockHolder(scratch.folder)).toBeUndefined();
});

it("a lock holds within one process too, until it is disposed", async () => {
  await using scratch = await scratchFolder();
  const folder = join(scratch.folder, "made", "for it");
  {
    await using _lock = await lockState(folder);
    await expect(lockState(folder)).rejects.toMatchObject({ code: "STATE_LOCKED" });
    await expect(lockState(folder)).rejects.toMatchObject({
      message: expect.stringContaining(`process ${process.pid}`),
    });
  }
  await using lock = await lockState(folder);
  expect(lock).toBeDefined();
});

it("a lock does not keep others from reading", async () => {
  await using scratch = await scratchFolder();
  const choice = { folder: scratch.folder, baseUrl: "https://acme.example/api" };
  await using _lock = await lockState(scratch.folder);
  await using writer = await openLedger({ ...choice, mode: "write" });
  await writer.runs.begin({ runId: "r", job: "j", command: "run", startedAtMs: 1 });
  await writer.flush();
  await using reader = await openLedger({ ...choice, mode: "read" });
  expect(await reader.runs.list()).toHaveLength(1);
});

it("a folder in which no lock can be made is unusable", async () => {
  await using scratch = await scratchFolder();
  const file = join(scratch.folder, "file");
  await writeFile(file, "not a folder");
  await expect(lockState(join(file, "state"))).rejects.toMatchObject({
    code: "STATE_UNUSABLE",
    hint: expect.stringContaining("--state"),
  });
});

it("a lock file that is no database is unusable", async () => {
  await using scratch = await scratchFolder();
  await writeFile(join(scratch.folder, "lock.db"), "x".repeat(5_000));
  await expect(lockState(scratch.folder)).rejects.toMatchObject({ code: "STATE_UNUSABLE" });
});

it("keeps two runs of one account apart, also with state folders of their own", async () => {
  await using scratch = await scratchFolder();
  const [one, two] = ["one", "two"].map((name) => join(scratch.folder, name));
  const baseUrl = `http://127.0.0.1:1/${process.pid}/external/api/v1`;
  await using first = await lockAccount(baseUrl, one ?? "");
  expect(first.warning).toBeUndefined();
  await expect(lockAccount(baseUrl, two ?? "")).rejects.toMatchObject({
    code: "STATE_LOCKED",
    message: expect.stringContaining(`the account ${baseUrl} is in use by process ${process.pid}`),
  });
  await using _other = await lockAccount(`${baseUrl}-other`, two ?? "");
});
