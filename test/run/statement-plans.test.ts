// The plans that SQLite makes for the statements of whole runs: what goes through a whole table may be asked now and then, and never
// for each entry or each batch, or a run of a million rows takes days.
import { afterEach, expect, test, vi } from "vitest";
import { type DriverDatabase, type DriverValue, driver } from "../../src/ledger/sqlite/storage/driver.ts";
import { orderFields, ordersJob, sandboxJob } from "./sandbox-job.ts";

/** A statement: how often it was carried out, and the tables that its plan goes through from end to end. */
interface Use {
  times: number;
  readonly scanned: readonly string[];
}

/** Says of every statement that is carried out from now on. */
function recordUses(): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>();
  const real = driver();
  const open = real.open.bind(real);
  vi.spyOn(real, "open").mockImplementation((place) => {
    const database = open(place);
    const prepare = database.prepare.bind(database);
    const recorded: DriverDatabase["prepare"] = (sql) => {
      const statement = prepare(sql);
      if (!/^\s*(select|with|update|delete)\b/i.test(sql)) return statement;
      const use = uses.get(sql) ?? { times: 0, scanned: scannedBy(prepare(`explain query plan ${sql}`).all()) };
      uses.set(sql, use);
      const counted =
        <T>(call: (...values: readonly DriverValue[]) => T) =>
        (...values: readonly DriverValue[]): T => {
          use.times += 1;
          return call(...values);
        };
      return {
        all: counted((...values) => statement.all(...values)),
        get: counted((...values) => statement.get(...values)),
        run: counted((...values) => statement.run(...values)),
      };
    };
    return Object.defineProperty(database, "prepare", { value: recorded });
  });
  return uses;
}

/** Lists that a statement brings along, and results of its own parts, are as long as what was asked for. */
function scannedBy(plan: readonly Record<string, unknown>[]): readonly string[] {
  const steps = plan.map(({ detail }) => String(detail));
  return steps.filter(
    (step) =>
      (step.startsWith("SCAN ") && !step.includes("VIRTUAL TABLE") && !step.startsWith("SCAN (")) ||
      step.endsWith("(resource=?)"), // nearly everything is of one resource
  );
}

/** They stop at the first row, by an index that begins with it. */
const bounded = [/ from payload_blocks order by first desc limit 1$/, / from sends where open = 1 limit 1$/];
/** More often than anything that is asked once for each phase of the three commands, and less than once for each batch. */
const nowAndThen = 12;

afterEach(() => void vi.restoreAllMocks());

test("no statement that goes through a whole table is asked for each entry or each batch", async () => {
  const uses = recordUses();
  const numbers = Array.from({ length: 1500 }, (_, at) => at);
  const goods = (price: (at: number) => number): string =>
    `SKU\tPrice\nA\t1\nB\t1\n${numbers.map((at) => `S${at}\t${price(at)}\n`).join("")}`;
  const files = ordersJob("- { name: sales, file: o.csv, mapping: o.yaml }\n");
  const item = "{ sku: SKU, quantity: { value: 1 }, unit_price: { value: 2 } }";
  await using job = await sandboxJob({
    ...files,
    "goods.yaml": String(files["goods.yaml"]).replace("{ value: 1 }", "Price"),
    "goods.tsv": goods((at) => at),
    "o.csv": `Order,Customer,SKU\n${numbers.map((at) => `${at},Ada ${at},S${at % 900}\n`).join("")}`,
    "o.yaml": `version: 1
resource: sales_orders
group: { by: Order, rows: adjacent }
${orderFields}children: { items: { each: rows, fields: ${item} } }
`,
  });
  await job.run();
  await job.run({ "goods.tsv": goods((at) => at + (at % 2)) });
  await job.check();

  const often = [...uses].filter(([sql, { times }]) => times > nowAndThen && !bounded.some((one) => one.test(sql)));
  expect(often.length).toBeGreaterThan(20);
  expect(often.flatMap(([sql, { scanned }]) => scanned.map((step) => `${step}: ${sql}`))).toEqual([]);
});
