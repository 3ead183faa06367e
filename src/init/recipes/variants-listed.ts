// Variants that their parent lists: `sku=MH01-XS,size=XS|sku=MH01-S,size=S` in the parent's row, the variants' own rows
// anywhere in the file.
import { cell, named } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column, Table } from "../columns/table.ts";
import { linesOf } from "./lines.ts";
import type { Variants } from "./variant-parts.ts";
import { skuLine, variantRows } from "./variant-rows.ts";

/** The variants of a file whose parents list them; undefined for any other. */
export function variantsListed(table: Table, matches: readonly Match[], sku: Column): Variants | undefined {
  const list = named(table.columns, ["configurable variations"]);
  if (list === undefined || !list.cells.some((text) => /(^|[,|])\s*sku=/.test(text))) return undefined;
  const pairs = `${cell(list)}.replace("|", ",").split(",")`;
  const key = `${pairs}.filter(pair, pair.trim().startsWith("sku=")).map(pair, pair.trim().substring(4).lowerAscii())`;
  const own = cell(sku);
  return {
    index: {
      spec: { parent_of: { where: `${cell(list)} != ""`, key, value: own } },
      why: `high: "${list.name}" lists SKUs`,
    },
    group: {
      spec: {
        by: { expr: `parent_of(${own}.lowerAscii(), ${own})` },
        rows: "anywhere",
        head: `parent_of(${own}.lowerAscii(), "") == ""`,
        conflict: "ignore",
      },
      why: "high: a listed row is a variant",
    },
    lines: matches.flatMap((match) => linesOf(match, "products")),
    children: [
      variantRows(matches, `${own} != ${cell(sku, "parent")}`, table, (match, of) =>
        match.path === "sku" ? skuLine(match, undefined) : linesOf(match, "products", { list: of }),
      ),
    ],
  };
}
