import { expect, it, test } from "vitest";
import { headingOf, headingsOf } from "../../../src/init/columns/heading.ts";
import { tableOf } from "../../../src/init/columns/table.ts";

const textsOf = (names: readonly string[]) => headingsOf(names).map(({ text }) => text);

test.each([
  ["ORDERNUMBER", "order number"],
  ["City (Billing)", "billing city"],
  ["SKU [Non Editable]", "sku"],
  ["name(en-gb)", "name"],
  ["Image URLs", "image urls"],
  ["orderRef", "order reference"],
])("the heading %j says %j", (name, text) => {
  expect(headingOf(name).text).toBe(text);
});

test.each([
  ["Weight (kg)", "weight", "kg"],
  ["Variant Grams", "variant weight", "g"],
])("the heading %j names a unit", (name, text, unit) => {
  expect(headingOf(name)).toEqual({ text, unit });
});

it("leaves out what every heading of a header begins with", () => {
  expect(textsOf(["o_orderkey", "o_orderdate", "o_comment"])).toEqual(["order key", "order date", "comment"]);
});

it("translates a header whose language knows most of its columns", () => {
  const german = ["Bestellnummer", "Kunde", "Menge", "MwSt"];
  expect(textsOf(german)).toEqual(["order number", "customer name", "quantity", "tax"]);
});

it("translates what English does not know of a header that is half translated", () => {
  const half = ["Name", "Internal Reference", "Cost", "Verkaufspreis", "Strichcode"];
  expect(textsOf(half)).toEqual(["name", "internal reference", "cost", "price", "barcode"]);
});

it("takes a Russian name for the given one only beside a family name", () => {
  expect(textsOf(["Имя", "Артикул", "Цена"])).toEqual(["name", "sku", "price"]);
  expect(textsOf(["Имя", "Фамилия", "Заказ"])).toEqual(["first name", "last name", "order number"]);
});

it("translates nothing of an English header", () => {
  expect(textsOf(["Order Number", "Quantity", "Ort"])).toEqual(["order number", "quantity", "ort"]);
});

it("finds the unit of a weight in the column beside it", () => {
  const { columns } = tableOf({
    name: "items",
    shown: "items.csv",
    info: { format: "csv", columns: ["SKU", "Weight", "Weight Unit"] },
    settings: {},
    rows: [{ SKU: "A", Weight: "2", "Weight Unit": "kg" }],
    isWhole: true,
  });
  expect(columns.map(({ unitColumn }) => unitColumn)).toEqual([undefined, "Weight Unit", undefined]);
});
