// What is found out after staging (a duplicate, a refusal of the API) is told at its cell: the entry's rows are read again.
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../src/model/problem.ts";
import { type Files, type StagedJob, stagedJob } from "./job-folder.ts";

const input = (file: string, join = ""): string =>
  `version: 1\ninputs:\n  - { name: orders, file: ${file}, mapping: orders.yaml${join} }\n`;
const head = (more: string): string => `version: 1
resource: sales_orders
${more}fields:
  channel_id: { value: 1 }
  order_number: Order
  order_date: { value: "2024-01-15" }
  order_status: { value: pending }
  bill_to.name: Name
  ship_to.name: Name
`;

async function place(staged: StagedJob, [file, line]: readonly [string, number], path: string): Promise<string> {
  const problems = [{ code: "api_rejected", message: "no", path }] as const;
  const [located] = await staged.locate(await staged.entryAt(file, line), problems);
  return located === undefined ? "" : describeProblem(located);
}

const grouped = (rows: string): Files => ({
  "import.yaml": input("orders.csv"),
  "orders.yaml": `${head(`group: { by: Order, rows: ${rows} }\n`)}children:
  items:
    each: rows
    fields: { sku: Item, quantity: Qty, unit_price: { value: 1 } }
`,
  "orders.csv": 'Order;Name;Item;Qty\nA;Ann;cup;1\nB;Bob;"pot; big";2\nB;Bob;jug;3\n',
});

describe.each(["adjacent", "anywhere"])("the cell of a path (rows %s)", (rows) => {
  it("is found in the row that gave it, also in a later row of the group", async () => {
    await using staged = await stagedJob(grouped(rows));
    expect(await place(staged, ["orders.csv", 3], "items[1].quantity")).toBe(
      'orders.csv:4 column "Qty" = "3" → items[1].quantity: no',
    );
    expect(await place(staged, ["orders.csv", 3], "items[0].sku")).toBe(
      'orders.csv:3 column "Item" = "pot; big" → items[0].sku: no',
    );
    expect(await place(staged, ["orders.csv", 2], "bill_to.name")).toBe(
      'orders.csv:2 column "Name" = "Ann" → bill_to.name: no',
    );
  });

  it("is the next best one for a path that no cell gave", async () => {
    await using staged = await stagedJob(grouped(rows));
    expect(await place(staged, ["orders.csv", 3], "items[1].product")).toBe(
      'orders.csv:4 column "Item" = "jug" → items[1].product: no',
    );
    expect(await place(staged, ["orders.csv", 2], "ship_to")).toBe("orders.csv:2 → ship_to: no");
  });

  it("is the mapping's line for a constant, and the first row alone for what has no place", async () => {
    await using staged = await stagedJob(grouped(rows));
    expect(await place(staged, ["orders.csv", 2], "channel_id")).toBe("orders.yaml:5 → channel_id: no");
    expect(await place(staged, ["orders.csv", 2], "total")).toBe("orders.csv:2 → total: no");
  });
});

it("is found in JSON, by its path from the element", async () => {
  await using staged = await stagedJob({
    "import.yaml": input("orders.json"),
    "orders.yaml":
      `${head("")}children:\n  items:\n    each: lines\n    fields: { sku: sku, quantity: qty, unit_price: { value: 1 } }\n`.replace(
        "bill_to.name: Name",
        "bill_to.name: customer.name",
      ),
    "orders.json":
      '[\n  {"Order": "A", "Name": "Ann", "customer": {"name": "Ann B"},\n   "lines": [{"sku": "cup", "qty": 1}, {"sku": "pot", "qty": 2.50}]}\n]\n',
  });
  expect(await place(staged, ["orders.json", 2], "items[1].quantity")).toBe(
    'orders.json:2 column "lines.1.qty" = "2.50" → items[1].quantity: no',
  );
  expect(await place(staged, ["orders.json", 2], "bill_to")).toBe("orders.json:2 → bill_to: no");
});

it("is found in the rows of joins, of one and of many", async () => {
  await using staged = await stagedJob({
    "import.yaml": input("orders.csv", ", join: { details: details.csv, customers: customers.csv }"),
    "orders.yaml": `${head("join:\n  details: { on: { Order: Order } }\n  customers: { on: { Id: Customer }, one: true }\n").replaceAll(": Name", ": customers.Name")}children:\n  items:\n    each: details\n    fields: { sku: Item, quantity: Qty, unit_price: { value: 1 } }\n`,
    "orders.csv": "Order,Customer\nA,c1\nB,c2\n",
    "details.csv": "Order,Item,Qty\nB,cup,1\nA,pot,2\nB,jug,3\n",
    "customers.csv": "Id,Name\nc1,Ann\nc2,Bob\n",
  });
  expect(await place(staged, ["orders.csv", 3], "items[1].sku")).toBe(
    'details.csv:4 column "Item" = "jug" → items[1].sku: no',
  );
  expect(await place(staged, ["orders.csv", 3], "bill_to.name")).toBe(
    'customers.csv:3 column "Name" = "Bob" → bill_to.name: no',
  );
  expect(await place(staged, ["details.csv", 3], "order_number")).toBe(
    'orders.csv:2 column "Order" = "A" → order_number: no',
  );
});

it("is nowhere for an entry whose rows could not all be read: mapping made nothing of them", async () => {
  await using staged = await stagedJob({
    ...grouped("adjacent"),
    "orders.csv": "Order,Name,Item,Qty\nA,Ann,cup,1\nA,Ann,pot,1,surplus\n",
  });
  expect(await place(staged, ["orders.csv", 2], "items[0].sku")).toBe("→ items[0].sku: no");
});
