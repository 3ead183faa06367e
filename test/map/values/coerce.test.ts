import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { coerce, type Value } from "../../../src/map/values/coerce.ts";
import type { ValueStyle } from "../../../src/map/values/style.ts";
import type { Unit } from "../../../src/map/values/units.ts";
import { type Field, type FieldType, fieldAt } from "../../../src/model/resources/field.ts";
import { products } from "../../../src/model/resources/products.ts";
import { salesOrders } from "../../../src/model/resources/sales-orders.ts";

const point: ValueStyle = { decimal: ".", dates: [], timezone: "UTC" };
const comma: ValueStyle = { decimal: ",", dates: ["dd.MM.yyyy"], timezone: "UTC" };

const field = (type: FieldType): Field => ({ type, nullable: false });
const as = (type: FieldType, value: Value, style = point, unit?: Unit) => coerce(value, field(type), style, unit);

describe("text", () => {
  test.each(["000123", "1E5", "12345678901234567890", "1.10", " spaced ", "TRUE", "2024-01-05"])(
    "keeps %j as it is",
    (cell) => {
      expect(as("text", cell)).toEqual({ ok: true, value: cell });
    },
  );

  it("keeps every text as it is", () => {
    fc.assert(
      fc.property(fc.string(), (cell) => {
        expect(as("text", cell)).toEqual({ ok: true, value: cell });
      }),
    );
  });

  test.each<{ value: Value; is: string }>([
    { value: 12, is: "12" },
    { value: 1.5, is: "1.5" },
    { value: 1e21, is: "1000000000000000000000" },
    { value: 1e-7, is: "0.0000001" },
    { value: 12345678901234567890n, is: "12345678901234567890" },
    { value: true, is: "true" },
  ])("writes $value as $is", ({ value, is }) => {
    expect(as("text", value)).toEqual({ ok: true, value: is });
  });

  it("takes no list", () => {
    expect(as("text", ["a", "b"])).toMatchObject({ ok: false, code: "wrong_type" });
  });
});

describe("decimal", () => {
  test.each<{ value: Value; style: ValueStyle; is: number }>([
    { value: "12.50", style: point, is: 12.5 },
    { value: "12,50", style: comma, is: 12.5 },
    { value: "-0", style: point, is: 0 },
    { value: 19.99, style: comma, is: 19.99 },
    { value: 3n, style: point, is: 3 },
  ])("reads $value as $is", ({ value, style, is }) => {
    expect(as("decimal", value, style)).toEqual({ ok: true, value: is });
  });

  test.each<{ value: Value; code: string }>([
    { value: "1,234", code: "not_a_number" },
    { value: "$12.50", code: "not_a_number" },
    { value: "1E5", code: "not_a_number" },
    { value: true, code: "not_a_number" },
    { value: Number.NaN, code: "not_a_number" },
    { value: Number.POSITIVE_INFINITY, code: "not_a_number" },
    { value: "0.12345678901234567890", code: "not_exact" },
    { value: 12345678901234567891n, code: "not_exact" },
    { value: ["1"], code: "wrong_type" },
  ])("refuses $value as $code", ({ value, code }) => {
    expect(as("decimal", value)).toMatchObject({ ok: false, code });
  });
});

describe("integer", () => {
  test.each<{ value: Value; is: number }>([
    { value: "42", is: 42 },
    { value: "3.0", is: 3 },
    { value: "3.00", is: 3 },
    { value: "-7", is: -7 },
    { value: 8, is: 8 },
    { value: "9007199254740991", is: 9007199254740991 },
  ])("reads $value as $is", ({ value, is }) => {
    expect(as("integer", value)).toEqual({ ok: true, value: is });
  });

  test.each<{ value: Value; code: string }>([
    { value: "3.5", code: "not_an_integer" },
    { value: "abc", code: "not_an_integer" },
    { value: "1E3", code: "not_an_integer" },
    { value: "9007199254740992", code: "not_exact" },
    { value: "12345678901234567890", code: "not_exact" },
  ])("refuses $value as $code", ({ value, code }) => {
    expect(as("integer", value)).toMatchObject({ ok: false, code });
  });
});

describe("weight", () => {
  test.each<{ value: Value; unit?: Unit; is: number }>([
    { value: "1.5", unit: "lb", is: 1.5 },
    { value: "0.1234567890", unit: "lb", is: 0.123456789 },
    { value: "8", unit: "oz", is: 0.5 },
    { value: "1", unit: "kg", is: 2.204623 },
    { value: "0.45359237", unit: "kg", is: 1 },
    { value: "453.59237", unit: "g", is: 1 },
    { value: "0", unit: "g", is: 0 },
    { value: "1.5 kg", is: 3.306934 },
    { value: "2lb", is: 2 },
    { value: "12 oz", is: 0.75 },
    { value: "3 Lbs.", is: 3 },
    { value: "1 kg", unit: "g", is: 2.204623 },
    { value: 250, unit: "g", is: 0.551156 },
  ])("of $value $unit is $is lb", ({ value, unit, is }) => {
    expect(as("weight", value, point, unit)).toEqual({ ok: true, value: { unit: "lb", value: is } });
  });

  test.each<{ value: Value; unit?: Unit; code: string; says: string }>([
    { value: "1.5", code: "not_a_weight", says: "add unit: to the mapping" },
    { value: "heavy", code: "not_a_weight", says: "is not a number" },
    { value: "5 stone", code: "not_a_weight", says: "units are lb, oz, g, kg" },
    { value: "5 cm", code: "not_a_weight", says: "units are lb, oz, g, kg" },
    { value: "2 lb 3 oz", code: "not_a_weight", says: "is not a number" },
    { value: "1,5 kg", code: "not_a_weight", says: "say decimal:" },
    { value: "0.0001", unit: "g", code: "not_exact", says: "too small" },
  ])("refuses $value $unit", ({ value, unit, code, says }) => {
    const coerced = as("weight", value, point, unit);
    expect(coerced).toMatchObject({ ok: false, code });
    expect(coerced.ok ? "" : coerced.message).toContain(says);
  });
});

describe("length", () => {
  test.each<{ value: Value; unit?: Unit; is: number }>([
    { value: "10", is: 10 },
    { value: "10", unit: "in", is: 10 },
    { value: "2.54", unit: "cm", is: 1 },
    { value: "254", unit: "mm", is: 10 },
    { value: "0.3048", unit: "m", is: 12 },
    { value: "2", unit: "ft", is: 24 },
    { value: "10 cm", is: 3.937008 },
    { value: '12"', is: 12 },
    { value: "1.1", unit: "ft", is: 13.2 },
  ])("of $value $unit is $is inches", ({ value, unit, is }) => {
    expect(as("length", value, point, unit)).toEqual({ ok: true, value: is });
  });

  test.each<{ value: Value; unit?: Unit }>([
    { value: "5 kg" },
    { value: "5", unit: "kg" },
    { value: "long" },
    { value: "3 furlongs" },
  ])("refuses $value $unit", ({ value, unit }) =>
    expect(as("length", value, point, unit)).toMatchObject({ ok: false, code: "not_a_number" }),
  );
});

it("converts units within half of the sixth decimal, and writes no more than six", () => {
  const inches: Record<string, number> = { ft: 12, cm: 1 / 2.54, mm: 1 / 25.4, m: 100 / 2.54 };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.constantFrom<Unit>("ft", "cm", "mm", "m"),
      (thousandths, unit) => {
        const coerced = as("length", String(thousandths / 1000), point, unit);
        const value = coerced.ok ? Number(coerced.value) : Number.NaN;
        const exact = (thousandths / 1000) * (inches[unit] ?? Number.NaN);
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(0.0000005 + exact * 1e-14);
        expect(String(value)).toMatch(/^\d+(\.\d{1,6})?$/);
      },
    ),
  );
});

describe("boolean", () => {
  test.each<{ value: Value; is: boolean }>([
    ...["true", "TRUE", "Yes", "y", "1", "t", "on"].map((value) => ({ value, is: true })),
    ...["false", "No", "N", "0", "F", "off"].map((value) => ({ value, is: false })),
    { value: true, is: true },
    { value: 0, is: false },
  ])("reads $value as $is", ({ value, is }) => {
    expect(as("boolean", value)).toEqual({ ok: true, value: is });
  });

  test.each(["active", "2", "ja", "null"])("refuses %s and points to map:", (value) => {
    const coerced = as("boolean", value);
    expect(coerced).toMatchObject({ ok: false, code: "not_a_boolean" });
    expect(coerced.ok ? "" : coerced.message).toMatch(/true.*false.*map:/);
  });
});

describe("date", () => {
  it("is written as YYYY-MM-DD", () => {
    expect(as("date", "1996-07-04 00:00:00.000")).toEqual({ ok: true, value: "1996-07-04" });
    expect(as("date", "05.01.2024", comma)).toEqual({ ok: true, value: "2024-01-05" });
  });

  test.each(["soon", "2024-02-30"])("refuses %s", (value) => {
    expect(as("date", value)).toMatchObject({ ok: false, code: "not_a_date" });
  });
});

describe("choice", () => {
  const status = fieldAt(salesOrders.schema, "order_status") ?? field("choice");

  it("takes exactly the API's words", () => {
    expect(coerce("pending", status, point)).toEqual({ ok: true, value: "pending" });
  });

  test.each([
    { value: "Pending", says: 'Did you mean "pending"? apply: [lower]' },
    { value: "shiped", says: 'Did you mean "shipped"?' },
    { value: "versandt", says: "need map:" },
  ])("refuses $value and says what helps", ({ value, says }) => {
    const coerced = coerce(value, status, point);
    expect(coerced).toMatchObject({ ok: false, code: "not_allowed" });
    expect(coerced.ok ? "" : coerced.message).toContain(says);
  });

  it("suggests upper where the API writes so", () => {
    const type = fieldAt(products.schema, "type") ?? field("choice");
    const coerced = coerce("kit", type, point);
    expect(coerced.ok ? "" : coerced.message).toContain("apply: [upper]");
  });
});

describe("lists", () => {
  test.each<{ type: FieldType; value: Value; is: unknown }>([
    { type: "texts", value: "men", is: ["men"] },
    { type: "texts", value: [" a ", "", "b", "a"], is: ["a", "b"] },
    { type: "texts", value: ["007", 7], is: ["007", "7"] },
    { type: "integers", value: ["1", " 2 ", "1"], is: [1, 2] },
    { type: "integers", value: "5", is: [5] },
  ])("of $type: $value is $is", ({ type, value, is }) => {
    expect(as(type, value)).toEqual({ ok: true, value: is });
  });

  it("name the element that is wrong", () => {
    const coerced = as("integers", ["1", "x"]);
    expect(coerced).toMatchObject({ ok: false, code: "not_an_integer" });
    expect(coerced.ok ? "" : coerced.message).toContain('"x"');
    expect(as("texts", [["a"]])).toMatchObject({ ok: false, code: "not_a_list" });
  });
});

test.each<FieldType>(["object", "objects", "labelled"])("%s is never read from a text", (type) => {
  expect(as(type, '{"a":1}')).toMatchObject({ ok: false, code: "wrong_type" });
});

test.each([
  { text: '{"a":1}', is: { ok: true, value: { a: 1 } } },
  { text: '[{"sku":"B"}]', is: { ok: true, value: [{ sku: "B" }] } },
  { text: "B", is: { ok: false, code: "wrong_type" } },
  { text: "7", is: { ok: false, code: "wrong_type" } },
  { text: '{"a":{"b":1,"b":1}}', is: { ok: false, code: "duplicate_json_key" } },
  { text: '{"a":"x\\u0000"}', is: { ok: false, code: "bad_format" } },
])("an object without fields of its own is JSON in a cell: $text", ({ text, is }) => {
  expect(as("any", text)).toMatchObject(is);
});

describe("a custom field", () => {
  const custom = fieldAt(products.schema, "custom_fields.Anything") ?? field("any");

  test.each<{ value: Value; is: unknown }>([
    { value: "000123", is: "000123" },
    { value: 12.5, is: 12.5 },
    { value: false, is: false },
    { value: 3n, is: 3 },
    { value: ["a", "b"], is: ["a", "b"] },
  ])("keeps $value as $is", ({ value, is }) => {
    expect(coerce(value, custom, point)).toEqual({ ok: true, value: is });
  });

  it("is told from an ordinary text that may be null", () => {
    const name = fieldAt(salesOrders.schema, "customer_username") ?? field("any");
    expect(coerce(12.5, name, point)).toEqual({ ok: true, value: "12.5" });
  });
});
