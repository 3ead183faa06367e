// The recipe for products: one row one product, or variants in rows of their own (variants.ts).
import { isZero } from "../columns/amounts.ts";
import { cell, named } from "../columns/find-column.ts";
import type { Link } from "../columns/links.ts";
import { type Match, matchColumns, type Pins } from "../columns/match.ts";
import { productRules } from "../columns/roles.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Guess, Line, ProposedChild, ProposedMapping } from "../proposal/proposal.ts";
import { categoryPathLines } from "./category-paths.ts";
import { withFallback, withOwnCodes, withoutFallbacks } from "./fallback-columns.ts";
import { itemPathLines } from "./item-paths.ts";
import { askedWhereBlank, askedWithoutSku, linesOf, specOf } from "./lines.ts";
import { partsInCells } from "./parts-in-cells.ts";
import { complete } from "./required-fields.ts";
import { isKind, type RowKinds, rowKindsOf, typeLines } from "./row-kinds.ts";
import { unsureOfTax } from "./taxed-prices.ts";
import { variantsOf } from "./variants.ts";

/** What the recipes make; the rest of a proposal is the same for all. */
export type Recipe = Pick<ProposedMapping, "index" | "where" | "group" | "totals" | "joins" | "lines" | "children"> & {
  /** Columns whose cells are numbers or dates in the payload. */
  readonly measured: readonly Column[];
};

/** The mapping of a table of products. */
export function productMapping(table: Table, links: readonly Link[], pins: Pins): Recipe {
  const rules = productRules(table, pins);
  const matches = matchColumns(table.columns, rules);
  const joined = links.flatMap((link) => joinedName(link, matches, pins));
  const own = withNames(
    withoutFallbacks(matches).filter(({ path }) => !joined.some((line) => line.path === path)),
    pins,
  );
  const kinds = rowKindsOf(table);
  const variants = variantsOf(table, own, rules.platform, kinds);
  const composite = variants === undefined ? undefined : compositeOf(table);
  const parts = kinds === undefined || isKind(kinds, "kit") === undefined ? undefined : partsInCells(table);
  const paths = itemPathLines(own.find(({ path }) => path === "item_path")?.column, own);
  const flat = own.filter(({ path }) => isField(path)).flatMap((match) => linesOf(match, "products"));
  const category = own.find(({ path }) => path === "category.name");
  const said = [...joined, ...paths, ...(categoryPathLines(category, rules.platform) ?? [])];
  const lines = inOrder([
    ...(variants?.lines ?? flat)
      .filter(({ path }) => !said.some((line) => line.path === path))
      .map((line) => withFallback(line, matches))
      .map((line) => (parts === undefined ? line : withoutKitZeros(line, own, kinds))),
    ...said,
    ...(pins.has("type")
      ? []
      : composite !== undefined
        ? [composite.type]
        : kinds === undefined
          ? typeLine(own, rules.platform?.name ?? (variants === undefined ? undefined : "variants"))
          : typeLines(kinds)),
  ]);
  const name = own.find(({ path }) => path === "name")?.column;
  const sku = own.find(({ path }) => path === "sku")?.column;
  const asked = lines
    .flatMap((line) => askedWhereBlank(line, category, name))
    .flatMap((line) => askedWithoutSku(line, name, sku))
    .map((line) => (rules.platform === undefined ? unsureOfTax(line, table.columns) : line));
  const isBare = (row: number) => sku?.cells[row] === "" && name?.cells[row] === "";
  const bare =
    variants === undefined && sku !== undefined && name?.cells.some((_, row) => isBare(row)) === true
      ? [{ expr: `${cell(sku)} + ${cell(name)} != ""`, why: "rows with neither a key nor a name are no products" }]
      : [];
  const view = named(table.columns, ["store view code"]);
  const views =
    view === undefined || view.profile.filled === 0
      ? []
      : [{ expr: `${cell(view)} == ""`, why: "rows of a store view repeat the product" }];
  const others = variants?.hasImages === true ? (["none"] as const) : (["none", "image"] as const);
  const isNone = kinds === undefined ? undefined : isKind(kinds, ...others);
  return {
    ...whereOf([
      ...(isNone === undefined ? [] : [{ expr: `!(${isNone})`, why: "these are no goods" }]),
      ...bare,
      ...views,
    ]),
    ...(variants?.index === undefined ? {} : { index: variants.index }),
    ...(variants?.group === undefined ? {} : { group: variants.group }),
    joins: joined.map(({ join }) => join),
    lines: complete("products", asked),
    children: [
      ...(variants?.children ?? []).map((child) => withOwnCodes(child, matches)),
      ...(composite === undefined ? [] : [composite.child]),
      ...(parts === undefined || composite !== undefined ? [] : [parts]),
    ],
    measured: matches.map(({ column }) => column),
  };
}

/** Where no column is a name, short descriptions are: many systems call the name of an article so. */
function withNames(matches: readonly Match[], pins: Pins): readonly Match[] {
  const isNamed = matches.some(({ path, confidence }) => /^(name|item_path)$/.test(path) && confidence !== "low");
  if (isNamed || pins.has("name") || pins.has("description")) return matches;
  const others = matches.filter(({ path }) => path !== "name");
  return others.map((match) => {
    const { html, words } = match.column.profile;
    const isShort = html === 0 && words.length > 0 && words.every((word) => word.length <= 80);
    return match.path === "description" && isShort
      ? { ...match, path: "name", confidence: "medium", why: "no other column is a name" }
      : match;
  });
}

/** The price of a kit is 0 where it comes of its components. */
function withoutKitZeros(line: Line, matches: readonly Match[], kinds: RowKinds | undefined): Line {
  const column = matches.find(({ path }) => path === "retail_price")?.column;
  const isKit = kinds === undefined ? undefined : isKind(kinds, "kit");
  if (line.kind === "todo" || line.path !== "retail_price" || column === undefined || isKit === undefined) return line;
  const zeros = column.profile.words.filter(isZero);
  if (zeros.length === 0 || line.spec !== column.name) return line;
  const spec = { from: column.name, when: `!(${isKit} && ${cell(column)} in ${JSON.stringify(zeros)})` };
  return { ...line, spec, why: `${line.why}; 0 of a kit says nothing` };
}

/** Kits whose components stand in rows of their own beside variants, as tills export them. */
function compositeOf({ columns }: Table): { readonly type: Line; readonly child: ProposedChild } | undefined {
  const sku = named(columns, ["composite sku", "component sku"]);
  const quantity = named(columns, ["composite quantity", "component quantity"]);
  if (sku === undefined || quantity === undefined || sku.profile.filled === 0) return undefined;
  const guess = { kind: "guess", confidence: "high" } as const;
  const why = `rows with "${sku.name}" name components`;
  const spec = { expr: `rows.exists(r, ${cell(sku, "r")} != "") ? "KIT" : "PRODUCT"` };
  return {
    type: { ...guess, path: "type", spec, columns: [sku.name], why },
    child: {
      list: "kit_items",
      each: "rows",
      where: `${cell(sku)} != ""`,
      lines: [
        { ...guess, path: "sku", spec: sku.name, columns: [sku.name], why },
        { ...guess, path: "quantity", spec: quantity.name, columns: [quantity.name], why },
      ],
    },
  };
}

function whereOf(conditions: readonly { readonly expr: string; readonly why: string }[]): Pick<Recipe, "where"> {
  if (conditions.length === 0) return {};
  const why = `high: ${conditions.map((condition) => condition.why).join(", ")}`;
  return { where: { expr: conditions.map(({ expr }) => expr).join(" && "), why } };
}

/** Not a part that only a recipe knows what to do with. */
function isField(path: string): boolean {
  return path !== "item_path" && !path.startsWith("variants.") && !path.startsWith("kit_items.");
}

/** The category or supplier whose name stands in another file. */
function joinedName(
  { ours, theirs, their }: Link,
  matches: readonly Match[],
  pins: Pins,
): readonly (Guess & { readonly join: ProposedMapping["joins"][number] })[] {
  const stem = ours.heading.text.replace(/ (id|number|code|key)$/, "");
  const path = joinedFields.get(stem);
  if (path === undefined || pins.has(path)) return [];
  const column = named(their.columns, [`${stem} name`, "name", "company name", "title", stem]);
  if (
    column === undefined ||
    matches.some((match) => match.path === path && match.confidence === "high" && match.column !== ours)
  )
    return [];
  const name = joinName(their);
  const join = { name, shown: their.sample.shown, theirs: theirs.name, ours: ours.name, one: true };
  const from = `${name}.${column.name}`;
  return [
    {
      kind: "guess",
      path,
      spec: specOf(from, {}),
      columns: [from],
      confidence: "high",
      why: `"${ours.name}" is found in ${their.sample.shown}`,
      join,
    },
  ];
}

/** The name under which a mapping joins a table: the last word of its file's name that says what is in it. */
export function joinName(table: Table): string {
  const words = table.sample.name.match(/[a-z]+/gi) ?? [];
  const word =
    words.findLast((each) => !/^(data|dataset|export|file|table|list|csv)$/i.test(each)) ?? words.at(-1) ?? "joined";
  return ["rows", "row", "parent", "item"].includes(word) ? `${word}_file` : word;
}

const joinedFields: ReadonlyMap<string, string> = new Map([
  ["category", "category.name"],
  ["sub category", "subcategory.name"],
  ["subcategory", "subcategory.name"],
  ["supplier", "supplier.name"],
  ["vendor", "supplier.name"],
  ["manufacturer", "supplier.name"],
  ["brand", "supplier.name"],
]);

/**
 * Names and prices may be those of kits too: then nothing is said of what they are, for an update must not make a product of a kit.
 * `known`: what makes it certain.
 */
function typeLine(matches: readonly Match[], known: string | undefined): readonly Line[] {
  if (!matches.some(({ path }) => path === "name")) return [];
  const line = { kind: "guess", path: "type", spec: { value: "PRODUCT" }, columns: [] } as const;
  if (known !== undefined) return [{ ...line, confidence: "high", why: `a product, not a kit: ${known}` }];
  const goods = matches.find(({ path, column }) => ofGoods.test(path) && column.profile.filled > 0);
  if (goods === undefined) return [];
  const why = `products, not kits: "${goods.column.name}" is nothing that a kit has`;
  return [{ ...line, confidence: "medium", why }];
}

/** A kit is put together of goods, and has no supplier, no cost and no stock of its own. */
const ofGoods = /^(supplier\.name|unit_cost|qty_.*)$/;

const first = ["sku", "name", "type", "category.name", "subcategory.name", "supplier.name", "description"];

/** Lines as people look for them: what identifies first, then the order of the columns. */
export function inOrder(lines: readonly Line[]): readonly Line[] {
  const rank = ({ path }: Line) => (first.includes(path) ? first.indexOf(path) : first.length);
  return lines.toSorted((a, b) => rank(a) - rank(b));
}
