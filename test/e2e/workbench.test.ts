// `check` as the place where a mapping is made: payloads on show, and checks that come again when a file is saved.
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lines, openProject, type Project, type Started } from "./program.ts";

const mapping = (price = "Price"): string =>
  `version: 1\nresource: products\nfields: { sku: SKU, name: Name, category.name: { value: Cups }, retail_price: ${price} }\n`;
const files = {
  "import.yaml": "version: 1\ninputs: [{ name: products, file: exports/*.csv, mapping: products.yaml }]\n",
  "products.yaml": mapping(),
  "exports/products.csv": lines("SKU,Name,Price,Cost", "A,Cup,1.50,1", "B,Pot,dear,1", "C,Jug,3.00,2"),
};

describe.concurrent("--show", () => {
  it("prints the first valid entries as they would be sent, with the rows they came from, above the closing", async () => {
    await using project = await openProject(undefined, {
      "import.yaml":
        "version: 1\ninputs: [{ name: orders, file: orders.csv, join: { details: details.csv }, mapping: orders.yaml }]\n",
      "orders.yaml": `version: 1
resource: sales_orders
join: { details: { on: { Order: ID } } }
fields:
  channel_id: { from: Shop, ref: { resource: channels, by: label } }
  order_number: ID
  order_date: Date
  order_status: { value: on_hold }
  bill_to.name: Name
  ship_to.name: Name
  customer_notes: { from: Note, blank: clear }
children: { items: { each: details, fields: { sku: SKU, quantity: Qty, unit_price: Price } } }
`,
      "orders.csv": lines(
        "ID,Date,Shop,Name,Note",
        "7,someday,Web,Bo,",
        "8,2024-03-09,Web,Ann,",
        "9,2024-03-09,Web,Cy,",
      ),
      "details.csv": lines("Order,SKU,Qty,Price", "8,A,1,2.50", "7,A,1,1", "8,B,2,1", "9,A,1,1"),
    });
    const { exitCode, stdout } = await project.call(["check", "import.yaml", "--show", "1"]);
    expect(exitCode).toBe(3);
    const [shown = "", closing = ""] = stdout.split("check finished");
    expect(shown.trim()).toBe(
      `order 8 from orders.csv:3 and details.csv:2, 4
{
  "order_number": "8",
  "order_date": "2024-03-09",
  "order_status": "on_hold",
  "bill_to": {
    "name": "Ann"
  },
  "ship_to": {
    "name": "Ann"
  },
  "items": [
    {
      "sku": "A",
      "quantity": 1,
      "unit_price": 2.5
    },
    {
      "sku": "B",
      "quantity": 2,
      "unit_price": 1
    }
  ],
  "channel_id": "<id of Web>"
}
An update empties customer_notes.`,
    );
    expect(closing).toContain('orders.csv:2 column "Date" = "someday"');
  });

  it("with --json adds them to the summary, and nothing else stands on stdout", async () => {
    await using project = await openProject(undefined, files);
    const { stdout } = await project.call(["check", "import.yaml", "--show", "2", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      command: "check",
      outcomes: { invalid: { rows: 1 } },
      shown: [
        {
          input: "products",
          resource: "products",
          key: "A",
          rows: [{ file: "exports/products.csv", line: 2 }],
          payload: { sku: "A", name: "Cup", category: { name: "Cups" }, retail_price: 1.5 },
          clears: [],
        },
        { key: "C", rows: [{ file: "exports/products.csv", line: 4 }] },
      ],
    });
  });

  it("is no part of the command that sends it", async () => {
    await using project = await openProject(undefined, {
      ...files,
      "exports/products.csv": lines("SKU,Name,Price", "A,Cup,1"),
    });
    const { stdout, exitCode } = await project.call(["check", "import.yaml", "--show", "1", "--only", "products"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("To send it: luminous-import run import.yaml --only products\n");
  });

  it("says so when nothing is valid", async () => {
    await using project = await openProject(undefined, { ...files, "products.yaml": mapping("Name") });
    const { stdout } = await project.call(["check", "import.yaml", "--show", "1"]);
    expect(stdout).toMatch(/^No entry is valid yet/);
    expect(stdout).toContain("the others all have this too: look at the mapping first");
  });
});

describe.concurrent("--watch", () => {
  it("checks again when the mapping is saved, survives a broken one, and ends with the last check's exit code", async () => {
    await using project = await openProject(undefined, files);
    const started = project.start(["check", "import.yaml", "--watch", "--json"]);
    await rounds(started, 1);

    await project.write("products.yaml", "version: 1\nresource: [");
    await rounds(started, 2);
    expect(started.stderr()).toContain("products.yaml:2:");

    await replace(project, "products.yaml", mapping("Cost"));
    await rounds(started, 3);
    const { exitCode, stdout } = await interrupted(started);
    expect(exitCode).toBe(0);
    // One line for each check that came to an end.
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).exit_code),
    ).toEqual([3, 0]);
  });

  it("sees exports change and appear, and the job itself", async () => {
    await using project = await openProject(undefined, files);
    const started = project.start(["check", "import.yaml", "--watch"]);
    await rounds(started, 1);

    await replace(project, "exports/products.csv", lines("SKU,Name,Price,Cost", "A,Cup,1,1"));
    await rounds(started, 2);
    await project.write("exports/z.csv", lines("SKU,Name,Price,Cost", "Z,Cup,worth it,1"));
    await rounds(started, 3);
    expect(started.stderr()).toContain("z.csv changed.");
    await project.write("import.yaml", files["import.yaml"].replace("*", "products"));
    await rounds(started, 4);

    const { exitCode, stdout } = await interrupted(started);
    expect(exitCode).toBe(0);
    expect([...stdout.matchAll(/^check finished.*: (\d+) rows?/gm)].map(([, rows]) => Number(rows))).toEqual([
      3, 1, 2, 1,
    ]);
    expect(stdout).toMatch(/and save: this checks\s+again/);
    expect(stdout).not.toContain("\u001B"); // no screen to clear
  });

  it("sees the file of a lookup", async () => {
    await using project = await openProject(undefined, {
      ...files,
      "products.yaml": mapping("{ from: SKU, lookup: { file: prices.csv, key: SKU, value: Price } }"),
      "prices.csv": lines("SKU,Price", "A,1"),
    });
    const started = project.start(["check", "import.yaml", "--watch"]);
    await rounds(started, 1);
    await project.write("prices.csv", lines("SKU,Price", "A,1", "B,2", "C,3"));
    await rounds(started, 2);
    expect((await interrupted(started)).exitCode).toBe(0);
  });

  it("cannot watch standard input", async () => {
    await using project = await openProject(undefined, files);
    const started = project.start(["check", "import.yaml", "--watch", "--input", "products=-"]);
    await rounds(started, 1);
    const { exitCode, stderr } = await interrupted(started);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("standard input can be read once");
  });
});

/** Waits until so many rounds are over, with what they said. */
async function rounds(started: Started, count: number): Promise<void> {
  await started.until(() => started.stderr().split("Ctrl-C ends.").length > count);
}

function interrupted(started: Started): Started["ended"] {
  started.child.kill("SIGINT");
  return started.ended;
}

/** As editors save: a new file takes the place of the old one. */
async function replace(project: Project, name: string, text: string): Promise<void> {
  const path = join(project.folder, name);
  await writeFile(`${path}~`, text);
  await rename(`${path}~`, path);
}
