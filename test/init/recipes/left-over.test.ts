import { expect, it } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { sampleOf } from "../samples.ts";

/** What is asked about columns that nothing is made of, in a file of two orders with these columns beside the usual ones. */
function asked(headings: string, first: string, second: string): readonly string[] {
  const text = `Order No,Order Date,Status,Customer,SKU,Qty,Price${headings}\nO-1,2024-03-09,shipped,Ann,A-1,2,4.50${first}\nO-2,2024-03-10,shipped,Bo,A-1,1,4.50${second}\n`;
  const [mapping] = guessImport([sampleOf("orders.csv", text)]).mappings;
  return (mapping?.lines ?? []).flatMap((line) => (line.kind === "todo" && !line.isRequired ? [line.text] : []));
}

const about = (text: string) => expect.stringContaining(text);

it.each([
  ["Refunded Amount", "0", "4.50", "refund"],
  ["Cancelled at", "", "2024-03-11", "cancelled"],
  ["Current Quantity", "2", "0", "quantity"],
  ["Taxes Included", "true", "true", "total_tax must not add it again"],
  ["Currency", "EUR", "USD", "currency"],
  ["Gift Wrap Fee", "1.50", "0", "money"],
])("%s is asked about, as nothing is made of it", (heading, first, second, says) => {
  expect(asked(`,${heading}`, `,${first}`, `,${second}`)).toEqual([about(`nothing takes "${heading}": `)]);
  expect(asked(`,${heading}`, `,${first}`, `,${second}`)).toEqual([about(says)]);
});

it.each([
  ["Refunded Amount", "0", "0.00"],
  ["Cancelled at", "", ""],
  ["Cancelled", "no", "no"],
  ["Gift Wrap Fee", "0", "0"],
  ["Fee Code", "17", "18"],
  ["Colour", "red", "blue"],
])("%s says nothing, or nothing of money, and is not asked about", (heading, first, second) => {
  expect(asked(`,${heading}`, `,${first}`, `,${second}`)).toEqual([]);
});

it("a total that the orders come to is held against them, and not asked about", () => {
  expect(asked(",Order Total", ",9.00", ",4.50")).toEqual([]);
  expect(asked(",Order Total", ",11.00", ",9.50")).toEqual([
    about('nothing takes "Order Total": is that what an order'),
  ]);
});

it("money in a file of order lines is asked about under the name of its file", () => {
  const orders = sampleOf(
    "orders.csv",
    "order_id,order_date,status,customer\nO-1,2024-03-09,shipped,Ann\nO-2,2024-03-10,shipped,Bo\n",
  );
  const lines = sampleOf(
    "items.csv",
    "order_id,sku,quantity,unit_price,gift_wrap_fee\nO-1,A-1,1,4.50,8.70\nO-2,A-1,1,4.50,8.70\nO-2,A-2,1,5.50,8.70\n",
  );
  const [mapping] = guessImport([orders, lines]).mappings;
  const texts = (mapping?.lines ?? []).flatMap((line) => (line.kind === "todo" ? [line.text] : []));
  expect(texts).toEqual([about('nothing takes "gift_wrap_fee" of items.csv: is this money')]);
});

it("a number of an order or of a customer is nobody's name", () => {
  const text =
    "Order No,Order Date,Status,Name,SKU,Qty,Price\nO-1,2024-03-09,shipped,#1001,A-1,2,4.50\nO-2,2024-03-10,shipped,#1002,A-1,1,4.50\n";
  const [mapping] = guessImport([sampleOf("orders.csv", text)]).mappings;
  const names = (mapping?.lines ?? []).filter(({ path }) => path === "bill_to.name" || path === "ship_to.name");
  expect(names.map(({ kind }) => kind)).toEqual(["todo", "todo"]);
});

it("a database's own number is no surely known key, and a number of the order is", () => {
  const keyOf = (heading: string, first: string, second: string) => {
    const text = `${heading},Order Date,Status,Customer,SKU,Qty,Price\n${first},2024-03-09,shipped,Ann,A-1,2,4.50\n${second},2024-03-10,shipped,Bo,A-1,1,4.50\n`;
    const [mapping] = guessImport([sampleOf("orders.csv", text)]).mappings;
    const key = mapping?.lines.find(({ path }) => path === "order_number");
    return key?.kind === "guess" ? key.confidence : "TODO";
  };
  expect(keyOf("orderID", "101", "102")).toBe("medium");
  expect(keyOf("orderID", "A-101", "A-102")).toBe("high");
  expect(keyOf("Order Number", "101", "102")).toBe("high");
});
