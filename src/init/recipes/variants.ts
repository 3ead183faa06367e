// Variants in a list of their product, or in rows of their own: rows that name their parent or are listed by it, stand below
// it, or share a handle.
import type { Match } from "../columns/match.ts";
import type { Table } from "../columns/table.ts";
import type { Platform } from "../names/name-table.ts";
import type { RowKinds } from "./row-kinds.ts";
import type { Variants } from "./variant-parts.ts";
import { variantsBelow } from "./variants-below.ts";
import { variantsByHandle } from "./variants-by-handle.ts";
import { variantsByParent } from "./variants-by-parent.ts";
import { variantsListed } from "./variants-listed.ts";
import { variantsNested } from "./variants-nested.ts";

/** The variants of a table; undefined when each row is a product. */
export function variantsOf(
  table: Table,
  matches: readonly Match[],
  platform: Platform | undefined,
  kinds: RowKinds | undefined,
): Variants | undefined {
  const sku = matches.find(({ path }) => path === "sku")?.column;
  const nested = variantsNested(table, matches);
  if (nested !== undefined || sku === undefined) return nested;
  const rows = matches.filter(({ path }) => !/^(variants|kit_items)\.|^item_path$/.test(path));
  return (
    variantsByParent(table, matches, sku, kinds) ??
    variantsListed(table, rows, sku) ??
    variantsBelow(table, rows, sku, kinds) ??
    variantsByHandle(table, matches, sku, platform)
  );
}
