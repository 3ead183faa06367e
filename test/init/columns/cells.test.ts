// What cells say that a heading does not: their units, the sign between thousands, the order of day and month.
import { describe, expect, it, test } from "vitest";
import { guessImport } from "../../../src/init/init.ts";
import { allLines, type ProposedMapping } from "../../../src/init/proposal/proposal.ts";
import { columnsWith } from "../samples.ts";

function mappingOf(file: string, columns: Readonly<Record<string, readonly string[]>>): ProposedMapping {
  const [mapping] = guessImport([columnsWith(file, columns)]).mappings;
  if (mapping === undefined) throw new Error("nothing was recognised");
  return mapping;
}

const lineOf = (mapping: ProposedMapping, path: string) => allLines(mapping).find((line) => line.path === path);

describe("units in cells", () => {
  const goods = (length: readonly string[]) =>
    mappingOf("goods.csv", {
      SKU: ["A-1", "A-2", "A-3"],
      Name: ["Rope", "Pin", "Bag"],
      Length: length,
      Price: ["9.00", "1.00", "4.00"],
    });

  it("are read as they stand, also different ones", () => {
    expect(lineOf(goods(["30 cm", "3 in", '4"']), "product_length")).toMatchObject({ kind: "guess", spec: "Length" });
  });

  it("leave a question where some cells have none", () => {
    const line = lineOf(goods(["30 cm", "3", "40"]), "product_length");
    expect(line).toMatchObject({ kind: "todo" });
    expect(JSON.stringify(line)).toContain("which unit have the cells that name none?");
  });

  it("are not guessed for numbers alone", () => {
    expect(lineOf(goods(["30", "3", "40"]), "product_length")).toMatchObject({ kind: "todo" });
  });
});

test.each([
  { cells: ["500,00", "1 050,00"], said: { decimal: ",", thousands: " " } },
  { cells: ["500,00", "1\u00a0050,00"], said: { decimal: ",", thousands: " " } },
  { cells: ["500.00", "12\u202f050.00"], said: { thousands: " " } },
  { cells: ["500.00", "1'050.00"], said: { thousands: "'" } },
  { cells: ["500,00", "1.050,00"], said: { decimal: ",", thousands: "." } },
])("prices $cells are written with $said", ({ cells, said }) => {
  const { source } = mappingOf("goods.csv", { SKU: ["A-1", "A-2"], Name: ["Pot", "Cup"], Price: cells });
  expect(Object.fromEntries(source.map(({ key, value }) => [key, value]))).toEqual(said);
});

describe("dates", () => {
  const orders = (dates: readonly string[]) =>
    mappingOf("orders.csv", {
      "Order number": ["1", "2", "3"],
      "Order date": dates,
      SKU: ["A", "B", "A"],
      Quantity: ["1", "1", "2"],
      "Unit price": ["4.00", "5.00", "4.00"],
    });

  it("of which some begin with the day and others with the month are not sure, and no format is asked for", () => {
    const mapping = orders(["13/01/2024", "01/14/2024", "03/02/2024"]);
    expect(lineOf(mapping, "order_date")).toMatchObject({ confidence: "medium" });
    expect(mapping.sourceTodos.map(({ text }) => text).join()).toContain(
      '"13/01/2024" begins with the day and "01/14/2024" with the month',
    );
  });

  it("that can be both are not sure until it is answered", () => {
    expect(lineOf(orders(["03/04/2024", "05/06/2024", "07/08/2024"]), "order_date")).toMatchObject({
      confidence: "medium",
    });
    expect(lineOf(orders(["13/04/2024", "05/06/2024", "07/08/2024"]), "order_date")).toMatchObject({
      confidence: "high",
    });
  });
});
