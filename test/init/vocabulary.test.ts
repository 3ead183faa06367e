// Words and headings of well-known systems: each claim is a small file as such a system writes it.
import { describe, expect, it } from "vitest";
import { guessImport } from "../../src/init/init.ts";
import { allLines, type ProposedMapping } from "../../src/init/proposal/proposal.ts";
import { columnsWith } from "./samples.ts";

function mappingOf(file: string, columns: Readonly<Record<string, readonly string[]>>): ProposedMapping {
  const [mapping] = guessImport([columnsWith(file, columns)]).mappings;
  if (mapping === undefined) throw new Error("nothing was guessed");
  return mapping;
}

function specOf(mapping: ProposedMapping, path: string): unknown {
  return allLines(mapping).flatMap((line) => (line.kind === "guess" && line.path === path ? [line.spec] : []))[0];
}

function todosOf(mapping: ProposedMapping, path: string): readonly string[] {
  return allLines(mapping).flatMap((line) => (line.kind === "todo" && line.path === path ? [line.text] : []));
}

const orders = {
  "Order ID": ["A-1", "A-2", "A-3"],
  "Order Date": ["04-30-22", "05-02-22", "05-09-22"],
  SKU: ["CUP", "LID", "POT"],
  Qty: ["1", "2", "1"],
  Price: ["4.00", "5.00", "6.00"],
};

describe("orders", () => {
  it("that Amazon says to be with the buyer are shipped, and one that went back is asked about", () => {
    const Status = ["Shipped - Delivered to Buyer", "Shipped - Picked Up", "Shipped - Returned to Seller"];
    const mapping = mappingOf("orders.csv", { ...orders, Status });
    expect(specOf(mapping, "order_status")).toMatchObject({
      map: { "Shipped - Delivered to Buyer": "shipped", "Shipped - Picked Up": "shipped" },
    });
    expect(todosOf(mapping, "order_status")).toEqual([expect.stringContaining("Shipped - Returned to Seller")]);
  });

  it("that were only made, approved or billed go on hold", () => {
    const mapping = mappingOf("orders.csv", { ...orders, Status: ["created", "approved", "invoiced"] });
    expect(specOf(mapping, "order_status")).toMatchObject({
      map: { created: "on_hold", approved: "on_hold", invoiced: "on_hold" },
    });
  });

  it("have their day where the year has two digits behind a dash", () => {
    const { source, sourceTodos } = mappingOf("orders.csv", orders);
    expect({ source, sourceTodos }).toMatchObject({ source: [{ key: "dates", value: ["M-d-yy"] }], sourceTodos: [] });
  });
});

describe("tags", () => {
  it("keep their underscores, but for lists in which they stand for spaces", () => {
    const single = mappingOf("orders.csv", { ...orders, Tags: ["cod_form", "cod_form", ""] });
    expect(specOf(single, "tags")).toEqual({ from: "Tags", split: "," });
    const list = mappingOf("orders.csv", { ...orders, Tags: ["tea_pot,gift", "tea_cup,gift", ""] });
    expect(specOf(list, "tags")).toMatchObject({ apply: [{ replace: ["_", " "] }] });
  });
});

describe("addresses", () => {
  const called = { ...orders, "Billing Name": ["Ann", "Bo", "Cy"], "Shipping Name": ["Ann", "Di", "Cy"] };

  it("of a delivery with a phone of its own do not borrow the customer's, and those of the bill do", () => {
    const mapping = mappingOf("orders.csv", {
      ...called,
      "Billing Phone": ["1", "", "3"],
      "Shipping Phone": ["1", "", "3"],
      Phone: ["", "22", ""],
    });
    expect(specOf(mapping, "ship_to.phone")).toBe("Shipping Phone");
    expect(specOf(mapping, "bill_to.phone")).toEqual({ from: ["Billing Phone", "Phone"] });
  });
});

describe("products", () => {
  it("without names are products where the file says so and more than one column is theirs alone", () => {
    const mapping = mappingOf("products.csv", {
      product_id: ["a1", "b2", "c3"],
      product_category_name: ["cups", "lids", "pots"],
      product_weight_g: ["200", "50", "900"],
    });
    expect(mapping.resource).toBe("products");
    expect(mapping.kindTodo).toBeUndefined();
  });

  const items = { SKU: ["CUP", "LID", "POT"], Name: ["Cup", "Lid", "Pot"], Price: ["4.00", "5.00", "6.00"] };

  it("have the sizes of their packages, in the unit of the column beside them and without zeros", () => {
    const mapping = mappingOf("items.csv", {
      ...items,
      "Package Length": ["0.00", "22.50", "9.00"],
      "Dimension Unit": ["", "cm", "cm"],
    });
    expect(specOf(mapping, "product_length")).toEqual({
      template: "{Package Length} {Dimension Unit}",
      when: 'row["Package Length"] != "" && !(row["Package Length"] in ["0.00"])',
    });
  });

  it("that WooCommerce calls a draft, behind an apostrophe too, are not sellable", () => {
    const Published = ["1", "'-1", "'-1"];
    const mapping = mappingOf("items.csv", { ...items, Published });
    expect(specOf(mapping, "sellable")).toEqual({ from: "Published", map: { "1": true, "'-1": false } });
  });

  it("of which a column says no more than the kind have no category in it", () => {
    const kinds = { ...items, "Product Type": ["Storable Product", "Consumable", "Consumable"] };
    expect(specOf(mappingOf("items.csv", kinds), "category.name")).toBeUndefined();
    const both = { ...items, "Product Type": ["goods", "goods", "service"], "CF.CATEGORY": ["Cups", "Lids", "Pots"] };
    expect(specOf(mappingOf("items.csv", both), "category.name")).toBe("CF.CATEGORY");
    const groups = { ...items, "Product Type": ["Cups", "Lids", "Stock pots"] };
    expect(specOf(mappingOf("items.csv", groups), "category.name")).toBe("Product Type");
  });

  it("that Magento groups or bundles are kits of what their cells name, and a bundle of unknown parts is none", () => {
    const magento = { ...items, Price: ["4.00", "5.00", "0"], product_type: ["simple", "grouped", "bundle"] };
    const mapping = mappingOf("items.csv", {
      ...magento,
      associated_skus: ["", "CUP=2.0000,SPOON=1.0000", ""],
      bundle_values: ["", "", "name=Cup,sku=CUP,default=1,default_qty=3.0000|name=Cup,sku=MUG,default=0"],
    });
    expect(specOf(mapping, "type")).toMatchObject({ map: { simple: "PRODUCT", grouped: "KIT", bundle: "KIT" } });
    expect(mapping.where).toBeUndefined();
    expect(specOf(mapping, "kit_items.quantity")).toBeDefined();
    expect(specOf(mapping, "retail_price")).toMatchObject({ when: expect.stringContaining('row["Price"] in ["0"]') });
    expect(mappingOf("items.csv", magento).where?.expr).toBe('!(row["product_type"] in ["bundle"])');
  });

  it("of a WooCommerce shop in Russian are told by their headings", () => {
    const mapping = mappingOf("wc-product-export.csv", {
      ID: ["7", "8"],
      Тип: ["simple", "simple"],
      Артикул: ["CUP", "LID"],
      Имя: ["Чашка", "Крышка"],
      Опубликован: ["1", "0"],
      "Короткое описание": ["", "Для чашки"],
      "Базовая цена": ["240", "120"],
      Категории: ["Посуда", "Посуда"],
      Изображения: ["https://shop.example/1.jpg", ""],
    });
    const found = ["sku", "name", "retail_price", "category.name", "image_url", "sellable"].map((path) => [
      path,
      allLines(mapping).find((line) => line.kind === "guess" && line.path === path)?.kind,
    ]);
    expect(found.filter(([, kind]) => kind === undefined)).toEqual([]);
  });
});
