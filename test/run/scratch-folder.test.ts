import { spawnSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { openScratchFolder } from "../../src/run/scratch-folder.ts";
import { jobFolder } from "../staging/job-folder.ts";

it("is gone with its scope, and takes away what a killed check left, but nobody else's", async () => {
  await using parent = await jobFolder({});
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  let kept: readonly string[] = [];
  {
    await using scratch = await openScratchFolder(parent.path);
    const own = basename(scratch.path);
    const left = own.replace(`-${process.pid}-`, `-${dead}-`);
    kept = [left.replace(/^luminous-import-check-/, "luminous-import-check-elsewhere."), "something-else"];
    for (const name of [left, ...kept]) await mkdir(join(parent.path, name, "deep"), { recursive: true });

    await using second = await openScratchFolder(parent.path);
    expect((await readdir(parent.path)).sort()).toEqual([own, basename(second.path), ...kept].sort());
  }
  expect((await readdir(parent.path)).sort()).toEqual([...kept].sort());
});
