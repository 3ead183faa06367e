// Input that comes out of a pipe: read once however often it is needed, and never waited for when somebody wants to stop.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { lines, openProject, outcomesOf, type Project, readReport } from "./program.ts";

const job = (input: string): string =>
  `version: 1\nlimits: { requests_per_second: 1000, read_lag_seconds: 0 }\nguard: { missing_references: send }\nchannel: { label: Default }\ninputs:\n  - { name: main, ${input} }\n`;
const products = "version: 1\nresource: products\nfields: { sku: SKU, name: Name, category.name: { value: X } }\n";
const named = lines(
  "version: 1",
  "resource: products",
  "fields: { sku: SKU, name: { from: Name, lookup: { file: names.csv, key: Code, value: Name } }, category.name: { value: X } }",
);
const orders = lines(
  "version: 1",
  "resource: sales_orders",
  "join: { details: { on: { Order: Order } } }",
  "fields:",
  "  order_number: Order",
  "  order_date: { value: 2024-01-31 }",
  "  order_status: { value: completed }",
  "  bill_to.name: Name",
  "  ship_to.name: Name",
  "children: { items: { each: details, fields: { sku: Item, quantity: Qty, unit_price: { value: 2 } } } }",
);
const rows = lines("SKU,Name", "A,Ada", "B,Bob");

const pipe = (project: Project, name: string): string => {
  const path = join(project.folder, name);
  execFileSync("mkfifo", [path]);
  return path;
};
const state = (project: Project): string => join(project.folder, ".luminous-import");

describe.concurrent("a wait for the first byte ends with the first signal", () => {
  const silent = { stdin: { silent: true } } as const;
  const input = "file: in.csv, mapping: map.yaml";
  test.each<{
    readonly of: string;
    readonly input: string;
    readonly files: Readonly<Record<string, string>>;
    readonly pipe?: string;
    readonly signal: NodeJS.Signals;
  }>([
    { of: "a pipe", input, files: { "map.yaml": products }, pipe: "in.csv", signal: "SIGINT" },
    {
      of: "a packed pipe",
      input: "file: in.csv.gz, mapping: map.yaml",
      files: { "map.yaml": products },
      pipe: "in.csv.gz",
      signal: "SIGTERM",
    },
    { of: "standard input", input: "file: '-', mapping: map.yaml", files: { "map.yaml": products }, signal: "SIGTERM" },
    {
      of: "a join",
      input: `${input}, join: { details: d.csv }`,
      files: { "map.yaml": orders, "in.csv": "Order,Name\nO,Ada\n" },
      pipe: "d.csv",
      signal: "SIGINT",
    },
    { of: "a mapping", input, files: { "in.csv": rows }, pipe: "map.yaml", signal: "SIGINT" },
    { of: "a lookup table", input, files: { "map.yaml": named, "in.csv": rows }, pipe: "names.csv", signal: "SIGINT" },
  ])("of $of: $signal", async ({ input: written, files, pipe: name, signal }) => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": job(written), ...files });
    if (name !== undefined) pipe(project, name);
    const run = project.start(["run", "import.yaml"], silent);
    await run.until(() => existsSync(join(state(project), "lock.json")));
    await new Promise((resolve) => setTimeout(resolve, 300));
    run.child.kill(signal);
    const { exitCode, stderr } = await run.ended;
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("stopped while reading; nothing was sent")]);
    expect(await readdir(join(state(project), "stdin")).catch(() => [])).toEqual([]);
    expect(sandbox.counts().started).toBe(1); // the question whether the account takes the token
  });

  it("of a check, too", async () => {
    await using project = await openProject(undefined, { "import.yaml": job(input), "map.yaml": products });
    pipe(project, "in.csv");
    const check = project.start(["check", "import.yaml"], silent);
    await check.until(() => existsSync(join(state(project), "stdin")));
    check.child.kill("SIGINT");
    expect((await check.ended).exitCode).toBe(2);
  });
});

describe.concurrent("a pipe", () => {
  it("is read like a file, in pieces that come when they come", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": job("file: in.csv, mapping: map.yaml"),
      "map.yaml": products,
    });
    const path = pipe(project, "in.csv");
    const run = project.start(["run", "import.yaml"]);
    {
      await using writer = await open(path, "w");
      await writer.write(rows.slice(0, 11));
      await new Promise((resolve) => setTimeout(resolve, 200));
      await writer.write(rows.slice(11));
    }
    expect((await run.ended).exitCode).toBe(0);
    const names = Object.fromEntries(sandbox.records("products").map(({ key, content }) => [key, content.name]));
    expect(names).toEqual({ A: "Ada", B: "Bob" });
    expect(await readdir(join(state(project), "stdin"))).toEqual([]);
  });

  it("may be written beside another one, a piece of each in turn", async () => {
    await using project = await openProject(undefined, {
      "import.yaml": job("file: in.csv, mapping: map.yaml, join: { details: d.csv }"),
      "map.yaml": orders,
    });
    const [main, details] = ["in.csv", "d.csv"].map((name) => pipe(project, name));
    const check = project.start(["check", "import.yaml", "--json"]);
    {
      await using one = await open(main ?? "", "w");
      await using other = await open(details ?? "", "w");
      await other.write("Order,Item,Qty\n");
      await one.write("Order,Name\n");
      // More than a pipe holds: whoever read the first one to its end would wait for ever.
      for (let at = 0; at < 4_000; at += 1) {
        await other.write(`O${at},X,1\n`);
        await one.write(`O${at},${"Ada ".repeat(8)}\n`);
      }
    }
    const { exitCode, rows: checked } = await readReport(await check.ended);
    expect([exitCode, outcomesOf(checked)]).toEqual([0, { pending: 8_000 }]);
  });

  it("is nothing that init and watching can read", async () => {
    await using project = await openProject(undefined, {
      "import.yaml": job("file: in.csv, mapping: map.yaml"),
      "map.yaml": products,
    });
    pipe(project, "in.csv");
    const init = await project.call(["init", "in.csv", "--out", "new"]);
    expect([init.exitCode, init.stderr]).toEqual([2, expect.stringContaining("in.csv: it is a pipe")]);
    const watching = project.start(["check", "import.yaml", "--watch"]);
    await watching.until(() => watching.stderr().includes("cannot be watched"));
    watching.child.kill("SIGINT");
    await watching.ended;
  });

  it("is left alone by doctor", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": job("file: in.csv, mapping: map.yaml"),
      "map.yaml": products,
    });
    pipe(project, "in.csv");
    const { stdout } = await project.call(["doctor", "import.yaml"]);
    expect(stdout).toContain("main: readable");
  });
});
