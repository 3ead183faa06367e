// What the system refuses a pass: one file or folder never holds up the others, and nothing ends as a defect. Tests may run as
// root, whom no permission binds, so the refusals are put before the system's own calls.
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { inboxJob } from "../../src/drop/inbox-job.ts";
import { errorOf } from "../staging/job-folder.ts";
import { type DropFolder, dropFiles, dropFolder, goods, orders } from "./drop-folder.ts";

const { refusals } = vi.hoisted(() => ({ refusals: new Map<string, string>() }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  // A refusal is of a call and the end of its first path.
  const refusing =
    (call: "rename" | "unlink" | "readdir" | "mkdir" | "writeFile" | "access" | "lstat") =>
    async (...args: readonly unknown[]): Promise<unknown> => {
      for (const [what, code] of refusals) {
        const [refused, end = ""] = what.split(" ");
        if (refused === call && String(args[0]).endsWith(end))
          throw Object.assign(new Error(`${code}: refused, ${call}`), { code });
      }
      return await (real[call] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
    };
  return {
    ...real,
    rename: refusing("rename"),
    unlink: refusing("unlink"),
    readdir: refusing("readdir"),
    mkdir: refusing("mkdir"),
    writeFile: refusing("writeFile"),
    access: refusing("access"),
    lstat: refusing("lstat"),
  };
});

afterEach(() => refusals.clear());

const earlier = "20261127-000000-0000";

/** Lays files claimed by an earlier pass of a job. */
async function claimed(there: DropFolder, owner: Readonly<Record<string, unknown>>, name: string, text: string) {
  await mkdir(there.path("in", ".claimed", earlier), { recursive: true });
  await writeFile(there.path("in", ".claimed", earlier, name), text);
  await writeFile(there.path("in", ".claimed", earlier, ".pass.json"), JSON.stringify({ version: 1, ...owner }));
}

const warningsOf = ({ events }: DropFolder): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? [event.message] : []));

describe("claiming", () => {
  it("leaves a file in the inbox that it may not move, says so, and takes the others", async () => {
    await using there = await dropFolder();
    refusals.set("rename in/orders-1.csv", "EPERM");
    const ended = await there.pass({ "goods.csv": goods("A"), "orders-1.csv": orders("O1") });
    expect([ended.exitCode, ended.taken, ended.waiting, there.held()]).toEqual([0, 1, 1, ["A"]]);
    expect(warningsOf(there)).toEqual([
      "orders-1.csv cannot be claimed: EPERM. It stays in the inbox; give this user the right to move it",
    ]);
    expect(await there.lie("in")).toEqual(["in/orders-1.csv"]);
  });

  it("leaves a file with its marker where the marker may not be removed", async () => {
    await using there = await dropFolder();
    refusals.set("unlink in/goods.done", "EACCES");
    const ended = await there.pass({ "goods.csv": goods("A"), "goods.done": "" });
    expect([ended.exitCode, ended.taken, ended.waiting]).toEqual([0, 0, 1]);
    expect(warningsOf(there).join()).toMatch(
      /^goods.csv cannot be claimed: its marker \S+ cannot be removed \(EACCES\)/,
    );
    expect(await there.lie("in")).toEqual(["in/goods.csv", "in/goods.done"]);
  });

  it.each(["rename in/goods.csv EROFS", "mkdir  EACCES", "rename in/goods.csv EACCES"])(
    "ends with what to do where the inbox may only be read (%s)",
    async (refusal) => {
      await using there = await dropFolder();
      await there.put({ "goods.csv": goods("A") });
      const [call = "", end = "", code = ""] = refusal.split(" ");
      refusals.set(`${call} ${end}`, code);
      refusals.set("access in", "EACCES");
      const error = await errorOf(there.pass());
      expect([error.code, error.message.includes(`cannot be written (${code})`)]).toEqual(["STATE_UNUSABLE", true]);
      expect(error.hint).toContain("give this user permission");
      expect(await there.lie("in")).toEqual(["in/goods.csv"]);
    },
  );
});

describe("what is claimed", () => {
  it("is told of where it cannot be read, and waits", async () => {
    await using there = await dropFolder();
    await claimed(there, { job: there.path("import.yaml") }, "x", "");
    await mkdir(there.path("in", ".claimed", earlier, "goods-2.csv"));
    const ended = await there.pass({ "goods.csv": goods("A") });
    expect([ended.waiting, there.held()]).toEqual([1, ["A"]]);
    expect(warningsOf(there)).toEqual([
      `${there.path("in", ".claimed", earlier, "goods-2.csv")} cannot be read (it is no file) and waits: check its permissions and the disk`,
    ]);
  });

  it("is left alone in a folder of another user, with a warning, and without one in a folder that went", async () => {
    await using there = await dropFolder();
    await claimed(there, { job: "/other/import.yaml" }, "goods-2.csv", goods("B"));
    refusals.set(`readdir ${earlier}`, "EACCES");
    expect((await there.pass({ "goods.csv": goods("A") })).exitCode).toBe(0);
    expect(warningsOf(there).join()).toContain(`${earlier} cannot be read (EACCES)`);
    refusals.set(`readdir ${earlier}`, "ENOENT");
    expect((await there.pass({ "goods-3.csv": goods("C") })).exitCode).toBe(0);
    expect([warningsOf(there).length, there.held()]).toEqual([1, ["A", "C"]]);
  });

  it("ends a pass with what to do where nobody can tell what is there", async () => {
    await using there = await dropFolder();
    await there.put({ ".claimed": "no folder" });
    expect((await errorOf(there.pass({ "goods.csv": goods("A") }))).code).toBe("STATE_UNUSABLE");
  });

  it("is taken over from a job whose file is gone, such as this one under its earlier name", async () => {
    await using there = await dropFolder();
    await claimed(there, { job: there.path("old.yaml"), host: hostname() }, "goods.csv", goods("A"));
    expect((await inboxJob(await there.folder.loadJob(), {})).job.inputs.length).toBe(1);
    const ended = await there.pass();
    expect([ended.exitCode, ended.taken, there.held()]).toEqual([0, 1, ["A"]]);
    expect(ended.result?.summary.warnings.join()).toContain("this job takes over what lies there");
    expect(await there.lie("in", "done")).toEqual(["done/DAY/PASS/goods.csv"]);
  });

  it.each([
    { whose: "a job that is there", job: "goods.yaml", host: hostname() },
    { whose: "another machine", job: "old.yaml", host: "elsewhere" },
  ])("is left to $whose", async ({ job, host }) => {
    await using there = await dropFolder();
    await claimed(there, { job: there.path(job), host }, "goods.csv", goods("A"));
    const ended = await there.pass();
    expect([ended.exitCode, ended.taken]).toEqual([0, 0]);
    expect(warningsOf(there).join()).toContain("nothing is done with it");
    expect(await there.lie("in")).toEqual(["in/.claimed/PASS/goods.csv"]);
  });
});

it("an inbox that cannot be read ends a pass with what to do", async () => {
  await using there = await dropFolder();
  refusals.set("readdir in", "EACCES");
  const error = await errorOf(there.pass({ "goods.csv": goods("A") }));
  expect([error.code, error.message]).toEqual([
    "INPUT_UNREADABLE",
    `the inbox ${there.path("in")} cannot be read (EACCES)`,
  ]);
});

it("a file of which nothing can be asked waits, and the others are imported", async () => {
  await using there = await dropFolder();
  refusals.set("lstat in/goods-2.csv", "EACCES");
  const ended = await there.pass({ "goods.csv": goods("A"), "goods-2.csv": goods("B") });
  expect([ended.exitCode, ended.waiting, there.held()]).toEqual([0, 1, ["A"]]);
  expect(warningsOf(there)).toEqual(["goods-2.csv in the inbox cannot be read: check its permissions"]);
});

it("a folder of a pass that cannot be removed does no harm", async () => {
  await using there = await dropFolder();
  refusals.set("unlink .pass.json", "EACCES");
  expect((await there.pass({ "goods.csv": goods("A") })).exitCode).toBe(0);
  expect((await there.pass({ "goods-2.csv": goods("B") })).exitCode).toBe(0);
});

describe("quarantine", () => {
  it.each(["a folder that may not be written to", "a file"])(
    "where %s is in its place: the file stays claimed, the others are imported, and the pass ends with 3",
    async (what) => {
      await using there = await dropFolder();
      if (what === "a file") await writeFile(there.path("failed"), "no folder");
      else refusals.set("writeFile notes.txt.txt", "EACCES");
      const ended = await there.pass({ "goods.csv": goods("A"), "notes.txt": "hello" });
      expect([ended.exitCode, ended.quarantined, there.held()]).toEqual([3, [], ["A"]]);
      expect(warningsOf(there).join()).toMatch(/^notes.txt: no input takes .* stays claimed: \S+ cannot be moved to /);
      expect(await there.lie("in")).toEqual(["in/.claimed/PASS/notes.txt"]);
    },
  );
});

it("an archive that is a file, or may not be written to, ends a pass before anything is taken", async () => {
  await using there = await dropFolder();
  await mkdir(there.path("done"));
  refusals.set("access done", "EACCES");
  const refused = await errorOf(there.pass({ "goods.csv": goods("A") }));
  refusals.clear();
  await rm(there.path("done"), { recursive: true });
  await writeFile(there.path("done"), "no folder");
  const inPlace = await errorOf(there.pass());
  expect([refused.code, inPlace.code]).toEqual(["STATE_UNUSABLE", "STATE_UNUSABLE"]);
  expect([refused.message, inPlace.message]).toEqual([
    `the folder for drop.archive, ${there.path("done")}, may not be written to (EACCES)`,
    `the folder for drop.archive, ${there.path("done")}, is no folder`,
  ]);
  expect(await there.lie("in")).toEqual(["in/goods.csv"]);
});

it("an archive that would be made in the inbox behind a link ends a pass too", async () => {
  const job = String(dropFiles["import.yaml"]).replace("archive: done", "archive: link/done");
  await using there = await dropFolder({ "import.yaml": job });
  await symlink(there.path("in"), there.path("link"));
  expect((await errorOf(there.pass({ "goods.csv": goods("A") }))).code).toBe("JOB_INVALID");
});

it("an archive or a quarantine that is the inbox by a link ends a pass before anything is taken", async () => {
  await using there = await dropFolder();
  for (const name of ["done", "failed"]) {
    await symlink(there.path("in"), there.path(name));
    const error = await errorOf(there.pass({ "goods.csv": goods("A") }));
    expect([error.code, error.message.includes("lies in the inbox")]).toEqual(["JOB_INVALID", true]);
    await rm(there.path(name));
  }
  expect(await there.lie("in")).toEqual(["in/goods.csv"]);
});
