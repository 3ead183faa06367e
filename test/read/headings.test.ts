// Headings against the names that a mapping reads: exactly, nearly, and by other headings of the same column.
import { describe, expect, it, test } from "vitest";
import { fitHeadings } from "../../src/read/headings.ts";

const others = { SKU: ["Artikelnummer", "UGS"], Price: ["Preis", "Prix"] };

describe("other headings of a column", () => {
  test.each([
    { title: "are read under its name", headings: ["UGS", "Prix"], renamed: { UGS: "SKU", Prix: "Price" } },
    { title: "go after the name itself", headings: ["SKU", "Artikelnummer"], renamed: {} },
    { title: "go after a heading that is almost the name", headings: ["sku", "UGS"], renamed: { sku: "SKU" } },
    { title: "are taken in their order", headings: ["UGS", "Artikelnummer"], renamed: { Artikelnummer: "SKU" } },
    { title: "may be almost the same too", headings: ["artikelnummer "], renamed: { "artikelnummer ": "SKU" } },
    { title: "are not taken from a column that is read by its own name", headings: ["Name"], renamed: {} },
  ])("$title", ({ headings, renamed }) => {
    const fitted = fitHeadings(headings, ["SKU", "Price", "Name"], { ...others, Price: [...others.Price, "Name"] });
    expect(Object.fromEntries(fitted.renamed.map(({ heading, name }) => [heading, name]))).toEqual(renamed);
  });

  it("count as found, and as standing twice", () => {
    const fitted = fitHeadings(["UGS", "Prix", "UGS"], ["SKU", "Price", "Name"], others);
    expect(fitted.found).toBe(2);
    expect(fitted.twice).toEqual([{ heading: "UGS", at: [1, 3] }]);
  });
});
