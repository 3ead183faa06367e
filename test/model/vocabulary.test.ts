// The small words: JSON, outcomes, remote ids, near names, and what fieldAt does with odd paths.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { cellAt } from "../../src/model/cells.ts";
import { canonicalJson, contentHash, isPlainObject, type Json } from "../../src/model/json.ts";
import { isSettledWell, outcomes } from "../../src/model/outcome.ts";
import { readKey, readRemoteId } from "../../src/model/remote-id.ts";
import { phases, referableNames, referables, resourceNames, resources } from "../../src/model/resources/resources.ts";
import { didYouMean, nearest } from "../../src/model/text/nearest.ts";

describe("canonical JSON", () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

  it("is the same whatever the order of keys", () => {
    const reversed = (value: Json): Json =>
      Array.isArray(value)
        ? value.map((item: Json) => reversed(item))
        : isPlainObject(value)
          ? Object.fromEntries(
              Object.entries(value as Record<string, Json>)
                .reverse()
                .map(([key, inner]) => [key, reversed(inner)]),
            )
          : value;
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it("loses nothing", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each<{ readonly one: Json; readonly other: Json }>([
    { one: { a: 1 }, other: { a: "1" } },
    { one: { a: null }, other: {} },
    { one: [1, 2], other: [2, 1] },
    { one: { a: { b: 1 } }, other: { "a.b": 1 } },
    { one: {}, other: [] },
  ])("tells $one from $other", ({ one, other }) => {
    expect(contentHash(one)).not.toBe(contentHash(other));
  });

  it("makes a hash that never changes between versions: ledgers hold it", () => {
    expect(contentHash({ b: [1, null, "ü"], a: { y: true, x: 1.5 } })).toBe(
      contentHash({ a: { x: 1.5, y: true }, b: [1, null, "ü"] }),
    );
    expect(contentHash({ a: 1 })).toBe("015abd7f5cc57a2dd94b7590f04ad808");
  });
});

test.each(outcomes)("a row that is %s counts as done or not, as the exit codes say", (outcome) => {
  expect(isSettledWell(outcome)).toBe(["accepted", "unchanged", "skipped", "excluded"].includes(outcome));
});

test.each([
  { given: 7, id: "7" },
  { given: "7", id: "7" },
  { given: " abc ", id: "abc" },
  { given: 0, id: undefined },
  { given: -1, id: undefined },
  { given: 1.5, id: undefined },
  { given: 2 ** 60, id: undefined },
  { given: "", id: undefined },
  { given: null, id: undefined },
  { given: { id: 1 }, id: undefined },
  { given: true, id: undefined },
])("the remote id in $given is $id", ({ given, id }) => {
  expect(readRemoteId(given)).toBe(id);
});

test.each([
  { given: " A-1 ", key: "A-1" },
  { given: 1001, key: "1001" },
  { given: 0, key: "0" },
  { given: 1.5, key: undefined },
  { given: "  ", key: undefined },
  { given: null, key: undefined },
])("the key in $given is $key", ({ given, key }) => {
  expect(readKey(given)).toBe(key);
});

describe("did you mean", () => {
  test.each([
    { name: "retial_price", candidates: ["retail_price", "unit_cost"], near: "retail_price" },
    { name: "Variant Sku", candidates: ["Variant SKU", "Variant Price"], near: "Variant SKU" },
    { name: "order number", candidates: ["order_number"], near: "order_number" },
    { name: "xyz", candidates: ["retail_price"], near: undefined },
    { name: "anything", candidates: [], near: undefined },
    { name: "ab", candidates: ["xy"], near: undefined },
  ])("$name of $candidates: $near", ({ name, candidates, near }) => {
    expect(nearest(name, candidates)).toBe(near);
  });

  it("is a sentence that can be put behind another, or nothing", () => {
    expect(didYouMean("limts", ["limits"])).toBe(' Did you mean "limits"?');
    expect(didYouMean("limts", [])).toBe("");
  });
});

describe("the resource table", () => {
  it("has every resource under its own name", () => {
    expect(Object.keys(resources).sort()).toEqual([...resourceNames].sort());
    for (const name of resourceNames) expect(resources[name].name).toBe(name);
  });

  it("has what can only be referred to under its own name as well", () => {
    expect(Object.keys(referables).sort()).toEqual([...referableNames].sort());
    for (const name of referableNames) expect(referables[name].name).toBe(name);
  });

  it("puts every resource into a phase, products before kits before companies before orders, channels first", () => {
    expect(phases).toEqual(["channels", "products", "kits", "companies", "sales_orders"]);
    for (const name of resourceNames) expect(resources[name].phases).toContain(resources[name].phaseOf({}));
  });

  it("sends what others refer to before them", () => {
    for (const { name, refersTo } of Object.values(resources))
      for (const other of refersTo)
        expect(referableNames.indexOf(other), `${name} → ${other}`).toBeLessThanOrEqual(referableNames.indexOf(name));
  });

  test.each(resourceNames)("%s has its key among the fields of both schemas", (name) => {
    const { keyPath, schema, updateSchema } = resources[name];
    expect(Object.keys(schema.shape)).toContain(keyPath);
    expect(updateSchema.safeParse({}).error?.issues.map(({ path }) => path.join("."))).toContain(keyPath);
  });
});

test.each([
  { path: "Unit.Price", cell: "9" },
  { path: "ship.name", cell: "Jane" },
  { path: "lines.1.sku", cell: "pot" },
  { path: "a.b.c", cell: "deep" },
  { path: "lines", cell: [{ sku: "cup" }, { sku: "pot" }] },
  { path: "lines.length", cell: undefined },
  { path: "toString", cell: undefined },
  { path: "ship.constructor", cell: undefined },
  { path: "Unit", cell: undefined },
  { path: "", cell: undefined },
])("the cell under $path is $cell", ({ path, cell }) => {
  const lines = [{ sku: "cup" }, { sku: "pot" }];
  expect(cellAt({ "Unit.Price": "9", ship: { name: "Jane" }, lines, a: { "b.c": "deep" } }, path)).toEqual(cell);
});
