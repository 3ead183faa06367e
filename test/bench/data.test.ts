// The data that benches are measured on: the same for the same seed, as large as is said, and as faulty as is asked.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { productLines } from "../../bench/data/files.ts";
import { orderBody, orderElement } from "../../bench/data/orders.ts";
import { productBody, productColumns, productRows } from "../../bench/data/products.ts";
import { withTable } from "../../bench/performance/table.ts";

describe("made-up products", () => {
  it("are the same for the same seed, and others for another", () => {
    const lines = (seed: number) => [...productLines({ rows: 50, seed, faultShare: 0.2 })];
    expect(lines(7)).toEqual(lines(7));
    expect(lines(7)).not.toEqual(lines(8));
  });

  it("have 20 columns and about 290 bytes a row", () => {
    expect(productColumns).toHaveLength(20);
    const [, ...lines] = productLines({ rows: 1000 });
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) / lines.length;
    expect(bytes).toBeGreaterThan(270);
    expect(bytes).toBeLessThan(310);
  });

  it("have faults in the share that is asked for, and are otherwise those of the sound file", () => {
    const sound = [...productRows({ rows: 2000 })].map((row) => row.join("|"));
    const faulty = [...productRows({ rows: 2000, faultShare: 0.05 })].map((row) => row.join("|"));
    const changed = faulty.filter((row, index) => row !== sound[index]).length;
    expect(changed).toBeGreaterThan(60);
    expect(changed).toBeLessThan(140);
  });

  it("can be of one SKU, or have two faulty cells in each row that no other row has", () => {
    const skus = new Set([...productRows({ rows: 100, oneSku: true })].map(([sku]) => sku));
    expect(skus.size).toBe(1);
    const cells = [...productRows({ rows: 100, allFaulty: true })].flatMap((row) => [row[5], row[6]]);
    expect(new Set(cells).size).toBe(200);
    expect(cells.filter((cell) => !Number.isNaN(Number(cell)))).toEqual([]);
  });

  it("are sent by the usual script as the bench's own bodies say", async () => {
    // The script stands alone, so its fields are held against the bench's here.
    const script = await readFile(join(import.meta.dirname, "../../bench/baselines/usual-script.mjs"), "utf8");
    const [row = []] = productRows({ rows: 1 });
    const fields = Object.keys(JSON.parse(productBody(row)) as object);
    expect(fields).toHaveLength(16);
    expect(fields.filter((field) => !script.includes(`    ${field}: `))).toEqual([]);
  });
});

it("made-up orders have the same three lines in the export and in the body", () => {
  const { items } = JSON.parse(orderElement(5)) as {
    items: readonly { sku: string; quantity: number; price: number }[];
  };
  const body = JSON.parse(orderBody(5)) as { items: readonly object[] };
  expect(items).toHaveLength(3);
  expect(body.items).toEqual(items.map(({ price, ...rest }) => ({ ...rest, unit_price: price })));
});

it("docs/performance.md has the place for the table", async () => {
  const page = await readFile(join(import.meta.dirname, "../../docs/performance.md"), "utf8");
  expect(withTable(page, "| a table |")).toContain("-->\n| a table |\n<!--");
});
