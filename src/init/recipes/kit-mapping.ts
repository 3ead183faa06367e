// The recipe for kits: a row for each component, or the components in a nested list.
import { type ComponentList, componentListOf } from "../columns/component-lists.ts";
import { matchColumns, type Pins } from "../columns/match.ts";
import { kitRules, listedKitRules } from "../columns/roles.ts";
import type { Table } from "../columns/table.ts";
import type { Guess, ProposedChild } from "../proposal/proposal.ts";
import { askedWhereBlank, linesOf, missing } from "./lines.ts";
import { inOrder, type Recipe } from "./product-mapping.ts";
import { rowGrouping } from "./row-grouping.ts";

/** The mapping of a table of kits. */
export function kitMapping(table: Table, pins: Pins): Recipe {
  const list = componentListOf(table);
  const rules = list === undefined ? kitRules(table, pins) : listedKitRules(table, pins);
  const matches = matchColumns(
    table.columns.filter((column) => column !== list?.column),
    rules,
  );
  const key = matches.find(({ path }) => path === "sku")?.column;
  const own = matches.filter(({ path }) => !path.startsWith("kit_items."));
  const items = matches
    .filter(({ path }) => path.startsWith("kit_items."))
    .flatMap((match) => linesOf({ ...match, path: match.path.slice(10) }, "products", { list: "kit_items" }));
  const of = (path: string) => own.find((match) => match.path === path);
  const [category, name] = [of("category.name"), of("name")?.column];
  const has = (path: string) => own.some((match) => match.path === path);
  return {
    ...(key === undefined || list !== undefined ? {} : { group: rowGrouping(key) }),
    joins: [],
    lines: [
      ...inOrder([
        ...own.flatMap((match) => linesOf(match, "products")).flatMap((line) => askedWhereBlank(line, category, name)),
        {
          kind: "guess",
          path: "type",
          spec: { value: "KIT" },
          columns: [],
          confidence: "high",
          why: list === undefined ? "rows name components" : `"${list.column.name}" lists components`,
        },
      ]),
      ...(has("sku") ? [] : [missing("sku", "which column identifies a kit?")]),
      ...(has("name") ? [] : [missing("name", "which column is the kit's name?")]),
      ...(has("category.name")
        ? []
        : [missing("category.name", 'which column is the category, or { value: "…" } for all?')]),
    ],
    children: [list === undefined ? { list: "kit_items", each: "rows", lines: items } : listedItems(list)],
    measured: matches.map(({ column }) => column),
  };
}

/** Pieces of one cell, each with its quantity: `2x MUG-BL`. */
function listedItems({ column, separator, quantity, sku }: ComponentList): ProposedChild {
  const part = (path: string, pattern: string): Guess => ({
    kind: "guess",
    path,
    spec: { from: "item", apply: [{ replace: [pattern, "$1"] }] },
    columns: [column.name],
    confidence: "high",
    why: `each piece of "${column.name}" has a quantity and a SKU`,
  });
  const each = { from: column.name, split: separator };
  return { list: "kit_items", each, lines: [part("sku", sku), part("quantity", quantity)] };
}
