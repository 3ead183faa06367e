// What rows are known by when they come again in another run: their text, byte for byte, under the same columns of the
// same input. Names of files and line ends do not count.
import { createHash, hash } from "node:crypto";
import { fillingAt } from "../model/column-style.ts";
import type { SourceRow } from "../model/draft.ts";

/** 32 hex digits over rows of an input, in their order. */
export function rowsHash(input: string, rows: readonly SourceRow[]): string {
  return hash("sha256", `${JSON.stringify(input)}${textOf(rows, undefined)}`, "hex").slice(0, 32);
}

/** The same for rows that come in parts. */
export interface RowsHash {
  add(rows: readonly SourceRow[]): void;
  digest(): string;
}

/** A hash that has seen no row yet. */
export function openRowsHash(input: string): RowsHash {
  const parts = createHash("sha256").update(JSON.stringify(input));
  let file: string | undefined;
  return {
    add(rows) {
      parts.update(textOf(rows, file));
      file = rows.at(-1)?.file ?? file;
    },
    digest: () => parts.digest("hex").slice(0, 32),
  };
}

/** What is hashed of rows, of which the first ones may be of the same file as those before. */
function textOf(rows: readonly SourceRow[], before: string | undefined): string {
  let text = "";
  let file = before;
  for (const source of rows) {
    if (source.file !== file) text += columnsText(Object.keys(source.row.cells));
    file = source.file;
    text += JSON.stringify(source.row.raw);
    for (const value of filledValues(source)) text += JSON.stringify(value);
  }
  return text;
}

let lastColumns: { readonly names: readonly string[]; readonly text: string } | undefined;

/** The columns as JSON; rows of a table have the same as the row before. */
function columnsText(names: readonly string[]): string {
  const known = lastColumns;
  if (known?.names.length === names.length && known.names.every((name, at) => name === names[at])) return known.text;
  lastColumns = { names, text: JSON.stringify(names) };
  return lastColumns.text;
}

/** What a row has from cells above it is part of it. */
function filledValues({ fills, row }: SourceRow): readonly unknown[] {
  if (fills === undefined) return [];
  return Object.keys(fills).flatMap((column) => {
    const filling = fillingAt(fills, column, row.number);
    return filling === undefined ? [] : ["value" in filling ? [column, filling.value] : [column]];
  });
}
