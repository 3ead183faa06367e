// The recipe for kits: a row for each component, or the components in a nested list.
import { matchColumns, type Pins } from "../columns/match.ts";
import { kitRules } from "../columns/roles.ts";
import type { Table } from "../columns/table.ts";
import { askedWhereBlank, linesOf, missing } from "./lines.ts";
import { inOrder, type Recipe } from "./product-mapping.ts";
import { rowGrouping } from "./row-grouping.ts";

/** The mapping of a table of kits. */
export function kitMapping(table: Table, pins: Pins): Recipe {
  const matches = matchColumns(table.columns, kitRules(table, pins));
  const key = matches.find(({ path }) => path === "sku")?.column;
  const own = matches.filter(({ path }) => !path.startsWith("kit_items."));
  const items = matches
    .filter(({ path }) => path.startsWith("kit_items."))
    .flatMap((match) => linesOf({ ...match, path: match.path.slice(10) }, "products", { list: "kit_items" }));
  const of = (path: string) => own.find((match) => match.path === path);
  const [category, name] = [of("category.name"), of("name")?.column];
  const has = (path: string) => own.some((match) => match.path === path);
  return {
    ...(key === undefined ? {} : { group: rowGrouping(key) }),
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
          why: "rows name components",
        },
      ]),
      ...(has("sku") ? [] : [missing("sku", "which column identifies a kit?")]),
      ...(has("name") ? [] : [missing("name", "which column is the kit's name?")]),
      ...(has("category.name")
        ? []
        : [missing("category.name", 'which column is the category, or { value: "…" } for all?')]),
    ],
    children: [{ list: "kit_items", each: "rows", lines: items }],
    measured: matches.map(({ column }) => column),
  };
}
