// The README is a contract: its commands, tables, mapping, output and library example are what the program really does.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { buildProgram, laterCommands } from "../../src/cli/program.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { exitCodes } from "../../src/model/exit-codes.ts";
import { outcomes } from "../../src/model/outcome.ts";
import { resultColumns } from "../../src/report/results.ts";
import { startSandbox } from "../../src/sandbox/server.ts";

const root = join(import.meta.dirname, "../..");
let readme = "";
beforeAll(async () => {
  readme = await readFile(join(root, "README.md"), "utf8");
});

/** What stands after `<!-- name -->` up to the next heading. */
function section(name: string): string {
  const after = readme.split(`<!-- ${name} -->`)[1];
  if (after === undefined) throw new Error(`the README has no <!-- ${name} -->`);
  return after.split(/\n#+ /)[0] ?? "";
}

function codeBlock(name: string): string {
  return /```\w+\n([\s\S]*?)```/.exec(section(name))?.[1] ?? "";
}

/** The `code` words in the first column of a table. */
function firstColumn(table: string): readonly string[] {
  const rows = table.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return rows.slice(1).flatMap((row) => {
    const cell = row.split("|")[1]?.trim() ?? "";
    const words = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    return words.length > 0 ? words : [cell];
  });
}

describe("the README's tables", () => {
  it("list every exit code", () => {
    expect([...firstColumn(section("test: exit codes")).map(Number)].sort()).toEqual(Object.values(exitCodes).sort());
  });

  it("list every result column in its order", () => {
    expect(firstColumn(section("test: result columns"))).toEqual([...resultColumns]);
  });

  it("list every outcome", () => {
    expect([...firstColumn(section("test: outcomes"))].sort()).toEqual([...outcomes].sort());
  });

  it("list every command, and every option of run", () => {
    const { commands } = buildProgram({} as CommandWorld, () => {});
    const there = commands
      .map((command) => command.name())
      .filter((name) => !(laterCommands as readonly string[]).includes(name));
    const table = readme.split("## Commands")[1]?.split("###")[0] ?? "";
    expect(firstColumn(table).map((cell) => cell.split(" ")[0])).toEqual(there);
    const options = commands.find((command) => command.name() === "run")?.options.filter(({ hidden }) => !hidden) ?? [];
    expect(options.filter(({ long }) => !table.includes(`\`${long}\``)).map(({ long }) => long)).toEqual([]);
  });
});

describe("the README's examples", () => {
  it("include a mapping of ten lines or fewer that is valid", () => {
    const yaml = codeBlock("test: mapping");
    expect(yaml.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(loadMapping(yaml, "readme.yaml").fields.map(({ path }) => path)).toContain("retail_price");
  });

  it("show what check and run really print", async () => {
    await using sandbox = await startSandbox();
    const folder = await mkdtemp(join(tmpdir(), "luminous-import-readme-"));
    try {
      await cp(join(root, "fixtures/demo"), join(folder, "fixtures/demo"), {
        recursive: true,
        filter: (path) => !path.includes(".luminous-import"),
      });
      await cp(join(root, "mappings"), join(folder, "mappings"), { recursive: true });
      for (const command of ["check", "run"]) {
        expect(withoutTimes(codeBlock(`demo: ${command}`))).toBe(
          withoutTimes(await program([command, "fixtures/demo/import.yaml"], folder, sandbox.url)),
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("use the library in ten lines or fewer", async () => {
    await using sandbox = await startSandbox();
    const example = codeBlock("test: library");
    expect(
      example
        .trim()
        .split("\n")
        .filter((line) => line !== "").length,
    ).toBeLessThanOrEqual(10);
    const folder = await mkdtemp(join(tmpdir(), "luminous-import-library-"));
    try {
      await writeFile(join(folder, "products.csv"), "sku,name,category\nA-1,Mug,Kitchen\n,Kettle,Kitchen\n");
      await writeFile(
        join(folder, "import.yaml"),
        `version: 1\ninputs: [{ name: products, file: products.csv, mapping: ${join(root, "mappings/products.yaml")} }]\n`,
      );
      const library = pathToFileURL(join(root, "dist/index.js")).href;
      await writeFile(join(folder, "example.mts"), example.replace('"luminous-import"', JSON.stringify(library)));
      const { stdout } = await node([join(root, "node_modules/tsx/dist/cli.mjs"), "example.mts"], folder, sandbox.url);
      expect(stdout).toContain('products.csv:3 column "sku"');
      expect(stdout.trim().split("\n").at(-1)).toBe("3 1");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function program(args: readonly string[], folder: string, baseUrl: string): Promise<string> {
  const { stdout } = await node([join(root, "dist/cli/bin.js"), ...args], folder, baseUrl);
  return stdout;
}

async function node(args: readonly string[], folder: string, baseUrl: string): Promise<{ readonly stdout: string }> {
  const env = { PATH: process.env.PATH, HOME: folder, LUMINOUS_BASE_URL: baseUrl, LUMINOUS_API_KEY: "sandbox" };
  try {
    return await promisify(execFile)(process.execPath, args, { cwd: folder, env });
  } catch (error) {
    // Exit code 3 is what the demo is about: some rows are meant to fail.
    if (
      typeof error === "object" &&
      error !== null &&
      "code" in error &&
      error.code === exitCodes.someFailed &&
      "stdout" in error
    )
      return { stdout: String(error.stdout) };
    throw error;
  }
}

function withoutTimes(text: string): string {
  return text
    .replace(/\d{8}-\d{6}-[0-9a-f]{4}/g, "RUN")
    .replace(/finished in [^:]+:/g, "finished:")
    .trim();
}
