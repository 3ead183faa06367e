// The tarball: what is in it, and that every tool finds in it what it looks for.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPacked, type Packed } from "./packed.ts";

const command = promisify(execFile);
let packed: Packed;

beforeAll(async () => {
  packed = await openPacked();
});
afterAll(() => packed[Symbol.asyncDispose]());

async function packageJson(): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(join(packed.packageFolder, "package.json"), "utf8"));
}

/** Runs a module of a program that uses the package; gives what it prints. */
async function program(source: string, type = "module"): Promise<string> {
  const { stdout } = await command(process.execPath, [`--input-type=${type}`, "-e", source], { cwd: packed.folder });
  return stdout.trim();
}

it("holds what users need and nothing else", () => {
  const isNeeded = [
    /^(README|CHANGELOG)\.md$/,
    /^(LICENSE|package\.json)$/,
    /^deploy\/(cron|docker|kubernetes|logrotate|systemd)\/[\w@.-]+$/,
    /^docs\/[a-z-]+\.md$/,
    /^fixtures\/demo\/(import\.yaml|exports\/[a-z_]+\.(csv|json))$/,
    /^mappings\/[a-z0-9-]+\.yaml$/,
    /^schemas\/(job|mapping)\.schema\.json$/,
    /^dist\/(index\.js|index\.d\.ts|cli\/bin\.js|LICENSES\.txt)$/,
    /^dist\/chunks\/[\w-]+\.js$/,
  ];
  expect(packed.files.filter((path) => !isNeeded.some((pattern) => pattern.test(path)))).toEqual([]);
  for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "dist/index.d.ts", "docs/mapping.md"])
    expect(packed.files).toContain(path);
});

it("depends on the packages that its files import, and on no other", async () => {
  const scripts = packed.files.filter((path) => path.endsWith(".js"));
  const texts = await Promise.all(scripts.map((path) => readFile(join(packed.packageFolder, path), "utf8")));
  const imported = texts.flatMap((text) => ts.preProcessFile(text, true, true).importedFiles);
  // What is loaded only where Node brings no SQLite of its own.
  const required = texts.flatMap((text) =>
    [...text.matchAll(/\(import\.meta\.url\)\("([^"]+)"\)/g)].map(([, name = ""]) => name),
  );
  const names = [...imported.map(({ fileName }) => fileName), ...required].filter(
    (name) => !/^(\.|node:)/.test(name) && !isBuiltin(name),
  );
  const packages = new Set(names.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]));
  const { dependencies, optionalDependencies, peerDependencies } = await packageJson();
  // Types are imported by declarations alone.
  const peers = Object.keys(peerDependencies as object).filter((name) => !name.startsWith("@types/"));
  const named = [...Object.keys({ ...(dependencies as object), ...(optionalDependencies as object) }), ...peers];
  expect([...packages].sort()).toEqual(named.sort());
});

it("satisfies publint", async () => {
  const manifest = await packageJson();
  const tarball = packed.tarball.slice().buffer;
  const { messages } = await publint({ pack: { tarball }, level: "suggestion", strict: true });
  expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
});

it("has types that are not wrong, however a program finds them", async () => {
  const result = await checkPackage(createPackageFromTarballData(packed.tarball));
  if (result.types === false) throw new Error("the package has no types");
  // That require() gives an ES module is so on purpose: every Node that we run on can do that.
  const problems = result.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
  expect(problems).toEqual([]);
  expect(result.entrypoints["."]?.resolutions["node16-esm"].resolution?.fileName).toMatch(/\/dist\/index\.d\.ts$/);
});

it("can be imported and required, and finds its own version", async () => {
  const { version } = await packageJson();
  expect(await program(`import { version } from "luminous-import"; console.log(version);`)).toBe(version);
  expect(await program(`console.log(require("luminous-import").version);`, "commonjs")).toBe(version);
});

it("lets its schemas and mappings be found by name, and nothing of its inside", async () => {
  const resolved = (name: string) => program(`console.log(import.meta.resolve(${JSON.stringify(name)}));`);
  expect(await resolved("luminous-import/mappings/products.yaml")).toMatch(/\/mappings\/products\.yaml$/);
  expect(await resolved("luminous-import/schemas/job.schema.json")).toMatch(/\/schemas\/job\.schema\.json$/);
  await expect(resolved("luminous-import/dist/index.js")).rejects.toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
});

it("writes a job that names the schema in the package, and checks it", async () => {
  const source = `
    import { check, loadJob, planImport, readExports, writeImport } from "luminous-import";
    import { readFileSync, writeFileSync } from "node:fs";
    const heading = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price";
    writeFileSync("products_export.csv", heading + "\\nlamp,Lamp,,Acme,Light,,true,Title,Default Title,LAMP-1,14.50\\n");
    const exports = await readExports(["products_export.csv"], process.cwd());
    await writeImport(await planImport(exports), exports, { out: "." });
    console.log((await check(await loadJob("import.yaml"))).exitCode);
    console.log(readFileSync("import.yaml", "utf8").split("\\n")[0]);`;
  const [exitCode, schema = ""] = (await program(source)).split("\n");
  expect(exitCode).toBe("0");
  expect(schema).toMatch(/node_modules\/luminous-import\/schemas\/job\.schema\.json$/);
});
