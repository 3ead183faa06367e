// What is taken for sound without asking the schema is sound by the schema, and most of what is sound is.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptsOf, isLooser } from "../../../src/model/resources/accepts.ts";
import { amount, holding, naming, text } from "../../../src/model/resources/field.ts";
import { resources } from "../../../src/model/resources/resources.ts";

const product = {
  sku: "A-1",
  name: "Cup",
  type: "PRODUCT",
  category: { name: "Cups" },
  retail_price: 12.5,
  product_weight: { unit: "lb", value: 1.2 },
  tags: ["x"],
  image_url: "https://example.com/a.jpg",
  sellable: true,
  variants: [{ sku: "A-2", name: "Small", upc: "4006381333931" }],
};
const order = {
  channel_id: 1,
  order_number: "1001",
  order_date: "2026-03-09",
  order_status: "on_hold",
  customer_email: null,
  total_tax: 0,
  bill_to: { name: "Ann Lee" },
  items: [{ sku: "A-1", quantity: 2, unit_price: 4.5 }],
};
const channel = {
  label: "Shop",
  channelType: "end_to_end_channel",
  description: null,
  warehouseGroupId: 3,
  tagIds: [1, 2],
  pullOrdersFromOmsOptions: { a: 1 },
  isDropship: true,
  integrationProducts: [{ id: 1 }],
};
const company = {
  name: "Cups & Co",
  client_type: { name: "Retail" },
  parent_company_id: 4,
  postal_code: "01234",
  tax_exempt: false,
  days: 30,
  tags: ["x"],
  shipping_addresses: [{ zip: "01234", is_default: true }],
};

const odd = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    "",
    " ",
    "x".repeat(300),
    "😀".repeat(150),
    -1,
    0,
    1.5,
    2 ** 60,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.constantFrom(
    true,
    [],
    {},
    ["a", 1],
    "2026-02-30",
    "2026-02-31",
    "2026-1-1",
    "http://",
    "https://a.b c",
    "a@b",
    "KIT",
  ),
  fc.string({ maxLength: 5 }),
  fc.double(),
);

describe.each([
  { resource: resources.products, sound: product },
  { resource: resources.sales_orders, sound: order },
  { resource: resources.channels, sound: channel },
  { resource: resources.companies, sound: company },
])("payloads of $resource.name", ({ resource, sound }) => {
  const paths = leaves(sound);

  it("are taken for sound only where the schema has nothing against them", () => {
    const accepts = acceptsOf(resource.schema);
    expect(accepts(sound)).toBe(true);
    const change = fc.record({ path: fc.constantFrom(...paths, ["stranger"]), value: odd });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
        const payload = structuredClone(sound) as Record<string, unknown>;
        for (const { path, value } of changes) put(payload, path, value);
        if (accepts(payload)) expect(resource.schema.safeParse(payload).success).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("that may be created may be updated too", () => {
    expect(isLooser(resource.updateSchema, resource.schema)).toBe(true);
  });
});

it("a schema that is refined further is not taken for what it was", () => {
  const small = amount().max(5);
  expect([acceptsOf(small)(4), acceptsOf(small)(6)]).toEqual([true, false]);
  expect([acceptsOf(amount())(6), acceptsOf(naming(holding("gtin", text(3))))("1234")]).toEqual([true, false]);
});

function leaves(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...path, name]))].filter(
    ({ length }) => length > 0,
  );
}

function put(target: unknown, [step = "", ...rest]: readonly string[], value: unknown): void {
  if (typeof target !== "object" || target === null) return;
  const owner = target as Record<string, unknown>;
  if (rest.length === 0) owner[step] = value;
  else put(owner[step], rest, value);
}
