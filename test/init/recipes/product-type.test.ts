// What is said of `type`: an update must not make a product of a kit that the account has.
import { describe, expect, it, test } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { allLines } from "../../../src/init/proposal/proposal.ts";
import { columnsWith } from "../samples.ts";

const base = {
  SKU: ["CUP", "LID"],
  Name: ["Cup", "Lid"],
  Category: ["Kitchen", "Kitchen"],
  Price: ["4.50", "2.00"],
};

function gradeOf(columns: Readonly<Record<string, readonly string[]>>): string | undefined {
  const [mapping] = guessImport([columnsWith("products.csv", { ...base, ...columns })]).mappings;
  if (mapping === undefined) throw new Error("nothing was guessed");
  return allLines(mapping).flatMap((line) =>
    line.kind === "guess" && line.path === "type" ? [line.confidence] : [],
  )[0];
}

describe("the type of a product", () => {
  it("is not said where names and prices are all there is, for kits have them too", () => {
    expect(gradeOf({})).toBeUndefined();
  });

  test.each([
    ["a supplier", { Supplier: ["Acme", "Acme"] }, "medium"],
    ["a cost", { "Unit Cost": ["2.00", "1.00"] }, "medium"],
    ["a supplier that no row has", { Supplier: ["", ""] }, undefined],
    ["a column of kinds without a kit", { "Item Type": ["Simple", "Simple"] }, "high"],
  ])("is as sure as the file is: %s", (_, columns, grade) => expect(gradeOf(columns)).toBe(grade));
});
