// Categories written as paths, `Garden > Soil > Potting`, perhaps several in a cell: the first path's first step is the
// category, its second the subcategory.
import { cell } from "../columns/find-column.ts";
import type { Match } from "../columns/match.ts";
import type { Platform } from "../names/name-table.ts";
import type { Guess } from "../proposal/proposal.ts";

/** The lines for a column of paths; undefined where its cells are none. */
export function categoryPathLines(
  match: Match | undefined,
  platform: Platform | undefined,
): readonly Guess[] | undefined {
  const { list, step, skip } = platform?.categories ?? { list: ", ", step: " > ", skip: 0 };
  if (match === undefined || !match.column.cells.some((text) => text.includes(step))) return undefined;
  const { column, confidence, why } = match;
  // A sign that separates nothing has a backslash before it.
  const escaped = [list.trim(), step.trim()].filter((sign) => column.cells.some((text) => text.includes(`\\${sign}`)));
  const text = escaped.reduce((made, sign, at) => `${made}.replace("\\\\${sign}", "<${at}>")`, cell(column));
  const path = `${text}.split(${JSON.stringify(list)})[0].split(${JSON.stringify(step)})`;
  const apply = escaped.length === 0 ? {} : { apply: escaped.map((sign, at) => ({ replace: [`<${at}>`, sign] })) };
  const stepAt = (at: number) => `${path}.size() > ${at} ? ${path}[${at}] : ""`;
  const guess = { kind: "guess", columns: [column.name], confidence } as const;
  return [
    {
      ...guess,
      path: "category.name",
      spec: { expr: stepAt(skip), ...apply },
      why: `${why}; the first step of the first path`,
    },
    {
      ...guess,
      path: "subcategory.name",
      spec: { expr: stepAt(skip + 1), ...apply },
      why: "the second step of the first path",
    },
  ];
}
