// Moving a file: in one place, whole, and never over another. Across file systems where this machine has two.
import { chmod, link, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { giveBack, isSameFile, moveFile } from "../../src/drop/move-file.ts";
import { errorOf, jobFolder } from "../staging/job-folder.ts";
import { otherFileSystem } from "./other-file-system.ts";

const second = await otherFileSystem();

describe("within a file system", () => {
  it("gives the file a number where its name is taken, and makes the folder", async () => {
    await using folder = await jobFolder({ "a.csv": "new", "x/a.csv": "old", "b.csv": "b" });
    expect(await moveFile(join(folder.path, "a.csv"), join(folder.path, "x"), "a.csv")).toBe(
      join(folder.path, "x/a-2.csv"),
    );
    expect(await readFile(join(folder.path, "x/a.csv"), "utf8")).toBe("old");
    expect(await moveFile(join(folder.path, "b.csv"), join(folder.path, "y/z"), "b.csv")).toBe(
      join(folder.path, "y/z/b.csv"),
    );
    expect((await readdir(folder.path)).sort()).toEqual(["x", "y"]);
  });

  it("gives a file back beside one that came meanwhile", async () => {
    await using folder = await jobFolder({ "c/a.csv": "claimed", "a.csv": "new" });
    expect(await giveBack(join(folder.path, "c/a.csv"), folder.path, "a.csv")).toBe(join(folder.path, "a-2.csv"));
    expect(await readFile(join(folder.path, "a.csv"), "utf8")).toBe("new");
    expect(await readdir(join(folder.path, "c"))).toEqual([]);
  });

  it("tells two names of one file from two files of one content", async () => {
    await using folder = await jobFolder({ "a.csv": "1", "b.csv": "1" });
    await link(join(folder.path, "a.csv"), join(folder.path, "c.csv"));
    expect(await isSameFile(join(folder.path, "a.csv"), join(folder.path, "c.csv"))).toBe(true);
    expect(await isSameFile(join(folder.path, "a.csv"), join(folder.path, "b.csv"))).toBe(false);
  });

  it("says what to do where it cannot be moved, and leaves it where it is", async () => {
    await using folder = await jobFolder({ "a.csv": "1", x: "no folder" });
    const error = await errorOf(moveFile(join(folder.path, "a.csv"), join(folder.path, "x"), "a.csv"));
    expect([error.code, error.hint?.startsWith("Nothing is lost: it lies where it was.")]).toEqual([
      "STATE_UNUSABLE",
      true,
    ]);
    expect(await readFile(join(folder.path, "a.csv"), "utf8")).toBe("1");
  });
});

describe.skipIf(second === undefined)("from one file system to another", () => {
  async function elsewhere(): Promise<AsyncDisposable & { readonly path: string }> {
    const path = await mkdtemp(join(second ?? "", "luminous-import-test-"));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  }

  it("copies content, mode and time, and leaves nothing behind", async () => {
    await using folder = await jobFolder({ "a.csv": "content" });
    await using other = await elsewhere();
    const from = join(folder.path, "a.csv");
    await chmod(from, 0o440);
    await utimes(from, 1_000_000, 1_000_000);
    const to = await moveFile(from, join(other.path, "x"), "a.csv");
    const { mode, mtimeMs } = await stat(to);
    expect([mode & 0o7777, mtimeMs, await readFile(to, "utf8")]).toEqual([0o440, 1_000_000_000, "content"]);
    expect([await readdir(folder.path), await readdir(join(other.path, "x"))]).toEqual([[], ["a.csv"]]);
  });

  it("moves a file whose name has 255 bytes", async () => {
    const name = `${"a".repeat(251)}.csv`;
    await using folder = await jobFolder({ [name]: "content" });
    await using other = await elsewhere();
    await moveFile(join(folder.path, name), other.path, name);
    expect([await readdir(folder.path), await readdir(other.path)]).toEqual([[], [name]]);
  });

  test.each([
    {
      name: "only removes the source of a copy that was interrupted after its rename",
      there: "content",
      left: ["a.csv"],
    },
    { name: "keeps another file of that name, and numbers this one", there: "another", left: ["a-2.csv", "a.csv"] },
    { name: "tells files of one length by their content", there: "contenT", left: ["a-2.csv", "a.csv"] },
  ])("$name", async ({ there, left }) => {
    await using folder = await jobFolder({ "a.csv": "content" });
    await using other = await elsewhere();
    await writeFile(join(other.path, "a.csv"), there);
    await writeFile(join(other.path, ".a.csv.part"), "half a co");
    await moveFile(join(folder.path, "a.csv"), other.path, "a.csv");
    expect(await readdir(folder.path)).toEqual([]);
    expect((await readdir(other.path)).filter((name) => !name.startsWith(".")).sort()).toEqual(left);
    expect(await readFile(join(other.path, "a.csv"), "utf8")).toBe(there);
  });
});
