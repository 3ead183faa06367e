// Variants in rows below their product, which say what they are (`SKU`) and name no parent. Rows of other kinds between
// them (`Rule`) belong to the product and make nothing.
import { cell, named } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Line, ProposedChild } from "../proposal/proposal.ts";
import { linesOf } from "./lines.ts";
import { isKind, type RowKinds } from "./row-kinds.ts";
import type { Variants } from "./variant-parts.ts";
import { skuLine, variantRows } from "./variant-rows.ts";

/** The variants of a file that has them below their product; undefined for any other. */
export function variantsBelow(
  table: Table,
  matches: readonly Match[],
  sku: Column,
  kinds: RowKinds | undefined,
): Variants | undefined {
  const isVariant = kinds === undefined ? undefined : isKind(kinds, "variant");
  if (kinds === undefined || isVariant === undefined) return undefined;
  const first = table.columns.indexOf(kinds.column) === -1 ? "" : (kinds.column.cells[0] ?? "");
  if (kinds.words.variant.includes(first)) return undefined;
  const isBelow = isKind(kinds, "variant", "rest") ?? isVariant;
  const id = named(table.columns, ["product id", "id"]);
  const key = id === undefined ? cell(sku) : cell(id);
  const name = matches.find(({ path }) => path === "name");
  const isOption = name !== undefined && !hasWholeNames(name.column, kinds);
  const rowLine = (match: Match, list?: string): readonly Line[] =>
    match.path === "sku" ? skuLine(match, id) : linesOf(match, "products", list === undefined ? {} : { list });
  const rows = variantRows(matches, isVariant, table, rowLine);
  return {
    group: {
      spec: { by: { expr: `${isBelow} ? "" : ${key}` }, rows: "continued", head: `!(${isBelow})`, conflict: "ignore" },
      why: `high: "${kinds.column.name}" says that rows belong to the product above`,
    },
    lines: matches.flatMap((match) => rowLine(match)),
    children: [isOption ? withName(rows, name) : rows],
  };
}

/** The variants' names begin with their product's, so they are whole. */
function hasWholeNames({ cells }: Column, { column, words }: RowKinds): boolean {
  let product = "";
  return cells.every((name, row) => {
    const isVariant = words.variant.includes(column.cells[row] ?? "");
    if (!isVariant) product = name;
    return !isVariant || (product !== "" && name.startsWith(product));
  });
}

// The row's name is its option, such as "[S]Size=Small,[CS]Colour=Red:#cc0000".
function withName(child: ProposedChild, { column }: Match): ProposedChild {
  const value = `option.contains("=") ? option.substring(option.indexOf("=") + 1).split(":#")[0] : option`;
  const spec = {
    expr: `${cell(column, "parent")} + " - " + ${cell(column)}.split(",[").map(option, ${value}).join(", ")`,
  };
  const lines = child.lines.map(
    (line): Line =>
      line.path === "name"
        ? {
            kind: "guess",
            path: "name",
            spec,
            columns: [column.name],
            confidence: "high",
            why: "the product's name and the row's option",
          }
        : line,
  );
  return { ...child, lines };
}
