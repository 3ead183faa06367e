// Kits whose components stand in one cell with their quantities: `1x BWL-14, 2x MUG-BL`, or `BWL-14 x 1; MUG-BL x 2`.
import type { Column, Table } from "./table.ts";

/** The column of components, and how a mapping takes a piece of its cells apart. */
export interface ComponentList {
  readonly column: Column;
  readonly separator: string;
  /** Patterns that leave the quantity or the SKU of a piece as `$1`. */
  readonly quantity: string;
  readonly sku: string;
}

/** The first column of a table whose cells are all such lists; undefined where there is none. */
export function componentListOf({ columns }: Table): ComponentList | undefined {
  for (const column of columns) {
    const cells = column.cells.filter((text) => text !== "");
    if (cells.length === 0) continue;
    // Nearly always the first cell says no.
    for (const separator of separators)
      for (const { quantity, sku } of forms) {
        const pattern = new RegExp(quantity);
        const isList = cells.every((text) => text.split(separator).every((piece) => pattern.test(piece)));
        if (isList && cells.some((text) => text.includes(separator))) return { column, separator, quantity, sku };
      }
  }
  return undefined;
}

const separators = [",", ";", "|", "+"];

const forms = [
  { quantity: "^\\s*(\\d+)\\s*[xX×*]\\s*\\S.*$", sku: "^\\s*\\d+\\s*[xX×*]\\s*(\\S.*?)\\s*$" },
  { quantity: "^\\s*\\S.*?\\s+[xX×*]\\s*(\\d+)\\s*$", sku: "^\\s*(\\S.*?)\\s+[xX×*]\\s*\\d+\\s*$" },
];
