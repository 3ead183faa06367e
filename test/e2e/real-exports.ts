// Real exports that live beside the repository, where somebody has them; tests skip with a note where they are missing.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "./program.ts";
import { parseRecords, type RawRecord, type TableRecord } from "./table.ts";

const folder = join(repository, "../shared/data");

/** Why the tests on real exports are skipped; undefined when the exports are there. */
export const missingExports = existsSync(folder) ? undefined : `${folder} is not there`;

/** The path of an export. */
export function exportPath(name: string): string {
  return join(folder, name);
}

/** An export as the tests' own reader sees it. */
export interface RealExport {
  readonly text: string;
  readonly header: RawRecord;
  /** Rows below the header; `ragged` where the number of cells is another. */
  readonly rows: readonly RealRow[];
}

export interface RealRow extends RawRecord {
  readonly ragged: boolean;
  /** By header name; what is missing is `""`. */
  readonly record: TableRecord;
}

/** Reads an export. */
export async function readExport(name: string): Promise<RealExport> {
  const text = await readFile(exportPath(name), "utf8");
  const [header, ...records] = parseRecords(text);
  if (header === undefined) throw new Error(`${name} is empty`);
  const rows = records.map((row) => ({
    ...row,
    ragged: row.cells.length !== header.cells.length,
    record: Object.fromEntries(header.cells.map((column, index) => [column.trim(), (row.cells[index] ?? "").trim()])),
  }));
  return { text, header, rows };
}

/** Decimal digits without floating point: `price` less `discount`, rounded half up to cents. */
export function discounted(price: string, discount: string): number {
  const units = (text: string): bigint => {
    const [whole = "0", fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(4, "0").slice(0, 4));
  };
  const millionths = units(price) * (10_000n - units(discount)); // 8 decimals
  return Number((millionths + 500_000n) / 1_000_000n) / 100;
}
