// ARCHITECTURE.md is what a newcomer reads first: what it names is there, and what is there it names.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = await readFile(join(root, "ARCHITECTURE.md"), "utf8");

function section(title: string): string {
  const text = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`));
  if (text === undefined) throw new Error(`ARCHITECTURE.md has no section "${title}"`);
  return text;
}

/** The cells of the table in a section, without its head. */
function rowsOf(title: string): readonly (readonly string[])[] {
  const lines = section(title)
    .split("\n")
    .filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What a text names as a file or a folder. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => (/\/|\.(ts|md)$/.test(code) ? [code] : []));
}

describe("ARCHITECTURE.md", () => {
  it("names only files and folders that are there", () => {
    const named = pathsIn(page);
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("would notice a path that is not there", () => {
    expect(pathsIn("`src/map/site.ts` and `create`")).toEqual(["src/map/site.ts"]);
    expect(existsSync(join(root, "src/map/site.ts"))).toBe(false);
  });

  it("lists every folder of src/ that holds files, each once", async () => {
    const entries = await readdir(join(root, "src"), { recursive: true, withFileTypes: true });
    const folders = new Set(
      entries.filter((entry) => entry.isFile()).map(({ parentPath }) => relative(root, parentPath)),
    );
    const listed = rowsOf("The folders, from the ground up").map(([folder = ""]) => folder.replace(/^`(.*)\/`$/, "$1"));
    expect(listed.toSorted()).toEqual([...folders].filter((folder) => folder !== "src").toSorted());
  });

  it("lists them in an order in which each imports only those above", async () => {
    const floors = await readFile(join(root, "test/floors.test.ts"), "utf8");
    const table = /^const floors[\s\S]*?^};$/m.exec(floors)?.[0] ?? "";
    const inTest = [...table.matchAll(/^ {2}"?([\w/]+)"?: \[/gm)].map(([, folder]) => `src/${folder}`);
    expect(inTest.length).toBeGreaterThan(20);
    expect(
      rowsOf("The folders, from the ground up").map(([folder = ""]) => folder.replace(/^`(.*)\/`$/, "$1")),
    ).toEqual(inTest);
  });

  it("finds a drawing of each state machine where it says", async () => {
    const files = rowsOf("The state machines").flatMap(([, file = ""]) => pathsIn(file));
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect(await readFile(join(root, file), "utf8"), file).toMatch(/^\/\/ .*─▶/m);
  });

  it("answers at least twelve questions, each with a path", () => {
    const answers = rowsOf("Where is it, where would it go");
    expect(answers.length).toBeGreaterThanOrEqual(12);
    expect(answers.filter(([, answer = ""]) => pathsIn(answer).length === 0)).toEqual([]);
  });

  it("explains every word once", () => {
    const words = rowsOf("Words").map(([word]) => word);
    expect(words).toEqual([...new Set(words)]);
    expect(words).toEqual(expect.arrayContaining(["row", "entry", "outcome", "ledger"]));
  });
});
