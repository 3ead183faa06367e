// Rows and mappings for tests of src/map, as short as a claim needs them.

import { type Header, tableHeader } from "../../src/map/columns/header.ts";
import { type CompiledMapping, compileMapping } from "../../src/map/compile.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import type { LookupTables } from "../../src/map/definition/mapping.ts";
import { groupRows } from "../../src/map/group.ts";
import { openRowIndexes } from "../../src/map/row-index.ts";
import type { Draft, RowGroup, SourceRow } from "../../src/model/draft.ts";
import type { Problem } from "../../src/model/problem.ts";
import type { Cell, Cells, Row } from "../../src/model/row.ts";

export const noLookups: LookupTables = () => new Map();

/** A row as reading gives it; line 2 is the first below a header. */
export function sourceRow(cells: Record<string, Cell>, number = 1, file = "in.csv", fault?: Problem): SourceRow {
  const row: Row = {
    number,
    line: number + 1,
    raw: "",
    cells: Object.assign(Object.create(null) as Cells, cells),
    ...(fault === undefined ? {} : { fault }),
  };
  return { ref: { file: file === "in.csv" ? 1 : 2, number }, file, row };
}

/** Rows with line numbers from 2 on. */
export function sourceRows(rows: readonly Record<string, Cell>[], file?: string): readonly SourceRow[] {
  return rows.map((cells, index) => sourceRow(cells, index + 1, file));
}

export function compiled(yaml: string, lookups: LookupTables = noLookups): CompiledMapping {
  const mapping = loadMapping(yaml, "map.yaml");
  return compileMapping(mapping, lookups, openRowIndexes(mapping).indexes);
}

/** A product mapping with `sku` and these further lines below `fields:` (indented by two). */
export function productYaml(fieldLines: string, above = ""): string {
  return `version: 1\nresource: products\n${above}fields:\n  sku: SKU\n${fieldLines.replace(/^(?=.)/gm, "  ")}\n`;
}

export function group(rows: readonly SourceRow[], joined: RowGroup["joined"] = {}): RowGroup {
  return { rows, joined, damage: [] };
}

/** The draft of one group of rows. */
export function draftOf(mapping: CompiledMapping, rows: readonly SourceRow[], joined: RowGroup["joined"] = {}): Draft {
  const drafted = mapping.draft(group(rows, joined));
  if (drafted.kind !== "draft") throw new Error("excluded");
  return drafted.draft;
}

/** The draft that fields below `sku` make of one row. */
export function mapOne(fieldLines: string, cells: Record<string, Cell>, above = "", lookups = noLookups): Draft {
  return draftOf(compiled(productYaml(fieldLines, above), lookups), [sourceRow({ SKU: "A-1", ...cells })]);
}

/** The groups of a stream, with the numbers of the rows that `where` left out. */
export async function groupsOf(mapping: CompiledMapping, rows: readonly SourceRow[]) {
  const excluded: number[] = [];
  const groups: RowGroup[] = [];
  async function* batches() {
    for (let at = 0; at < rows.length; at += 2) yield rows.slice(at, at + 2);
  }
  for await (const made of groupRows(batches(), mapping, ({ row }) => excluded.push(row.number))) groups.push(...made);
  return { groups, excluded };
}

export function csvHeader(columns: readonly string[], path = "in.csv"): Header | undefined {
  const file = { encoding: "utf-8", bom: false, gzip: false, delimiter: ",", newline: "\n" } as const;
  return tableHeader({ ...file, path, format: "csv", columns, detected: [] });
}
