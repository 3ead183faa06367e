// The declarations of the packed library, as a program that uses it sees them.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resourceNames, resources } from "../../src/model/resources/resources.ts";
import { openPacked, type Packed } from "./packed.ts";
import { repository } from "./program.ts";

let packed: Packed;

beforeAll(async () => {
  packed = await openPacked();
});
afterAll(() => packed[Symbol.asyncDispose]());

const nodeNext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };

/** What TypeScript has against each of some programs, and against the declarations themselves. */
async function complaints(
  sources: Readonly<Record<string, string>>,
  resolution: ts.CompilerOptions = nodeNext,
): Promise<Readonly<Record<string, readonly string[]>>> {
  for (const [name, source] of Object.entries(sources)) await writeFile(join(packed.folder, name), source);
  const paths = Object.keys(sources).map((name) => join(packed.folder, name));
  const program = ts.createProgram(paths, {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [join(packed.folder, "node_modules/@types")],
    ...resolution,
  });
  const of = (path: string): readonly string[] => {
    const file = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  };
  expect(of(join(packed.packageFolder, "dist/index.d.ts"))).toEqual([]);
  return Object.fromEntries(Object.keys(sources).map((name) => [name, of(join(packed.folder, name))]));
}

const program = `
import { check, describeProblem, ImportError, type JobObject, loadJob, makeJob, type MappingField, type MappingObject, run, type RunEvent } from "luminous-import";

const price: MappingField = { from: "Price", round: 2 };
const mapping: MappingObject = {
  version: 1,
  resource: "products",
  fields: { sku: "SKU", name: { from: ["Name", "Title"], apply: ["trim"] }, retail_price: [price, "Cost"] },
};
const written: JobObject = { version: 1, limits: { requests_per_second: "auto" }, inputs: [{ name: "goods", file: "goods.csv", mapping }] };

export async function main(token: string): Promise<number> {
  try {
    const { summary } = await check(await makeJob(written, { folder: "." }));
    for (const { examples } of summary.problems.top) console.log(examples.map(describeProblem).join("\\n"));
    const onEvent = (event: RunEvent): void => console.log(event.kind);
    const account = { baseUrl: "http://127.0.0.1:4010", baseUrlFrom: "here", token };
    return (await run(await loadJob("import.yaml"), { account, onEvent })).exitCode;
  } catch (error) {
    if (error instanceof ImportError && error.code === "JOB_INVALID") return 2;
    throw error;
  }
}
`;

describe("the declarations", () => {
  it.each([
    { name: "nodenext", resolution: nodeNext },
    {
      name: "node16",
      resolution: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
    },
    {
      name: "bundler",
      resolution: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
    },
  ])("serve a strict program under $name that checks them too", async ({ resolution }) => {
    const sources = { "right.ts": program, "wrong.ts": program.replace(`"products"`, `"cats"`) };
    expect(await complaints(sources, resolution)).toEqual({
      "right.ts": [],
      "wrong.ts": [expect.stringContaining(`'"cats"' is not assignable`)],
    });
  });

  it("know every resource and every phase by name, and no other", async () => {
    const source = (names: readonly string[], phases: readonly string[]) => `
import type { Job, Summary } from "luminous-import";
export const names: readonly (keyof Job["existing"])[] = ${JSON.stringify(names)};
export const phases: readonly Summary["tallies"][number]["phase"][] = ${JSON.stringify(phases)};
`;
    const phases = Object.values(resources).flatMap((resource) => resource.phases);
    expect(
      await complaints({ "all.ts": source(resourceNames, phases), "others.ts": source(["cats"], ["dogs"]) }),
    ).toEqual({
      "all.ts": [],
      "others.ts": [
        expect.stringContaining(`'"cats"' is not assignable`),
        expect.stringContaining(`'"dogs"' is not assignable`),
      ],
    });
  });

  it("are one file that imports nothing but Node's, and says what each name is", async () => {
    expect(packed.files.filter((path) => path.endsWith(".d.ts"))).toEqual(["dist/index.d.ts"]);
    const text = await readFile(join(packed.packageFolder, "dist/index.d.ts"), "utf8");
    const { importedFiles } = ts.preProcessFile(text, true, true);
    expect(importedFiles.map(({ fileName }) => fileName).filter((name) => !name.startsWith("node:"))).toEqual([]);
    const { statements } = ts.createSourceFile("index.d.ts", text, ts.ScriptTarget.ES2022, true);
    const named = statements.filter((each) => !ts.isImportDeclaration(each) && !ts.isExportDeclaration(each));
    const bare = named.filter((each) => ts.getJSDocCommentsAndTags(each).length === 0);
    expect(bare.map((each) => each.getText().split("\n")[0])).toEqual([]);
    expect(named.length).toBeGreaterThan(100);
  });

  it("tell what the keys of a job and of a mapping mean, as the schemas do", async () => {
    const text = await readFile(join(packed.packageFolder, "dist/index.d.ts"), "utf8");
    for (const [schema, key] of [
      ["job", "guard"],
      ["job", "channel"],
      ["mapping", "totals"],
      ["mapping", "group"],
    ] as const) {
      const { properties } = JSON.parse(await readFile(join(repository, `schemas/${schema}.schema.json`), "utf8"));
      expect(text).toContain(`/** ${properties[key].description} */\n    ${key}?: {`);
    }
  });

  it("hold no type that the library does not export", async () => {
    const text = await readFile(join(packed.packageFolder, "dist/index.d.ts"), "utf8");
    const exported = new Set(
      [...text.matchAll(/^export (?:type )?\{(.*)\};$/gm)].flatMap(([, names = ""]) =>
        names.split(",").map((name) => name.trim().split(" as ")[0]),
      ),
    );
    const declared = [
      ...text.matchAll(/^(?:declare )?(?:abstract )?(?:function|const|class|interface|type|enum) (\w+)/gm),
    ];
    expect(declared.map(([, name]) => name).filter((name) => !exported.has(name))).toEqual([]);
  });
});
