import { expect, test } from "vitest";
import { judgeDrafts } from "../../bench/init-report/judge.ts";
import type { Draft } from "../../src/model/draft.ts";
import type { JsonObject } from "../../src/model/json.ts";

/** An order of row 1 with a sound item, and one of so many pieces at that price. */
function order(quantity: number, unitPrice: number, more: JsonObject = {}): Draft {
  const items = [
    { sku: "A", quantity: 1, unit_price: 5 },
    { sku: "B", quantity, unit_price: unitPrice },
  ];
  const row = { number: 1, line: 2, raw: "", cells: {} } as unknown as Draft["rows"][number]["row"];
  return {
    resource: "sales_orders",
    key: "O-1",
    payload: { order_number: "O-1", ...more, items },
    clears: {},
    references: [],
    origins: new Map(),
    problems: [],
    offsetDays: [],
    rows: [{ ref: { file: 1, number: 1 }, file: "orders.csv", row }],
  };
}

const wrong = (wanted: Draft, guessed: Draft): readonly string[] =>
  judgeDrafts([wanted], [guessed], new Set())
    .filter(({ verdict }) => verdict === "wrong")
    .map(({ path }) => path);

test("what both refuse for the same reason is not compared, for neither sends it", () => {
  expect(wrong(order(-1, 0), order(-1, 7))).toEqual([]);
});

test("all else of an entry that both refuse is compared", () => {
  expect(wrong(order(-1, 0, { order_date: "2024-01-04" }), order(-1, 7, { order_date: "2024-04-01" }))).toEqual([
    "order_date",
  ]);
});

test("what one of them would send is compared, whatever the other does", () => {
  expect(wrong(order(1, 3), order(1, 7))).toEqual(["items[].unit_price"]);
  expect(wrong(order(1, 3), order(-1, 7))).toEqual(["items[].quantity", "items[].unit_price"]);
  expect(wrong(order(-1, 3), order(1, 7))).toEqual(["items[].quantity", "items[].unit_price"]);
});
