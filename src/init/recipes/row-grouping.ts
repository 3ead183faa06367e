// How the rows of one entry stand in the file, told by its key column.
import type { Column } from "../columns/table.ts";
import type { ProposedMapping } from "../proposal/proposal.ts";

/** The `group:` of a key column: its rows stand together, are scattered, or leave the key blank after the first. */
export function rowGrouping({ name, cells }: Column): NonNullable<ProposedMapping["group"]> {
  const filled = cells.filter((cell) => cell !== "");
  if (filled.length < cells.length && cells[0] !== "") {
    return { spec: { by: name, rows: "continued" }, why: `high: a blank "${name}" goes on with the row above` };
  }
  const starts = filled.filter((cell, row) => filled[row - 1] !== cell);
  const distinct = new Set(filled).size;
  if (distinct === filled.length) {
    return {
      spec: { by: name, rows: "anywhere" },
      why: `medium: no "${name}" occurs twice in the rows looked at; others may`,
    };
  }
  return starts.length === distinct
    ? { spec: { by: name, rows: "adjacent" }, why: `high: rows with the same "${name}" are next to each other` }
    : { spec: { by: name, rows: "anywhere" }, why: `high: rows with the same "${name}" are scattered` };
}
