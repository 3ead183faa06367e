// What rows are known by when they come again in another run: their text, byte for byte, under the same columns of the
// same input. Names of files and line ends do not count.
import { createHash } from "node:crypto";
import type { SourceRow } from "../model/draft.ts";
import { fillingAt } from "../model/fills.ts";

/** 32 hex digits over rows of an input, in their order. */
export function rowsHash(input: string, rows: readonly SourceRow[]): string {
  const hash = openRowsHash(input);
  hash.add(rows);
  return hash.digest();
}

/** The same for rows that come in parts. */
export interface RowsHash {
  add(rows: readonly SourceRow[]): void;
  digest(): string;
}

/** A hash that has seen no row yet. */
export function openRowsHash(input: string): RowsHash {
  const hash = createHash("sha256").update(JSON.stringify(input));
  let file: string | undefined;
  return {
    add(rows) {
      for (const source of rows) {
        if (source.file !== file) hash.update(JSON.stringify(Object.keys(source.row.cells)));
        file = source.file;
        hash.update(JSON.stringify(source.row.raw));
        for (const value of filledValues(source)) hash.update(JSON.stringify(value));
      }
    },
    digest: () => hash.digest("hex").slice(0, 32),
  };
}

/** What a row has from cells above it is part of it. */
function filledValues({ fills, row }: SourceRow): readonly unknown[] {
  if (fills === undefined) return [];
  return Object.keys(fills).flatMap((column) => {
    const filling = fillingAt(fills, column, row.number);
    return filling === undefined ? [] : ["value" in filling ? [column, filling.value] : [column]];
  });
}
