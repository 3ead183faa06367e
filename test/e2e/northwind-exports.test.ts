// The whole Northwind set: products with categories and suppliers, orders with details and customers, damaged rows and
// all. Every expectation is worked out from the files by the tests' own reader, for all rows.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { openProject, outcomesOf, type Project, type Reported, repository } from "./program.ts";
import { exportPath, lineCents, missingExports, type RealExport, type RealRow, readExport } from "./real-exports.ts";
import { parseRecords, type TableRecord } from "./table.ts";

const file = (name: string): string => JSON.stringify(exportPath(`northwind-${name}.csv`));
const mapping = (name: string): string => JSON.stringify(`${repository}/mappings/${name}.yaml`);

const job = `
version: 1
limits: { requests_per_second: 2000, concurrency: 8, read_lag_seconds: 0 }
inputs:
  - name: orders
    file: ${file("orders")}
    join: { details: ${file("order-details")}, customers: ${file("customers")} }
    mapping: ${mapping("northwind-orders")}
  - name: products
    file: ${file("products")}
    join: { categories: ${file("categories")}, suppliers: ${file("suppliers")} }
    mapping: ${mapping("northwind-products")}
`;

describe.skipIf(missingExports !== undefined)(`the Northwind set${missingExports ? `: ${missingExports}` : ""}`, () => {
  let sandbox: Sandbox;
  let project: Project;
  let run: Reported;
  let orders: RealExport;
  let details: RealExport;
  let products: RealExport;
  let raggedOrders: readonly RealRow[];
  let soundOrders: readonly RealRow[];

  beforeAll(async () => {
    [orders, details, products] = await Promise.all([
      readExport("northwind-orders.csv"),
      readExport("northwind-order-details.csv"),
      readExport("northwind-products.csv"),
    ]);
    raggedOrders = orders.rows.filter(({ ragged }) => ragged);
    soundOrders = orders.rows.filter(({ ragged }) => !ragged);
    sandbox = await startSandbox();
    project = await openProject(sandbox, { "import.yaml": job });
    run = await project.report(["run", "import.yaml"]);
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  const linesOf = (input: string): readonly TableRecord[] => run.rows.filter((row) => row.input === input);
  const isLost = ({ record }: RealRow): boolean => raggedOrders.some((order) => order.cells[0] === record.orderID);

  it("gives every row of the three files one line, in input order", () => {
    expect([orders.rows.length, details.rows.length, products.rows.length]).toEqual([830, 2155, 77]);
    const expected = (rows: readonly RealRow[]) => rows.map(({ line }) => String(line));
    expect(linesOf("orders").map(({ line }) => line)).toEqual(expected(orders.rows));
    expect(linesOf("orders.details").map(({ line }) => line)).toEqual(expected(details.rows));
    expect(linesOf("products").map(({ line }) => line)).toEqual(expected(products.rows));
    expect(run.rows).toHaveLength(830 + 2155 + 77);
    expect(run.exitCode).toBe(3);
  });

  it("makes the 176 orders with a stray comma invalid at their own lines, and leaves their neighbours alone", () => {
    expect(raggedOrders).toHaveLength(176);
    const invalid = linesOf("orders").filter(({ outcome }) => outcome === "invalid");
    expect(invalid.map(({ line, code }) => [line, code])).toEqual(
      raggedOrders.map(({ line }) => [String(line), "ragged_row"]),
    );
    expect(outcomesOf(linesOf("orders"))).toEqual({ accepted: 830 - 176, invalid: 176 });
  });

  it("makes the details of those orders invalid too, naming the line of the order", () => {
    const lost = details.rows.filter(isLost);
    expect(lost.length).toBeGreaterThan(176);
    const lineOf = new Map(raggedOrders.map((order) => [order.cells[0], order.line]));
    const invalid = linesOf("orders.details").filter(({ outcome }) => outcome === "invalid");
    expect(invalid.map(({ line }) => line)).toEqual(lost.map(({ line }) => String(line)));
    for (const [index, { code, message }] of invalid.entries()) {
      expect(code).toBe("same_entry");
      expect(message).toContain(`northwind-orders.csv:${lineOf.get(lost[index]?.record.orderID)}:`);
    }
  });

  it("keeps what did not make it byte for byte in failures/, and nothing else", () => {
    expect(Object.keys(run.failures).toSorted()).toEqual(["orders.csv", "orders.details.csv"]);
    const kept = (name: string) => (run.failures[name] ?? "").split("\n").slice(1, -1);
    const expectKept = (written: readonly string[], rows: readonly RealRow[]): void => {
      expect(written).toHaveLength(rows.length);
      for (const [index, text] of written.entries()) expect(text.startsWith(`${rows[index]?.raw},invalid,`)).toBe(true);
    };
    expectKept(kept("orders.csv"), raggedOrders);
    expectKept(kept("orders.details.csv"), details.rows.filter(isLost));
    const [header] = parseRecords(run.failures["orders.csv"] ?? "");
    expect(header?.raw).toBe(`${orders.header.raw},_import_outcome,_import_problem,_import_column`);
  });

  it("counts the damaged suppliers and customers, and lets them bring nothing down", () => {
    expect(run.summary.reference_faults.map(({ input, join, rows }) => [input, join, rows])).toEqual([
      ["orders", "customers", 24],
      ["products", "suppliers", 9],
    ]);
    expect(outcomesOf(linesOf("products"))).toEqual({ accepted: 77 });
  });

  it("stores every product as its row, its category and its supplier have it", async () => {
    const categories = await readExport("northwind-categories.csv");
    const suppliers = await readExport("northwind-suppliers.csv");
    const stored = contents(sandbox, "products");
    expect(stored.size).toBe(77);
    for (const { record } of products.rows) {
      const supplier = found(suppliers, "supplierID", record.supplierID);
      expect(stored.get(`NW-${record.productID}`), record.productName).toEqual(
        present({
          sku: `NW-${record.productID}`,
          name: record.productName,
          type: "PRODUCT",
          description: record.quantityPerUnit,
          category: { name: found(categories, "categoryID", record.categoryID)?.categoryName },
          supplier: supplier === undefined ? "" : { name: supplier.companyName },
          retail_price: Number(record.unitPrice),
          sellable: record.discontinued === "0",
          qty_reorder_threshold: record.reorderLevel === "0" ? "" : Number(record.reorderLevel),
        }),
      );
    }
  });

  it("stores every sound order with its dates, addresses, items and discounts, and no other", async () => {
    const customers = await readExport("northwind-customers.csv");
    const stored = contents(sandbox, "sales_orders");
    expect([...stored.keys()].toSorted()).toEqual(soundOrders.map(({ record }) => `NW-${record.orderID}`).toSorted());
    for (const { record } of soundOrders) {
      const customer = found(customers, "customerID", record.customerID);
      const items = details.rows.filter((detail) => detail.record.orderID === record.orderID);
      const order = stored.get(`NW-${record.orderID}`);
      expect({ ...order, items: linesBySku(order) }, record.orderID).toEqual(
        present({
          channel_id: 1,
          order_number: `NW-${record.orderID}`,
          order_date: record.orderDate?.slice(0, 10),
          order_status: record.shippedDate === "NULL" ? "on_hold" : "shipped",
          ship_by_date: record.requiredDate?.slice(0, 10),
          ship_date: record.shippedDate === "NULL" ? "" : record.shippedDate?.slice(0, 10),
          total_shipping: Number(record.freight),
          customer_username: record.customerID,
          bill_to: present({
            name: customer?.companyName ?? record.shipName,
            street1: customer?.address ?? "",
            city: customer?.city ?? "",
            state: customer?.region ?? "",
            postal_code: customer?.postalCode ?? "",
            country: customer?.country ?? "",
            phone: customer?.phone ?? "",
          }),
          ship_to: present({
            name: record.shipName,
            street1: record.shipAddress,
            city: record.shipCity,
            state: record.shipRegion,
            postal_code: record.shipPostalCode,
            country: record.shipCountry,
          }),
          items: items.map(({ record: { productID, quantity = "", unitPrice = "", discount = "" } }) => ({
            sku: `NW-${productID}`,
            quantity: Number(quantity),
            cents: lineCents(unitPrice, quantity, discount),
          })),
        }),
      );
    }
    expect(sandbox.counts()).toMatchObject({ defects: 0, duplicates: { products: 0, sales_orders: 0 } });
  });

  it("sends nothing when the same command is run again", async () => {
    const before = sandbox.counts().started;
    const again = await project.report(["run", "import.yaml"]);
    expect(again.exitCode).toBe(3);
    expect(outcomesOf(again.rows)).toEqual({
      unchanged: run.rows.length - raggedOrders.length - details.rows.filter(isLost).length,
      invalid: raggedOrders.length + details.rows.filter(isLost).length,
    });
    expect(sandbox.counts().started).toBe(before + 1);
  });
});

function contents(sandbox: Sandbox, resource: "products" | "sales_orders"): ReadonlyMap<string, JsonObject> {
  return new Map(sandbox.records(resource).map(({ key, content }) => [key, content]));
}

/** The row with this value, unless it is damaged: such a row is no match. */
function found({ rows }: RealExport, column: string, value: string | undefined): TableRecord | undefined {
  return rows.find(({ record, ragged }) => !ragged && record[column] === value)?.record;
}

/** Without what is blank or NULL: such a cell leaves the field out. */
function present(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== "" && value !== "NULL"),
  ) as JsonObject;
}

/** An order's lines by SKU, with what each comes to in cents: a line may have become two items where no price gives it. */
function linesBySku(order: JsonObject | undefined): readonly JsonObject[] {
  const lines = new Map<string, { sku: string; quantity: number; cents: number }>();
  for (const { sku, quantity, unit_price } of (order?.items ?? []) as unknown as readonly Item[]) {
    const line = lines.get(sku) ?? { sku, quantity: 0, cents: 0 };
    const cents = Math.round(Number((quantity * unit_price * 100).toFixed(4)));
    lines.set(sku, { sku, quantity: line.quantity + quantity, cents: line.cents + cents });
  }
  return [...lines.values()];
}

interface Item {
  readonly sku: string;
  readonly quantity: number;
  readonly unit_price: number;
}
