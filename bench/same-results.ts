// Proves that two builds give the same: `npx tsx bench/same-results.ts OLD_DIST NEW_DIST [--rows N] [cases…]`.
//
// For every shipped fixture, Northwind and Shopify's exports where LUMINOUS_TEST_EXPORTS names their folder, and 100,000 generated
// rows with 5 % faults (`--rows` says otherwise) it compares
//
//   check      the exit code, results.csv and the files of failures, byte for byte
//   run        the same at concurrency 1 against a sandbox of its own, and every body that the sandbox received, in order
//   run again  the same, where nothing or little is left to do
//
// Ids of records are not masked: at concurrency 1 they are the same, or something was sent in another order. Cases are chosen by parts
// of their names. Exit code 1 when anything differs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseDocument } from "yaml";
import { startSandbox } from "../src/sandbox/server.ts";
import { sandboxResources } from "../src/sandbox/world/world.ts";
import { writeJob, writeProducts } from "./data/files.ts";
import { root } from "./measured.ts";

/** What one build made of a job, by the name of what is compared. */
type Outcome = ReadonlyMap<string, string>;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "100000" } },
});
const [oldDist, newDist, ...chosen] = positionals;
if (oldDist === undefined || newDist === undefined) throw new Error("say the dist folders of two builds");
const folder = await mkdtemp(join(tmpdir(), "luminous-import-same-"));
try {
  let differences = 0;
  for (const [name, job] of await jobs()) {
    if (chosen.length > 0 && !chosen.some((part) => name.includes(part))) continue;
    const startedMs = performance.now();
    // Side by side: neither knows of the other.
    const [before, after] = await Promise.all([
      outcomeOf(oldDist, job, join(folder, "old", name)),
      outcomeOf(newDist, job, join(folder, "new", name)),
    ]);
    const found = differencesOf(before, after);
    differences += found.length;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    console.log(`${found.length === 0 ? "same" : "DIFFERENT"}  ${name}  (${before.size} compared, ${seconds} s)`);
    for (const difference of found) console.log(difference);
  }
  console.log(differences === 0 ? "same" : `${differences} differences`);
  process.exitCode = differences === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The jobs by name, written into the folder so that both builds read the same. */
async function jobs(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const part of ["fixtures", "mappings"]) await cp(join(root, part), join(folder, part), { recursive: true });
  for (const name of await readdir(join(folder, "fixtures"))) {
    const job = join(folder, "fixtures", name, "import.yaml");
    if (!existsSync(job)) continue;
    await writeFile(job, unhurried(await readFile(job, "utf8")));
    found.set(`fixtures/${name}`, job);
  }
  const { LUMINOUS_TEST_EXPORTS: exports } = process.env;
  if (exports === undefined) console.log("LUMINOUS_TEST_EXPORTS names no folder: Northwind and Shopify are left out");
  else {
    for (const [name, inputs] of Object.entries(realExports(resolve(exports)))) {
      const job = join(folder, `${name}.yaml`);
      await writeFile(job, unhurried(JSON.stringify({ version: 1, inputs })));
      found.set(`exports/${name}`, job);
    }
  }
  await mkdir(join(folder, "generated"));
  const generated = async (name: string, products: Parameters<typeof writeProducts>[1]): Promise<string> => {
    const job = await writeJob(join(folder, "generated"), `${name}.csv`, "products");
    await writeProducts(join(folder, "generated", `${name}.csv`), products);
    await writeFile(job, unhurried(await readFile(job, "utf8")));
    found.set(`generated/${name}`, job);
    return join(folder, "generated", `${name}.csv`);
  };
  await generated("all-faulty", { rows: 1000, allFaulty: true });
  await generated("one-sku", { rows: 1000, oneSku: true });
  // What only the last row shows: a second way of writing numbers, with which a job does not begin.
  const late = await generated("late-style", { rows: 3000 });
  await appendFile(late, 'LATE-1,Lamp,Lighting,Acme,,"1,50","2,50","2,00",,,,,,,,yes,,,,\n');
  await generated("faults", { rows: Number(options.rows), faultShare: 0.05 });
  return found;
}

function realExports(exports: string): Readonly<Record<string, readonly object[]>> {
  const file = (name: string) => join(exports, `${name}.csv`);
  const mapping = (name: string) => join(folder, "mappings", `${name}.yaml`);
  const northwind = (name: string) => file(`northwind-${name}`);
  return {
    northwind: [
      {
        name: "products",
        file: northwind("products"),
        join: { categories: northwind("categories"), suppliers: northwind("suppliers") },
        mapping: mapping("northwind-products"),
      },
      {
        name: "orders",
        file: northwind("orders"),
        join: { details: northwind("order-details"), customers: northwind("customers") },
        mapping: mapping("northwind-orders"),
      },
    ],
    shopify: ["apparel", "jewelery"].map((name) => ({
      name,
      file: file(`shopify-${name}`),
      mapping: mapping("shopify-products"),
    })),
  };
}

/** The job with one request at a time and no waits, whatever limits it had. */
function unhurried(job: string): string {
  const document = parseDocument(job);
  document.set("limits", {
    requests_per_second: 100_000,
    concurrency: 1,
    read_lag_seconds: 0,
    second_send_seconds: 0,
  });
  return document.toString();
}

async function outcomeOf(dist: string, job: string, state: string): Promise<Outcome> {
  const outcome = new Map<string, string>();
  const writes: string[] = [];
  await using sandbox = await startSandbox({
    companies: ["Holm & Co, ApS", "Larsen Supply", "Nordisk", "Nordisk"],
    onRequest: ({ method, path, status }) => method !== "GET" && writes.push(`${method} ${path} ${status}`),
  });
  const call = async (command: string, name: string, results: () => Promise<string>) => {
    const args = [join(resolve(dist), "cli/bin.js"), command, job, "--state", state, "--quiet"];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const [exitCode] = (await once(child, "close")) as [number | null];
    outcome.set(`${name}: exit code`, String(exitCode));
    const files = exitCode === 2 ? undefined : await resultsIn(await results());
    // A job that cannot begin, and a program that breaks down, leave no results: what they say is what there is.
    if (files === undefined) outcome.set(`${name}: message`, stderr);
    else for (const [file, text] of files) outcome.set(`${name}: ${file}`, text);
  };
  await call("check", "check", async () => join(state, "check"));
  await call("run", "run", () => lastRun(state));
  await call("run", "run again", () => lastRun(state));
  outcome.set("writes", writes.join("\n"));
  for (const resource of sandboxResources) outcome.set(`received ${resource}`, await received(sandbox.port, resource));
  await rm(state, { recursive: true, force: true });
  return outcome;
}

/** Run ids begin with the moment, so the last by name is the last. */
async function lastRun(state: string): Promise<string> {
  const runs = await readdir(join(state, "runs")).catch(() => []);
  return join(state, "runs", runs.sort().at(-1) ?? "");
}

/** results.csv and all failures of a folder, by their names in it; undefined where there are no results. */
async function resultsIn(results: string): Promise<ReadonlyMap<string, string> | undefined> {
  if (!existsSync(join(results, "results.csv"))) return undefined;
  const names = await readdir(results, { recursive: true });
  const compared = names.filter((name) => name === "results.csv" || /^failures[/\\].*\.\w+$/.test(name)).sort();
  return new Map(
    await Promise.all(compared.map(async (name) => [name, await readFile(join(results, name), "utf8")] as const)),
  );
}

/** The records of a resource with every body as it came, digit by digit, one a line. */
async function received(port: number, resource: string): Promise<string> {
  const pages: string[] = [];
  for (let after = 0; ; ) {
    const response = await fetch(`http://127.0.0.1:${port}/__sandbox/records/${resource}?after=${after}`);
    const page = (await response.text()).slice(1, -1);
    const last = page.split("\n").at(-1) ?? "";
    const id = Number(/^\{"id":(\d+)/.exec(last)?.[1] ?? Number.NaN);
    if (Number.isNaN(id)) return pages.join(",\n");
    pages.push(page);
    after = id;
  }
}

/** What is not the same, with the first line that differs. */
function differencesOf(before: Outcome, after: Outcome): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    if (was === undefined || is === undefined) return [`  ${name}: ${was === undefined ? "only new" : "only old"}`];
    const [oldLines, newLines] = [was.split("\n"), is.split("\n")];
    const line = oldLines.findIndex((text, index) => text !== newLines[index]);
    const at = line === -1 ? oldLines.length : line;
    const [old = "(no such line)", fresh = "(no such line)"] = [oldLines[at], newLines[at]];
    const column = [...old].findIndex((character, index) => character !== fresh[index]);
    const shown = (text: string) => text.slice(Math.max(0, column - 100), column + 200);
    return [`  ${name}, line ${at + 1}\n    old: ${shown(old)}\n    new: ${shown(fresh)}`];
  });
}
