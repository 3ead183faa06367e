// The recipe for products: one row one product, or variants in rows of their own (variants.ts).
import { allNamed, named } from "./find.ts";
import { linesOf, missing, specOf } from "./lines.ts";
import type { Link } from "./links.ts";
import { type Match, matchColumns, type Pins } from "./match.ts";
import type { Guess, Line, MappingPlan } from "./plan.ts";
import { productRules } from "./roles.ts";
import type { Column, Table } from "./table.ts";
import { variantsOf } from "./variants.ts";

/** What the recipes make; the rest of a plan is the same for all. */
export type Recipe = Pick<MappingPlan, "group" | "joins" | "lines" | "children"> & {
  /** Columns whose cells are numbers or dates in the payload. */
  readonly measured: readonly Column[];
};

/** The mapping of a table of products. */
export function productMapping(table: Table, links: readonly Link[], pins: Pins): Recipe {
  const rules = productRules(table, pins);
  const matches = matchColumns(table.columns, rules);
  const joined = links.flatMap((link) => joinedName(link, matches, pins));
  const own = matches.filter(({ path }) => !joined.some((line) => line.path === path));
  const variants = variantsOf(table, own, rules.platform);
  const flat = own.filter(({ path }) => !path.startsWith("variants.")).flatMap((match) => linesOf(match, "products"));
  const lines = inOrder([
    ...(variants?.lines ?? flat),
    ...joined,
    ...typeLine(
      table,
      own.some(({ path }) => path === "name"),
      pins,
    ),
  ]);
  return {
    ...(variants === undefined ? {} : { group: variants.group }),
    joins: joined.map(({ join }) => join),
    lines: [...lines, ...missingLines(lines)],
    children: variants === undefined ? [] : variants.children,
    measured: matches.map(({ column }) => column),
  };
}

function missingLines(lines: readonly Line[]): readonly Line[] {
  const has = (...paths: readonly string[]) =>
    lines.some(
      ({ kind, path, ...line }) =>
        kind === "guess" && paths.includes(path) && !("confidence" in line && line.confidence === "low"),
    );
  return [
    ...(has("sku") ? [] : [missing("sku", "which column identifies a product? It is the key")]),
    ...(has("name")
      ? []
      : [missing("name", "which column is the name? (not needed where every product exists already)")]),
    ...(has("category.name", "category_id")
      ? []
      : [
          missing(
            "category.name",
            'which column is the category, or { value: "…" } for all? (not needed where every product exists already)',
          ),
        ]),
  ];
}

/** The category or supplier whose name stands in another file. */
function joinedName(
  { ours, theirs, their }: Link,
  matches: readonly Match[],
  pins: Pins,
): readonly (Guess & { readonly join: MappingPlan["joins"][number] })[] {
  const stem = ours.heading.text.replace(/ (id|number|code|key)$/, "");
  const path = joinedFields[stem];
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

/** The name under which a mapping joins a table: the last word of its file's name. */
export function joinName(table: Table): string {
  const [word = "joined"] = /[a-z]+$/i.exec(table.sample.name.replace(/[^a-z]+$/i, "")) ?? [];
  return ["rows", "row", "parent", "item"].includes(word) ? `${word}_file` : word;
}

const joinedFields: Readonly<Record<string, string>> = {
  category: "category.name",
  "sub category": "subcategory.name",
  subcategory: "subcategory.name",
  supplier: "supplier.name",
  vendor: "supplier.name",
  manufacturer: "supplier.name",
  brand: "supplier.name",
};

/** Luminous's TYPE column, Product or Kit; no other kind is written down here. */
function typeLine(table: Table, isWhole: boolean, pins: Pins): readonly Line[] {
  if (pins.has("type")) return [];
  const column = allNamed(table.columns, ["type", "product type", "item type"]).find(
    ({ look }) => look.filled > 0 && look.words.every((word) => /^(product|kit)$/i.test(word)),
  );
  if (column === undefined) {
    // Prices alone may be those of kits too: nothing is said of what they are.
    return isWhole
      ? [
          {
            kind: "guess",
            path: "type",
            spec: { value: "PRODUCT" },
            columns: [],
            confidence: "high",
            why: "a product, not a kit",
          },
        ]
      : [];
  }
  const spec = specOf(column.name, { apply: ["upper"] });
  return [{ kind: "guess", path: "type", spec, columns: [column.name], confidence: "high", why: "name and values" }];
}

const first = ["sku", "name", "type", "category.name", "subcategory.name", "supplier.name", "description"];

/** Lines as people look for them: what identifies first, then the order of the columns. */
export function inOrder(lines: readonly Line[]): readonly Line[] {
  const rank = ({ path }: Line) => (first.includes(path) ? first.indexOf(path) : first.length);
  return lines.toSorted((a, b) => rank(a) - rank(b));
}
