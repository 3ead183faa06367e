// Variants that share a handle: one row after the other, each with the values of its options.
import { allNamed, cell, named } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Platform } from "../names/name-table.ts";
import type { Guess, Line } from "../proposal/proposal.ts";
import { linesOf } from "./lines.ts";
import { cellsOf, joinedText, optionColumns, ownFields, type Variants } from "./variant-parts.ts";

const handleNames = [
  "handle",
  "reference handle",
  "url handle",
  "product handle",
  "url key",
  "slug",
  "permalink",
  "style",
  "style number",
  "style code",
  "group id",
  "item group id",
  "product group id",
  "parent sku",
  "product id",
  "item id",
  "item number",
  "id",
];

/** The variants of a file whose rows have a handle in common; undefined for any other. */
export function variantsByHandle(
  table: Table,
  matches: readonly Match[],
  sku: Column,
  platform: Platform | undefined,
): Variants | undefined {
  const others = table.columns.filter((column) => column !== sku);
  const options = optionColumns(table);
  const [option] = options;
  const handle =
    named(others.filter(isShared), handleNames) ?? sharedName(matches, options) ?? named(others, handleNames);
  if (handle === undefined || handle.profile.filled === 0) return undefined;
  if (!isShared(handle) && platform?.signature.includes("handle") !== true) return undefined;
  if (option === undefined) return undefined;
  const noOption = ["", ...option.profile.words.filter((word) => /^default( title)?$/i.test(word))];
  // Only where rows may add no more than an image is a product with several rows one without variants.
  const mayBeImages = noOption.length > 1 || platform?.signature.includes("handle") === true;
  const isSingle = mayBeImages ? `${cell(option)} in ${JSON.stringify(noOption)}` : "rows.size() == 1";
  const key = keyOf(handle, others);
  const single = !mayBeImages || noOption.length > 1 || option.profile.filled < option.profile.rows;
  const name = matches.find(({ path }) => path === "name")?.column;
  const product = matches.filter(({ path }) => !path.startsWith("variants.") && path !== "sku");
  const variantOnly = matches.filter(({ path }) => path.startsWith("variants."));
  const lines: readonly Line[] = [
    {
      kind: "guess",
      path: "sku",
      spec: { expr: `${isSingle} && ${cell(sku)} != "" ? ${cell(sku)} : ${handleText(key)}`, ...apostrophe(sku) },
      columns: [option.name, sku.name, key.name],
      confidence: sku.profile.filled < sku.profile.rows ? "medium" : "high",
      why: `a product without options keeps "${sku.name}", one with variants is called by "${key.name}"`,
    },
    ...product.flatMap((match) =>
      linesOf(
        match,
        "products",
        // Whether a product is sold is said of it as well as of its variants.
        match.path !== "sellable" && ownFields.test(match.path) && isPerVariant(match, handle) && single
          ? { when: isSingle }
          : {},
      ),
    ),
  ];
  const inner: readonly Line[] = [
    ...(name === undefined ? [] : [variantName(name, options, platform?.optionSign ?? " - ")]),
    variantSku(sku, key, options),
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
      spec: { by: handle.name, rows: rowsOf(handle), conflict: "ignore" },
      why: isContinued(handle)
        ? `high: rows without "${handle.name}" belong to the one above`
        : `high: "${handle.name}" is in several rows`,
    },
    lines,
    children: [
      { list: "variants", each: "rows", where: mayBeImages ? `!(${isSingle})` : "rows.size() > 1", lines: inner },
    ],
  };
}

/** The name, where rows that have it in common differ in their options. */
function sharedName(matches: readonly Match[], options: readonly Column[]): Column | undefined {
  const name = matches.find(({ path }) => path === "name")?.column;
  if (name === undefined || !isShared(name) || name.profile.filled < name.profile.rows) return undefined;
  const rows = name.cells.map((cell, row) => JSON.stringify([cell, ...options.map(({ cells }) => cells[row])]));
  return new Set(rows).size === rows.length ? name : undefined;
}

/** What a product with variants is called by: its handle, or its address in the shop where it is grouped by an export's id. */
function keyOf(handle: Column, columns: readonly Column[]): Column {
  if (!/(^| )id$/.test(handle.heading.text)) return handle;
  const rows = handle.cells.flatMap((text, row) => (text !== "" && handle.cells[row - 1] !== text ? [row] : []));
  const isKey = ({ cells }: Column) => {
    const keys = rows.map((row) => cells[row] ?? "");
    return keys.every((text) => /^[\p{L}\p{N}_-]+$/u.test(text)) && new Set(keys).size === keys.length;
  };
  return allNamed(columns, addressNames).find(isKey) ?? handle;
}

const addressNames = ["handle", "url handle", "product handle", "url key", "slug", "permalink", "product url", "url"];

/** Square writes its handles with a number sign before them. */
function handleText(handle: Column): string {
  const isMarked = handle.profile.words.every((word) => word.startsWith("#") && word.length > 1);
  return isMarked ? `${cell(handle)}.substring(1)` : cell(handle);
}

/** The cells are filled in later rows of a group too, so they speak of the row and not of the product. */
function isPerVariant({ column, path }: Match, handle: Column): boolean {
  if (path === "image_url") return false;
  if (path === "upc") return true;
  const seen = new Set<string>();
  let later = 0;
  let filled = 0;
  for (const [row, key] of handle.cells.entries()) {
    if (key !== "" && !seen.has(key)) seen.add(key);
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

function variantName(name: Column, options: readonly Column[], sign: string): Guess {
  const values = joinedText(cellsOf(options), sign);
  const parts = [cell(name, "parent"), ...(options.length > 1 && sign !== " - " ? [values] : cellsOf(options))];
  return {
    kind: "guess",
    path: "name",
    spec: { expr: joinedText(parts, " - ") },
    columns: [name.name, ...options.map((option) => option.name)],
    confidence: "high",
    why: "the API has no options: their values go into the name",
  };
}

function variantSku(sku: Column, handle: Column, options: readonly Column[]): Guess {
  const guess = { kind: "guess", path: "sku", columns: [sku.name] } as const;
  const own = { from: sku.name, ...apostrophe(sku) };
  if (sku.profile.filled === sku.profile.rows)
    return { ...guess, spec: own, confidence: "high", why: "name and values" };
  const made = {
    expr: joinedText(cellsOf([handle, ...options]), "-"),
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
  return sku.profile.apostrophes > 0 ? { apply: [{ replace: ["^'", ""] }] } : {};
}

/** Several rows have one value of it, or stand below it without any. */
function isShared({ profile: { distinct, filled, rows } }: Column): boolean {
  return filled > 0 && (distinct < filled || filled < rows);
}

function isContinued({ profile: { distinct, filled, rows } }: Column): boolean {
  return filled < rows && distinct === filled;
}

function rowsOf(handle: Column): string {
  if (isContinued(handle)) return "continued";
  return isAdjacent(handle) ? "adjacent" : "anywhere";
}

function isAdjacent({ cells }: Column): boolean {
  const seen = new Set<string>();
  for (const [row, key] of cells.entries()) {
    if (seen.has(key) && cells[row - 1] !== key) return false;
    seen.add(key);
  }
  return true;
}
