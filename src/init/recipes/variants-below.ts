// Variants in rows below their product, which say what they are (`SKU`) and name no parent. Rows of other kinds between
// them (`Rule`) belong to the product and make nothing, but for those with its images.
import { isPlainObject } from "../../model/json.ts";
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
  if (kinds === undefined) return undefined;
  const images = imagesOf(table, matches, kinds);
  const isVariant = isKind(kinds, "variant");
  const isBelow = isKind(kinds, "variant", "rest", ...(images === undefined ? [] : (["image"] as const)));
  if (isBelow === undefined || (isVariant === undefined && images === undefined)) return undefined;
  const first = table.columns.indexOf(kinds.column) === -1 ? "" : (kinds.column.cells[0] ?? "");
  if ([...kinds.words.variant, ...kinds.words.image].includes(first)) return undefined;
  const id = named(table.columns, ["product id", "id"]);
  const key = id === undefined ? cell(sku) : cell(id);
  const name = matches.find(({ path }) => path === "name");
  const isOption = name !== undefined && !hasWholeNames(name.column, kinds);
  const choice = name !== undefined && isNameless(name.column, kinds) ? named(table.columns, ["options"]) : undefined;
  const rowLine = (match: Match, list?: string): readonly Line[] =>
    match.path === "sku" ? skuLine(match, id) : linesOf(match, "products", list === undefined ? {} : { list });
  const childOf = (where: string): ProposedChild => {
    const own = variantRows(ownImages(matches, table, images), where, table, rowLine);
    // Rows that say how they differ and nothing else leave to their product what they do not say.
    const rows =
      choice === undefined ? own : { ...own, lines: own.lines.map((line) => withProductsAmount(line, matches, kinds)) };
    return isOption ? withName(rows, name, choice ?? name.column) : rows;
  };
  return {
    group: {
      spec: { by: { expr: `${isBelow} ? "" : ${key}` }, rows: "continued", head: `!(${isBelow})`, conflict: "ignore" },
      why: `high: "${kinds.column.name}" says that rows belong to the product above`,
    },
    ...(images === undefined ? {} : { hasImages: true }),
    lines: matches.flatMap((match) => (match === images?.match ? [images.line] : rowLine(match))),
    children: isVariant === undefined ? [] : [childOf(isVariant)],
  };
}

/** The image of a product whose images have rows of their own: the one that its shop shows in lists, else the first. */
function imagesOf(table: Table, matches: readonly Match[], kinds: RowKinds) {
  const match = matches.find(({ path }) => path === "image_url");
  const is = isKind(kinds, "image");
  const inImages = match?.column.cells.some(
    (text, row) => text !== "" && kinds.words.image.includes(kinds.column.cells[row] ?? ""),
  );
  if (match === undefined || is === undefined || inImages !== true) return undefined;
  const { column, confidence, why } = match;
  const of = (row: string) => cell(column, row);
  const thumbnail = named(table.columns, ["image is thumbnail"]);
  const first = `images.size() > 0 ? ${of("images[0]")} : ${of("row")}`;
  const isShown =
    thumbnail === undefined ? undefined : `${cell(thumbnail, "r")}.upperAscii() in ["TRUE", "Y", "YES", "1"]`;
  const shown =
    isShown === undefined
      ? first
      : `cel.bind(shown, images.filter(r, ${isShown}), shown.size() > 0 ? ${of("shown[0]")} : ${first})`;
  const rows = `rows.filter(r, ${is.replace(cell(kinds.column), cell(kinds.column, "r"))} && ${of("r")} != "")`;
  const line: Line = {
    kind: "guess",
    path: match.path,
    spec: { expr: `cel.bind(images, ${rows}, ${shown})` },
    columns: [column.name, ...(thumbnail === undefined ? [] : [thumbnail.name])],
    confidence,
    why: `${why}; of the rows with images`,
  };
  return { match, line };
}

/** A variant has the image of a column for variants alone, where the product's are in rows of their own. */
function ownImages(
  matches: readonly Match[],
  { columns }: Table,
  images: ReturnType<typeof imagesOf>,
): readonly Match[] {
  if (images === undefined) return matches;
  const column = named(columns, ["variant image url", "variant image"]);
  return matches.flatMap((match) => {
    if (match !== images.match) return [match];
    return column === undefined || column.profile.filled === 0 ? [] : [{ ...match, column, why: "name and values" }];
  });
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

/** An amount that a variant leaves blank is its product's. */
function withProductsAmount(line: Line, matches: readonly Match[], { column, words }: RowKinds): Line {
  const own = matches.find(({ path }) => path === line.path && amounts.includes(path))?.column;
  const isBlank = own?.cells.some((cell, row) => cell === "" && words.variant.includes(column.cells[row] ?? ""));
  if (line.kind === "todo" || own === undefined || isBlank !== true) return line;
  const keys = isPlainObject(line.spec) ? line.spec : {};
  return {
    ...line,
    spec: { ...keys, from: [own.name, `parent.${own.name}`] },
    confidence: line.confidence === "high" ? "medium" : line.confidence,
    why: `${line.why}; where a variant has none, the product's`,
  };
}

const amounts: readonly string[] = ["retail_price", "wholesale_price", "unit_cost"];

/** No variant has a name of its own. */
function isNameless({ cells }: Column, { column, words }: RowKinds): boolean {
  return cells.every((name, row) => name === "" || !words.variant.includes(column.cells[row] ?? ""));
}

// The row's name is its option, such as "[S]Size=Small,[CS]Colour=Red:#cc0000", or a column beside it has the options, such as
// "Type=Rectangle|Name=Size|Value=S".
function withName(child: ProposedChild, { column }: Match, options: Column): ProposedChild {
  const isBeside = options !== column;
  const value = isBeside
    ? `option.substring(option.indexOf("|Value=") + 7)`
    : `option.contains("=") ? option.substring(option.indexOf("=") + 1).split(":#")[0] : option`;
  const texts = isBeside
    ? `${cell(options)}.split("Type=").filter(option, option.contains("|Value="))`
    : `${cell(options)}.split(",[")`;
  const spec = { expr: `${cell(column, "parent")} + " - " + ${texts}.map(option, ${value}).join(", ")` };
  const lines = child.lines.map(
    (line): Line =>
      line.path === "name"
        ? {
            kind: "guess",
            path: "name",
            spec,
            columns: isBeside ? [column.name, options.name] : [column.name],
            confidence: "high",
            why: "the product's name and the row's option",
          }
        : line,
  );
  return { ...child, lines };
}
