// Writes made-up rows as the files that benches read: CSV, JSON arrays, bodies of requests, and the job beside them.
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { orderBody, orderElement, orderMapping } from "./orders.ts";
import { type ProductOptions, productBody, productColumns, productMapping, productRows } from "./products.ts";

const pieceChars = 1 << 18;

/** Writes products as CSV. */
export function writeProducts(path: string, options: ProductOptions): Promise<void> {
  return writeLines(path, productLines(options));
}

/** Writes products as a JSON array of objects whose values are texts, named as the columns are. */
export function writeProductsJson(path: string, options: ProductOptions): Promise<void> {
  return writeLines(path, productElements(options));
}

/** Writes the bodies that a simple script would send for these products, one a line. */
export function writeProductBodies(path: string, options: ProductOptions): Promise<void> {
  return writeLines(path, mapped(productRows(options), productBody));
}

/** Writes orders as a JSON array. */
export function writeOrders(path: string, orders: number): Promise<void> {
  return writeLines(path, jsonArray(numbersTo(orders), orderElement));
}

/** Writes the bodies that a simple script would send for these orders, one a line. */
export function writeOrderBodies(path: string, orders: number): Promise<void> {
  return writeLines(path, mapped(numbersTo(orders), orderBody));
}

/** Writes a job with one input beside its file, and the mapping that it needs; gives the job's path. */
export async function writeJob(
  folder: string,
  file: string,
  resource: "products" | "sales_orders",
  limits: Readonly<Record<string, number | string>> = { requests_per_second: 100_000, concurrency: 32 },
): Promise<string> {
  const mapping = join(folder, `${resource}.yaml`);
  await writeFile(mapping, resource === "products" ? productMapping : orderMapping);
  const path = join(folder, `import-${file}.yaml`);
  const lines = Object.entries(limits).map(([name, value]) => `${name}: ${value}`);
  await writeFile(
    path,
    `version: 1\nlimits: { ${lines.join(", ")} }\ninputs:\n  - { name: input, file: ${file}, mapping: ${mapping} }\n`,
  );
  return path;
}

/** The text of products as CSV, line by line. */
export function* productLines(options: ProductOptions): Generator<string> {
  yield productColumns.join(",");
  for (const row of productRows(options)) yield row.map(csvCell).join(",");
}

function productElements(options: ProductOptions): Generator<string> {
  return jsonArray(productRows(options), (row) =>
    JSON.stringify(Object.fromEntries(productColumns.map((name, index) => [name, row[index] ?? ""]))),
  );
}

function csvCell(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function* jsonArray<T>(items: Iterable<T>, element: (item: T) => string): Generator<string> {
  let opening = "[";
  for (const item of items) {
    yield `${opening}${element(item)}`;
    opening = ",";
  }
  yield "]";
}

function* mapped<T>(items: Iterable<T>, text: (item: T) => string): Generator<string> {
  for (const item of items) yield text(item);
}

function* numbersTo(last: number): Generator<number> {
  for (let number = 1; number <= last; number++) yield number;
}

function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  return pipeline(pieces(lines), createWriteStream(path));
}

/** Lines in pieces that are worth a write. */
function* pieces(lines: Iterable<string>): Generator<string> {
  let piece = "";
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < pieceChars) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
