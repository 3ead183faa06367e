// A week of nights: what a shop's system drops each night, what Luminous has to hold in the morning by a sum over these files that
// knows nothing of the program, and a drop folder for the built program. The claims are in week.test.ts.
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { openDoor } from "./door.ts";
import { lines, openProject, type Project } from "./program.ts";
import { parseRecords, type TableRecord } from "./table.ts";

/** What is dropped in one night. */
export interface Night {
  readonly day: string;
  /** By name, in the order in which they were written. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that no input can take, by name. */
  readonly broken: readonly string[];
  /** The API goes away in the middle of it. */
  readonly outage?: boolean;
}

/** What Luminous holds, by key. */
export interface Holdings {
  readonly products: ReadonlyMap<string, string>;
  readonly orders: ReadonlyMap<string, string>;
}

const productColumns = "SKU,Name,Category,Price";
const orderColumns = "Order,Date,Status,Shipped,Customer,Email,SKU,Qty,Price";

/**
 * Seven nights. With copies, every product and order is there so many times, as `CUP-1~2` and `1001~2`.
 * Products come after their orders, exports overlap, statuses move on, a file is broken, a night is empty, the API goes away once.
 */
export function weekOfNights(copies = 1): readonly Night[] {
  const table = (columns: string, keys: readonly string[], rows: readonly string[]): string => {
    const at = columns.split(",").flatMap((column, index) => (keys.includes(column) ? [index] : []));
    const copied = (row: string, copy: number): string =>
      row
        .split(",")
        .map((cell, index) => (copy > 1 && at.includes(index) ? `${cell}~${copy}` : cell))
        .join(",");
    // The lines of an order stay together: a copy of the whole table follows the whole table.
    const all = Array.from({ length: copies }, (_, index) => rows.map((row) => copied(row, index + 1)));
    return lines(columns, ...all.flat());
  };
  const products = (...rows: readonly string[]): string => table(productColumns, ["SKU"], rows);
  const orders = (...rows: readonly string[]): string => table(orderColumns, ["Order", "SKU"], rows);
  return [
    {
      day: "Monday",
      files: {
        "products-mon.csv": products(
          "CUP-1,Blue cup,Cups,12.50",
          "CUP-2,Red cup,Cups,12.50",
          "POT-1,Tea pot,Pots,on request",
        ),
        "orders-mon.csv": orders(
          "1001,2026-03-02,on_hold,,Ann Lee,ann@example.com,CUP-1,2,12.50",
          "1001,2026-03-02,on_hold,,Ann Lee,ann@example.com,CUP-2,1,12.50",
          "1002,2026-03-02,on_hold,,Bo Diaz,bo@example.com,CUP-2,1,12.50",
          "1003,2026-03-02,on_hold,,Cy Young,cy@example.com,POT-1,1,24.00",
        ),
      },
      broken: [],
    },
    {
      day: "Tuesday",
      files: {
        "orders-tue.csv": orders(
          "1002,2026-03-02,shipped,2026-03-03,Bo Diaz,bo@example.com,CUP-2,1,12.50",
          "1003,2026-03-02,on_hold,,Cy Young,cy@example.com,POT-1,1,24.00",
          "1004,2026-03-03,on_hold,,Di Roy,di@example.com,LID-1,3,4.20",
          "1005,2026-03-03,on_hold,,Ed Fox,ed@example.com,CUP-1,4,12.00",
        ),
      },
      broken: [],
    },
    {
      day: "Wednesday",
      files: {
        "orders-wed.csv": orders(
          "1004,2026-03-03,on_hold,,Di Roy,di@example.com,LID-1,3,4.20",
          "1005,2026-03-03,shipped,2026-03-04,Ed Fox,ed@example.com,CUP-1,4,12.00",
        ),
        "products-wed.csv": products("CUP-2,Red cup,Cups,13.90", "LID-1,Lid,Pots,4.20", "POT-1,Tea pot,Pots,24.00"),
      },
      broken: [],
    },
    {
      day: "Thursday",
      files: {
        "orders-thu.csv": orders(
          "1005,2026-03-03,completed,2026-03-04,Ed Fox,ed@example.com,CUP-1,4,12.00",
          "1006,2026-03-05,on_hold,,Fay Orr,fay@example.com,POT-1,1,24.00",
          "1007,2026-03-05,on_hold,,Guy Ash,guy@example.com,CUP-1,1,12.50",
          "1007,2026-03-05,on_hold,,Guy Ash,guy@example.com,LID-1,1,4.20",
        ),
      },
      broken: [],
      outage: true,
    },
    {
      day: "Friday",
      files: {
        "orders-fri.csv": orders(
          "1006,2026-03-05,shipped,2026-03-06,Fay Orr,fay@example.com,POT-1,1,24.00",
          "1008,2026-03-06,on_hold,,Hal Kim,hal@example.com,CUP-2,2,13.90",
        ),
        // A workbook under the name of a CSV.
        "orders-fri-2.csv": "PK\u0003\u0004\u0014\u0000\u0006\u0000[Content_Types].xml\u0000\u0000\u0001",
      },
      broken: ["orders-fri-2.csv"],
    },
    { day: "Saturday", files: {}, broken: [] },
    {
      day: "Sunday",
      files: {
        "products-sun.csv": products("CUP-1,Sky blue cup,Cups,12.50"),
        // Of 1001 the address changes, which is possible; of 1002 the quantity, which is not.
        "orders-sun.csv": orders(
          "1001,2026-03-02,on_hold,,Ann Lee,ann.lee@example.com,CUP-1,2,12.50",
          "1001,2026-03-02,on_hold,,Ann Lee,ann.lee@example.com,CUP-2,1,12.50",
          "1002,2026-03-02,shipped,2026-03-03,Bo Diaz,bo@example.com,CUP-2,5,12.50",
          "1008,2026-03-06,shipped,2026-03-08,Hal Kim,hal@example.com,CUP-2,2,13.90",
        ),
      },
      broken: [],
    },
  ];
}

interface SummedOrder {
  readonly items: string;
  readonly skus: readonly string[];
  readonly rest: string;
}

/** What Luminous holds after each of the nights, if every file is imported in the night of its drop. */
export function sumOfNights(nights: readonly Night[]): readonly Holdings[] {
  const products = new Map<string, string>();
  const seen = new Map<string, SummedOrder>();
  const placed = new Map<string, SummedOrder>();
  return nights.map(({ files, broken }) => {
    const tables = Object.entries(files).filter(([name]) => !broken.includes(name));
    for (const [name, text] of tables) if (name.startsWith("products")) addProducts(products, recordsOf(text));
    for (const [name, text] of tables) if (name.startsWith("orders")) addOrders(seen, recordsOf(text));
    for (const [number, order] of seen) {
      const before = placed.get(number);
      const canGo = before === undefined ? order.skus.every((sku) => products.has(sku)) : order.items === before.items;
      if (canGo) placed.set(number, order);
    }
    const orders = new Map([...placed].map(([number, { items, rest }]) => [number, `${rest} · ${items}`]));
    return { products: new Map(products), orders };
  });
}

function addProducts(products: Map<string, string>, records: readonly TableRecord[]): void {
  for (const { SKU = "", Name, Category, Price = "" } of records)
    if (Number(Price) > 0) products.set(SKU, `${Name}, ${Category}, ${Number(Price).toFixed(2)}`);
}

function addOrders(seen: Map<string, SummedOrder>, records: readonly TableRecord[]): void {
  const numbers = new Set(records.map(({ Order = "" }) => Order));
  for (const number of numbers) {
    const rows = records.filter(({ Order }) => Order === number);
    const [{ Status, Shipped, Email } = {}] = rows;
    seen.set(number, {
      items: rows.map(({ SKU, Qty, Price }) => `${Qty} ${SKU} at ${Number(Price).toFixed(2)}`).join(", "),
      skus: rows.map(({ SKU = "" }) => SKU),
      rest: `${Status}, ${Email}, shipped ${Shipped || "not yet"}`,
    });
  }
}

function recordsOf(text: string): readonly TableRecord[] {
  const [header, ...records] = parseRecords(text).map(({ cells }) => cells);
  return records.map((cells) => Object.fromEntries((header ?? []).map((name, index) => [name, cells[index] ?? ""])));
}

/** What the sandbox holds, in the words of the sum. Throws where two records have one key. */
export function holdingsOf(sandbox: Sandbox): Holdings {
  const byKey = (resource: "products" | "sales_orders", told: (content: JsonObject) => string) => {
    const records = sandbox.records(resource).filter(({ received }) => received.length > 0);
    const map = new Map(records.map(({ key, content }) => [key, told(content)]));
    if (map.size !== records.length) throw new Error(`${resource}: ${records.length} records, ${map.size} keys`);
    return map;
  };
  return {
    products: byKey("products", (content) => {
      const { name, category, retail_price: price } = content as unknown as Sent;
      return `${name}, ${category.name}, ${Number(price).toFixed(2)}`;
    }),
    orders: byKey("sales_orders", (content) => {
      const { order_status: status, customer_email: email, ship_date: shipped, items } = content as unknown as Sent;
      const lineOf = (item: SentItem) => `${item.quantity} ${item.sku} at ${Number(item.unit_price).toFixed(2)}`;
      return `${status}, ${email}, shipped ${shipped ?? "not yet"} · ${items.map(lineOf).join(", ")}`;
    }),
  };
}

interface SentItem {
  readonly sku: string;
  readonly quantity: number;
  readonly unit_price: number;
}

interface Sent {
  readonly name: string;
  readonly category: { readonly name: string };
  readonly retail_price: number;
  readonly order_status: string;
  readonly customer_email: string;
  readonly ship_date?: string;
  readonly items: readonly SentItem[];
}

/** A drop folder and an account; disposing ends both. */
export interface Shop extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly project: Project;
  /** Requests from now on get no answer; with a number, so many writes are still let through. */
  goAway(writes?: number): void;
  comeBack(): void;
  /** Writes a night's files into the inbox, older than now, in their order. */
  deliver(night: Night, index: number): Promise<void>;
  /** Where the files of the inbox, the archive and the quarantine lie, by name. Results are left out. */
  whereabouts(): Promise<ReadonlyMap<string, readonly Place[]>>;
}

export type Place = "inbox" | "claimed" | "archive" | "quarantine";

const job = `version: 1
limits: { requests_per_second: 1000, concurrency: 4, read_lag_seconds: 0.1, second_send_seconds: 0.2, timeout_seconds: 2, outage_patience_minutes: 0.03 }
channel: { label: Web shop, warehouse_group: Default }
drop: { inbox: in, archive: done, quarantine: failed, quiet_seconds: 0 }
inputs:
  - { name: products, mapping: products.yaml }
  - { name: orders, mapping: orders.yaml }
existing: { products: update, sales_orders: update }
`;
const productMapping = `version: 1
resource: products
source: { match: "products*.csv" }
fields: { sku: SKU, name: Name, category.name: Category, retail_price: Price }
`;
const orderMapping = `version: 1
resource: sales_orders
source: { match: "orders*.csv" }
group: { by: Order }
fields:
  order_number: Order
  order_date: Date
  order_status: Status
  ship_date: Shipped
  customer_email: Email
  bill_to.name: Customer
  ship_to.name: Customer
children:
  items: { each: rows, fields: { sku: SKU, quantity: Qty, unit_price: Price } }
`;

/** A shop that has dropped nothing yet. A second record with the same key would be made, and shows. */
export async function openShop(latencyMs = 0): Promise<Shop> {
  const sandbox = await startSandbox({ duplicates: "accept", latencyMs });
  let writesLeft = Number.POSITIVE_INFINITY;
  const door = await openDoor(sandbox, ({ method }) => {
    if (writesLeft > 0 && method === "GET") return undefined;
    writesLeft -= 1;
    return writesLeft >= 0 ? undefined : { status: 503, body: "" };
  });
  const files = { "import.yaml": job, "products.yaml": productMapping, "orders.yaml": orderMapping };
  const project = await openProject({ ...sandbox, url: door.url }, files);
  return {
    sandbox,
    project,
    goAway(writes = 0) {
      writesLeft = writes;
    },
    comeBack() {
      writesLeft = Number.POSITIVE_INFINITY;
    },
    async deliver({ files }, index) {
      const second = Date.now() / 1000 - 3600 + index * 60;
      for (const [place, [name, text]] of Object.entries(files).entries()) {
        const path = await project.write(`in/${name}`, text);
        await utimes(path, second + place, second + place);
      }
    },
    async whereabouts() {
      const found = new Map<string, Place[]>();
      const roots = { in: "inbox", done: "archive", failed: "quarantine" } as const;
      for (const [folder, place] of Object.entries(roots)) {
        const names = await readdir(join(project.folder, folder), { recursive: true }).catch(() => []);
        for (const path of names) {
          const [name = "", ...above] = path.split("/").toReversed();
          if (!/^(products|orders)-.*\.csv$/.test(name) || above.includes("results")) continue;
          found.set(name, [...(found.get(name) ?? []), above.includes(".claimed") ? "claimed" : place]);
        }
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}
