// What the crash tests import: a growing, seeded set of products (some with variants, some with fields that only an
// update takes), kits and orders, as files and as what the API must hold in the end. The claims are in the tests.
import type { Project } from "./program.ts";
import { jobText, lines } from "./program.ts";

/** What is to be there in the end: by key, the fields that the record must have. */
export interface Wanted {
  readonly products: ReadonlyMap<string, object>;
  readonly sales_orders: ReadonlyMap<string, object>;
}

/** A job's files at one moment. */
export interface CrashInput {
  readonly files: Readonly<Record<string, string>>;
  readonly wanted: Wanted;
  /** Input rows of the four files, and those that are invalid or blocked by design. */
  readonly rows: number;
  readonly flawedRows: number;
}

/** `generation` 0 has one batch; each further one adds a batch and changes the prices of some older products. */
export function crashInput(generation: number, flawed: boolean): CrashInput {
  const products: string[] = [];
  const kits: string[] = [];
  const orderRows: string[] = [];
  const orders: object[] = [];
  const wantedProducts = new Map<string, object>();
  const wantedOrders = new Map<string, object>();
  for (let batch = 0; batch <= generation; batch++) {
    for (let n = 1; n <= productsPerBatch; n++) {
      const sku = `P${batch}-${n}`;
      // A change of price in every later generation for a quarter of what was there.
      const price = n + (n % 4 === 0 ? generation - batch : 0) + 0.5;
      const alert = n % 6 === 0 ? String(n) : "";
      const hasVariants = n % 5 === 0;
      const variants = hasVariants ? [`${sku}-S`, `${sku}-L`] : [""];
      for (const variant of variants) products.push([sku, `Product ${sku}`, price, alert, variant].join(","));
      wantedProducts.set(sku, {
        sku,
        name: `Product ${sku}`,
        category: { name: "Tools" },
        retail_price: price,
        ...(alert === "" ? {} : { qty_low_alert: n }),
        ...(hasVariants ? { variants: variants.map((each) => ({ sku: each, name: each, retail_price: price })) } : {}),
      });
    }
    for (let n = 1; n <= kitsPerBatch; n++) {
      const sku = `K${batch}-${n}`;
      const components = [`P${batch}-${n}`, `P0-${n + 1}`];
      for (const component of components) kits.push([sku, `Kit ${sku}`, component, n].join(","));
      wantedProducts.set(sku, {
        sku,
        name: `Kit ${sku}`,
        type: "KIT",
        category: { name: "Kits" },
        kit_items: components.map((component) => ({ sku: component, quantity: n })),
      });
    }
    for (let n = 1; n <= ordersPerBatch; n++) {
      const csv = `C${batch}-${n}`;
      const skus = [`P${batch}-${n}`, `P${batch}-${n % 2 === 0 ? "5-S" : "10"}`];
      for (const sku of skus) orderRows.push([csv, "2024-01-31", "Ada", sku, n, "2.5"].join(","));
      wantedOrders.set(csv, order(csv, skus, n));
      const json = `J${batch}-${n}`;
      orders.push({
        number: json,
        date: "2024-01-31",
        status: "completed",
        channel: "Default",
        customer: { name: "Ada" },
        items: [{ sku: `K${batch}-1`, quantity: n, price: 2.5 }],
      });
      wantedOrders.set(json, order(json, [`K${batch}-1`], n));
    }
  }
  if (flawed) {
    products.push("BAD,Without a price that is one,much,,");
    orderRows.push("C-BAD,2024-01-31,Ada,BAD,1,2.5");
  }
  return {
    files: {
      "products.csv": lines("handle,title,price,alert,variant", ...products),
      "kits.csv": lines("kit_sku,kit_name,component_sku,quantity", ...kits),
      "orders.csv": lines("order,date,customer,sku,qty,price", ...orderRows),
      "orders.json": JSON.stringify({ orders }, undefined, 1),
    },
    wanted: { products: wantedProducts, sales_orders: wantedOrders },
    rows: products.length + kits.length + orderRows.length + orders.length,
    flawedRows: flawed ? 2 : 0,
  };
}

/** Writes the job and its own mappings: patient in attempts, in a hurry otherwise. */
export async function writeCrashJob(project: Project, readLagSeconds: number): Promise<void> {
  await project.write("grouped-products.yaml", productMapping);
  await project.write("grouped-orders.yaml", orderMapping);
  const inputs = {
    products: { file: "products.csv", mapping: "./grouped-products.yaml" },
    kits: { file: "kits.csv", mapping: "kits" },
    orders: { file: "orders.csv", mapping: "./grouped-orders.yaml" },
    more: { file: "orders.json", mapping: "orders" },
  };
  const limits = `requests_per_second: 200, concurrency: 4, attempts: 20, timeout_seconds: 0.5, read_lag_seconds: ${readLagSeconds}`;
  await project.write("import.yaml", jobText(inputs, "", limits));
}

const productsPerBatch = 40;
const kitsPerBatch = 6;
const ordersPerBatch = 12;

/** An order as the mapping makes it. */
export function order(number: string, skus: readonly string[], quantity: number): object {
  return {
    order_number: number,
    order_date: "2024-01-31",
    order_status: "completed",
    bill_to: { name: "Ada" },
    ship_to: { name: "Ada" },
    items: skus.map((sku) => ({ sku, quantity, unit_price: 2.5 })),
  };
}

const productMapping = `version: 1
resource: products
group: { by: handle }
fields:
  sku: handle
  name: title
  category.name: { value: Tools }
  retail_price: price
  qty_low_alert: alert
children:
  variants:
    each: rows
    where: 'row["variant"] != ""'
    fields: { sku: variant, name: variant, retail_price: price }
`;

/** Orders of a CSV by their `order` column, a row for each line. */
export const orderMapping = `version: 1
resource: sales_orders
group: { by: order }
fields:
  channel_id: { value: 1 }
  order_number: order
  order_date: date
  order_status: { value: completed }
  bill_to.name: customer
  ship_to.name: customer
children:
  items:
    each: rows
    fields: { sku: sku, quantity: qty, unit_price: price }
`;
