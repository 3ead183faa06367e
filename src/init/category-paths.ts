// Categories written as paths, `Garden > Soil > Potting`, perhaps several in a cell: the first path's first step is the
// category, its second the subcategory.
import { cell } from "./find.ts";
import type { Match } from "./match.ts";
import type { Guess } from "./plan.ts";

/** The lines for a column of paths; undefined where its cells are none. */
export function categoryPathLines(match: Match | undefined): readonly Guess[] | undefined {
  if (match === undefined || !match.column.cells.some((text) => text.includes(" > "))) return undefined;
  const { column, confidence, why } = match;
  const isList = column.cells.some((text) => /[^\\], /.test(text));
  // WooCommerce writes a comma that separates nothing as \,
  const isEscaped = isList && column.cells.some((text) => text.includes("\\,"));
  const text = isEscaped ? `${cell(column)}.replace("\\\\,", "&comma;")` : cell(column);
  const path = isList ? `${text}.split(", ")[0]` : text;
  const apply = isEscaped ? { apply: [{ replace: ["&comma;", ","] }] } : {};
  const guess = { kind: "guess", columns: [column.name], confidence } as const;
  return [
    {
      ...guess,
      path: "category.name",
      spec: { expr: `${path}.split(" > ")[0]`, ...apply },
      why: `${why}; the first step of the first path`,
    },
    {
      ...guess,
      path: "subcategory.name",
      spec: { expr: `${path}.contains(" > ") ? ${path}.split(" > ")[1] : ""`, ...apply },
      why: "the second step of the first path",
    },
  ];
}
