// Variants in rows of their own: rows with the same handle, or rows that name their parent.
import { cell, named } from "./find.ts";
import { isKind, type Kinds } from "./kinds.ts";
import { linesOf, missing } from "./lines.ts";
import type { Match } from "./match.ts";
import type { Platform } from "./names/name-table.ts";
import type { ChildPlan, Guess, Line, MappingPlan } from "./plan.ts";
import type { Column, Table } from "./table.ts";

/** The parts of a mapping whose products have variants. */
export interface Variants {
  readonly group: NonNullable<MappingPlan["group"]>;
  readonly lines: readonly Line[];
  readonly children: readonly ChildPlan[];
}

/** The variants of a table; undefined when each row is a product. */
export function variantsOf(
  table: Table,
  matches: readonly Match[],
  platform: Platform | undefined,
  kinds: Kinds | undefined,
): Variants | undefined {
  const sku = matches.find(({ path }) => path === "sku")?.column;
  if (sku === undefined) return undefined;
  return byParent(table, matches, sku, kinds) ?? byHandle(table, matches, sku, platform);
}

/** Fields that belong to each variant; the others are the product's. */
const ownFields =
  /^(retail_price|wholesale_price|unit_cost|upc|sellable|image_url|qty_.*|(product|box|carton|shipping|pallet|dimensional)_.*)$/;

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

function byParent(
  table: Table,
  matches: readonly Match[],
  sku: Column,
  kinds: Kinds | undefined,
): Variants | undefined {
  const others = table.columns.filter((column) => column !== sku);
  const parent = named(others, parentNames);
  if (parent === undefined || parent.look.filled === 0) return undefined;
  const id = named(table.columns, ["id", "product id"]);
  const skus = new Set(sku.cells);
  const isById = id !== undefined && parent.look.words.every((word) => /^id:/.test(word));
  const hits = parent.look.words.filter((word) => skus.has(word)).length;
  if (!isById && hits * 2 < parent.look.words.length) return undefined;
  const hasParent = `${cell(parent)} != "" && ${cell(parent)} != ${cell(sku)}`;
  const isComponent = kinds === undefined ? undefined : isKind(kinds, "component");
  const isVariant =
    (kinds === undefined ? undefined : isKind(kinds, "variant")) ?? (isComponent === undefined ? hasParent : undefined);
  const isChild = kinds === undefined ? hasParent : (isKind(kinds, "variant", "component") ?? hasParent);
  const ownKey = isById ? `"id:" + ${cell(id)}` : cell(sku);
  const quantity = named(others, ["quantity", "component quantity", "quantity per kit"]);
  return {
    group: {
      spec: {
        by: { expr: `${isChild} ? ${cell(parent)} : ${ownKey}` },
        rows: "anywhere",
        head: `!(${isChild})`,
        conflict: "ignore",
      },
      why: `high: "${parent.name}" names rows of this file`,
    },
    lines: matches
      .filter(({ path, column }) => !/^(variants|kit_items)\.|^item_path$/.test(path) && column !== quantity)
      .flatMap((match) => linesOf(match, "products")),
    children: [
      ...(isVariant === undefined
        ? []
        : [{ list: "variants", each: "rows", where: isVariant, lines: variantRow(matches) }]),
      ...(isComponent === undefined
        ? []
        : [{ list: "kit_items", each: "rows", where: isComponent, lines: componentRow(sku, quantity) }]),
    ],
  };
}

/** A variant with a row of its own has all that a product has, but for its category. */
function variantRow(matches: readonly Match[]): readonly Line[] {
  return matches
    .filter(({ path }) => rowFields.includes(path) || ownFields.test(path))
    .flatMap((match) => linesOf(match, "products", { list: "variants" }));
}

const rowFields = ["sku", "name", "description", "supplier.name", "tags"];

function componentRow(sku: Column, quantity: Column | undefined): readonly Line[] {
  const guess = { kind: "guess", confidence: "high", why: "rows name components" } as const;
  return [
    { ...guess, path: "sku", spec: sku.name, columns: [sku.name] },
    quantity === undefined
      ? missing("quantity", "which column is the quantity of the component?")
      : { ...guess, path: "quantity", spec: quantity.name, columns: [quantity.name] },
  ];
}

const handleNames = [
  "handle",
  "url handle",
  "product handle",
  "url key",
  "slug",
  "style",
  "style number",
  "style code",
  "group id",
  "item group id",
  "product group id",
  "parent sku",
  "product id",
];

function byHandle(
  table: Table,
  matches: readonly Match[],
  sku: Column,
  platform: Platform | undefined,
): Variants | undefined {
  const handle = named(
    table.columns.filter((column) => column !== sku),
    handleNames,
  );
  const options = table.columns.filter(({ heading }) =>
    /^(option \d+ value|option value \d+|variant option \d+|attribute \d+ values?|size|colou?r)$/.test(heading.text),
  );
  const [option] = options;
  if (handle === undefined || handle.look.filled === 0) return undefined;
  const isRepeated = handle.look.distinct < handle.look.filled || handle.look.filled < handle.look.rows;
  if (!isRepeated && platform?.signature.includes("handle") !== true) return undefined;
  if (option === undefined) return undefined;
  const noOption = ["", ...option.look.words.filter((word) => /^default( title)?$/i.test(word))];
  const isSingle = `${cell(option)} in ${JSON.stringify(noOption)}`;
  const single = noOption.length > 1 || option.look.filled < option.look.rows;
  const name = matches.find(({ path }) => path === "name")?.column;
  const product = matches.filter(({ path }) => !path.startsWith("variants.") && path !== "sku");
  const variantOnly = matches.filter(({ path }) => path.startsWith("variants."));
  const lines: readonly Line[] = [
    {
      kind: "guess",
      path: "sku",
      spec: { expr: `${isSingle} && ${cell(sku)} != "" ? ${cell(sku)} : ${cell(handle)}`, ...apostrophe(sku) },
      columns: [option.name, sku.name, handle.name],
      confidence: "high",
      why: `a product without options keeps "${sku.name}", one with variants is called by "${handle.name}"`,
    },
    ...product.flatMap((match) =>
      linesOf(
        match,
        "products",
        ownFields.test(match.path) && isPerVariant(match, handle) && single ? { when: isSingle } : {},
      ),
    ),
  ];
  const inner: readonly Line[] = [
    ...(name === undefined ? [] : [variantName(name, options)]),
    variantSku(sku, handle, options),
    ...product
      .filter(({ path }) => ownFields.test(path) && !variantOnly.some((own) => own.path === `variants.${path}`))
      .flatMap((match) =>
        isPerVariant(match, handle) ? linesOf(match, "products", { list: "variants" }) : inherited(match),
      ),
    ...variantOnly.flatMap((match) =>
      linesOf({ ...match, path: match.path.slice(9) }, "products", { list: "variants" }),
    ),
  ];
  return {
    group: {
      spec: { by: handle.name, rows: isAdjacent(handle) ? "adjacent" : "anywhere", conflict: "ignore" },
      why: `high: "${handle.name}" stands in several rows`,
    },
    lines,
    children: [{ list: "variants", each: "rows", where: `!(${isSingle})`, lines: inner }],
  };
}

/** The cells are filled in later rows of a group too, so they speak of the row and not of the product. */
function isPerVariant({ column, path }: Match, handle: Column): boolean {
  if (path === "image_url") return false;
  const seen = new Set<string>();
  let later = 0;
  let filled = 0;
  for (const [row, key] of handle.cells.entries()) {
    if (!seen.has(key)) seen.add(key);
    else {
      later += 1;
      if ((column.cells[row] ?? "") !== "") filled += 1;
    }
  }
  return later === 0 || filled > 0 || column.heading.text.includes("variant") || path === "unit_cost";
}

/** What only the product's first row says is said of its variants too. */
function inherited(match: Match): readonly Line[] {
  return match.path === "sellable" ? linesOf(match, "products", { list: "variants", prefix: "parent." }) : [];
}

function variantName(name: Column, options: readonly Column[]): Guess {
  const parts = [cell(name, "parent"), ...options.map((option) => cell(option))];
  return {
    kind: "guess",
    path: "name",
    spec: { expr: `[${parts.join(", ")}].filter(part, part != "").join(" - ")` },
    columns: [name.name, ...options.map((option) => option.name)],
    confidence: "high",
    why: "the API has no options: their values go into the name",
  };
}

function variantSku(sku: Column, handle: Column, options: readonly Column[]): Guess {
  const guess = { kind: "guess", path: "sku", columns: [sku.name] } as const;
  const own = { from: sku.name, ...apostrophe(sku) };
  if (sku.look.filled === sku.look.rows) return { ...guess, spec: own, confidence: "high", why: "name and values" };
  const parts = [handle, ...options].map((column) => cell(column)).join(", ");
  const made = {
    expr: `[${parts}].filter(part, part != "").join("-")`,
    apply: ["lower", { replace: ["[^\\p{L}\\p{N}]+", "-"] }, { replace: ["-+$", ""] }],
  };
  return {
    ...guess,
    spec: [own, made],
    columns: [sku.name, handle.name, ...options.map(({ name }) => name)],
    confidence: "medium",
    why: `where "${sku.name}" is blank it is made of the handle and the options`,
  };
}

function apostrophe(sku: Column): { readonly apply?: readonly { readonly replace: readonly string[] }[] } {
  return sku.look.apostrophes > 0 ? { apply: [{ replace: ["^'", ""] }] } : {};
}

function isAdjacent({ cells }: Column): boolean {
  const seen = new Set<string>();
  for (const [row, key] of cells.entries()) {
    if (seen.has(key) && cells[row - 1] !== key) return false;
    seen.add(key);
  }
  return true;
}
