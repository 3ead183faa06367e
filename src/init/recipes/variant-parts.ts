// What the two ways of writing variants have in common.
import { cell } from "../columns/find-column.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Line, ProposedChild, ProposedMapping } from "../proposal/proposal.ts";

/** The parts of a mapping whose products have variants. */
export interface Variants {
  readonly index?: NonNullable<ProposedMapping["index"]>;
  /** Where they have rows of their own. */
  readonly group?: NonNullable<ProposedMapping["group"]>;
  /** Rows with an image belong to the product above, and are read for it. */
  readonly hasImages?: true;
  readonly lines: readonly Line[];
  readonly children: readonly ProposedChild[];
}

/** Fields that belong to each variant; the others are the product's. */
export const ownFields =
  /^(retail_price|wholesale_price|unit_cost|upc|sellable|image_url|qty_.*|(product|box|carton|shipping|pallet|dimensional)_.*)$/;

/** Columns with the values of options that some row has: a size, a colour. */
export function optionColumns({ columns }: Table): readonly Column[] {
  const found = columns.filter(
    ({ heading, profile }) =>
      profile.filled > 0 &&
      /^(option \d+ value|option value \d+|variant option (\d+|\w+ value)|attribute \d+ values?( s)?|variation( name)?|variant( name)?|size|colou?r)$/.test(
        heading.text,
      ),
  );
  // Two columns that say the same are one option.
  return found.filter((column, at) => !found.slice(0, at).some((other) => saysNoMore(column, other)));
}

/** Wherever it is filled, another column has the same. */
function saysNoMore({ cells }: Column, other: Column): boolean {
  return cells.every((text, row) => text === "" || text === other.cells[row]);
}

/** An expression: the filled ones of these cells with `separator` between them. */
export function joinedText(cells: readonly string[], separator: string): string {
  return `[${cells.join(", ")}].filter(part, part != "").join(${JSON.stringify(separator)})`;
}

/** The cells of columns as expressions name them. */
export function cellsOf(columns: readonly Column[]): readonly string[] {
  return columns.map((column) => cell(column));
}
