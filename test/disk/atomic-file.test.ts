import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { type Disk, openAtomicFile, writeAtomically } from "../../src/disk/atomic-file.ts";
import { ImportError } from "../../src/model/error.ts";
import { temporaryFolder } from "../report/fake-results.ts";

describe("an atomic file", () => {
  it("has its content and is the owner's alone, folder included", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "runs", "a.csv");
    await writeAtomically(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, "runs"))).mode & 0o777).toBe(0o700);
  });

  it("shows nothing under its name, and leaves the old file, until it is committed", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a.csv");
    await writeFile(path, "old");
    await using file = await openAtomicFile(path);
    await file.append("n");
    await file.append(Buffer.from("ew"));
    expect(await readFile(path, "utf8")).toBe("old");
    await file.commit();
    expect(await readFile(path, "utf8")).toBe("new");
  });

  it("leaves no trace when it is disposed without a commit", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a.csv");
    await writeFile(path, "old");
    {
      await using file = await openAtomicFile(path);
      await file.append("half");
    }
    expect(await readdir(folder.path)).toEqual(["a.csv"]);
    expect(await readFile(path, "utf8")).toBe("old");
  });

  it("replaces what a crash left behind", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "a.csv");
    await writeFile(`${path}.tmp`, "a longer leftover of a crash");
    await writeAtomically(path, "new");
    expect(await readdir(folder.path)).toEqual(["a.csv"]);
    expect(await readFile(path, "utf8")).toBe("new");
  });

  it("syncs the content before the name, and the folder after it", async () => {
    const { disk, calls } = recordingDisk();
    await writeAtomically("runs/a.csv", "x", disk);
    expect(calls).toEqual([
      "makeFolder runs",
      "remove runs/a.csv.tmp",
      "open runs/a.csv.tmp wx 600",
      "append",
      "sync",
      "close",
      "rename runs/a.csv.tmp runs/a.csv",
      "open runs r",
      "sync",
      "close",
    ]);
  });
});

describe("a disk that fails", () => {
  test.each([
    { step: "open", code: "ENOSPC", is: "STATE_FULL" },
    { step: "append", code: "ENOSPC", is: "STATE_FULL" },
    { step: "sync", code: "EDQUOT", is: "STATE_FULL" },
    { step: "rename", code: "ENOSPC", is: "STATE_FULL" },
    { step: "makeFolder", code: "EACCES", is: "STATE_UNUSABLE" },
    { step: "append", code: "EIO", is: "STATE_UNUSABLE" },
  ])("with $code in $step ends the run with $is", async ({ step, code, is }) => {
    const { disk } = recordingDisk({ step, code });
    const error = await writeAtomically("runs/a.csv", "x", disk).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImportError);
    expect(error).toMatchObject({ code: is, message: expect.stringContaining("runs/a.csv") });
    expect((error as ImportError).message).toContain(is === "STATE_FULL" ? "disk is full" : "cannot be written");
    expect((error as ImportError).hint).toContain(is === "STATE_FULL" ? "free some space" : "state folder");
  });

  it("removes the half-written file and never renames it", async () => {
    const { disk, calls } = recordingDisk({ step: "append", code: "ENOSPC" });
    await expect(writeAtomically("runs/a.csv", "x", disk)).rejects.toThrow("disk is full");
    expect(calls.slice(-2)).toEqual(["close", "remove runs/a.csv.tmp"]);
    expect(calls.some((call) => call.startsWith("rename"))).toBe(false);
  });

  it("says so when something stands in the way of the folder", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "a.csv"));
    await expect(writeAtomically(join(folder.path, "a.csv"), "x")).rejects.toMatchObject({ code: "STATE_UNUSABLE" });
    expect(await readdir(folder.path)).toEqual(["a.csv"]);
  });
});

function recordingDisk(fault?: { readonly step: string; readonly code: string }): {
  readonly disk: Disk;
  readonly calls: readonly string[];
} {
  const calls: string[] = [];
  const call = async (step: string, ...parts: readonly string[]): Promise<void> => {
    calls.push([step, ...parts].join(" "));
    if (fault?.step === step) throw Object.assign(new Error(`${fault.code}: told to`), { code: fault.code });
  };
  const disk: Disk = {
    makeFolder: (path) => call("makeFolder", path),
    rename: (from, to) => call("rename", from, to),
    remove: (path) => call("remove", path),
    open: async (path, flags, mode) => {
      await call("open", path, flags, ...(mode === undefined ? [] : [mode.toString(8)]));
      return { appendFile: () => call("append"), sync: () => call("sync"), close: () => call("close") };
    },
  };
  return { disk, calls };
}
