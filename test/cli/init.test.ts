// `init` as it is typed: what it writes, says and refuses, and that the job it wrote can be checked and run.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

const files: Files = {
  "exports/Products (new).csv":
    "Article No,Product Name,Category,Price\nCUP-1,Blue cup,Kitchen,4.50\nPOT-1,Big pot,Kitchen,19.90\n",
  "exports/orders.csv":
    "Order No;Order Date;Status;Store;Customer;SKU;Qty;Price\nA-1;2024-03-09;shipped;Default;Ann Lee;CUP-1;2;4,50\nA-1;2024-03-09;shipped;Default;Ann Lee;POT-1;1;19,90\n",
};

describe("init", () => {
  it("writes a job that runs as it is where nothing is left to say", async () => {
    await using folder = await jobFolder(files);
    await using sandbox = await startSandbox();
    const env = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox" };
    const at = { cwd: folder.path, env };
    const { exitCode, stdout, stderr } = await command(["init", "exports/*.csv", "--yes"], at);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("exports/Products (new).csv: products");
    expect(stdout).toContain("Check: 4 rows, 3 entries, nothing wrong");
    expect(stdout).toContain("luminous-import check import.yaml");
    expect(stdout).not.toContain("TODO");
    const ran = await command(["run", "import.yaml", "--quiet"], at);
    expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(sandbox.records("sales_orders").map(({ key, content }) => [key, content.items])).toEqual([
      [
        "A-1",
        [
          expect.objectContaining({ sku: "CUP-1", unit_price: 4.5 }),
          expect.objectContaining({ sku: "POT-1", unit_price: 19.9 }),
        ],
      ],
    ]);
  });

  it("leaves nothing behind but the files that it names, which name their schemas", async () => {
    await using folder = await jobFolder(files);
    const { stdout } = await command(["init", "exports/orders.csv", "--out", "acme"], { cwd: folder.path });
    expect((await readdir(join(folder.path, "acme"))).sort()).toEqual(["import.yaml", "orders.yaml"]);
    expect((await readdir(folder.path)).sort()).toEqual(["acme", "exports"]);
    for (const name of ["import.yaml", "orders.yaml"]) {
      expect(stdout).toContain(`acme/${name}`);
      const [first = ""] = (await readFile(join(folder.path, "acme", name), "utf8")).split("\n");
      const schema = /^# yaml-language-server: \$schema=(.*)$/.exec(first)?.[1] ?? "";
      await expect(
        readFile(join(folder.path, "acme", schema), "utf8").catch(() => readFile(schema, "utf8")),
      ).resolves.toContain('"$schema"');
    }
  });

  it("writes over nothing without --force, and then writes nothing at all", async () => {
    await using folder = await jobFolder({ ...files, "orders.yaml": "mine" });
    const words = ["init", "exports/orders.csv"];
    const refused = await command(words, { cwd: folder.path });
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
    expect(refused.stderr).toContain("orders.yaml is there already");
    expect(refused.stderr).toContain("--force");
    expect((await readdir(folder.path)).sort()).toEqual(["exports", "orders.yaml"]);
    expect((await command([...words, "--force"], { cwd: folder.path })).exitCode).toBe(0);
    expect(await readFile(join(folder.path, "orders.yaml"), "utf8")).toContain("resource: sales_orders");
  });

  it("marks what only a person can say, names each such line, and still ends with 0", async () => {
    await using folder = await jobFolder({
      "orders.csv": "Order No,Order Date,Status,SKU,Qty,Price\nA-1,03/04/2024,parked,CUP-1,2,4.50\n",
    });
    const { exitCode, stdout } = await command(["init", "orders.csv", "--json"], { cwd: folder.path });
    expect(exitCode).toBe(0);
    const said = JSON.parse(stdout) as {
      readonly files: readonly {
        readonly file: string;
        readonly todo: readonly { readonly line: number; readonly text: string }[];
      }[];
      readonly check: { readonly refused: string };
    };
    const mapping = (await readFile(join(folder.path, "orders.yaml"), "utf8")).split("\n");
    const todo = said.files.find(({ file }) => file === "orders.yaml")?.todo ?? [];
    for (const { line, text } of todo) expect(mapping[line - 1]).toContain(text);
    const job = said.files.find(({ file }) => file === "import.yaml")?.todo ?? [];
    expect(job.map(({ text }) => text).join("\n")).toContain("required: channel: which do the orders go to?");
    for (const what of [
      'order_status: say in its map which of these "parked"',
      "bill_to.name",
      "ship_to.name",
      '"M/d/yyyy"',
    ])
      expect(todo.map(({ text }) => text).join("\n")).toContain(what);
    expect(said.check.refused).toContain("03/04/2024");
  });

  it("writes a line as a comment, with the reason, that its own check refutes on every row", async () => {
    await using folder = await jobFolder({
      "products.csv":
        "SKU,Name,Category,Image URL,Price\nA-1,Cup,Cups,https://x y/1,4.50\nA-2,Pot,Pots,https://x y/2,9.50\n",
    });
    const { exitCode, stdout } = await command(["init", "products.csv"], { cwd: folder.path });
    expect(exitCode).toBe(0);
    const mapping = await readFile(join(folder.path, "products.yaml"), "utf8");
    expect(mapping).toMatch(/^ {2}#image_url: Image URL +# low: every row says no: /m);
    expect(mapping).toContain("# Not used: Image URL");
    expect(stdout).toContain("Check: 2 rows, 2 entries, nothing wrong");
  });

  it.each([
    { words: ["init"], says: "init needs to know which files", hint: "init products.csv" },
    { words: ["init", "gone.csv"], says: "gone.csv: there is no such file", hint: "" },
    { words: ["init", "*.tsv"], says: 'no file matches "*.tsv"', hint: "Looked in" },
    {
      words: ["init", "foo.csv"],
      says: "foo.csv: it is no table, with nothing but Foo in its header",
      hint: "Nothing was written",
    },
  ])("$words ends with 2 and writes nothing", async ({ words, says, hint }) => {
    await using folder = await jobFolder({ "foo.csv": "Foo\n1\n" });
    const { exitCode, stdout, stderr } = await command(words, { cwd: folder.path });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
    expect(await readdir(folder.path)).toEqual(["foo.csv"]);
  });
});
