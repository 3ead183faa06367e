// Machines that lack what a desk has: a user whom the system does not know, no home, no room, nobody who reads the output.
import { spawnSync } from "node:child_process";
import { chown, mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, outcomesOf, type Project, productsCsv, repository } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const files = { "import.yaml": jobText(products), "products.csv": productsCsv(3) };

// Containers run programs as users that no passwd file lists (`docker run -u 12345`).
const stranger = 12_345;
const mayBecomeStranger =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ["-e", `fs.accessSync(${JSON.stringify(join(repository, "dist/cli/bin.js"))})`], {
    uid: stranger,
    gid: stranger,
  }).status === 0;
const noStranger = "only root can become another user, and that one has to be let into this repository";

async function handOver({ folder }: Project): Promise<void> {
  for (const name of ["", "import.yaml", "products.csv"]) await chown(join(folder, name), stranger, stranger);
}

describe.concurrent("a user whom the system does not know", () => {
  it.for([
    { what: "without HOME", HOME: undefined },
    { what: "with a HOME that is not there", HOME: "/nonexistent/home" },
    { what: "with a HOME that belongs to somebody else", HOME: "/root" },
  ])("$what checks, runs, and looks at what was done", async ({ HOME }, { skip }) => {
    skip(!mayBecomeStranger, noStranger);
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    await handOver(project);
    const as = { uid: stranger, env: { HOME } };
    const check = await project.call(["check", "import.yaml"], as);
    expect([check.exitCode, check.stderr]).toEqual([0, expect.not.stringContaining("defect")]);
    const run = await project.report(["run", "import.yaml"], as);
    expect([run.exitCode, outcomesOf(run.rows)]).toEqual([0, { accepted: 3 }]);
    expect((await project.call(["explain", "import.yaml", "P1"], as)).exitCode).toBe(0);
  });

  it("gets a sentence where a profile is asked for and there is no home to look in", async ({ skip }) => {
    skip(!mayBecomeStranger, noStranger);
    await using project = await openProject(undefined, files);
    await handOver(project);
    const env = { HOME: undefined, LUMINOUS_BASE_URL: undefined, LUMINOUS_API_KEY: undefined };
    const { exitCode, stderr } = await project.call(["run", "import.yaml", "--profile", "shop"], {
      uid: stranger,
      env,
    });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("/.config/luminous/config.toml")]);
  });

  it("gets a sentence where the state folder, or the temporary one, is not its own", async ({ skip }) => {
    skip(!mayBecomeStranger, noStranger);
    await using project = await openProject(undefined, files);
    await handOver(project);
    const closed = join(project.folder, "closed");
    await mkdir(closed, { mode: 0o700 });
    const run = await project.call(["run", "import.yaml", "--state", "closed/state"], { uid: stranger });
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining("--state")]);
    const check = await project.call(["check", "import.yaml"], { uid: stranger, env: { TMPDIR: closed } });
    expect([check.exitCode, check.stderr]).toEqual([2, expect.stringContaining("Set TMPDIR")]);
  });
});

it("a working folder that was removed is no defect of ours", async () => {
  await using project = await openProject(undefined, files);
  await mkdir(join(project.folder, "gone"));
  const job = join(project.folder, "import.yaml");
  const bin = join(repository, "dist/cli/bin.js");
  const { status, stderr } = spawnSync(
    "sh",
    ["-c", `cd gone && rmdir ../gone && exec "$@"`, "sh", process.execPath, bin, "check", job],
    { cwd: project.folder, encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([0, expect.not.stringContaining("    at ")]);
});

describe.concurrent("output that cannot be written", () => {
  it.each([
    {
      what: "standard output on a full disk",
      redirect: ">/dev/full",
      says: ["standard output cannot be written", "ENOSPC"],
    },
    { what: "standard error on a full disk", redirect: "2>/dev/full", says: [] },
    { what: "both on a full disk", redirect: ">/dev/full 2>/dev/full", says: [] },
  ])("$what leaves a run its exit code, and its results are there", async ({ redirect, says }) => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    for (const json of [[], ["--json"]]) {
      const run = await project.call(["run", "import.yaml", ...json], { redirect });
      expect(run.exitCode).toBe(0);
      for (const words of says) expect(run.stderr).toContain(words);
      expect(run.stderr).not.toMatch(/ {4}at |defect/);
    }
    const status = await project.call(["status", "import.yaml", "--json"]);
    const { results } = JSON.parse(status.stdout) as { readonly results: { readonly folder: string } };
    expect((await readFile(join(results.folder, "results.csv"), "utf8")).split("\n")).toHaveLength(5);
    await project.write("products.csv", `${productsCsv(3)}P4,,Tools,x\n`);
    expect((await project.call(["run", "import.yaml"], { redirect })).exitCode).toBe(3);
  });

  it("ends a command that only prints with 2, also where the disk fills up in the middle of it", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    await project.call(["run", "import.yaml"]);
    const commands = [
      ["status", "import.yaml"],
      ["explain", "import.yaml", "P1"],
      ["audit", "import.yaml"],
      ["--help"],
    ];
    for (const words of commands) {
      const { exitCode, stderr } = await project.call(words, { redirect: ">/dev/full" });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringMatching(/^standard output cannot be written: .*\nMake room/),
      ]);
    }
    const cut = await project.call(["--help"], { redirect: ">out.txt", limitFileKilobytes: 1 });
    expect([cut.exitCode, cut.stderr]).toEqual([2, expect.stringContaining("standard output cannot be written")]);
    expect((await stat(join(project.folder, "out.txt"))).size).toBe(1024);
  });

  it("because its reader has gone is no loss: nothing is said, and the exit code stays", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    for (const words of [["run", "import.yaml"], ["status", "import.yaml", "--json"], ["--help"]]) {
      const started = project.start(words);
      started.child.stdout?.destroy();
      const { exitCode, stderr } = await started.ended;
      expect([exitCode, stderr]).toEqual([0, expect.not.stringMatching(/ {4}at |defect|cannot be written/)]);
    }
  });
});
