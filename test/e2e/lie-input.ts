// What the tests with a lying sandbox import, and what the account holds before: somebody else's records, and some of the
// job's own. Keys of several kinds, because servers change them; every fifth order is cancelled, because exports hide those.
import type { JsonObject } from "../../src/model/json.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { order, orderMapping } from "./crash-input.ts";
import { jobText, lines, type Project } from "./program.ts";

/** What is imported. */
export interface LieInput {
  readonly files: Readonly<Record<string, string>>;
  readonly rows: number;
  /** By resource and key, the fields that the record must have. */
  readonly wanted: Readonly<Record<"products" | "sales_orders", ReadonlyMap<string, JsonObject>>>;
}

/** Products and orders, `count` of each; the account has other things, so every key is this import's own. */
export function lieInput(count: number): LieInput {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const skus = numbers.map((n) => keyOf("P", n));
  const products = numbers.map((n, index): JsonObject => {
    const sku = skus[index] ?? "";
    return { sku, name: `Product ${n}`, category: { name: "Tools" }, retail_price: n + 0.5 };
  });
  const ordered = numbers.map((n): JsonObject => {
    const lineSkus = [skus[n - 1] ?? "", skus[n % count] ?? ""];
    const content = order(keyOf("O", n), lineSkus, n) as JsonObject;
    return { ...content, order_status: n % 5 === 0 ? "cancelled" : "completed" };
  });
  const orderRows = ordered.flatMap((content) =>
    (content.items as readonly JsonObject[]).map(({ sku, quantity, unit_price }) =>
      [content.order_number, "2024-01-31", content.order_status, "Ada", sku, quantity, unit_price].join(","),
    ),
  );
  return {
    files: {
      "products.csv": lines(
        "sku,name,category,price",
        ...products.map(({ sku, name, retail_price }) => `${sku},${name},Tools,${retail_price}`),
      ),
      "orders.csv": lines("order,date,status,customer,sku,qty,price", ...orderRows),
    },
    rows: products.length + orderRows.length,
    wanted: {
      products: new Map(products.map((content) => [String(content.sku), content])),
      sales_orders: new Map(ordered.map((content) => [String(content.order_number), content])),
    },
  };
}

/** Limits that a test can wait for. */
export interface LieLimits {
  readonly timeoutSeconds: number;
  readonly readLagSeconds: number;
  readonly secondSendSeconds: number;
}

/** Writes the job. The guard is off: what it reads of channels would end most of the runs before they ask for anything else. */
export async function writeLieJob(project: Project, input: LieInput, limits: LieLimits): Promise<void> {
  const { timeoutSeconds, readLagSeconds, secondSendSeconds } = limits;
  const inputs = {
    products: { file: "products.csv", mapping: "products" },
    orders: { file: "orders.csv", mapping: "./orders.yaml" },
  };
  const text = `requests_per_second: 300, concurrency: 4, attempts: 4, timeout_seconds: ${timeoutSeconds}, read_lag_seconds: ${readLagSeconds}, outage_patience_minutes: 0.05, second_send_seconds: ${secondSendSeconds}`;
  await project.write("import.yaml", jobText(inputs, "", text));
  await project.write(
    "orders.yaml",
    orderMapping.replace("order_status: { value: completed }", "order_status: status"),
  );
  for (const [name, content] of Object.entries(input.files)) await project.write(name, content);
}

/** Puts `crowd` other products and orders into the account, and `held` of the input's own; gives the keys by record. */
export function fillAccount(
  sandbox: Sandbox,
  { wanted }: LieInput,
  { crowd, held, ordersOnly }: { readonly crowd: number; readonly held: number; readonly ordersOnly: boolean },
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const put = (resource: "products" | "sales_orders", key: string, content: JsonObject): void => {
    keys.set(`${resource} ${sandbox.seed(resource, key, content)}`, key);
  };
  for (let n = 1; n <= crowd; n += 1) {
    const sku = `X${n}`;
    put("products", sku, { sku, name: `Theirs ${n}`, category: { name: "Tools" }, retail_price: 1 });
    const theirs = order(`Y${n}`, [sku], 1) as JsonObject;
    put("sales_orders", `Y${n}`, { channel_id: 1, ...theirs });
  }
  // Their price is an old one: an update is due. Orders cannot change.
  for (const [sku, content] of [...wanted.products].slice(0, ordersOnly ? undefined : held))
    put("products", sku, { ...content, retail_price: 1 });
  for (const [number, content] of [...wanted.sales_orders].slice(0, held)) {
    put("sales_orders", number, { channel_id: 1, ...content });
  }
  return keys;
}

/** Plain, with a non-joiner that its script needs, of mixed case, with two spaces, decomposed, or longer than 20 characters and told apart by what comes before. */
function keyOf(letter: string, n: number): string {
  const forms = [
    `${letter}${n}`,
    `${letter}${n}\u0645\u200C\u06CC`,
    `${letter}x-${n}`,
    `${letter}${n}  b`,
    `${letter}${n}e\u0301`,
    `${letter}${n}-of-the-long-kind-of-key`,
  ];
  return forms[n % forms.length] ?? "";
}
