// Variants with rows of their own: which of the row's fields they take.
import { isPlainObject, type JsonObject } from "../../model/json.ts";
import { cell } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import { platformOf } from "../columns/platforms.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Line, ProposedChild } from "../proposal/proposal.ts";
import { linesOf } from "./lines.ts";
import { cellsOf, joinedText, optionColumns, ownFields } from "./variant-parts.ts";

/** A product without a SKU is called by its id, for it needs a key of its own. */
export function skuLine(match: Match, id: Column | undefined): readonly Line[] {
  const lines = linesOf(match, "products");
  const { column } = match;
  if (id === undefined || column.profile.filled === column.profile.rows) return lines;
  return lines.map((line) =>
    line.kind === "todo"
      ? line
      : {
          ...line,
          spec: [line.spec, { from: id.name, apply: [{ prefix: "ID-" }] }],
          columns: [column.name, id.name],
          confidence: "medium",
          why: `${line.why}; where it is blank, the id`,
        },
  );
}

/** The child for variants with rows of their own: such a row has all that a product has, but for its category. */
export function variantRows(
  matches: readonly Match[],
  where: string,
  table: Table,
  rowLines: (match: Match, list: string) => readonly Line[],
): ProposedChild {
  const lines = matches
    .filter(({ path }) => rowFields.includes(path) || ownFields.test(path))
    .flatMap((match) =>
      match.path === "name" ? variantName(match, table) : ownOnly(match, rowLines(match, "variants")),
    );
  return { list: "variants", each: "rows", where, lines };
}

const rowFields = ["sku", "name", "description", "supplier.name", "tags"];

/** What the product says in the same words is not said again of each variant. */
function ownOnly({ path, column }: Match, lines: readonly Line[]): readonly Line[] {
  if (path !== "description") return lines;
  const differs = `${cell(column)} != ${cell(column, "parent")}`;
  return lines.map((line) =>
    line.kind === "todo"
      ? line
      : {
          ...line,
          spec: isPlainObject(line.spec) ? { when: differs, ...line.spec } : { from: column.name, when: differs },
        },
  );
}

/** The row's own name; where that is the product's too, the values of its options stand behind it. */
function variantName(match: Match, table: Table): readonly Line[] {
  const { column } = match;
  const options = optionColumns(table);
  const isRepeated = column.profile.distinct < column.profile.filled;
  if (options.length === 0 || !isRepeated) return linesOf(match, "products", { list: "variants" });
  const own: JsonObject = { from: column.name, when: `${cell(column)} != ${cell(column, "parent")}` };
  const sign = platformOf(table.columns.map(({ heading }) => heading))?.optionSign ?? " - ";
  const made = { expr: joinedText([cell(column, "parent"), joinedText(cellsOf(options), sign)], " - ") };
  const columns = [column.name, ...options.map(({ name }) => name)];
  return [
    {
      kind: "guess",
      path: "name",
      spec: [own, made],
      columns,
      confidence: "high",
      why: "the API has no options: their values go into the name",
    },
  ];
}
