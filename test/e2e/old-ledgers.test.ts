// The built program on a ledger that an older version left: what it says, and a disk that is full.
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { migrations } from "../../src/ledger/sqlite/storage/schema.ts";
import { accountOf, neutral, oldFolder, oldVersions } from "../ledger/sqlite/old-ledger.ts";
import { openProject } from "./program.ts";

const newest = migrations.length;

describe.concurrent.each(await oldVersions())("a ledger of version %i", (version) => {
  it("is read as it is, upgraded by a run that says so, and its copy goes with the next one", async () => {
    await using sandbox = await accountOf(version);
    await using project = await openProject(sandbox);
    const { ledger } = await oldFolder(version, sandbox.url, project.folder);
    const before = await readFile(ledger);
    const status = await project.call(["status", "import.yaml"]);
    expect([status.exitCode, status.stdout]).toEqual([
      0,
      expect.stringContaining("Next: luminous-import run import.yaml"),
    ]);
    const explained = await project.call(["explain", "import.yaml", "O-15"]);
    expect([explained.exitCode, explained.stdout]).toEqual([0, expect.stringContaining("What happened")]);
    const audited = await project.call(["audit", "import.yaml"]);
    expect([audited.exitCode, audited.stdout]).toEqual([0, expect.stringContaining("Every law holds.")]);
    expect((await readFile(ledger)).equals(before)).toBe(true);

    const run = await project.call(["run", "import.yaml"]);
    expect(run.exitCode).toBe(3); // some rows are invalid by design
    const copy = `${ledger}.before-v${newest}`;
    expect(run.stderr).toContain(
      `The ledger was brought from version ${version} to ${newest}. As it was before: ${copy}`,
    );
    expect(sandbox.counts().duplicates).toMatchObject({ channels: 0, products: 0, sales_orders: 0 });
    await project.call(["run", "import.yaml"]);
    expect(await readdir(dirname(ledger))).not.toContain(basename(copy));
  });

  it("is upgraded by a purge too, and the copy goes with the next one", async () => {
    await using project = await openProject();
    const { ledger } = await oldFolder(version, neutral.baseUrl, project.folder);
    const purge = () => project.call(["state", "purge", "--before", "2000-01-01"]);
    expect((await purge()).stdout).toBe("removed 0 runs with 0 entries and 0 rows\n");
    const copy = `${basename(ledger)}.before-v${newest}`;
    expect(await readdir(dirname(ledger))).toContain(copy);
    expect((await purge()).stdout).toMatch(/^0\.\d MB in copies from before an upgrade came free$/m);
    expect(await readdir(dirname(ledger))).not.toContain(copy);
  });

  it("stays as it is on a disk that fills up while it is copied", async () => {
    await using sandbox = await accountOf(version);
    await using project = await openProject(sandbox);
    const { ledger } = await oldFolder(version, sandbox.url, project.folder);
    const before = await readFile(ledger);
    const requests = sandbox.counts().requests;
    const run = await project.call(["run", "import.yaml"], { limitFileKilobytes: 100 });
    expect([run.exitCode, run.stderr]).toEqual([4, expect.stringContaining("make room on the disk")]);
    expect((await readFile(ledger)).equals(before)).toBe(true);
    expect((await readdir(dirname(ledger))).filter((name) => name.includes(".before-"))).toEqual([]);
    // Only the question whether the account takes the token.
    expect(sandbox.counts().requests).toEqual({ ...requests, "GET /warehouses": 1 });
    expect((await project.call(["run", "import.yaml"])).exitCode).toBe(3);
  });
});
