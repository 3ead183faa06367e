// Columns that say what a row is: `Row Type`, `Type`, `Item Type`. Rows that are no goods are left out by `where`, and
// listed by every check; a word that is not known here is never guessed.
import type { Json } from "../../model/json.ts";
import { allNamed, cell } from "../columns/find-column.ts";
import type { Column, Table } from "../columns/table.ts";
import { type Kind, kindOf } from "../names/kinds-of-goods.ts";
import type { Line } from "../proposal/proposal.ts";
import { partsInCells } from "./parts-in-cells.ts";

/** The column that says it, and the words of each kind that stand in it. */
export interface RowKinds {
  readonly column: Column;
  readonly words: Readonly<Record<Kind, readonly string[]>>;
  readonly unknown: readonly string[];
}

/** The kinds of a table of products; undefined when no column says them. */
export function rowKindsOf(table: Table): RowKinds | undefined {
  // A bundle is goods where the table says what is in it.
  const kitWords = partsInCells(table) === undefined ? [] : ["bundle"];
  const candidates = allNamed(table.columns, ["row type", "item type", "product type", "type", "item"]).map((column) =>
    sorted(column, kitWords),
  );
  const fitting = candidates.filter(({ words, unknown }) => {
    const known = Object.values(words).flat().length;
    return known > 0 && known > unknown.length;
  });
  // One that tells variants and kits apart says more of a row than one that tells goods from services.
  return (
    fitting.find(({ words }) => words.variant.length + words.kit.length + words.component.length > 0) ?? fitting[0]
  );
}

/** The condition for rows of some kinds; undefined when no such row is there. */
export function isKind({ column, words }: RowKinds, ...kinds: readonly Kind[]): string | undefined {
  const wanted = kinds.flatMap((kind) => words[kind]);
  return wanted.length === 0 ? undefined : `${cell(column)} in ${JSON.stringify(wanted)}`;
}

/** `type:` by the kind of the row that makes the product, and what is left to say about it. */
export function typeLines({ column, words, unknown }: RowKinds): readonly Line[] {
  const isPlain = words.kit.length + words.none.length + words.image.length + unknown.length === 0;
  if (isPlain) {
    const value = { value: "PRODUCT" };
    return [
      { kind: "guess", path: "type", spec: value, columns: [], confidence: "high", why: `no kit in "${column.name}"` },
    ];
  }
  const map: Json = Object.fromEntries([
    ...words.product.map((word) => [word, "PRODUCT"]),
    ...words.kit.map((word) => [word, "KIT"]),
  ]);
  const spec = { from: column.name, map };
  const guess: Line = {
    kind: "guess",
    path: "type",
    spec,
    columns: [column.name],
    confidence: "high",
    why: "name and values",
  };
  if (unknown.length === 0) return [guess];
  const text = `type: say PRODUCT or KIT for ${unknown.map((word) => JSON.stringify(word)).join(", ")} in its map`;
  return [guess, { kind: "todo", path: "type", text, isRequired: false }];
}

/** The words of a column by their kind; `kitWords` are kits in this table. */
function sorted(column: Column, kitWords: readonly string[]): RowKinds {
  const words: Record<Kind, string[]> = {
    product: [],
    kit: [],
    variant: [],
    component: [],
    image: [],
    rest: [],
    none: [],
  };
  const unknown: string[] = [];
  for (const word of column.profile.words) {
    const kind = kindOf(word) === "none" && kitWords.includes(word.toLowerCase()) ? "kit" : kindOf(word);
    if (kind === undefined) unknown.push(word);
    else words[kind].push(word);
  }
  return { column, words, unknown };
}
