import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Json } from "../../src/model/json.ts";
import {
  formatPath,
  type PathStep,
  parsePath,
  valueAt,
  withValueAt,
  withValuesAt,
} from "../../src/model/payload-path.ts";

describe("a path as text", () => {
  test.each<{ readonly text: string; readonly steps: readonly PathStep[] }>([
    { text: "name", steps: ["name"] },
    { text: "category.name", steps: ["category", "name"] },
    { text: "items[1].quantity", steps: ["items", 1, "quantity"] },
    { text: "items.1.quantity", steps: ["items", 1, "quantity"] },
    { text: "grid[1][20]", steps: ["grid", 1, 20] },
    { text: "custom_fields.Country of origin", steps: ["custom_fields", "Country of origin"] },
    { text: "custom_fields.v1.2 (old)", steps: ["custom_fields", "v1.2 (old)"] },
    { text: "items[0].custom_fields.a.b[3]", steps: ["items", 0, "custom_fields", "a.b[3]"] },
    { text: "custom_fields.2024", steps: ["custom_fields", "2024"] },
    { text: "7.name", steps: ["7", "name"] },
    { text: "__proto__.x", steps: ["__proto__", "x"] },
    { text: "odd[x].name", steps: ["odd[x]", "name"] },
    { text: "", steps: [""] },
  ])("$text is $steps", ({ text, steps }) => {
    expect(parsePath(text)).toEqual(steps);
  });

  it("has one form: numbers in brackets", () => {
    expect(formatPath(["items", 1, "custom_fields", "a.b"])).toBe("items[1].custom_fields.a.b");
    expect(formatPath(parsePath("items.1.quantity"))).toBe("items[1].quantity");
    expect(formatPath([])).toBe("");
  });
});

// Names as payloads have them, with the ones that objects have by birth.
const name = fc.oneof(
  fc.stringMatching(/^[a-z_]{1,8}$/).filter((text) => text !== "custom_fields"),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty"),
);
const label = fc.string({ minLength: 1, maxLength: 12 });
const path = fc
  .tuple(name, fc.array(fc.oneof(name, fc.nat(50)), { maxLength: 4 }), fc.option(label, { nil: undefined }))
  .map(([first, rest, custom]): PathStep[] => [
    first,
    ...rest,
    ...(custom === undefined ? [] : ["custom_fields", custom]),
  ]);
const fieldsOnly = fc.tuple(name, fc.array(name, { maxLength: 3 })).map(([first, rest]) => [first, ...rest]);
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

it("reads what it writes, labels with dots and brackets included", () => {
  fc.assert(
    fc.property(path, (steps) => {
      expect(parsePath(formatPath(steps))).toEqual(steps);
    }),
  );
});

it("never fails on text, and what it read is written the same way twice", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const once = formatPath(parsePath(text));
      expect(formatPath(parsePath(once))).toBe(once);
    }),
  );
});

describe("a value put at a path", () => {
  it("is there afterwards, and the original is as it was", () => {
    fc.assert(
      fc.property(json, path, fc.integer(), (root, steps, value) => {
        const before = JSON.stringify(root);
        expect(valueAt(withValueAt(root, steps, value), steps)).toBe(value);
        expect(JSON.stringify(root)).toBe(before);
      }),
    );
  });

  it("is the same for many paths in one copy as for one after the other", () => {
    fc.assert(
      fc.property(json, fc.array(path, { maxLength: 6 }), fc.integer(), (root, paths, value) => {
        const before = JSON.stringify(root);
        const oneByOne = paths.reduce<Json>((made, steps) => withValueAt(made, steps, value), root);
        expect(JSON.stringify(withValuesAt(root, paths, value))).toBe(JSON.stringify(oneByOne));
        expect(JSON.stringify(root)).toBe(before);
      }),
    );
  });

  it("leaves its neighbours alone", () => {
    expect(withValueAt({ a: { b: 1, c: 2 }, items: [{ q: 1 }, { q: 2 }] }, ["items", 1, "q"], 9)).toEqual({
      a: { b: 1, c: 2 },
      items: [{ q: 1 }, { q: 9 }],
    });
    expect(withValueAt({ a: "text" }, ["a", "b"], 1)).toEqual({ a: { b: 1 } });
  });

  it("becomes an own property even under a name that objects have by birth, and touches no prototype", () => {
    fc.assert(
      fc.property(fieldsOnly, (steps) => {
        const made = withValueAt({}, steps, "mine");
        expect(valueAt(made, steps)).toBe("mine");
        expect(Object.hasOwn(made as object, steps[0] ?? "")).toBe(true);
        expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
        expect(({} as Record<string, unknown>).mine).toBeUndefined();
      }),
    );
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });
});

test.each(["__proto__", "constructor", "toString"])("nothing is found under %s unless it was put there", (step) => {
  expect(valueAt({}, [step])).toBeUndefined();
  expect(valueAt({ items: [1] }, ["items", step])).toBeUndefined();
  expect(valueAt("text", ["length"])).toBeUndefined();
});
