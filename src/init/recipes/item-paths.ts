// Item names that are paths, `Lumber:Studs:2x4-8`, as QuickBooks writes them: the item's own name, its category and its
// subcategory stand in one cell.
import type { Json } from "../../model/json.ts";
import { cell } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column } from "../columns/table.ts";
import type { Line } from "../proposal/proposal.ts";

/** The lines that a column of paths gives; none without one. `matches` are those of the other columns. */
export function itemPathLines(column: Column | undefined, matches: readonly Match[]): readonly Line[] {
  if (column === undefined) return [];
  const from = column.name;
  const columns = [from];
  const own = { from, apply: [{ replace: ["^.*:", ""] }] };
  const sku = matches.find(({ path }) => path === "sku")?.column;
  const has = (path: string) => matches.some((match) => match.path === path);
  const isPath = column.cells.every((text) => text === "" || text.includes(":"));
  const line = (path: string, spec: Json, why: string): Line => ({
    kind: "guess",
    path,
    spec,
    columns,
    confidence: path === "category.name" && !isPath ? "medium" : "high",
    why,
  });
  return [
    sku === undefined
      ? line("sku", own, "the item's own name: there is no SKU")
      : {
          kind: "guess",
          path: "sku",
          spec: [{ from: sku.name }, own],
          columns: [sku.name, from],
          confidence: "high",
          why: `where "${sku.name}" is blank, the item's own name`,
        },
    line("name", own, "the last part of the item's path"),
    ...(has("category.name") || !column.cells.some((text) => text.includes(":"))
      ? []
      : [
          line(
            "category.name",
            { from, when: `${cell(column)}.contains(":")`, apply: [{ replace: [":.*", ""] }] },
            "the first part of the item's path",
          ),
          {
            kind: "todo" as const,
            path: "category.name",
            text: `category.name: items without ":" in "${from}" have no category: add an alternative such as { value: "…" }`,
            isRequired: false,
          },
        ]),
    ...(has("subcategory.name") || !column.cells.some((text) => /:.*:/.test(text))
      ? []
      : [
          line(
            "subcategory.name",
            { from, when: `${cell(column)}.matches(":.*:")`, apply: [{ replace: ["^[^:]*:([^:]*):.*$", "$1"] }] },
            "the second part of the item's path",
          ),
        ]),
  ];
}
