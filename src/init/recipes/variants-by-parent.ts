// Variants that name their parent, by its SKU or as `id:44`, anywhere in the file; and, where rows say their kind, the
// components of kits beside them.
import { cell, named } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Guess, Line, ProposedChild } from "../proposal/proposal.ts";
import { linesOf, missing } from "./lines.ts";
import { isKind, type RowKinds } from "./row-kinds.ts";
import type { Variants } from "./variant-parts.ts";
import { skuLine, variantRows } from "./variant-rows.ts";

/** The variants of a file whose rows name other rows of it; undefined for any other. */
export function variantsByParent(
  table: Table,
  matches: readonly Match[],
  sku: Column,
  kinds: RowKinds | undefined,
): Variants | undefined {
  const others = table.columns.filter((column) => column !== sku);
  const parent = named(others, parentNames);
  if (parent === undefined || parent.profile.filled === 0) return undefined;
  const id = named(others, ["id", "product id"]);
  const known = new Set([
    ...sku.cells.map((text) => text.toLowerCase()),
    ...(id?.cells ?? []).map((text) => `id:${text}`),
  ]);
  const hits = parent.profile.words.filter((word) => known.has(word.toLowerCase())).length;
  if (hits * 2 < parent.profile.words.length) return undefined;

  const grouped = named(others, ["grouped products"]);
  const isExact = parent.profile.words.every((word) => sku.cells.includes(word));
  const hasParent = `${cell(parent)} != "" && ${cell(parent)} != ${cell(sku)}`;
  const isComponent = kinds === undefined ? undefined : isKind(kinds, "component");
  const isVariant =
    (kinds === undefined ? undefined : isKind(kinds, "variant")) ?? (isComponent === undefined ? hasParent : undefined);
  const isChild = kinds === undefined ? hasParent : (isKind(kinds, "variant", "component") ?? hasParent);
  const own =
    sku.profile.filled < sku.profile.rows && id !== undefined
      ? `${cell(sku)} == "" ? "ID-" + ${cell(id)} : ${cell(sku)}`
      : cell(sku);
  const byIndex = (!isExact || grouped !== undefined) && id !== undefined;
  const key = byIndex ? `sku_of(${cell(parent)}.lowerAscii())` : cell(parent);
  const quantity = named(others, ["quantity", "component quantity", "quantity per kit"]);
  const used = matches.filter(
    ({ path, column }) => !/^(variants|kit_items)\.|^item_path$/.test(path) && column !== quantity,
  );
  const rowLines = (match: Match, list?: string): readonly Line[] =>
    match.path === "sku" ? skuLine(match, id) : linesOf(match, "products", list === undefined ? {} : { list });
  const index = {
    sku_of: { where: `!(${isChild})`, key: `[${cell(sku)}.lowerAscii(), "id:" + ${cell(id ?? sku)}]`, value: own },
  };
  return {
    ...(byIndex ? { index: { spec: index, why: `high: "${parent.name}" names rows by SKU or id` } } : {}),
    group: {
      spec: {
        by: { expr: `${isChild} ? ${key} : ${own}` },
        rows: "anywhere",
        head: `!(${isChild})`,
        conflict: "ignore",
      },
      why: `high: "${parent.name}" names rows of this file`,
    },
    lines: used.flatMap((match) => rowLines(match)),
    children: [
      ...(isVariant === undefined ? [] : [variantRows(used, isVariant, table, rowLines)]),
      ...(isComponent === undefined
        ? []
        : [{ list: "kit_items", each: "rows", where: isComponent, lines: componentRow(sku, quantity) }]),
      ...(grouped === undefined || !byIndex ? [] : [groupedKits(grouped, sku.profile.filled === sku.profile.rows)]),
    ],
  };
}

const parentNames = [
  "parent",
  "parent sku",
  "parent product",
  "parent id",
  "parent product sku",
  "variant of",
  "master sku",
  "parent code",
  "parent item",
];

function componentRow(sku: Column, quantity: Column | undefined): readonly Line[] {
  return [
    guessed("sku", sku.name, [sku.name], "rows name components"),
    quantity === undefined
      ? missing("quantity", "which column is the quantity of the component?")
      : guessed("quantity", quantity.name, [quantity.name], "rows name components"),
  ];
}

/** Kits whose components stand in one cell, by SKU or id. How many of each is not said. */
function groupedKits({ name }: Column, isComplete: boolean): ProposedChild {
  const sku = { expr: 'item.startsWith("id:") ? sku_of(item) : sku_of(item.lowerAscii(), item)' };
  const pieces = guessed("sku", sku, [name], "its pieces are SKUs or ids");
  const lines = [
    isComplete ? pieces : { ...pieces, confidence: "medium" as const },
    missing("quantity", "{ value: 1 } if a kit has one of each"),
  ];
  return { list: "kit_items", each: { from: name, split: "," }, lines };
}

function guessed(path: string, spec: Guess["spec"], columns: readonly string[], why: string): Guess {
  return { kind: "guess", path, spec, columns, confidence: "high", why };
}
