import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { openEntry, stage } from "../build.ts";
import { sendOne } from "../one.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { terms } from "../terms.ts";
import { startChild } from "./child.ts";

const baseUrl = "http://127.0.0.1:4010/external/api/v1";

it("a send is on disk once it is recorded: kill -9 leaves it in doubt", async () => {
  await using scratch = await scratchFolder();
  await using child = await startChild("child-sending.ts", scratch.folder, baseUrl);
  await child.kill();

  await using ledger = await openLedger({ folder: scratch.folder, baseUrl, mode: "write" });
  const doubt = {
    sendId: Number(child.said),
    sentAtMs: 5,
    serverAtMs: undefined,
    terms,
    wasPutOff: false,
    plan: { kind: "create" },
    hash: "h",
    absences: 0,
  };
  expect(await ledger.queue.openSends("products", "A")).toEqual([doubt]);
  expect(await ledger.runs.find("killed")).not.toHaveProperty("endedAtMs");
  const { run } = await stage(ledger, "next", ["A", "B"]);
  expect(await ledger.queue.take(run, "products", 0, 9)).toMatchObject([{ key: "A", doubt }]);
  const { id } = await openEntry(ledger, run, "A");
  await expect(sendOne(ledger.queue, id, { plan: { kind: "create" }, hash: "h", atMs: 9, terms })).rejects.toThrow(
    "in doubt",
  );
});

it("a power loss leaves it in doubt too: what is on disk while the request is in flight is enough", async () => {
  await using scratch = await scratchFolder();
  await using child = await startChild("child-sending.ts", scratch.folder, baseUrl);
  const [from, to] = [scratch.folder, join(scratch.folder, "after")].map((folder) =>
    dirname(ledgerPath(folder, baseUrl)),
  );
  if (from === undefined || to === undefined) throw new Error("no folders");
  await mkdir(to, { recursive: true });
  const files = (await readdir(from)).filter((name) => /\.db(-wal)?$/.test(name));
  expect(files).toHaveLength(2);
  for (const name of files) await copyFile(join(from, name), join(to, name));
  await child.kill();

  await using ledger = await openLedger({ folder: dirname(to), baseUrl, mode: "write" });
  expect(await ledger.queue.openSends("products", "A")).toMatchObject([{ sendId: Number(child.said) }]);
});
