// The README is a contract: its commands, mapping and library example are what the program really does, and so are the tables that it
// links to. What it prints is tried in console-blocks.test.ts.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { exitCodes } from "../../src/model/exit-codes.ts";
import { outcomes } from "../../src/model/outcome.ts";
import { resultColumns } from "../../src/report/results.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { codes, only, tableOf } from "./documents.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const readme = read("README.md");
const results = read("docs/results.md");
const commandsPage = read("docs/commands.md");
const { commands } = buildProgram({} as CommandWorld, () => {});

/** The `code` words in the first column of a table. */
function firstColumn(table: string): readonly string[] {
  const rows = table.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return rows.slice(1).flatMap((row) => {
    const cell = row.split("|")[1]?.trim() ?? "";
    const words = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    return words.length > 0 ? words : [cell];
  });
}

describe("the tables", () => {
  it("list every exit code", () => {
    expect([...firstColumn(only(results, "exit codes")).map(Number)].sort()).toEqual(Object.values(exitCodes).sort());
    const [sentence = ""] = /^Without a job[\s\S]*?\n\n/m.exec(readme) ?? [];
    const told = [...sentence.matchAll(/(?:: |, )(\d) /g)].map(([, number]) => Number(number));
    expect(told.toSorted()).toEqual(Object.values(exitCodes).sort());
  });

  it("list every result column in its order", () => {
    expect(firstColumn(only(results, "result columns"))).toEqual([...resultColumns]);
  });

  it("list every outcome", () => {
    expect([...firstColumn(only(results, "outcomes"))].sort()).toEqual([...outcomes].sort());
  });

  it("list every command, and its help is in docs/commands.md", () => {
    const table = readme.split("## Commands")[1]?.split("\n## ")[0] ?? "";
    expect(firstColumn(table).map((cell) => cell.split(" ")[0])).toEqual(commands.map((command) => command.name()));
    const callable = commands.flatMap((command) =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.map((below) => `${command.name()} ${below.name()}`),
    );
    // What the sandbox takes is held to docs/sandbox.md.
    for (const name of callable.filter((each) => each !== "sandbox"))
      expect(commandsPage).toContain(`$ luminous-import ${name} --help\n`);
    expect([...commandsPage.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(callable);
  });

  it("list every mapping that is shipped", () => {
    const told = tableOf(read("docs/shipped-mappings.md")).flatMap(([names]) => codes(names));
    expect(told.toSorted()).toEqual(readdirSync(join(root, "mappings")).toSorted());
  });
});

describe("the README's examples", () => {
  it("include a mapping of ten lines or fewer that is valid", () => {
    const yaml = codeBlock("mapping");
    expect(yaml.trim().split("\n").length).toBeLessThanOrEqual(10);
    expect(loadMapping(yaml, "readme.yaml").fields.map(({ path }) => path)).toContain("retail_price");
  });

  it("use the library in ten lines or fewer", async () => {
    await using sandbox = await startSandbox();
    const example = codeBlock("library");
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

/** The first block with this mark. */
function codeBlock(name: string): string {
  return /```\w+\n([\s\S]*?)```/.exec(only(readme, name))?.[1] ?? "";
}
