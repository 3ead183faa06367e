// What a run needs besides its files: an account that lets it in, an API that answers, a state folder that is its own and
// a disk with room. When one is missing the run says so, and nothing is lost.
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, outcomesOf, productsCsv, readReport, writesOf } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };

describe.concurrent("the account", () => {
  it("that is refused ends the run before anything is read: exit 5, no run begun, no token in any output", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": productsCsv(8),
    });
    const env = { LUMINOUS_API_KEY: "wrong-token-4711" };
    const run = await project.call(["run", "import.yaml", "--log-file", "-"], { env });
    expect([run.exitCode, run.stdout]).toEqual([5, ""]);
    expect(run.stderr).toContain(`${sandbox.url} (LUMINOUS_BASE_URL) refused the account: HTTP 401`);
    expect(run.stderr).toContain("/settings/api-tokens");
    expect(existsSync(join(project.folder, ".luminous-import", "runs"))).toBe(false);
    expect(sandbox.counts().started).toBe(1);
    expect(run.stderr).not.toContain("4711");

    const again = await project.report(["run", "import.yaml"]);
    expect([again.exitCode, outcomesOf(again.rows)]).toEqual([0, { accepted: 8 }]);
  });

  it("that nobody named is asked for by the names of the settings", async () => {
    await using project = await openProject(undefined, {
      "import.yaml": jobText(products),
      "products.csv": productsCsv(1),
    });
    const none = await project.call(["run", "import.yaml"], { env: { LUMINOUS_BASE_URL: "" } });
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain("LUMINOUS_COMPANY");
    const noToken = await project.call(["run", "import.yaml"], { env: { LUMINOUS_API_KEY: "" } });
    expect(noToken.exitCode).toBe(2);
    expect(noToken.stderr).toContain("LUMINOUS_API_KEY");
    const onCommandLine = await project.call(["run", "import.yaml", "--token", "secret"]);
    expect(onCommandLine.exitCode).toBe(2);
    expect(onCommandLine.stderr).toContain("--token-file");
  });
});

describe.concurrent("an API that does not answer", () => {
  // Here it has two seconds; that nobody waits longer than half a minute is told with a clock in dispatch/outage.test.ts.
  it("from the start ends the run with the address and the setting it came from; later everything is sent", async () => {
    await using sandbox = await startSandbox();
    const patience = "requests_per_second: 1000, outage_patience_minutes: 0.03";
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products, "", patience),
      "products.csv": productsCsv(5),
    });
    const closed = await startSandbox();
    const address = closed.url;
    await closed[Symbol.asyncDispose]();
    const down = await project.report(["run", "import.yaml"], { env: { LUMINOUS_BASE_URL: address } });
    expect(down.exitCode).toBe(4);
    expect(down.summary.stopped).toMatchObject({ code: "OUTAGE" });
    expect(down.summary.stopped?.message).toContain(`${address} (LUMINOUS_BASE_URL) cannot be reached`);
    expect(down.summary.stopped?.message).toContain("ECONNREFUSED");
    expect(down.summary.stopped?.hint).toContain("check the address");
    expect(outcomesOf(down.rows)).toEqual({ pending: 5 });

    const up = await project.report(["run", "import.yaml"]);
    expect([up.exitCode, outcomesOf(up.rows)]).toEqual([0, { accepted: 5 }]);
  });
});

describe.concurrent("the state folder", () => {
  it("that another run holds is left alone: exit 2, naming the holder", async () => {
    await using sandbox = await startSandbox({ latencyMs: 150 });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products, "", "requests_per_second: 1000, concurrency: 1, read_lag_seconds: 0"),
      "products.csv": productsCsv(400),
    });
    const first = project.start(["run", "import.yaml"]);
    await first.until(() => sandbox.counts().created.products > 0);
    const before = sandbox.counts().started;
    const second = await project.call(["run", "import.yaml"]);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain(`.luminous-import is in use by process ${first.child.pid}`);
    expect(second.stderr).toContain("run the same command again");
    const status = await project.call(["status", "import.yaml"]);
    expect(status.exitCode).toBe(0);
    first.child.kill("SIGINT");
    expect((await first.ended).exitCode).toBe(4);
    expect(before).toBeGreaterThan(0);
    expect(sandbox.counts().duplicates.products).toBe(0);
  });

  it("in which results cannot be written is named before anything is sent", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": productsCsv(1),
      ".luminous-import/runs": "a file where the folder of the runs should be",
    });
    const { exitCode, stderr } = await project.call(["run", "import.yaml"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("cannot be written");
    expect(stderr).toContain("check that the state folder exists and that you may write to it");
    expect(writesOf(sandbox)).toBe(0);
  });

  it("that cannot be made is named before anything is sent", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": productsCsv(1),
      "a-file": "",
    });
    const { exitCode, stderr } = await project.call(["run", "import.yaml", "--state", "a-file"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--state");
    expect(sandbox.counts().started).toBe(0);
  });
});

describe.concurrent("a full disk", () => {
  // A limit on the size of files stands in for it: nobody needs to be root to set one, and writes really fail.
  it.skipIf(process.platform === "win32").each([
    { when: "while reading", kilobytes: 100, sent: 0 },
    { when: "while sending", kilobytes: 1200, sent: 1 },
  ])(
    "$when stops the run with exit 4, and the same command completes it without a duplicate",
    async ({ kilobytes, sent }) => {
      await using sandbox = await startSandbox();
      await using project = await openProject(sandbox, {
        "import.yaml": jobText(products),
        "products.csv": productsCsv(600),
      });
      const full = await project.call(["run", "import.yaml"], { limitFileKilobytes: kilobytes });
      expect(full.stderr).toContain("the ledger cannot grow");
      expect(full.stderr).toContain("make room on the disk");
      expect(full.exitCode).toBe(4);
      expect(Math.sign(sandbox.counts().created.products)).toBe(sent);
      expect(sandbox.counts().created.products).toBeLessThan(600);

      const again = await project.report(["run", "import.yaml"]);
      expect(again.exitCode).toBe(0);
      expect(again.rows).toHaveLength(600);
      expect(sandbox.records("products")).toHaveLength(600);
      expect(sandbox.counts()).toMatchObject({ defects: 0, duplicates: { products: 0 } });
    },
  );

  it("while the results are written says so; the check can be had again", async () => {
    await using project = await openProject(undefined, {
      "import.yaml": jobText(products),
      "products.csv": productsCsv(1),
      // The disk takes everything but this one file.
      "full-disk.mjs": `
        import files from "node:fs/promises";
        import { syncBuiltinESMExports } from "node:module";
        const { open } = files;
        files.open = async (path, ...rest) => {
          const file = await open(path, ...rest);
          if (String(path).endsWith("results.csv.tmp"))
            file.appendFile = () => Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC" }));
          return file;
        };
        syncBuiltinESMExports();
      `,
    });
    const preload = ["--import", pathToFileURL(join(project.folder, "full-disk.mjs")).href];
    const full = await project.call(["check", "import.yaml"], { node: preload });
    expect(full.exitCode).toBe(2);
    expect(full.stderr).toContain("results.csv: the disk is full (ENOSPC)");
    expect(full.stderr).toContain("free some space");
    expect((await project.report(["check", "import.yaml"])).exitCode).toBe(0);
  });
});

describe("a state folder that somebody touches while a run is under way", () => {
  it("ends the run once it is deleted: exit 4, saying so, and the next run asks before it sends", async () => {
    await using sandbox = await startSandbox({ latencyMs: 20 });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products, "", "requests_per_second: 1000, concurrency: 2, read_lag_seconds: 0"),
      "products.csv": productsCsv(200),
    });
    const run = project.start(["run", "import.yaml"]);
    await run.until(() => writesOf(sandbox) >= 10);
    await rm(join(project.folder, ".luminous-import"), { recursive: true });
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(4);
    expect(stderr).toContain("the ledger was removed while it was in use");
    // Nothing of it comes back.
    expect(await readdir(join(project.folder, ".luminous-import"), { recursive: true }).catch(() => [])).toEqual([]);
    const stored = writesOf(sandbox);
    expect(stored).toBeLessThan(200);
    const again = await project.report(["run", "import.yaml"]);
    expect(again.exitCode).toBe(0);
    expect(sandbox.counts().created.products).toBe(200);
  });

  it("keeps a run's results though the run's folder was deleted meanwhile", async () => {
    await using sandbox = await startSandbox({ latencyMs: 20 });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products, "", "requests_per_second: 1000, concurrency: 2, read_lag_seconds: 0"),
      "products.csv": productsCsv(30),
    });
    const run = project.start(["run", "import.yaml", "--json"]);
    await run.until(() => writesOf(sandbox) >= 5);
    await rm(join(project.folder, ".luminous-import", "runs"), { recursive: true });
    const { exitCode, rows } = await readReport(await run.ended);
    expect([exitCode, outcomesOf(rows)]).toEqual([0, { accepted: 30 }]);
  });
});
