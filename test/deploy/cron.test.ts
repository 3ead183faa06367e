// deploy/cron and deploy/logrotate: the line of the crontab in the environment that cron gives, and the rotation of its log.
import { execFile, spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { canary, type JobFolder, openJobFolder, template } from "./templates.ts";

const command = promisify(execFile);
const jobFolder = "/srv/luminous-import/acme";

/** The variables and the one line of a crontab of /etc/cron.d. */
async function crontab() {
  const text = (await template("cron/luminous-import"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const variables = text.filter((line) => /^\w+=/.test(line));
  const [line = "", ...more] = text.filter((each) => !variables.includes(each));
  const [, schedule = "", user = "", typed = ""] = /^((?:[\d*/,-]+ ){4}[\d*/,-]+) {2}(\S+) {2}(.+)$/.exec(line) ?? [];
  return { variables, schedule, user, typed, more };
}

/** What cron would mail: what the line writes, in an environment with next to nothing in it. */
async function night({ project, bin }: JobFolder): Promise<string> {
  const { variables, typed } = await crontab();
  const path = variables.find((each) => each.startsWith("PATH=")) ?? "PATH=";
  const env = ["HOME=/nonexistent", "LOGNAME=luminous-import", "SHELL=/bin/sh", `${path}:${bin}`];
  const line = typed.replaceAll(jobFolder, project.folder);
  const { stdout, stderr } = await command("env", ["-i", ...env, "/bin/sh", "-c", line], { cwd: "/" });
  return stdout + stderr;
}

it("the crontab has one line, for a user who is not root, with no % that cron would take for a line end", async () => {
  const { schedule, user, typed, more, variables } = await crontab();
  expect(schedule.split(" ")).toHaveLength(5);
  expect([user, more]).toEqual(["luminous-import", []]);
  expect(typed).not.toContain("%");
  expect(variables.map((each) => each.split("=")[0])).toEqual(["MAILTO", "PATH"]);
});

it("its line mails nothing while every row is in, and what is left otherwise", async () => {
  await using job = await openJobFolder();
  expect(await night(job)).toBe("");
  await job.drop("products-1.csv", "CUP-1,Blue cup,Cups,12.50");
  expect(await night(job)).toBe("");
  expect(job.sandbox.records("products").map(({ key }) => key)).toEqual(["CUP-1"]);
  await job.drop("products-2.csv", "CUP-2,Red cup,Cups,on request");
  const mail = await night(job);
  expect(mail).toContain("on request");
  const log = await readFile(join(job.project.folder, "logs/nightly.log"), "utf8");
  expect(log).not.toBe("");
  expect(mail + log).not.toContain(canary);
});

it("logrotate rotates the log, and the next night writes on", async ({ skip }) => {
  skip(spawnSync("logrotate", ["--version"]).status !== 0, "logrotate is not installed");
  await using job = await openJobFolder();
  await job.drop("products.csv", "CUP-1,Blue cup,Cups,12.50");
  await night(job);
  const { username } = userInfo();
  const group = (await command("id", ["-gn"])).stdout.trim();
  const rules = (await template("logrotate/luminous-import"))
    .replaceAll("/srv/luminous-import/*", job.project.folder)
    .replace("su luminous-import luminous-import", `su ${username} ${group}`);
  const config = await job.project.write("logrotate.conf", rules);
  await command("chmod", ["644", config]);
  await command("logrotate", ["--force", "--state", join(job.project.folder, "logrotate.state"), config]);
  const names = async () => (await readdir(join(job.project.folder, "logs"))).filter((name) => !name.startsWith("."));
  expect((await names()).sort()).toEqual(["nightly.log", "nightly.log.1"]);
  await writeFile(join(job.project.folder, "in/products.csv"), "sku,name,category,price\nCUP-2,Red cup,Cups,1\n");
  await night(job);
  expect(await readFile(join(job.project.folder, "logs/nightly.log"), "utf8")).not.toBe("");
});
