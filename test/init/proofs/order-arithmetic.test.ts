// What the orders' own totals prove: each claim is a small file whose figures allow one reading.
import { describe, expect, it } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { allLines, type ProposedMapping } from "../../../src/init/proposal/proposal.ts";
import { columnsWith } from "../samples.ts";

const base = {
  "Order ID": ["A", "A", "B", "C"],
  "Order Date": ["2026-03-01", "2026-03-01", "2026-03-02", "2026-03-03"],
  SKU: ["CUP", "LID", "CUP", "POT"],
  Quantity: ["2", "1", "3", "1"],
  Price: ["10.00", "5.00", "10.00", "40.00"],
};

function mappingOf(columns: Readonly<Record<string, readonly string[]>>): ProposedMapping {
  const [mapping] = guessImport([columnsWith("orders.csv", { ...base, ...columns })]).mappings;
  if (mapping === undefined) throw new Error("nothing was guessed");
  return mapping;
}

function specOf(mapping: ProposedMapping, path: string): unknown {
  return allLines(mapping).flatMap((line) => (line.kind === "guess" && line.path === path ? [line.spec] : []))[0];
}

describe("the orders' own totals decide", () => {
  it("a discount on the whole order becomes amounts, and no unit price is said beside them", () => {
    const mapping = mappingOf({
      "Discount Amount": ["5.00", "5.00", "0.00", "4.00"],
      Total: ["20.00", "", "30.00", "36.00"],
    });
    expect(mapping.children[0]?.amounts?.columns).toEqual(["Price", "Quantity", "Discount Amount"]);
    expect(specOf(mapping, "items.unit_price")).toBeUndefined();
    expect(mapping.totals?.spec).toEqual({ order: "Total" });
  });

  it("a tax that some orders have in their prices is sent of the others only", () => {
    const mapping = mappingOf({ Tax: ["2.50", "", "4.79", "4.00"], Total: ["27.50", "", "30.00", "44.00"] });
    expect(specOf(mapping, "total_tax")).toMatchObject({ from: "Tax", when: expect.stringContaining('row["Total"]') });
  });

  it("a tax is asked about where neither a total nor its rate says whether the prices have it already", () => {
    const mapping = mappingOf({ Tax: ["5.00", "", "6.00", "8.00"] });
    expect(specOf(mapping, "total_tax")).toBeUndefined();
    const todos = allLines(mapping).flatMap((line) =>
      line.kind === "todo" && line.path === "total_tax" ? [line.text] : [],
    );
    expect(todos).toEqual([expect.stringContaining('does "Tax" come on top of the prices')]);
  });

  it("a tax is sent where its rate says that it comes on top, and is not where prices have it", () => {
    const onTop = mappingOf({ Tax: ["4.75", "", "5.70", "7.60"] });
    const within = mappingOf({ Tax: ["3.99", "", "4.79", "6.39"] });
    expect([specOf(onTop, "total_tax"), specOf(within, "total_tax")]).toEqual(["Tax", undefined]);
  });

  it("a tax that no price has is sent as it is, and one that all prices have is not", () => {
    const onTop = mappingOf({ Tax: ["2.50", "", "3.00", "4.00"], Total: ["27.50", "", "33.00", "44.00"] });
    const within = mappingOf({ Tax: ["2.50", "", "3.00", "4.00"], Total: ["25.00", "", "30.00", "40.00"] });
    expect([specOf(onTop, "total_tax"), specOf(within, "total_tax")]).toEqual(["Tax", undefined]);
  });
});

describe("a discount that was for the shipping", () => {
  const figures = {
    "Discount Amount": ["5.00", "5.00", "7.00", "4.00"],
    Subtotal: ["20.00", "", "30.00", "36.00"],
    Shipping: ["8.00", "", "7.00", "8.00"],
    Total: ["28.00", "", "30.00", "44.00"],
  };

  it("is taken off the shipping, and off no line, where the subtotal shows it", () => {
    const mapping = mappingOf(figures);
    expect(mapping.children[0]?.amounts?.columns).toEqual(["Price", "Quantity", "Subtotal"]);
    expect(specOf(mapping, "total_shipping")).toMatchObject({
      expr: expect.stringContaining('row["Discount Amount"]'),
    });
  });

  it("is off the lines where the shipping has no room for it", () => {
    const mapping = mappingOf({
      ...figures,
      "Discount Amount": ["5.00", "5.00", "20.00", "4.00"],
      Total: ["28.00", "", "17.00", "44.00"],
    });
    expect(mapping.children[0]?.amounts?.columns).toEqual(["Price", "Quantity", "Discount Amount"]);
    expect(specOf(mapping, "total_shipping")).toBe("Shipping");
  });
});

describe("orders of which nothing is left", () => {
  it("are left out as a whole, and a line of which nothing is left only from its order", () => {
    const { group } = mappingOf({ Quantity: ["2", "0", "3", "0"] });
    expect(group?.spec).toMatchObject({ where: 'rows.exists(r, !(r["Quantity"] in ["0"]))' });
    expect(mappingOf({ Quantity: ["2", "0", "3", "1"] }).group?.spec).not.toHaveProperty("where");
  });
});

describe("rows that are no lines", () => {
  it("are told by their cells: footers, refunds and lines of which nothing is left", () => {
    const mapping = mappingOf({
      Kind: ["sale", "sale", "sale", "refund"],
      Quantity: ["2", "0", "3", "1"],
    });
    expect(mapping.where?.expr).toBe('!(row["Kind"] in ["refund"])');
    expect(mapping.children[0]?.where).toBe('!(row["Quantity"] in ["0"])');
  });

  it("shipping among the lines is the order's shipping", () => {
    const mapping = mappingOf({ SKU: ["CUP", "FREIGHT", "CUP", "POT"] });
    expect(mapping.children[0]?.where).toBe('!(row["SKU"] in ["FREIGHT"])');
    expect(specOf(mapping, "total_shipping")).toMatchObject({ expr: expect.stringContaining('in ["FREIGHT"]') });
  });
});

describe("a status of deliveries", () => {
  it("gives way to the day of a cancellation and to a refund of what was never sent", () => {
    const mapping = mappingOf({
      "Fulfillment Status": ["fulfilled", "", "unfulfilled", "unfulfilled"],
      "Financial Status": ["paid", "", "refunded", "paid"],
      "Cancelled at": ["", "", "", "2026-03-04"],
    });
    expect(specOf(mapping, "order_status")).toEqual([
      { value: "cancelled", when: 'row["Cancelled at"] != ""' },
      {
        value: "cancelled",
        when: 'row["Financial Status"] in ["refunded"] && !(row["Fulfillment Status"] in ["fulfilled"])',
      },
      { from: "Fulfillment Status", map: { fulfilled: "shipped", unfulfilled: "on_hold" }, default: "on_hold" },
    ]);
  });
});
