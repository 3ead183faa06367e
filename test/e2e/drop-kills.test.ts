// A pass of the built program, killed before each single change that it makes to the drop folder, the archive or the
// quarantine, and in the middle of its run: every file lies in one place, whole, and the next pass ends it right.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drop } from "../../src/drop/drop.ts";
import { loadJob } from "../../src/job/job.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { dropFiles, filesBelow, goods, heldBy, orders } from "../drop/drop-folder.ts";
import { otherFileSystem } from "../drop/other-file-system.ts";
import { openProject, type Project } from "./program.ts";

// Before the Nth change below one of the folders the process is gone, as by a power switch for everything but the disk.
const killer = `
import fsp from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
const folders = process.env.KILL_IN.split(":");
let count = 0;
for (const name of process.env.KILL_BEFORE.split(",")) {
  const real = fsp[name];
  fsp[name] = (...args) => {
    if (args.some((arg) => typeof arg === "string" && folders.some((folder) => arg.startsWith(folder)))) {
      count += 1;
      if (count === Number(process.env.KILL_AT)) process.kill(process.pid, "SIGKILL");
    }
    return real(...args);
  };
}
syncBuiltinESMExports();
`;

const inbox = {
  "in/goods.csv": goods("A", "B"),
  "in/orders-1.csv": orders("O1", "O2", "O3"),
  "in/orders-1.done": "",
  "in/notes.txt": "hello\n",
};
const names = ["goods.csv", "notes.txt", "orders-1.csv"];
const rights = ["A", "B", "O1", "O2", "O3"];

/** Where the files lie, by name: inbox, claimed, archive or quarantine. */
async function placesOf(root: string, folders: Folders): Promise<readonly string[]> {
  const found = await Promise.all([
    filesBelow(root, "in"),
    filesBelow(folders.archive, "."),
    filesBelow(folders.failed, "."),
  ]);
  return found
    .flat()
    .filter((path) => !/\.txt(-\d+)?\.txt$|\.done$/.test(path))
    .map((path) => path.split("/").at(-1) ?? "")
    .sort();
}

interface Folders {
  /** The calls that count as steps. */
  readonly steps: string;
  readonly archive: string;
  readonly failed: string;
}

async function killedAt(at: number, project: Project, folders: Folders): Promise<boolean> {
  const env = {
    KILL_BEFORE: folders.steps,
    KILL_AT: String(at),
    KILL_IN: [join(project.folder, "in"), folders.archive, folders.failed].join(":"),
  };
  const { exitCode } = await project.call(["drop", "--quiet"], {
    env,
    node: ["--import", join(project.folder, "killer.mjs")],
  });
  return exitCode === undefined;
}

const second = await otherFileSystem();

// Where everything is on one file system, each move is one rename; elsewhere it is a copy with all its steps.
const allSteps = "rename,unlink,link,copyFile,writeFile,mkdir,rmdir";
const variants = [
  { name: "on one file system", elsewhere: undefined, steps: second === undefined ? allSteps : "rename" },
  ...(second === undefined
    ? []
    : [
        {
          name: "with archive and quarantine on another file system",
          elsewhere: second,
          steps: "rename,unlink,copyFile",
        },
      ]),
];

test.each(variants)(
  "a pass $name survives a kill at every step",
  { timeout: 300_000 },
  async ({ elsewhere, steps }) => {
    let at = 1;
    for (; ; at += 1) {
      await using sandbox = await startSandbox();
      const other = elsewhere === undefined ? undefined : await mkdtemp(join(elsewhere, "luminous-import-test-"));
      try {
        const job = String(dropFiles["import.yaml"]);
        await using project = await openProject(sandbox, {
          ...dropFiles,
          "import.yaml":
            other === undefined
              ? job
              : job
                  .replace("archive: done", `archive: ${other}/done`)
                  .replace("quarantine: failed", `quarantine: ${other}/failed`),
          "killer.mjs": killer,
          ...inbox,
        });
        const below = other ?? project.folder;
        const folders = { steps, archive: join(below, "done"), failed: join(below, "failed") };
        const wasKilled = await killedAt(at, project, folders);
        // A copy whose source is not removed yet is the one moment with two names; the next pass ends it.
        const places = await placesOf(project.folder, folders);
        expect([...new Set(places)], `killed at ${at}`).toEqual(names);
        if (elsewhere === undefined) expect(places, `killed at ${at}`).toEqual(names);
        else expect(places.length, `killed at ${at}`).toBeLessThanOrEqual(names.length + 1);
        if (wasKilled) {
          const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
          const next = await drop(await loadJob("import.yaml", { cwd: project.folder }), { account });
          expect([0, 3]).toContain(next.exitCode);
        }
        expect(heldBy(sandbox), `killed at ${at}`).toEqual(rights);
        expect(await filesBelow(project.folder, "in"), `killed at ${at}`).toEqual([]);
        const archived = (await filesBelow(folders.archive, ".")).map((path) => path.split("/").at(-1));
        expect(archived, `killed at ${at}`).toEqual(["goods.csv", "orders-1.csv"]);
        const failed = (await filesBelow(folders.failed, ".")).filter((path) => path.endsWith("/notes.txt"));
        expect(failed.length, `killed at ${at}`).toBe(1);
        if (!wasKilled) break;
      } finally {
        if (other !== undefined) await rm(other, { recursive: true, force: true });
      }
    }
    expect(at, "steps").toBeGreaterThan(6);
  },
);

test("a pass killed in the middle of its run goes on, and holds each order once", async () => {
  await using sandbox = await startSandbox({ latencyMs: 40 });
  const numbers = Array.from({ length: 40 }, (_, index) => `O${100 + index}`);
  await using project = await openProject(sandbox, {
    ...dropFiles,
    "in/goods.csv": goods("A"),
    "in/orders-1.csv": orders(...numbers),
  });
  const started = project.start(["drop", "--quiet"]);
  await started.until(() => sandbox.records("sales_orders").length >= 8);
  started.child.kill("SIGKILL");
  await started.ended;
  expect(await filesBelow(project.folder, "in")).toEqual([
    "in/.claimed/PASS/goods.csv",
    "in/.claimed/PASS/orders-1.csv",
  ]);
  await project.write("in/orders-2.csv", orders("O900"));
  const next = await project.call(["drop", "--quiet"]);
  expect(next.exitCode, next.stderr).toBe(0);
  expect(heldBy(sandbox)).toEqual(["A", ...numbers, "O900"]);
  expect(await filesBelow(project.folder, "in")).toEqual([]);
  expect(await filesBelow(project.folder, "done")).toEqual([
    "done/DAY/PASS/goods.csv",
    "done/DAY/PASS/orders-1.csv",
    "done/DAY/PASS/orders-2.csv",
  ]);
});
