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
  const path = isList ? `${cell(column)}.split(", ")[0]` : cell(column);
  const guess = { kind: "guess", columns: [column.name], confidence } as const;
  return [
    {
      ...guess,
      path: "category.name",
      spec: { expr: `${path}.split(" > ")[0]` },
      why: `${why}; the first step of the first path`,
    },
    {
      ...guess,
      path: "subcategory.name",
      spec: { expr: `${path}.contains(" > ") ? ${path}.split(" > ")[1] : ""` },
      why: "the second step of the first path",
    },
  ];
}
