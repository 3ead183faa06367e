// `status` beside a run of the built program that is really under way, killed, or long over.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, type Project, productsCsv } from "./program.ts";

const count = 60;
/** A run that lasts long enough to be looked at several times. */
const unhurried = jobText(
  { products: { file: "products.csv", mapping: "./products.yaml" } },
  "",
  "requests_per_second: 5, concurrency: 2, read_lag_seconds: 0",
);
const files = {
  "import.yaml": unhurried,
  "products.yaml":
    "version: 1\nresource: products\nfields: { sku: sku, name: name, category.name: category, retail_price: price }\n",
  "products.csv": productsCsv(count),
};
/** No account is named: none is needed for a job that has run. */
const nowhere = { env: { LUMINOUS_BASE_URL: undefined, LUMINOUS_API_KEY: undefined } };

interface Status {
  readonly state: string;
  readonly pid: number | null;
  readonly progress: {
    readonly phases: readonly { readonly phase: string; readonly entries: number; readonly done: number }[];
  } | null;
}

/** Starts a run and waits until it has sent something and says so. */
async function underWay(project: Project) {
  const started = project.start(["run", "import.yaml"]);
  let status: Status | undefined;
  for (let tries = 0; tries < 200 && (status?.progress?.phases[0]?.done ?? 0) === 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const ended = await project.call(["status", "import.yaml", "--json"], nowhere);
    if (ended.exitCode === 0) status = JSON.parse(ended.stdout) as Status;
  }
  if (status === undefined) throw new Error("status never said anything");
  return { started, status };
}

describe("status", () => {
  it("tells pid and figures of a run that is under way, follows it to its end, and then says its closing", async () => {
    await using sandbox = await startSandbox({ latencyMs: 50 });
    await using project = await openProject(sandbox, files);
    const { started, status } = await underWay(project);
    expect(status).toMatchObject({ state: "under_way", pid: started.child.pid });
    expect(status.progress?.phases).toEqual([
      expect.objectContaining({ phase: "products", entries: count, done: expect.any(Number) }),
    ]);
    const text = await project.call(["status", "import.yaml"], nowhere);
    expect(text.stdout).toMatch(
      new RegExp(
        `^\\S+: this run is under way, process ${started.child.pid}, since \\d\\d:\\d\\d:\\d\\d \\(\\d+ s\\)\\.\n`,
      ),
    );
    expect(text.stdout).toContain(" of 60");
    expect(text.stdout).toMatch(/accepted \d+ · failed 0 · 429: 0/);
    expect(text.stdout).toMatch(/\nFollow it: luminous-import status import\.yaml --watch\n$/);
    const runs = await project.call(["status", "import.yaml", "--runs"], nowhere);
    expect(runs.stdout).toMatch(/run {2,}under way\n$/m);

    const watched = await project.call(["status", "import.yaml", "--watch", "--json"], nowhere);
    const ran = await started.ended;
    expect(ran.exitCode).toBe(0);
    const lines = watched.stdout.trimEnd().split("\n");
    const progress = lines.slice(0, -1).map((line) => JSON.parse(line) as NonNullable<Status["progress"]>);
    const done = progress.map(({ phases }) => phases[0]?.done ?? 0);
    expect(done.length).toBeGreaterThan(0);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ exit_code: 0, totals: { rows: count } });

    const after = await project.call(["status", "import.yaml"], nowhere);
    expect(after.stdout).toBe(`${after.stdout.split("\n")[0]}\n${ran.stdout}`);
    const [run = ""] = await readdir(join(project.folder, ".luminous-import/runs"));
    expect(await readdir(join(project.folder, ".luminous-import/runs", run))).not.toContain("progress.json");
  });

  it("says that a run was killed, how far it was, and what continues it; its successor ends well", async () => {
    await using sandbox = await startSandbox({ latencyMs: 50 });
    await using project = await openProject(sandbox, files);
    const { started } = await underWay(project);
    started.child.kill("SIGKILL");
    await started.ended;
    const killed = await project.call(["status", "import.yaml"], nowhere);
    expect(killed.exitCode).toBe(0);
    expect(killed.stdout).toMatch(/^\S+: this run, begun at [\d:]+, was killed/);
    expect(killed.stdout).toContain(" of 60");
    expect(killed.stdout).toMatch(/\nNext: luminous-import run import\.yaml\n$/);
    const json = JSON.parse((await project.call(["status", "import.yaml", "--json"], nowhere)).stdout) as Status;
    expect(json).toMatchObject({ state: "killed", pid: null, progress: { phases: [{ entries: count }] } });
    const [run = ""] = await readdir(join(project.folder, ".luminous-import/runs"));
    const file = join(project.folder, ".luminous-import/runs", run, "progress.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    await project.write("import.yaml", unhurried.replace("requests_per_second: 5", "requests_per_second: 1000"));
    const again = await project.report(["run", "import.yaml"]);
    expect(again.exitCode).toBe(0);
    expect(sandbox.records("products")).toHaveLength(count);
    const runs = await project.call(["status", "import.yaml", "--runs"], nowhere);
    expect(
      runs.stdout
        .trimEnd()
        .split("\n")
        .map((line) => /(exit|0|killed)$/.exec(line)?.[0]),
    ).toEqual(["exit", "0", "killed"]);
  });

  it("takes the account that is given, and names the others where the job has run", async () => {
    await using one = await startSandbox();
    await using other = await startSandbox();
    await using project = await openProject(one, { ...files, "products.csv": productsCsv(2) });
    await project.call(["run", "import.yaml"]);
    const elsewhere = { env: { LUMINOUS_BASE_URL: other.url } };
    const none = await project.call(["status", "import.yaml"], elsewhere);
    expect(none).toMatchObject({ exitCode: 2, stdout: "" });
    expect(none.stderr).toContain(`no run of import.yaml at ${other.url} yet`);
    expect(none.stderr).toContain(`LUMINOUS_BASE_URL=${one.url} luminous-import status import.yaml`);
    await project.call(["run", "import.yaml"], elsewhere);
    const newest = await project.call(["status", "import.yaml"], nowhere);
    expect(newest.stdout.split("\n")[0]).toContain(` at ${other.url} (other runs: ${one.url})`);
    const given = await project.call(["status", "import.yaml"]);
    expect(given.stdout.split("\n")[0]).toContain(` at ${one.url}`);
    const runs = JSON.parse((await project.call(["status", "import.yaml", "--runs", "--json"], nowhere)).stdout);
    expect(runs).toMatchObject([
      { account: other.url, rows: { accepted: 2 } },
      { account: one.url, rows: { accepted: 2 } },
    ]);
  });
});
