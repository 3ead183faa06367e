// Kits among products whose components stand in a cell, as Magento writes them: those of a grouped product as `BALL=2.0000,MAT=1`,
// those of a bundle as choices, `name=Ball,sku=BALL,default=1,default_qty=2.0000|name=Ball,sku=BALL-XL,…`.
import { cell, named } from "../columns/find-column.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Guess, ProposedChild } from "../proposal/proposal.ts";

/** The components of a table's kits; undefined where no cell names any. */
export function partsInCells({ columns }: Table): ProposedChild | undefined {
  const grouped = filled(named(columns, ["associated skus"]));
  const bundled = filled(named(columns, ["bundle values"]));
  if (grouped === undefined && bundled === undefined) return undefined;
  const pairs = grouped === undefined ? [] : [`${cell(grouped)} != "" ? ${cell(grouped)}.split(",")`];
  const chosen = bundled === undefined ? [] : [`${cell(bundled)} != "" ? ${choices(bundled)}`];
  const names = [grouped, bundled].flatMap((column) => column?.name ?? []);
  const part = (path: string, expr: string): Guess => ({
    kind: "guess",
    path,
    spec: { expr },
    columns: names,
    confidence: bundled === undefined ? "high" : "medium",
    why:
      bundled === undefined
        ? "its cells name components"
        : "its cells name components; of choices what is taken where nobody chooses",
  });
  return {
    list: "kit_items",
    each: { expr: `${[...pairs, ...chosen].join(" : ")} : []` },
    lines: [part("sku", 'item.split("=")[0].trim()'), part("quantity", quantity)],
  };
}

// A quantity of 0 is one that nobody said.
const quantity = 'cel.bind(said, item.contains("=") ? item.split("=")[1] : "1", number(said) == 0.0 ? "1" : said)';

function filled(column: Column | undefined): Column | undefined {
  return column === undefined || column.profile.filled === 0 ? undefined : column;
}

/** The choices that are made already and those that leave none, as pairs like those of grouped products. */
function choices(column: Column): string {
  const value = (key: string) => `p.split(",${key}=")[1].split(",")[0]`;
  const pair = `${value("sku")} + "=" + (p.contains(",default_qty=") ? ${value("default_qty")} : "1")`;
  const isOnly = 'p.contains(",required=1") && all.filter(other, other.split(",")[0] == p.split(",")[0]).size() == 1';
  const isMade = `p.contains(",sku=") && (p.contains(",default=1") || ${isOnly})`;
  return `cel.bind(all, ${cell(column)}.split("|"), all.filter(p, ${isMade}).map(p, ${pair}))`;
}
