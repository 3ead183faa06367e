// `drop --watch` as it is built: what comes is imported, nothing is said while nothing happens, and it ends when it is told to.
// When passes are made is in test/drop/watch/, kills are in drop-chaos.test.ts.
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { openProject, type Project, productsCsv, type Started } from "./program.ts";

const job = (more = "") => `version: 1
limits: { requests_per_second: 1000, concurrency: 2, read_lag_seconds: 0, outage_patience_minutes: 0.005 }
drop: { inbox: in, archive: done, quarantine: failed, quiet_seconds: 0.05 }
${more}
inputs:
  - { name: products, match: "products*.csv", mapping: products.yaml }
`;
const mapping =
  "version: 1\nresource: products\nfields: { sku: sku, name: name, category.name: category, retail_price: price }\n";

function project(sandbox: Sandbox | undefined): Promise<Project> {
  return openProject(sandbox, { "import.yaml": job(), "products.yaml": mapping, "in/.keep": "" });
}

function watch(at: Project, ...options: readonly string[]): Started {
  return at.start(["drop", "import.yaml", "--watch", "--poll", "0.2", ...options]);
}

const held = (sandbox: Sandbox): number => sandbox.records("products").length;

async function archived({ folder }: Project): Promise<readonly string[]> {
  const names = await readdir(join(folder, "done"), { recursive: true }).catch(() => []);
  return names.filter((name) => /products[^/]*\.csv$/.test(name) && !name.includes("/results/"));
}

async function untilArchived(at: Project, files: number): Promise<void> {
  while ((await archived(at)).length < files) await wait(10);
}

it("imports what comes, a JSON line for each pass, is silent otherwise, and ends with 0 on SIGTERM", async () => {
  await using sandbox = await startSandbox();
  await using at = await project(sandbox);
  await at.write("in/products-1.csv", productsCsv(2));
  const { child, ended, stderr } = watch(at, "--json", "--listen", "127.0.0.1:0");
  await untilArchived(at, 1);
  await at.write("in/products-2.csv", productsCsv(3));
  await untilArchived(at, 2);
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(stderr()) ?? [];
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^luminous_import_${name} (.*)$`, "m").exec(await (await fetch(`${url}/metrics`)).text())?.[1];
  while ((await metric("pass_under_way")) !== "0") await wait(10);
  expect(await metric('files_total\\{fate="archived"\\}')).toBe("2");
  expect(await metric('rows_total\\{outcome="accepted"\\}')).toBe("3");
  expect(await metric('rows_total\\{outcome="unchanged"\\}')).toBe("2");
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ state: "idle", last_pass: { exit_code: 0 } });

  const said = stderr();
  await wait(1000); // five polls
  expect(stderr()).toBe(said);
  child.kill("SIGTERM");
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines).toMatchObject([
    { exit_code: 0, drop: { taken: 1, quarantined: [], waiting: 0 } },
    { exit_code: 0, drop: { taken: 1 } },
  ]);
  expect(held(sandbox)).toBe(3);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

it("lets what is in flight settle on SIGTERM, ends with 4 when the pass was cut, and goes on at the next start", async () => {
  await using sandbox = await startSandbox({ latencyMs: 50 });
  await using at = await project(sandbox);
  await at.write("in/products.csv", productsCsv(40));
  const first = watch(at);
  await first.until(() => held(sandbox) > 3);
  first.child.kill("SIGTERM");
  const { exitCode } = await first.ended;
  const { maxInFlightPerKey } = sandbox.counts();
  expect(exitCode).toBe(4);
  expect(await archived(at)).toEqual([]);
  expect(held(sandbox)).toBeLessThan(40);

  const second = watch(at);
  await untilArchived(at, 1);
  second.child.kill("SIGTERM");
  expect((await second.ended).exitCode).toBe(0);
  expect(held(sandbox)).toBe(40);
  expect(maxInFlightPerKey).toBe(1);
  for (const { received } of sandbox.records("products")) expect(received).toHaveLength(1);
});

it("names every fault of a job that was broken meanwhile, imports nothing until it is good again, and then does", async () => {
  await using sandbox = await startSandbox();
  await using at = await project(sandbox);
  const { child, ended, until, stderr } = watch(at);
  await until(() => stderr().includes("Watching"));
  await at.write("products.yaml", mapping.replace("name: name", "naem: name").replace("retail_price", "retail_prise"));
  await until(() => stderr().includes("Nothing is imported until that is fixed"));
  await at.write("in/products.csv", productsCsv(2));
  await wait(700);
  expect(held(sandbox)).toBe(0);
  expect(stderr()).toMatch(/products\.yaml:3:.*naem/);
  expect(stderr()).toMatch(/products\.yaml:3:.*retail_prise/);
  expect(stderr().match(/Nothing is imported/g)).toHaveLength(1);

  await at.write("products.yaml", mapping.replace("name: name", "name: { from: name, apply: [upper] }"));
  await untilArchived(at, 1);
  expect(sandbox.records("products", "P1")[0]?.content).toMatchObject({ name: "PRODUCT 1" });
  child.kill("SIGINT");
  expect((await ended).exitCode).toBe(0);
});

it("ends with 5 when the account refuses the token, and with 2 when the job is broken from the beginning", async () => {
  await using sandbox = await startSandbox({ token: "another" });
  await using at = await project(sandbox);
  await at.write("in/products.csv", productsCsv(1));
  expect((await watch(at).ended).exitCode).toBe(5);
  await at.write("import.yaml", job("channle: { label: x }"));
  expect(await watch(at).ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("channle") });
});

it("says when it tries again after an outage, and ends with 0 between two tries", async () => {
  await using at = await project(undefined);
  await at.write("in/products.csv", productsCsv(1));
  const { child, ended, until, stderr } = watch(at);
  await until(() => /The watch goes on: next try at \d/.test(stderr()));
  child.kill("SIGTERM");
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  expect(stdout.replace(/\s+/g, " ")).toContain("the watch goes on with it by itself");
  expect(stdout).not.toContain("--watch");
});

it("refuses --poll and --listen without --watch", async () => {
  await using at = await project(undefined);
  for (const option of [
    ["--poll", "5"],
    ["--listen", "127.0.0.1:0"],
  ]) {
    const { exitCode, stderr } = await at.call(["drop", "import.yaml", ...option]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${option[0]} is for --watch`);
  }
});

it("tells a service manager that it is ready, what it did, and that it stops", async () => {
  await using sandbox = await startSandbox();
  await using at = await project(sandbox);
  const command = await at.write("bin/systemd-notify", `#!/bin/sh\necho "$*" >> "${at.folder}/heard"\n`);
  await chmod(command, 0o755);
  await at.write("in/products.csv", productsCsv(1));
  const env = { PATH: `${at.folder}/bin:${process.env.PATH}`, NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "200000" };
  const { child, ended } = at.start(["drop", "import.yaml", "--watch", "--quiet"], { env });
  const heard = async (): Promise<string> => readFile(join(at.folder, "heard"), "utf8").catch(() => "");
  while (!/STATUS=last pass .*: 1 file \(exit code 0\)/.test(await heard()) || !(await heard()).includes("WATCHDOG=1"))
    await wait(10);
  child.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
  const lines = (await heard())
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "WATCHDOG=1");
  expect(lines[0]).toBe(`READY=1 STATUS=watching ${at.folder}/in`);
  expect(lines.at(-1)).toBe("STOPPING=1");
});
