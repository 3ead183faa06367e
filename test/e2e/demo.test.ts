// The demo of the installed package: its files as the tarball has them, its command as npm links it, and what it prints at
// the end pasted into a shell.
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { repository } from "./program.ts";

let folder = "";
let bin = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "luminous-import-installed-"));
  const installed = join(folder, "node_modules/luminous-import");
  const { files } = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as {
    readonly files: string[];
  };
  for (const name of [...files, "package.json"]) {
    await mkdir(dirname(join(installed, name)), { recursive: true });
    await cp(join(repository, name), join(installed, name), { recursive: true });
  }
  await symlink(join(repository, "node_modules"), join(installed, "node_modules"));
  await chmod(join(installed, "dist/cli/bin.js"), 0o755);
  bin = join(folder, "node_modules/.bin");
  await mkdir(bin);
  await symlink("../luminous-import/dist/cli/bin.js", join(bin, "luminous-import"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function paste(
  line: string,
  cwd: string,
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly said: string }> {
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: folder, LUMINOUS_COMPANY: "acme" };
  try {
    const { stdout, stderr } = await promisify(execFile)("sh", ["-c", line], { cwd, env });
    return { exitCode: 0, stdout, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    return { exitCode: code, stdout, said: stdout + stderr };
  }
}

it("ends with three commands that work when they are pasted, however it was started", async () => {
  const starts = {
    name: "luminous-import demo",
    node: `node ${bin}/../luminous-import/dist/cli/bin.js demo 'my demo'`,
  };
  for (const [name, start] of Object.entries(starts)) {
    const cwd = join(folder, name);
    await mkdir(cwd);
    const shown = await paste(start, cwd);
    expect(shown.exitCode).toBe(0);
    expect(await readdir(cwd)).toHaveLength(1);
    const [first = "", second = "", third = ""] = shown.stdout.trimEnd().split("\n").slice(-3);
    expect(first.trim()).toBe("luminous-import init your-file.csv");
    await cp(join(repository, "fixtures/products/products.csv"), join(cwd, "your-file.csv"));
    expect(await paste(first, cwd)).toMatchObject({ exitCode: 0 });
    const check = await paste(second, cwd);
    expect(check.exitCode).toBe(3); // two cells are wrong, and it says so
    expect(check.said).toContain('column "Variant Price" = "€24.90"');
    const explain = await paste(third, cwd);
    expect(explain.exitCode).toBe(0);
    expect(explain.said).toContain('products "KIT-FIRE": created');
  }
});
