// Variants in a list inside their product, as APIs of shops give them. A product whose only variant is no choice ("Default
// Title") is a product without variants, with that one's key and price.
import { cell, named } from "../columns/find-column.ts";
import { type Match, matchColumns } from "../columns/match.ts";
import { productRules } from "../columns/roles.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Line } from "../proposal/proposal.ts";
import { askedWhereSomeLack, linesOf } from "./lines.ts";
import { cellsOf, joinedText, optionColumns, ownFields, type Variants } from "./variant-parts.ts";

const listNames = ["variants", "variations", "product variants"];
const keyNames = ["handle", "slug", "url key", "permalink", "url handle"];
const noChoice = "Default Title";

/** The variants of elements that list them; undefined where no list has keys of its own. */
export function variantsNested(table: Table, matches: readonly Match[]): Variants | undefined {
  const list = table.lists.find(({ heading }) => listNames.includes(heading.text));
  if (list === undefined) return undefined;
  const inner = matchColumns(list.columns, productRules({ ...table, columns: list.columns }));
  const sku = inner.find(({ path }) => path === "sku");
  const key = named(table.columns, keyNames) ?? matches.find(({ path }) => path === "sku")?.column;
  if (sku === undefined || key === undefined || sku.confidence === "low") return undefined;
  const option = inner.find(({ path }) => path === "name")?.column;
  const options = optionColumns({ ...table, columns: list.columns });
  const single = isSingle(list.name, option, "row");
  const first = `${list.name}.0.`;
  const own = inner.filter(({ path }) => ownFields.test(path));
  return {
    lines: [
      {
        kind: "guess",
        path: "sku",
        spec: [{ from: `${first}${sku.column.name}`, when: single }, { from: key.name }],
        columns: [sku.column.name, key.name],
        confidence: sku.column.profile.filled < sku.column.profile.rows ? "medium" : "high",
        why: `a product without a choice is called by its only variant, one with variants by "${key.name}"`,
      },
      ...matches.filter(({ path }) => path !== "sku").flatMap((match) => linesOf(match, "products")),
      ...own
        .filter(({ path }) => !matches.some((match) => match.path === path))
        .flatMap((match) => linesOf(match, "products", { prefix: first, when: single })),
    ],
    children: [
      {
        list: "variants",
        each: list.name,
        where: `!(${isSingle(list.name, option, "parent")})`,
        lines: [
          ...nameOf(
            matches.find(({ path }) => path === "name"),
            option === undefined ? options : [option],
            sku.column,
          ),
          ...linesOf({ ...sku, path: "sku" }, "products", { list: "variants" }).flatMap((line) =>
            askedWhereSomeLack(line, sku.column),
          ),
          ...own.flatMap((match) => linesOf(match, "products", { list: "variants" })),
          ...matches
            .filter(({ path }) => path === "sellable")
            .flatMap((match) => linesOf(match, "products", { list: "variants", prefix: "parent." })),
        ],
      },
    ],
  };
}

function isSingle(list: string, option: Column | undefined, of: "row" | "parent"): string {
  const variants = `${of}[${JSON.stringify(list)}]`;
  const size = `${variants}.size() == 1`;
  if (option === undefined) return size;
  return `${size} && ${variants}.all(v, v[${JSON.stringify(option.name)}] == ${JSON.stringify(noChoice)})`;
}

/** By its options, which some variants may not have; by its key where it has none. */
function nameOf(product: Match | undefined, options: readonly Column[], { name: key }: Column): readonly Line[] {
  if (product === undefined) return [];
  if (options.length > 0 && options.some(({ profile }) => options.length > 1 || profile.filled < profile.rows)) {
    const parts = [cell(product.column, "parent"), ...cellsOf(options)];
    return [
      {
        kind: "guess",
        path: "name",
        spec: { expr: joinedText(parts, " - ") },
        columns: [product.column, ...options].map(({ name }) => name),
        confidence: "high",
        why: "the API has no options: their values go into the name",
      },
    ];
  }
  const name = options[0]?.name ?? key;
  return [
    {
      kind: "guess",
      path: "name",
      spec: { template: `{parent.${product.column.name}} - {${name}}` },
      columns: [product.column.name, name],
      confidence: "high",
      why: "the product's name and the variant's",
    },
  ];
}
