import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

// Design §8: model imports nothing of ours; a stage imports model and itself; composition imports stages; the process
// imports composition.
const root = resolve(import.meta.dirname, "../src");
const stages = ["read", "map", "ledger", "dispatch", "report", "drop", "sandbox", "init", "doctor"];

type Floor = "model" | "stage" | "composition" | "process";

function floorOf(file: string): Floor {
  const [folder = "", rest] = relative(root, file).split("/");
  if (rest === undefined) return "composition";
  if (folder === "model") return "model";
  if (folder === "cli") return "process";
  return stages.includes(folder) ? "stage" : "composition";
}

function mayImport(from: string, to: string): boolean {
  const folder = (file: string) => relative(root, file).split("/")[0];
  const sameFolder = folder(from) === folder(to);
  switch (floorOf(from)) {
    case "model":
      return floorOf(to) === "model";
    case "stage":
      return floorOf(to) === "model" || sameFolder;
    case "composition":
      return floorOf(to) !== "process";
    case "process":
      // The sandbox is a program of its own that the process starts.
      return (
        floorOf(to) !== "stage" || relative(root, to).startsWith("sandbox/") || relative(root, to).startsWith("report/")
      );
  }
}

async function sources(): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true });
  return entries.filter((name) => name.endsWith(".ts")).map((name) => join(root, name));
}

async function importsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map((match) => resolve(dirname(file), match[1] ?? ""));
}

describe("the floors", () => {
  it("lets every file look down only", async () => {
    const wrong: string[] = [];
    for (const file of await sources()) {
      for (const target of await importsOf(file)) {
        if (!mayImport(file, target)) wrong.push(`${relative(root, file)} imports ${relative(root, target)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("knows every folder under src", async () => {
    const folders = (await readdir(root, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(folders.filter((name) => !["model", "cli", ...stages].includes(name))).toEqual([]);
  });

  it("would notice a stage that reaches into another", () => {
    expect(mayImport(join(root, "map/compile.ts"), join(root, "read/csv.ts"))).toBe(false);
    expect(mayImport(join(root, "model/row.ts"), join(root, "read/csv.ts"))).toBe(false);
    expect(mayImport(join(root, "read/csv.ts"), join(root, "stage.ts"))).toBe(false);
  });

  it("gives every exported name a doc comment", async () => {
    const bare: string[] = [];
    for (const file of await sources()) {
      const lines = (await readFile(file, "utf8")).split("\n");
      for (const [index, line] of lines.entries()) {
        const name =
          /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|class|interface|type|enum) (\w+)/.exec(
            line,
          )?.[1];
        if (name !== undefined && !/\*\/\s*$/.test(lines[index - 1] ?? ""))
          bare.push(`${relative(root, file)}:${index + 1} ${name}`);
      }
    }
    expect(bare).toEqual([]);
  });
});
