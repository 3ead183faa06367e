// `explain` of the built program: after a crash, without token and network, and for machines.
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, productsCsv } from "./program.ts";

const job = jobText(
  { products: { file: "products.csv", mapping: "products" } },
  "",
  "requests_per_second: 1000, concurrency: 2, timeout_seconds: 20, read_lag_seconds: 0",
);
const files = { "import.yaml": job, "products.csv": productsCsv(4) };
const noToken = { LUMINOUS_API_KEY: "" };

describe.concurrent("explain", () => {
  it("tells what a killed run left in doubt, also where nobody answers any more", async () => {
    await using sandbox = await startSandbox({ faults: { "hang-after": 1 } });
    await using project = await openProject(sandbox, files);
    const killed = project.start(["run", "import.yaml"]);
    // It hangs now.
    while (sandbox.counts().created.products === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.child.kill("SIGKILL");
    await killed.ended;

    const before = await project.call(["explain", "import.yaml", "P1"], { env: noToken });
    expect(before).toMatchObject({ exitCode: 0, stderr: "" });
    expect(before.stdout).toContain("create sent: how it ended is not known");

    await sandbox[Symbol.asyncDispose]();
    const offline = await project.call(["explain", "import.yaml", "products.csv:2"], { env: noToken });
    expect(offline).toMatchObject({ exitCode: 0, stdout: before.stdout });
  });

  it("prints the same as JSON, and nothing else on stdout", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    await project.report(["run", "import.yaml"]);
    await project.write("products.csv", productsCsv(3));
    const { exitCode, stdout } = await project.call(["explain", "import.yaml", "P4", "--json"], { env: noToken });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      asked: "P4",
      account: sandbox.url,
      row: null,
      entries: [
        { key: "P4", outcome: "accepted", events: [{ kind: "send", result: "accepted" }], rows: [{ line: 5 }] },
      ],
    });
  });

  it("ends with 2 and names what is near, when the ledger knows neither key nor line", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    await project.report(["run", "import.yaml"]);
    const unknown = await project.call(["explain", "import.yaml", "P44"]);
    expect([unknown.exitCode, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain('"P4"');
    expect(await project.call(["explain", "import.yaml"])).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("says that a job was only checked, and where that has its results", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    await project.call(["check", "import.yaml"]);
    const { exitCode, stderr } = await project.call(["explain", "import.yaml", "P1"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^import\.yaml has not been run yet: explain tells what became of a run\n.*check.results\.csv/,
    );
  });

  it("finds the only ledger of a job that names no account any more", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, files);
    await project.report(["run", "import.yaml"]);
    const env = { LUMINOUS_BASE_URL: "", LUMINOUS_API_KEY: "" };
    expect((await project.call(["explain", "import.yaml", "P1"], { env })).stdout).toContain('products "P1": created');
  });
});
