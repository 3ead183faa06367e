// Exports as spreadsheets leave them: titles above the header, totals between and below the rows, merged cells, notes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { allLines, type Export, guessImport, type ProposedMapping, readExports } from "../../src/init/init.ts";
import { sampleOf } from "./samples.ts";

const folder = await mkdtemp(join(tmpdir(), "init-spreadsheets-"));
afterAll(() => rm(folder, { recursive: true }));

async function exportOf(text: string): Promise<Export> {
  await writeFile(join(folder, "products.csv"), text);
  const [first] = await readExports(["products.csv"], folder);
  if (first === undefined) throw new Error("nothing was read");
  return first;
}

function mappingOf(sample: Export): ProposedMapping {
  const [mapping] = guessImport([sample]).mappings;
  if (mapping === undefined) throw new Error("nothing was recognised");
  return mapping;
}

function specsOf(mapping: ProposedMapping): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    allLines(mapping).flatMap((line) =>
      line.kind === "guess" && line.confidence !== "low" ? [[line.path, line.spec]] : [],
    ),
  );
}

const table = "SKU,Name,Category,Price\nA-1,Cup,Cups,4.50\nA-2,Pot,Pots,9.50\nA-3,Lid,Pots,1.50\n";

describe("the header is found", () => {
  test.each([
    { what: "below a title", above: "Price list of Ton GmbH,,,\nvalid from 1 November 2026,,,\n,,,\n", line: 4 },
    { what: "below a title without cells", above: "Price list\n", line: 2 },
    { what: "below names and values of a report", above: "Report,Products\nMade,2026-11-01\n\n", line: 4 },
    { what: "below headings of several columns at once", above: "Product,,Sales,\n", line: 2 },
  ])("$what", async ({ above, line }) => {
    const sample = await exportOf(above + table);
    expect(sample.info.columns).toEqual(["SKU", "Name", "Category", "Price"]);
    expect(sample.settings.headerLine).toBe(line);
    expect(mappingOf(sample).source).toContainEqual(expect.objectContaining({ key: "header_line", value: line }));
  });

  test.each([
    { what: "the first line", text: table },
    { what: "the first that is not blank", text: `\n\n${table}` },
    { what: "the first of a table of two columns", text: "SKU,Price\nA-1,4.50\n" },
    { what: "the first though hardly a row fills it", text: "SKU,Name,Category,Price,A,B,C\nA-1,Cup,,\nA-2,Pot,,\n" },
    { what: "the first below Excel's separator", text: `sep=,\n${table}` },
  ])("where it is $what, nothing is said of it", async ({ text }) => {
    const sample = await exportOf(text);
    expect(sample.settings).toEqual({});
    expect(sample.info.columns?.slice(0, 1)).toEqual(["SKU"]);
  });
});

describe("rows that sum up others", () => {
  it("are left out by a condition, and nothing is guessed by them", async () => {
    const text =
      "SKU,Name,Category,Price\nA-1,Cup,Cups,4.50\nA-2,Pot,Cups,9.50\n,Subtotal,,14.00\nA-3,Lid,Pots,1.50\n,Grand total,,15.50\n";
    const mapping = mappingOf(await exportOf(text));
    expect(mapping.where?.expr).toBe('!(row["Name"] in ["Subtotal","Grand total"])');
    expect(specsOf(mapping)).toMatchObject({ sku: "SKU", name: "Name", retail_price: "Price" });
  });

  const months =
    "SKU,Name,Category,Price\nA-1,Cup,Cups,4.50\nA-2,Pot,Cups,9.50\n,Subtotal January,,14.00\nA-3,Lid,Pots,1.50\nA-4,Pan,Pots,3.00\nTotal Q1,,,18.50\n";

  test.each([
    { text: months.replace("Total Q1,,", ",Total Q1,"), expr: '!(row["Name"] in ["Subtotal January","Total Q1"])' },
    {
      text: months.replace("Total Q1,,", ",März gesamt,"),
      expr: '!(row["Name"] in ["Subtotal January","März gesamt"])',
    },
  ])("are told by what they begin or end with, where they are sums: $expr", async ({ text, expr }) => {
    expect(mappingOf(await exportOf(text)).where?.expr).toBe(expr);
  });

  it("name their month in rows that were not looked at too", async () => {
    const sample = { ...(await exportOf(months.replace(/Total Q1.*\n/, ""))), isWhole: false };
    expect(mappingOf(sample).where?.expr).toBe('!row["Name"].startsWith("Subtotal ")');
  });

  test.each([
    { what: "that has a code", row: "T-1,Total,Games,12.00" },
    { what: "whose numbers are no sum", row: "1001,Total,Games,12.00" },
    { what: "whose name begins like one and whose price is no sum", row: ",Total Care,,12.00" },
    { what: "whose name begins like one and that lacks nothing", row: "1002,Total Care,7,15.50" },
    { what: "of another name", row: ",Totally blue cup,Cups,14.00" },
  ])("a thing $what is none", async ({ row }) => {
    expect(mappingOf(await exportOf(`${table}${row}\n`)).where).toBeUndefined();
  });
});

describe("merged cells", () => {
  const merged =
    "Category,SKU,Name,Supplier,Price\nCups,A-1,Cup,Acme,4.50\n,A-2,Mug,,9.50\nPots,A-3,Pot,Bolt,1.50\n,A-4,Lid,,2.50\n";

  it("of the category are filled, which every product needs; those of a supplier are asked about", () => {
    const mapping = mappingOf(sampleOf("products.csv", merged));
    expect(specsOf(mapping)).toMatchObject({
      "category.name": { from: "Category", fill: "down" },
      "supplier.name": "Supplier",
    });
    const grades = allLines(mapping).flatMap((line) =>
      line.path === "category.name" && line.kind === "guess" ? [line.confidence] : [],
    );
    expect(grades).toEqual(["medium"]);
    const asked = allLines(mapping).flatMap((line) => (line.kind === "todo" ? [line.text] : []));
    expect(asked.join("\n")).toContain('supplier.name: are the blank cells below "Acme" merged ones?');
  });

  test.each([
    { what: "whose first cell is blank", cells: ["", "Cups", "", "Pots"] },
    { what: "with the same value in two places", cells: ["Cups", "", "Cups", ""] },
    { what: "with a blank cell or two", cells: ["Cups", "Pots", "Lids", ""] },
  ])("a column $what is none of these", ({ cells }) => {
    const rows = cells.map((cell, at) => `${cell},A-${at},Thing ${at},4.50`);
    const mapping = mappingOf(sampleOf("products.csv", `Category,SKU,Name,Price\n${rows.join("\n")}\n`));
    expect(specsOf(mapping)["category.name"]).toBe("Category");
  });
});

it("a column of notes is offered as a description, and no more", () => {
  const mapping = mappingOf(sampleOf("products.csv", "SKU,Name,Price,Notes\nA-1,Cup,4.50,\nA-2,Pot,9.50,ask Tom\n"));
  const [notes] = allLines(mapping).filter(({ path }) => path === "description");
  expect(notes).toMatchObject({ kind: "guess", confidence: "low", columns: ["Notes"] });
});
