// The units of deploy/systemd/: systemd reads them without a word, and the command that they start does its night.
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../e2e/program.ts";
import { openJobFolder, template } from "./templates.ts";

const program = "/usr/local/bin/luminous-import";
const folder = join(repository, "deploy/systemd");
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

/** What systemd says of the units when they are installed, each changed as said. */
async function verified(
  change: (unit: string) => string,
): Promise<{ readonly status: number | null; readonly said: string }> {
  const scratch = await mkdtemp(join(tmpdir(), "luminous-import-units-"));
  try {
    await cp(folder, scratch, { recursive: true });
    const units = (await readdir(scratch)).map((name) => join(scratch, name));
    // The program is not installed here; whatever is in its place has to be there.
    for (const unit of units)
      await writeFile(unit, change((await readFile(unit, "utf8")).replaceAll(program, "/usr/bin/env")));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...units], { encoding: "utf8" });
    return { status, said: `${stdout}${stderr}` };
  } finally {
    await rm(scratch, { recursive: true });
  }
}

it("systemd reads every unit without a complaint", async ({ skip }) => {
  skip(!hasSystemd, "systemd-analyze is not installed");
  expect(await verified((unit) => unit)).toEqual({ status: 0, said: "" });
  // And it would say so.
  const { said } = await verified((unit) => unit.replace("WatchdogSec", "WatchDog").replace("02:15", "25:15"));
  expect(said).toContain("WatchDog");
  expect(said).toContain("25:15");
});

it.each(["drop", "watch"])("luminous-import-%s@.service is left alone after what needs somebody", async (name) => {
  const keys = keysOf(await template(`systemd/luminous-import-${name}@.service`));
  expect(keys.get("RestartPreventExitStatus")?.split(" ")).toEqual(expect.arrayContaining(["2", "5"]));
  expect(keys.get("Restart")).toBe("on-failure");
  expect(keys.get("User")).toBe("luminous-import");
  // The lock of an account is shared by the jobs of a user: a /var/tmp of its own would hide it.
  expect([keys.get("PrivateTmp"), keys.get("ReadWritePaths")]).toEqual([
    undefined,
    expect.stringContaining("/var/tmp"),
  ]);
  // Node compiles while it runs.
  expect(keys.get("MemoryDenyWriteExecute")).toBeUndefined();
});

it("stopping the watch in the middle of a pass is no failure", async () => {
  expect(keysOf(await template("systemd/luminous-import-watch@.service")).get("SuccessExitStatus")).toBe("4");
  expect(keysOf(await template("systemd/luminous-import-drop@.service")).has("SuccessExitStatus")).toBe(false);
});

it("the nightly service's command takes the token from its credentials, and does a night", async () => {
  await using job = await openJobFolder();
  await job.drop("products.csv", "CUP-1,Blue cup,Cups,12.50");
  const keys = keysOf(await template("systemd/luminous-import-drop@.service"));
  expect(keys.get("LoadCredential")).toMatch(/^token:/);
  const [path, ...words] = (keys.get("ExecStart") ?? "").replaceAll("%d", job.project.folder).split(" ");
  expect(path).toBe(program);
  const env = { LUMINOUS_BASE_URL: undefined, LUMINOUS_API_KEY: undefined, HOME: undefined };
  const { exitCode, stderr } = await job.project.call(words, { env });
  expect([exitCode, stderr]).toEqual([0, expect.anything()]);
  expect(job.sandbox.records("products").map(({ key }) => key)).toEqual(["CUP-1"]);
});

/** The last value of each key. */
function keysOf(unit: string): ReadonlyMap<string, string> {
  return new Map([...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = "", value = ""]) => [key, value]));
}
