// The floors of src/: which folder may import which, no circles, and how large folders and files may get. A folder looks
// down only, and beside itself only where its line says so. Not here: what stands in each folder (ARCHITECTURE).
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../src");
const most = { filesInFolder: 30, linesInFile: 400, linesInTest: 800 };

// From the ground up. A folder may import itself and what its line names.
const floors: Readonly<Record<string, readonly string[]>> = {
  // The vocabulary, and the disk below everything that writes.
  "model/text": [],
  model: ["model/text"],
  "model/config": ["model", "model/text"],
  "model/resources": ["model"],
  "model/ledger": ["model"],
  disk: ["model"],
  // Stages that know only the vocabulary.
  "read/text": ["model", "model/text"],
  read: ["model", "model/text", "model/config", "read/text"],
  damage: ["model", "model/text"],
  "map/values": ["model", "model/text", "model/resources"],
  "map/expression": ["model", "model/text", "model/config", "map/values"],
  "map/definition": ["model", "model/text", "model/config", "model/resources", "map/values", "map/expression"],
  "map/columns": [
    "model",
    "model/text",
    "model/config",
    "model/resources",
    "map/values",
    "map/expression",
    "map/definition",
  ],
  map: ["model", "model/text", "model/resources", "map/values", "map/expression", "map/definition", "map/columns"],
  "ledger/common": ["model", "model/text", "model/ledger"],
  "ledger/sqlite/storage": ["model", "model/text", "model/ledger", "disk", "ledger/common"],
  "ledger/sqlite/plans": ["model", "model/ledger", "ledger/common", "ledger/sqlite/storage"],
  "ledger/sqlite/staging": ["model", "model/ledger", "ledger/common", "ledger/sqlite/storage"],
  "ledger/sqlite": [
    "model",
    "model/text",
    "model/ledger",
    "disk",
    "ledger/common",
    "ledger/sqlite/storage",
    "ledger/sqlite/plans",
    "ledger/sqlite/staging",
  ],
  "ledger/postgres/storage": ["model", "model/ledger", "ledger/common"],
  "ledger/postgres/accounts": ["model", "model/ledger", "ledger/common", "ledger/postgres/storage"],
  "ledger/postgres/staging": ["model", "model/ledger", "ledger/common", "ledger/postgres/storage"],
  "ledger/postgres": [
    "model",
    "model/text",
    "model/ledger",
    "ledger/common",
    "ledger/sqlite/plans",
    "ledger/postgres/storage",
    "ledger/postgres/accounts",
    "ledger/postgres/staging",
  ],
  ledger: ["model/ledger", "ledger/sqlite/storage", "ledger/sqlite/plans", "ledger/sqlite", "ledger/postgres"],
  api: ["model", "model/text", "model/resources", "model/ledger"],
  report: ["model", "model/text", "model/resources", "model/ledger", "disk"],
  "report/live": ["model", "model/text", "model/resources", "model/ledger", "disk", "report"],

  "report/html/script": [],
  "report/html/kit": ["model/text"],
  "report/html": ["model", "model/text", "model/resources", "model/ledger", "disk", "report", "report/html/kit"],
  "report/plan": [
    "model",
    "model/text",
    "model/resources",
    "model/ledger",
    "disk",
    "report",
    "report/html/kit",
    "report/html",
  ],
  "sandbox/world": ["model"],
  "sandbox/endpoints": ["model", "model/resources", "sandbox/world"],
  "sandbox/lies": ["model", "sandbox/world", "sandbox/endpoints"],
  sandbox: ["model", "sandbox/world", "sandbox/endpoints", "sandbox/lies"],
  // Stages on others.
  dispatch: ["model", "model/text", "model/resources", "model/ledger", "api"],
  job: ["model", "model/text", "model/config", "model/resources", "model/ledger", "read", "map/definition"],
  "staging/files": ["model", "disk", "read", "damage", "map/columns", "job"],
  staging: [
    "model",
    "model/text",
    "model/resources",
    "model/ledger",
    "read/text",
    "read",
    "damage",
    "map/expression",
    "map/definition",
    "map/columns",
    "map",
    "report",
    "job",
    "staging/files",
  ],
  // What a command does.
  notify: ["model", "model/text", "api", "report", "job"],
  run: [
    "model",
    "model/text",
    "model/resources",
    "model/ledger",
    "disk",
    "read",
    "ledger",
    "api",
    "report",
    "report/live",
    "report/plan",
    "report/html",
    "dispatch",
    "job",
    "staging/files",
    "staging",
  ],
  plan: [
    "model",
    "model/resources",
    "model/ledger",
    "disk",
    "ledger",
    "api",
    "report",
    "report/html",
    "report/plan",
    "dispatch",
    "job",
    "staging",
    "run",
  ],
  history: [
    "model",
    "model/text",
    "model/resources",
    "model/ledger",
    "read",
    "map",
    "ledger",
    "report",
    "report/live",
    "report/html",
    "job",
    "staging",
  ],
  audit: ["model", "model/text", "model/resources", "model/ledger", "map", "ledger", "api", "report", "job", "staging"],
  doctor: [
    "model",
    "model/text",
    "model/resources",
    "model/ledger",
    "read",
    "map/definition",
    "map/columns",
    "map",
    "ledger",
    "api",
    "job",
    "staging",
    "notify",
  ],
  drop: [
    "model",
    "model/text",
    "model/ledger",
    "disk",
    "read/text",
    "map/columns",
    "map",
    "ledger",
    "report",
    "job",
    "staging",
    "run",
  ],
  "drop/watch": ["model", "job"],
  "drop/serve": ["model", "run", "drop", "drop/watch"],
  serve: ["model"],
  worker: [
    "model",
    "model/ledger",
    "serve",
    "ledger",
    "report",
    "report/live",
    "report/html",
    "dispatch",
    "job",
    "staging/files",
    "staging",
    "run",
  ],
  demo: ["model", "model/text", "ledger", "sandbox"],
  "init/names/languages": [],
  "init/names": [],
  "init/proposal": ["model"],
  "init/columns": ["model", "model/resources", "init/names/languages", "init/names", "init/proposal"],
  "init/proofs": ["init/columns"],
  "init/recipes": ["model", "model/resources", "init/names", "init/proposal", "init/columns", "init/proofs"],
  init: [
    "model",
    "model/text",
    "model/config",
    "model/resources",
    "disk",
    "read",
    "map/values",
    "map/definition",
    "map/columns",
    "init/proposal",
    "init/columns",
    "init/recipes",
  ],
  // The process.
  "cli/world": [
    "model",
    "model/text",
    "model/ledger",
    "disk",
    "report",
    "report/live",
    "report/html",
    "job",
    "run",
    "notify",
  ],
  "cli/completion": [],
  "cli/commands": [
    "model",
    "model/text",
    "model/ledger",
    "report",
    "report/live",
    "report/plan",
    "report/html",
    "sandbox/world",
    "sandbox",
    "job",
    "run",
    "plan",
    "history",
    "audit",
    "doctor",
    "drop",
    "drop/watch",
    "drop/serve",
    "serve",
    "worker",
    "demo",
    "init",
    "notify",
    "cli/completion",
    "cli/world",
  ],
  cli: ["model", "model/text", "model/ledger", "sandbox/world", "cli/world", "cli/commands"],
};

type Graph = ReadonlyMap<string, readonly string[]>;

async function typescriptFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((name) => name.endsWith(".ts")).sort();
}

function folderOf(file: string): string {
  return dirname(file);
}

/** Which files each file of src/ imports, relative to src/. */
async function imports(): Promise<Graph> {
  const files = await typescriptFiles(root);
  const read = files.map(async (file): Promise<[string, readonly string[]]> => {
    const text = await readFile(join(root, file), "utf8");
    const targets = [...text.matchAll(/(?:from|import|import\()\s*"(\.[^"]+)"/g)].map(({ 1: target = "" }) =>
      relative(root, resolve(root, folderOf(file), target)),
    );
    return [file, targets];
  });
  return new Map(await Promise.all(read));
}

function folders(files: Graph): Graph {
  const targets = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const folder = folderOf(file);
    const known = targets.get(folder) ?? new Set();
    targets.set(folder, known);
    for (const target of imported) if (folderOf(target) !== folder) known.add(folderOf(target));
  }
  return new Map([...targets].map(([folder, known]) => [folder, [...known].sort()]));
}

/** Imports that no line allows. `index.ts` and what it imports are everybody's view from outside. */
function forbidden(files: Graph): readonly string[] {
  return [...files].flatMap(([file, imported]) => {
    const folder = folderOf(file);
    if (folder === ".") return [];
    return imported
      .filter((target) => folderOf(target) !== folder && floors[folder]?.includes(folderOf(target)) !== true)
      .map((target) => `${file} imports ${target}`);
  });
}

/** Every circle once, as a way along it. */
function circles(graph: Graph): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): void => {
    const at = way.indexOf(node);
    if (at >= 0) found.push([...way.slice(at), node].join(" → "));
    if (at >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}

async function longerThan(lines: number, folder: string): Promise<readonly string[]> {
  const files = await typescriptFiles(folder);
  const counted = files.map(async (file) => {
    const count = (await readFile(join(folder, file), "utf8")).split("\n").length - 1;
    return count > lines ? [`${file} has ${count} lines`] : [];
  });
  return (await Promise.all(counted)).flat();
}

describe("the floors", () => {
  it("let every folder import only what its line names", async () => {
    expect(forbidden(await imports())).toEqual([]);
  });

  it("allow nothing that nobody imports", async () => {
    const graph = folders(await imports());
    const unused = Object.entries(floors).flatMap(([folder, allowed]) =>
      allowed.filter((target) => graph.get(folder)?.includes(target) !== true).map((target) => `${folder} → ${target}`),
    );
    expect(unused).toEqual([]);
  });

  it("name every folder, each below those that may import it", async () => {
    const known = Object.keys(floors);
    expect([...folders(await imports()).keys()].filter((folder) => folder !== ".").sort()).toEqual([...known].sort());
    for (const [folder, allowed] of Object.entries(floors))
      for (const target of allowed)
        expect(known.indexOf(target), `${folder} → ${target}`).toBeLessThan(known.indexOf(folder));
  });

  it("would notice an import that looks up or aside", () => {
    const of = (file: string, target: string) => forbidden(new Map([[file, [target]]]));
    expect(of("map/compile.ts", "read/csv.ts")).toEqual(["map/compile.ts imports read/csv.ts"]);
    expect(of("model/row.ts", "read/csv.ts")).toHaveLength(1);
    expect(of("api/client.ts", "dispatch/send.ts")).toHaveLength(1);
    expect(of("read/csv.ts", "elsewhere/new.ts")).toHaveLength(1);
    expect(of("dispatch/send.ts", "api/client.ts")).toEqual([]);
  });
});

describe("the tree", () => {
  it("has no circle, of files or of folders", async () => {
    const files = await imports();
    expect(circles(files)).toEqual([]);
    expect(circles(folders(files))).toEqual([]);
  });

  it("would notice a circle", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(circles(graph)).toEqual(["b → d → b"]);
  });

  it("has no loose file but index.ts", async () => {
    const entries = await readdir(root, { withFileTypes: true });
    expect(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)).toEqual(["index.ts"]);
  });

  it(`has no folder of more than ${most.filesInFolder} files and no file of more than ${most.linesInFile} lines`, async () => {
    const counts = new Map<string, number>();
    for (const file of await typescriptFiles(root)) counts.set(folderOf(file), (counts.get(folderOf(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > most.filesInFolder)).toEqual([]);
    expect(await longerThan(most.linesInFile, root)).toEqual([]);
    expect(await longerThan(most.linesInTest, import.meta.dirname)).toEqual([]);
  });

  it("is mirrored by the tests", async () => {
    const apart = ["bench", "deploy", "docs", "e2e", "money"];
    const below = async (folder: string) =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    const known = await below(root);
    const tested = await below(import.meta.dirname);
    expect(tested.filter((name) => !known.includes(name) && !apart.includes(name.split("/")[0] ?? ""))).toEqual([]);
  });
});

describe("exported names", () => {
  it("have a doc comment each", async () => {
    const bare: string[] = [];
    for (const file of await typescriptFiles(root)) {
      const lines = (await readFile(join(root, file), "utf8")).split("\n");
      for (const [index, line] of lines.entries()) {
        const name =
          /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|class|interface|type|enum) (\w+)/.exec(
            line,
          )?.[1];
        if (name !== undefined && !/\*\/\s*$/.test(lines[index - 1] ?? "")) bare.push(`${file}:${index + 1} ${name}`);
      }
    }
    expect(bare).toEqual([]);
  });
});
