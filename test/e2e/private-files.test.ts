// What a run leaves behind is its owner's alone, whatever the umask says, and nothing is written through a link.
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject } from "./program.ts";

const inputs = { products: { file: "products.csv", mapping: "products" } };
const csv = lines("sku,name,category,price", "A,Good,Tools,1.50", "B,Bad,Tools,dear");

/** Everything below a folder, the folder too, with its mode: `d700 ledgers`. */
async function modesIn(folder: string): Promise<readonly string[]> {
  const names = ["", ...(await readdir(folder, { recursive: true }))];
  return Promise.all(
    names.map(async (name) => {
      const found = await lstat(join(folder, name));
      return `${found.isDirectory() ? "d" : "f"}${(found.mode & 0o777).toString(8)} ${name}`;
    }),
  );
}

describe.concurrent.each(["000", "077", "022", "0277", "0777"])("with the umask %s", (umask) => {
  it("state, results, logs and copies are the owner's alone, while a run is under way and afterwards", async () => {
    await using sandbox = await startSandbox({ latencyMs: 300 });
    await using project = await openProject(sandbox, { "import.yaml": jobText(inputs), "products.csv": csv });
    const args = ["run", "import.yaml", "--input", "products=-", "--log-file", "logs/deep/run.log"];
    const run = project.start(args, { umask, stdin: csv });
    await run.until(() => sandbox.counts().started > 1); // after the first question, before anything is read
    const state = join(project.folder, ".luminous-import");
    const during = await modesIn(state);
    expect((await run.ended).exitCode).toBe(3);
    expect((await project.call(["check", "import.yaml"], { umask })).exitCode).toBe(3);
    const all = [...during, ...(await modesIn(state)), ...(await modesIn(join(project.folder, "logs")))];
    expect(all.filter((entry) => !/^(d700|f600) /.test(entry))).toEqual([]);
    const names = [...during, ...all].map((entry) => entry.slice(5)).join("\n");
    for (const name of [
      /db-wal$/m,
      /db-shm$/m,
      /lock\.db$/m,
      /lock\.json$/m,
      /stdin\/\d+$/m,
      /failures\/products/m,
      /summary\.json$/m,
      /run\.log$/m,
    ])
      expect(names).toMatch(name);
  });
});

describe("a link in the state folder", () => {
  it("under a name that is to be written is removed, and what it points to stays as it is", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": jobText(inputs), "products.csv": csv });
    const precious = await project.write("precious", "mine");
    const state = join(project.folder, ".luminous-import");
    const host = `127.0.0.1_${sandbox.port}`;
    await project.call(["run", "import.yaml", "--limit", "1"]);
    const [ledger = ""] = (await readdir(join(state, "ledgers"))).filter((name) => name.endsWith(".db"));
    expect(ledger).toContain(host);
    const planted = [
      "check/results.csv.tmp",
      "check/summary.json.tmp",
      "check/failures/products.csv.tmp",
      "check/summary.json",
      "lock.json.new",
      "lock.json",
    ];
    await mkdir(join(state, "check/failures"), { recursive: true });
    for (const name of planted) await symlink(precious, join(state, name));
    expect((await project.call(["check", "import.yaml"])).exitCode).toBe(3);
    expect((await project.call(["run", "import.yaml"])).exitCode).toBe(3);
    expect(await readFile(precious, "utf8")).toBe("mine");

    const fresh = join(project.folder, "fresh");
    await mkdir(join(fresh, "ledgers"), { recursive: true });
    await symlink(precious, join(fresh, "ledgers", `${ledger}.new`));
    await symlink(precious, join(fresh, "lock.json.new"));
    expect((await project.call(["run", "import.yaml", "--state", "fresh"])).exitCode).toBe(3);
    expect(await readFile(precious, "utf8")).toBe("mine");
  });

  it("in place of a job that init is to write is not followed", async () => {
    await using project = await openProject(undefined, { "products.csv": csv });
    await mkdir(join(project.folder, "out"));
    await symlink(join(project.folder, "elsewhere.yaml"), join(project.folder, "out/import.yaml"));
    const { exitCode } = await project.call(["init", "products.csv", "--out", "out"]);
    expect(exitCode).toBe(2);
    expect(await readdir(project.folder)).not.toContain("elsewhere.yaml");
    await writeFile(join(project.folder, "elsewhere.yaml"), "mine");
    expect((await project.call(["init", "products.csv", "--out", "out"])).exitCode).toBe(2);
    expect(await readFile(join(project.folder, "elsewhere.yaml"), "utf8")).toBe("mine");
  });
});
