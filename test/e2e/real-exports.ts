// Real exports, which are not part of the repository: the folder that `LUMINOUS_TEST_EXPORTS` names. Without it the tests on
// them are skipped, with a note.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseRecords, type RawRecord, type TableRecord } from "./table.ts";

const { LUMINOUS_TEST_EXPORTS: named = "" } = process.env;
// A folder that is named and not there is a mistake: skipping would hide it.
if (named !== "" && !existsSync(named)) throw new Error(`LUMINOUS_TEST_EXPORTS: there is no folder ${resolve(named)}`);

/** Why the tests on real exports are skipped; undefined when the exports are there. */
export const missingExports = named === "" ? "LUMINOUS_TEST_EXPORTS names no folder" : undefined;

/** The path of an export. */
export function exportPath(name: string): string {
  return join(resolve(named), name);
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

/** What a line comes to, in cents, without floating point: `quantity` at `price` less `discount`, rounded half up. */
export function lineCents(price: string, quantity: string, discount: string): number {
  const units = (text: string): bigint => {
    const [whole = "0", fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(4, "0").slice(0, 4));
  };
  const exact = units(price) * BigInt(quantity) * (10_000n - units(discount)); // 8 decimals
  return Number((exact + 500_000n) / 1_000_000n);
}
