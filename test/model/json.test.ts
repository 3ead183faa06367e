// The canonical text of content: hashes of it are in every ledger, so it must never change.
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, contentHash, type Json } from "../../src/model/json.ts";

/** As it was first defined: every object with its entries sorted by key. */
function defined(value: Json): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

it("is JSON with the keys of all objects in order, whatever they are called", () => {
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "10", "9", "", "é", "a\0b"));
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "binary" }),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value")),
      fc.dictionary(key, tie("value")),
    ),
  }));
  fc.assert(
    fc.property(value, (content) => {
      expect(canonicalJson(content)).toBe(defined(content));
    }),
    { numRuns: 2_000 },
  );
});

it("is hashed to what ledgers have", () => {
  expect(contentHash({ sku: "A", name: "Cup", tags: ["x"] })).toBe("a25953ed154fc9f6413bab7509a7c08b");
});
