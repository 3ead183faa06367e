import { describe, expect, it, test } from "vitest";
import type { Draft, Origin, SourceRow } from "../../src/model/draft.ts";
import type { JsonObject } from "../../src/model/json.ts";
import type { NewEntry } from "../../src/model/ledger/entry.ts";
import { describeProblem, type Problem } from "../../src/model/problem.ts";
import type { Resource } from "../../src/model/resource.ts";
import { channels } from "../../src/model/resources/channels.ts";
import { products } from "../../src/model/resources/products.ts";
import { salesOrders } from "../../src/model/resources/sales-orders.ts";
import { type ValidateOptions, validateDraft } from "../../src/staging/validate.ts";

const row: SourceRow = {
  ref: { file: 1, number: 42 },
  file: "in.csv",
  row: { number: 4, line: 5, raw: "", cells: { SKU: "C-1", Name: "", Qty: "0", Mail: "nobody", Company: "" } },
};
const cell = (column: string): readonly Origin[] => [{ kind: "cell", source: row, column }];

function draftOf(resource: Resource, payload: JsonObject, parts: Partial<Draft> = {}): Draft {
  const key = payload[resource.keyPath];
  return {
    resource: resource.name,
    key: typeof key === "string" ? key : undefined,
    payload,
    clears: {},
    references: [],
    origins: new Map([[resource.keyPath, cell("SKU")]]),
    problems: [],
    offsetDays: [],
    rows: [row],
    ...parts,
  };
}

function judge(
  resource: Resource,
  payload: JsonObject,
  parts: Partial<Draft> = {},
  options: Partial<ValidateOptions> = {},
): NewEntry {
  const draft = draftOf(resource, payload, parts);
  return validateDraft(draft, resource, { policy: "skip", strict: false, showCreationNeeds: false, ...options });
}

const texts = (problems: readonly Problem[]) => problems.map((problem) => describeProblem(problem));

const order = {
  channel_id: 1,
  order_number: "A",
  order_date: "2024-01-15",
  order_status: "pending",
  company_id: 5,
  items: [{ sku: "a", quantity: 1, unit_price: 1 }],
} satisfies JsonObject;
const product = { sku: "C-1", name: "Cup", category: { name: "Kitchen" } } satisfies JsonObject;

test.each([
  { where: "own key", payload: { ...order, order_number: "A\ud83d" }, path: "order_number" },
  {
    where: "reference",
    payload: { ...order, items: [{ sku: "a\ude00", quantity: 1, unit_price: 1 }] },
    path: "items[0].sku",
  },
])("never lets half a character into a key ($where)", ({ payload, path }) => {
  const entry = judge(salesOrders, payload);
  expect(entry.problems).toMatchObject([
    { code: "bad_format", path, message: expect.stringContaining("a lone surrogate") },
  ]);
  const kept = [entry.key ?? "", ...[...entry.keys, ...entry.references].map(({ key }) => key)];
  expect(kept.filter((key) => /\p{Surrogate}/u.test(key))).toEqual([]);
});

it("makes an entry of a good draft, with everything the ledger needs", () => {
  const clears = { customer_notes: null };
  const entry = judge(salesOrders, order, { clears });
  expect(entry).toMatchObject({
    resource: "sales_orders",
    phase: "sales_orders",
    position: row.ref,
    key: "A",
    payload: order,
    clears,
    keys: [{ key: "A", path: "order_number" }],
    references: [{ path: "items[0].sku", resource: "products", key: "a", fill: false }],
    problems: [],
    creationProblems: [],
    rows: [row.ref],
  });
});

describe("what is wrong is told at its cell", () => {
  const origins = new Map([
    ["order_number", cell("SKU")],
    ["items[0].quantity", cell("Qty")],
    ["items[0].sku", cell("Item")],
    ["customer_email", cell("Mail")],
    ["company_id", cell("Company")],
    ["order_status", [{ kind: "mapping", file: "map.yaml", line: 7 }] satisfies Origin[]],
  ]);

  test.each<{ readonly name: string; readonly part: JsonObject; readonly code: string; readonly text: string }>([
    {
      name: "a quantity of 0",
      part: { items: [{ sku: "a", quantity: 0, unit_price: 1 }] },
      code: "too_small",
      text: 'in.csv:5 column "Qty" = "0" → items[0].quantity: must be greater than 0',
    },
    {
      name: "an e-mail address that is none",
      part: { customer_email: "nobody" },
      code: "bad_format",
      text: 'in.csv:5 column "Mail" = "nobody" → customer_email: is not a valid e-mail address',
    },
    {
      name: "a number that is too long",
      part: { order_number: "x".repeat(256) },
      code: "too_long",
      text: 'in.csv:5 column "SKU" = "C-1" → order_number: 256 characters, at most 255 are allowed',
    },
    {
      name: "a constant that the API does not know",
      part: { order_status: "paid" },
      code: "not_allowed",
      text: "map.yaml:7 → order_status: must be one of pending, shipped, fulfilled, cancelled, awaiting_shipment, partially_shipped, on_hold, backorder, partially_refunded, committed, processing, completed",
    },
    {
      name: "a tax below nothing, that no cell explains",
      part: { total_tax: -1 },
      code: "too_small",
      text: "→ total_tax: must be at least 0",
    },
    {
      name: "an item without SKU",
      part: { items: [{ quantity: 1, unit_price: 1 }] },
      code: "missing_value",
      text: 'in.csv:5 column "Item" → items[0].sku: an item needs a SKU or a product id (is required, and the cell is blank)',
    },
  ])("$name", ({ part, code, text }) => {
    const { problems } = judge(salesOrders, { ...order, ...part }, { origins });
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(texts(problems)).toEqual([text]);
  });

  it("a missing either-or at the alternative that the mapping maps", () => {
    const { company_id: _, ...rest } = order;
    expect(judge(salesOrders, rest, { origins }).problems.map(({ path, column }) => [path, column])).toEqual([
      ["company_id", "Company"],
      ["company_id", "Company"],
    ]);
    expect(judge(salesOrders, rest).problems.map(({ path }) => path)).toEqual(["bill_to.name", "ship_to.name"]);
  });

  test.each<{ readonly name: string; readonly origin: readonly Origin[] | undefined; readonly says: string }>([
    { name: "a blank cell", origin: cell("Name"), says: "is required, and the cell is blank" },
    { name: "a constant that came to nothing", origin: [{ kind: "mapping", file: "m", line: 1 }], says: "is required" },
    {
      name: "a field that the mapping leaves out",
      origin: undefined,
      says: "is required, and the mapping has nothing for it",
    },
  ])("says that something is missing because of $name", ({ origin, says }) => {
    const { name: _, ...rest } = product;
    const { problems } = judge(products, rest, { origins: new Map(origin === undefined ? [] : [["name", origin]]) });
    expect(problems.map(({ path, message }) => [path, message])).toEqual([["name", says]]);
  });
});

describe("what mapping found", () => {
  const unparsed: Problem = {
    code: "not_a_number",
    message: "no number",
    path: "items[0].quantity",
    file: "in.csv",
    line: 5,
  };

  it("is not told a second time as missing", () => {
    const payload = { ...order, items: [{ sku: "a", unit_price: 1 }] };
    expect(judge(salesOrders, payload, { problems: [unparsed] }).problems).toEqual([unparsed]);
  });

  it("does not hide what is missing elsewhere", () => {
    const payload = { ...order, items: [{ sku: "a" }] };
    expect(judge(salesOrders, payload, { problems: [unparsed] }).problems.map(({ path }) => path)).toEqual([
      "items[0].quantity",
      "items[0].unit_price",
    ]);
  });

  it("is all that is said of rows that could not be read", () => {
    for (const code of ["group_damaged", "ragged_row", "not_an_object", "expression_failed"] as const) {
      const problems: readonly Problem[] = [{ code, message: "m", file: "in.csv", line: 5 }];
      expect(judge(salesOrders, {}, { problems, origins: new Map(), key: "A" }).problems).toEqual(problems);
    }
  });

  it("says everything that is missing when the mapping makes nothing of a row that is fine", () => {
    expect(judge(salesOrders, {}, { origins: new Map() }).problems.length).toBeGreaterThan(4);
  });

  it("gives a warning its place and leaves it a warning, unless warnings count as errors", () => {
    const problems: readonly Problem[] = [{ code: "group_conflict", message: "m", path: "sku", severity: "warning" }];
    expect(judge(products, product, { problems }).problems).toEqual([
      { ...problems[0], file: "in.csv", line: 5, row: 4, column: "SKU", value: "C-1" },
    ]);
    expect(judge(products, product, { problems }, { strict: true }).problems[0]).not.toHaveProperty("severity");
  });
});

describe("an entry that may be an update", () => {
  const update = { policy: "update" } as const;

  it("may lack what only creation needs: that is kept for when it has to be created", () => {
    const entry = judge(products, { sku: "C-1", retail_price: 9 }, {}, update);
    expect(entry.problems).toEqual([]);
    expect(entry.creationProblems.map(({ path }) => path)).toEqual(["name", "category.name"]);
  });

  it.each(["skip", "fail"] as const)("may not when existing ones are to %s", (policy) => {
    const entry = judge(products, { sku: "C-1", retail_price: 9 }, {}, { policy });
    expect(entry.problems.map(({ path }) => path)).toEqual(["name", "category.name"]);
    expect(entry.creationProblems).toEqual([]);
  });

  it("is refused for what is wrong in any case", () => {
    const entry = judge(products, { sku: "C-1", retail_price: -1, kit_items: [{ quantity: 1 }] }, {}, update);
    expect(entry.problems.map(({ path, code }) => [path, code])).toEqual([
      ["retail_price", "too_small"],
      ["kit_items[0].sku", "missing_value"],
    ]);
  });

  it("needs its key", () => {
    expect(
      judge(products, { retail_price: 9 }, { origins: new Map() }, update).problems.map(({ path }) => path),
    ).toEqual(["sku"]);
  });

  it("tells a check what it may lack, as warnings that stay warnings", () => {
    const options = { ...update, showCreationNeeds: true, strict: true };
    const { problems } = judge(products, { sku: "C-1" }, {}, options);
    expect(problems.map(({ path, severity }) => [path, severity])).toEqual([
      ["name", "warning"],
      ["category.name", "warning"],
    ]);
    expect(problems[0]?.message).toContain("needed to create it; an update works without");
  });

  it("may be a channel with its type, which an update leaves out", () => {
    const entry = judge(channels, { label: "L", channelType: "sales_channel", warehouseGroupId: 1 }, {}, update);
    expect([...entry.problems, ...entry.creationProblems]).toEqual([]);
  });

  it("may be an order, which names its channel for the guard; one that may not be updated must be complete", () => {
    const { order_date: _, ...rest } = order;
    const { problems, creationProblems } = judge(salesOrders, rest, {}, update);
    expect([problems, creationProblems.map(({ path }) => path)]).toEqual([[], ["order_date"]]);
    expect(judge(salesOrders, rest, {}).problems.map(({ path }) => path)).toEqual(["order_date"]);
    const { channel_id: __, ...homeless } = order;
    expect(judge(salesOrders, homeless, {}, update).problems.map(({ path }) => path)).toEqual(["channel_id"]);
  });
});

describe("references", () => {
  const fill = { path: "channel_id", resource: "channels", key: "Legacy", fill: true } as const;

  it("that are filled later are not missing now", () => {
    const { channel_id: _, ...rest } = order;
    expect(judge(salesOrders, rest, { references: [fill] }).problems).toEqual([]);
    expect(judge(salesOrders, rest).problems.map(({ path }) => path)).toEqual(["channel_id"]);
  });

  it("come from the mapping and from the payload, and nothing of them is put into the payload", () => {
    const { channel_id: _, ...rest } = order;
    const entry = judge(salesOrders, rest, { references: [fill] });
    expect(entry.references).toEqual([fill, { path: "items[0].sku", resource: "products", key: "a", fill: false }]);
    expect(entry.payload).toEqual(rest);
  });
});

describe("the content hash", () => {
  const hash = (payload: JsonObject, parts: Partial<Draft> = {}) => judge(products, payload, parts).hash;
  const other: SourceRow = { ...row, ref: { file: 1, number: 7 }, file: "other.csv" };

  it("is that of the content: not of rows, order of fields, or warnings", () => {
    const shuffled = { category: { name: "Kitchen" }, name: "Cup", sku: "C-1" };
    const problems: readonly Problem[] = [{ code: "group_conflict", message: "m", severity: "warning" }];
    expect(hash(shuffled, { rows: [other], problems })).toBe(hash(product));
  });

  it.each<{ readonly what: string; readonly payload: JsonObject; readonly parts: Partial<Draft> }>([
    { what: "a value", payload: { ...product, name: "Mug" }, parts: {} },
    { what: "what is cleared", payload: product, parts: { clears: { upc: null } } },
    {
      what: "what is referred to",
      payload: product,
      parts: { references: [{ path: "x", resource: "channels", key: "L", fill: true }] },
    },
  ])("changes with $what", ({ payload, parts }) => {
    expect(hash(payload, parts)).not.toBe(hash(product));
  });
});

describe("SKUs of variants", () => {
  const variant = (sku: string) => ({ name: sku, sku });

  it("are keys of the entry, beside its own", () => {
    expect(judge(products, { ...product, variants: [variant("C-1-R")] }).keys).toEqual([
      { key: "C-1", path: "sku" },
      { key: "C-1-R", path: "variants[0].sku" },
    ]);
  });

  it("must differ within the product", () => {
    const { problems } = judge(products, { ...product, variants: [variant("R"), variant("B"), variant("R")] });
    expect(problems.map(({ code, path, message }) => [code, path, message])).toEqual([
      ["duplicate_key", "variants[2].sku", '"R" occurs more than once: also variants[0].sku'],
    ]);
  });
});
