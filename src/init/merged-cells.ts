// Cells that were merged in the sheet: the first row of a run has the value and those below it are blank. Where the field is one
// that every product has, the blank cells take the value above; for others that is offered, and a person decides.
import type { Json, JsonObject } from "../model/json.ts";
import { isPlainObject } from "../model/json.ts";
import type { Column } from "./columns/table.ts";
import type { Guess, Line } from "./proposal/proposal.ts";

/** The lines, with `fill: down` where the cells of a field's column were merged. */
export function withMergedCells(lines: readonly Line[], columns: readonly Column[]): readonly Line[] {
  return lines.flatMap((line): readonly Line[] => {
    if (line.kind === "todo" || line.confidence === "low" || !fields.includes(line.path)) return [line];
    const column = columns.find(({ name }) => line.columns.length === 1 && line.columns[0] === name);
    if (column === undefined || !isMerged(column)) return [line];
    const spec = filled(line.spec);
    if (spec === undefined) return [line];
    if (line.path === always)
      return [{ ...line, spec, confidence: "medium", why: `${line.why}; blank below, as merged cells are` }];
    return [line, offer(line, spec, column)];
  });
}

const always = "category.name";
const fields = [always, "subcategory.name", "supplier.name"];

/** The first row is filled, values stand in one place each, and a third of the rows and more are blank below them. */
function isMerged({ cells }: Column): boolean {
  const values = cells.filter((cell) => cell !== "");
  const blanks = cells.length - values.length;
  return cells[0] !== "" && blanks * 3 >= cells.length && new Set(values).size === values.length;
}

function filled(spec: Json): Json | undefined {
  if (typeof spec === "string") return { from: spec, fill: "down" };
  if (!isPlainObject(spec)) return undefined;
  const keys = spec as JsonObject;
  return typeof keys.from === "string" ? { ...keys, fill: "down" } : undefined;
}

function offer({ path, columns }: Guess, spec: Json, { cells }: Column): Line {
  const text = `${path}: are the blank cells below ${JSON.stringify(cells[0])} merged ones? Then ${JSON.stringify(columns[0])} needs ${JSON.stringify(spec)}`;
  return { kind: "todo", path, text, isRequired: false };
}
