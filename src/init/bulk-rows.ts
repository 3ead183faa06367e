// Bulk exports in JSON lines: what stands in a list elsewhere has rows of its own here, which name their parent under `__parentId`. They
// are looked at as that list, and the mapping then reads them as rows of a group.
import { isPlainObject, type Json, type JsonObject } from "../model/json.ts";
import type { Cells } from "../model/row.ts";
import type { Sample } from "./columns/table.ts";
import type { Line, ProposedChild } from "./proposal/proposal.ts";
import type { Recipe } from "./recipes/product-mapping.ts";

/** Rows that are elements of a list of other rows. */
export interface BulkRows {
  /** The sample with these rows as a list. */
  readonly sample: Sample;
  /** The name of that list. */
  readonly list: string;
  /** The recipe for such a list as one for the rows. */
  readonly regrouped: (recipe: Recipe) => Recipe;
}

const parentId = "__parentId";

/** The lists of a sample whose rows name others of it; undefined for any other. */
export function bulkRowsOf(sample: Sample): BulkRows | undefined {
  if (sample.info.columns !== undefined) return undefined;
  const heads = sample.rows.filter((row) => textOf(row, parentId) === "" && textOf(row, "id") !== "");
  const ids = new Set(heads.map((row) => textOf(row, "id")));
  const below = sample.rows.filter((row) => ids.has(textOf(row, parentId)));
  const [kind] = [...groupedBy(below, kindOf)].toSorted((a, b) => goodsIn(b[1]) - goodsIn(a[1]));
  if (kind === undefined || goodsIn(kind[1]) === 0) return undefined;
  const [name, rows] = kind;
  const list = /variant/i.test(name) ? "variants" : "line_items";
  const ofParent = groupedBy(rows, (row) => textOf(row, parentId));
  const nested = heads.map((head) => {
    const own = ofParent.get(textOf(head, "id")) ?? [];
    return own.length === 0 ? head : { ...head, [list]: own.map(({ [parentId]: _, ...row }) => row) };
  });
  const isChild = (of: string) => `${of}[${JSON.stringify(parentId)}] != ""`;
  const others = sample.rows.some((row) => textOf(row, parentId) !== "" && kindOf(row) !== name);
  const where =
    others && name !== "" ? `!(${isChild("row")}) || row["id"].contains(${JSON.stringify(`/${name}/`)})` : undefined;
  return {
    sample: { ...sample, rows: nested },
    list,
    regrouped: (recipe) => regrouped(recipe, list, isChild, where),
  };
}

function groupedBy(rows: readonly Cells[], keyOf: (row: Cells) => string): ReadonlyMap<string, readonly Cells[]> {
  const groups = new Map<string, Cells[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

function textOf(row: Cells, name: string): string {
  const cell = row[name];
  return typeof cell === "string" ? cell.trim() : "";
}

/** `LineItem` of `gid://shopify/LineItem/11`. */
function kindOf(row: Cells): string {
  return /^gid:\/\/[^/]+\/([A-Za-z]+)\//.exec(textOf(row, "id"))?.[1] ?? "";
}

function goodsIn(rows: readonly Cells[]): number {
  return rows.filter((row) => textOf(row, "sku") !== "" || textOf(row, "quantity") !== "").length;
}

function regrouped(recipe: Recipe, list: string, isChild: (of: string) => string, where: string | undefined): Recipe {
  const rows = `rows.filter(r, ${isChild("r")})`;
  const conditions = [where, recipe.where?.expr].filter((part) => part !== undefined);
  const child = (each: ProposedChild): ProposedChild =>
    each.each === list
      ? {
          ...each,
          each: "rows",
          where: [isChild("row"), ...(each.where === undefined ? [] : [inRows(each.where, list, rows)])].join(" && "),
          lines: each.lines.map((line) => lineInRows(line, list, rows)),
        }
      : each;
  return {
    ...recipe,
    ...(conditions.length === 0
      ? {}
      : { where: { expr: conditions.map((each) => `(${each})`).join(" && "), why: "high: other rows are no goods" } }),
    group: {
      spec: {
        by: { expr: `${isChild("row")} ? row["${parentId}"] : row["id"]` },
        rows: "anywhere",
        head: `row["${parentId}"] == ""`,
        conflict: "ignore",
      },
      why: `high: "${parentId}" names rows of this file`,
    },
    lines: recipe.lines.map((line) => lineInRows(line, list, rows)),
    children: recipe.children.map(child),
  };
}

function lineInRows(line: Line, list: string, rows: string): Line {
  return line.kind === "todo" ? line : { ...line, spec: specInRows(line.spec, line.path, list, rows) };
}

/** The first element of a list is the first of those rows, and the list itself all of them. */
function specInRows(spec: Json, path: string, list: string, rows: string): Json {
  if (Array.isArray(spec)) return spec.map((each) => specInRows(each, path, list, rows));
  const keys: JsonObject | undefined = isPlainObject(spec) ? (spec as JsonObject) : undefined;
  if (keys === undefined) return spec;
  const { from, ...rest } = Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [key, typeof value === "string" ? inRows(value, list, rows) : value]),
  );
  const first = `${list}.0.`;
  if (typeof from !== "string" || !from.startsWith(first)) return from === undefined ? rest : { from, ...rest };
  const text = `${rows}[0][${JSON.stringify(from.slice(first.length))}]`;
  if (!money.test(path)) return { ...rest, expr: text };
  return {
    ...rest,
    when: `${rest.when === undefined ? "" : `${rest.when} && `}${text} != ""`,
    expr: `number(${text})`,
    round: 4,
  };
}

const money = /^(retail_price|wholesale_price|unit_cost)$/;

function inRows(expr: string, list: string, rows: string): string {
  return expr
    .replaceAll(`parent["${list}"]`, rows)
    .replaceAll(`row["${list}"]`, rows)
    .replace(new RegExp(`row\\["${list}\\.0\\.([^"]+)"\\]`, "g"), `${rows}[0]["$1"]`);
}
