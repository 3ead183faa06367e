// Variants where the corpus has no file for their shape.
import { expect, it } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { allLines, type ProposedMapping } from "../../../src/init/proposal/proposal.ts";
import type { Cells } from "../../../src/model/row.ts";
import { columnsWith } from "../samples.ts";

function mappingOf(columns: Readonly<Record<string, readonly string[]>>): ProposedMapping {
  return only(guessImport([columnsWith("products.csv", columns)]).mappings);
}

function only(mappings: readonly ProposedMapping[]): ProposedMapping {
  const [mapping] = mappings;
  if (mapping === undefined) throw new Error("nothing was guessed");
  return mapping;
}

function specOf(mapping: ProposedMapping, path: string): unknown {
  return allLines(mapping).flatMap((line) => (line.kind === "guess" && line.path === path ? [line.spec] : []))[0];
}

it("rows with the same name that differ in a variation are variants of it", () => {
  const mapping = mappingOf({
    "Item Name": ["Candle", "Candle", "Mug"],
    "Variation Name": ["Small", "Large", "Regular"],
    SKU: ["C-S", "C-L", "M-1"],
    Price: ["12.00", "18.00", "14.00"],
  });
  expect(mapping.group?.spec).toMatchObject({ by: "Item Name" });
  expect(mapping.children).toMatchObject([{ list: "variants", each: "rows" }]);
});

it("rows with the same name and the same variation are none", () => {
  const mapping = mappingOf({
    "Item Name": ["Candle", "Candle", "Mug"],
    "Variation Name": ["Small", "Small", "Regular"],
    SKU: ["C-1", "C-2", "M-1"],
    Price: ["12.00", "18.00", "14.00"],
  });
  expect(mapping.children).toEqual([]);
});

it("variants that have options in place of a name are called by them, and take the price that they leave blank", () => {
  const mapping = mappingOf({
    Item: ["Product", "Variant", "Variant", "Image", "Product"],
    ID: ["77", "65", "66", "411", "80"],
    Name: ["Apron", "", "", "", "Board"],
    Type: ["physical", "", "", "", "physical"],
    SKU: ["APR", "APR-S", "APR-L", "", "BRD"],
    Options: ["", "Type=Swatch|Name=Size|Value=S", "Type=Swatch|Name=Size|Value=L", "", ""],
    Price: ["38.00", "", "42.00", "", "24.50"],
  });
  expect(specOf(mapping, "variants.name")).toMatchObject({ expr: expect.stringContaining('row["Options"]') });
  expect(specOf(mapping, "variants.retail_price")).toEqual({ from: ["Price", "parent.Price"] });
  expect(mapping.where?.expr).toBe('!(row["Item"] in ["Image"])');
});

it("elements that list variants with keys are products, also where they look like orders", () => {
  const rows = [1, 2].map((id) => {
    const variants = [10, 11].map((at) => ({ id: `${id}${at}`, title: `T${at}`, sku: `S-${id}-${at}`, price: "4.50" }));
    return Object.assign(Object.create(null) as Cells, {
      id: String(id),
      title: `Cap ${id}`,
      handle: `cap-${id}`,
      status: "active",
      created_at: "2025-08-25T13:07:46-04:00",
      variants,
    });
  });
  const sample = { ...columnsWith("export.json", {}), info: { format: "json" as const }, rows };
  const mapping = only(guessImport([sample]).mappings);
  expect(mapping.resource).toBe("products");
  expect(mapping.children).toMatchObject([{ list: "variants", each: "variants" }]);
  expect(specOf(mapping, "sku")).toMatchObject([{ from: "variants.0.sku" }, { from: "handle" }]);
  expect(specOf(mapping, "variants.retail_price")).toBe("price");
});

it("a product whose images have rows of their own has the one that is shown in lists, and such rows are no products", () => {
  const mapping = mappingOf({
    Item: ["Product", "Variant", "Image", "Image", "Product"],
    ID: ["7", "8", "9", "10", "11"],
    Name: ["Scarf", "", "", "", "Hat"],
    SKU: ["SCF", "SCF-1", "", "", "HAT"],
    Price: ["20.00", "20.00", "", "", "15.00"],
    "Image URL": ["", "", "https://x.example/1.jpg", "https://x.example/2.jpg", ""],
    "Image is Thumbnail": ["", "", "FALSE", "TRUE", ""],
  });
  expect(mapping.where).toBeUndefined();
  expect(mapping.group?.spec).toMatchObject({ head: '!(row["Item"] in ["Variant","Image"])' });
  expect(specOf(mapping, "image_url")).toMatchObject({ expr: expect.stringContaining('shown[0]["Image URL"]') });
  expect(specOf(mapping, "variants.image_url")).toBeUndefined();
});

it.each([
  { outlets: ["Main"], is: "reorder_point_Main" },
  { outlets: ["Main", "Harbour"], is: undefined },
])("the reorder point of the outlets $outlets is $is", ({ outlets, is }) => {
  const mapping = mappingOf({
    handle: ["mug", "pot"],
    sku: ["M-1", "P-1"],
    name: ["Mug", "Pot"],
    product_category: ["Home", "Home"],
    variant_option_one_name: ["", ""],
    supply_price: ["6.00", "7.00"],
    retail_price: ["14.00", "16.00"],
    supplier_name: ["Clay Co", "Clay Co"],
    ...Object.fromEntries(outlets.map((outlet) => [`reorder_point_${outlet}`, ["2", "3"]])),
  });
  expect(specOf(mapping, "qty_reorder_threshold")).toEqual(is);
});
