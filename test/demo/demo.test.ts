// The demo in a folder: what it writes, what it leaves alone, how it ends.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { excerpt } from "../../src/demo/excerpt.ts";
import { ledgersIn } from "../../src/ledger/host.ts";
import { command } from "../cli/world.ts";
import { jobFolder } from "../staging/job-folder.ts";

describe("the demo", () => {
  it("shows check, run, a fix, retry and explain, and leaves nothing but its folder", async () => {
    await using folder = await jobFolder({});
    // What would lead to an account, or through a proxy, counts for nothing.
    const env = {
      LUMINOUS_BASE_URL: "http://127.0.0.1:9/v1",
      LUMINOUS_API_KEY: "real",
      HTTP_PROXY: "http://127.0.0.1:9",
    };
    const { exitCode, stdout } = await command(["demo"], { cwd: folder.path, env });
    expect(exitCode).toBe(0);
    const typed = [...stdout.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line);
    expect(typed).toEqual([
      "luminous-import check luminous-demo/import.yaml",
      "luminous-import run luminous-demo/import.yaml",
      "luminous-import retry luminous-demo/import.yaml",
      "luminous-import explain luminous-demo/import.yaml KIT-FIRE",
    ]);
    expect(stdout).toContain("Variant Price: €24.90  →  24.90");
    expect(stdout).toMatch(/retry finished .*: 5 rows, 4 entries/);
    expect(stdout).toContain('products "KIT-FIRE": created');
    const steps = stdout.split(/^\$ /m).slice(1);
    expect(steps.map((step) => step.split("\n").length).filter((lines) => lines > 42)).toEqual([]);
    expect(stdout.trimEnd().split("\n").slice(-3)).toEqual([
      "  luminous-import init your-file.csv",
      "  luminous-import check luminous-demo/import.yaml --show 1",
      "  luminous-import explain luminous-demo/import.yaml KIT-FIRE",
    ]);
    expect(await readdir(folder.path)).toEqual(["luminous-demo"]);
    // Nothing of it can reach an account by mistake.
    const job = await readFile(join(folder.path, "luminous-demo/import.yaml"), "utf8");
    expect(job).toMatch(/^api: \{ base_url: http:\/\/127\.0\.0\.1:\d+\//m);
  });

  it("writes its own folder anew", async () => {
    await using folder = await jobFolder({});
    const at = { cwd: folder.path };
    expect((await command(["demo", "x"], at)).exitCode).toBe(0);
    expect((await command(["demo", "x"], at)).exitCode).toBe(0);
    // One ledger: explain needs no address.
    const told = await command(["explain", "x/import.yaml", "KIT-FIRE"], at);
    expect([told.exitCode, told.stderr]).toEqual([0, ""]);
  });

  it("does not lose what somebody changed in it, unless told so", async () => {
    await using folder = await jobFolder({});
    const at = { cwd: folder.path };
    await command(["demo", "x"], at);
    const kits = join(folder.path, "x/exports/kits.csv");
    await writeFile(kits, "changed\n");
    const { exitCode, stderr } = await command(["demo", "x"], at);
    expect([exitCode, stderr]).toEqual([
      2,
      "x/exports/kits.csv was changed, and the demo would write it anew\nName another folder: luminous-import demo x-2. Or lose what was changed, with --force.\n",
    ]);
    expect(await readFile(kits, "utf8")).toBe("changed\n");
    expect((await command(["demo", "x", "--force"], at)).exitCode).toBe(0);
    expect(await readFile(kits, "utf8")).not.toBe("changed\n");
  });

  it("ends where no folder can be made", async () => {
    await using folder = await jobFolder({});
    const { exitCode, stderr } = await command(["demo", "/proc/x"], { cwd: folder.path });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("/proc/x cannot be used as a folder")]);
  });

  it("leaves a folder alone that holds something else, and its files with --force", async () => {
    await using folder = await jobFolder({ "mine/notes.txt": "mine" });
    const { exitCode, stderr } = await command(["demo", "mine"], { cwd: folder.path });
    expect([exitCode, stderr]).toEqual([
      2,
      "mine holds something else than the demo\nName another folder: luminous-import demo mine-2. Or write into it with --force.\n",
    ]);
    expect(await readdir(join(folder.path, "mine"))).toEqual(["notes.txt"]);
    expect((await command(["demo", "mine", "--force"], { cwd: folder.path })).exitCode).toBe(0);
    expect(await readFile(join(folder.path, "mine/notes.txt"), "utf8")).toBe("mine");
  });

  it("never removes the ledger of an account", async () => {
    await using folder = await jobFolder({});
    const state = join(folder.path, "mine/.luminous-import");
    await mkdir(state, { recursive: true });
    await using ledger = await ledgersIn({ state }).open("https://acme.example/v1", "write");
    expect(ledger).toBeDefined();
    const { exitCode, stderr } = await command(["demo", "mine", "--force"], { cwd: folder.path });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("mine holds the ledger of an account: https://acme.example/v1");
    expect(await readdir(state)).toEqual(["ledgers"]);
  });

  it("cannot be a file", async () => {
    await using folder = await jobFolder({ file: "" });
    const { exitCode, stderr } = await command(["demo", "file"], { cwd: folder.path });
    expect([exitCode, stderr]).toEqual([2, "file cannot be used as a folder (ENOTDIR)\nName another folder.\n"]);
  });

  it("ends with Ctrl-C", async () => {
    await using folder = await jobFolder({});
    const onListening = (interrupt: () => void): void => void setTimeout(interrupt, 0);
    const { exitCode, stdout } = await command(["demo"], { cwd: folder.path, onListening });
    expect(exitCode).toBe(4);
    expect(stdout).not.toContain("That was all");
  });
});

describe("an excerpt", () => {
  it("marks where a long paragraph is cut, and leaves whole ones out", () => {
    const long = Array.from({ length: 20 }, (_, at) => `line ${at}`).join("\n");
    expect(excerpt(`head\n\nFiles in x\n  a\n\n${long}\n`, /^Files/).split("\n")).toEqual([
      "head",
      "",
      ...Array.from({ length: 10 }, (_, at) => `line ${at}`),
      "  [10 more lines]",
    ]);
  });
});
