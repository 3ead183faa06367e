// What to do about columns whose numbers or dates can be read in several ways: what to write into the mapping, for each
// reading what it means, or which cells to fix. What is wrong is told by infer-styles.ts.

import { quote } from "../../model/text/quote.ts";
import type { DateFinding } from "../values/date-evidence.ts";
import { parseDate } from "../values/dates.ts";
import type { NumberFinding } from "../values/number-evidence.ts";
import type { ColumnToInfer } from "./columns-to-infer.ts";

/** What the cells of a column say, whatever they are read as. */
export type Finding = NumberFinding | DateFinding;

/** A column with what was found of it. */
interface FoundColumn {
  readonly column: Pick<ColumnToInfer, "column" | "join" | "reads" | "position" | "sayable">;
  readonly finding: Finding;
}

/** What to do about all findings that leave something open. */
export function hintOf(findings: readonly FoundColumn[], mapping: string): string {
  const parts = [numbersHint(findings, mapping), datesHint(findings, mapping)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(" ") : `Say decimal: or dates: beside the expression in ${mapping}.`;
}

/** A style in words. */
export function wayOf(finding: Extract<Finding, { kind: "found" }>): string {
  if ("dates" in finding) return `dates ${finding.dates.map((format) => `"${format}"`).join(", ")}`;
  const { decimal, thousands } = finding.style;
  return [
    ...(decimal === undefined ? [] : [`decimal "${decimal}"`]),
    ...(thousands === undefined ? [] : [`thousands "${thousands}"`]),
  ].join(", ");
}

function numbersHint(findings: readonly FoundColumn[], mapping: string): string | undefined {
  const open = openOf(findings, "number");
  const [first] = open;
  if (first === undefined) return undefined;
  const { column } = first;
  const forOne =
    column.sayable === "source"
      ? ""
      : column.sayable === "field"
        ? `, or decimal: "." in the field at ${mapping}:${column.position.line}`
        : `, or { from: ${nameOf(column)}, decimal: "." } for one field`;
  return `Say it in ${mapping}: source: { decimal: ".", thousands: "," } or { decimal: ",", thousands: "." } for all columns${forOne}.${proven(findings, "number")}`;
}

type OpenDates = Exclude<DateFinding, { kind: "found" | "nothing" }>;

function datesHint(findings: readonly FoundColumn[], mapping: string): string | undefined {
  const open = findings.flatMap(({ column, finding }) => (isOpenDates(finding) ? [{ column, finding }] : []));
  if (open.length === 0) return undefined;
  const hints = isOneShape(findings) ? open.slice(0, 1) : open;
  const texts = hints.map(({ column, finding }) =>
    dateHint(isOneShape(findings) && open.length > 1 ? { ...column, sayable: "source" } : column, finding, mapping),
  );
  return texts.join(" ") + proven(findings, "date");
}

function isOpenDates(finding: Finding): finding is OpenDates {
  return (
    (finding.kind === "ambiguous" && "readings" in finding) || (finding.kind === "contradictory" && "cells" in finding)
  );
}

/** Whether every column with dates is in doubt in the same way, so that one answer does for all of them. */
function isOneShape(findings: readonly FoundColumn[]): boolean {
  const dates = findings.filter(({ column, finding }) => column.reads === "date" && finding.kind !== "nothing");
  const ways = dates.map(({ finding }) =>
    finding.kind === "ambiguous" && "readings" in finding && finding.clear === 0
      ? JSON.stringify(finding.readings)
      : undefined,
  );
  return ways.length > 1 && ways[0] !== undefined && ways.every((way) => way === ways[0]);
}

// So many clear cells for each cell in doubt, and it is the cell that is wrong.
const clearForEach = 20;

function dateHint(column: FoundColumn["column"], finding: OpenDates, mapping: string): string {
  if (finding.kind === "contradictory") {
    return `Fix the cells of "${nameOf(column)}" that are not written like the others: no format can tell them apart.`;
  }
  const { cells, readings, clear } = finding;
  const [cell] = cells.first;
  if (cell === undefined) return "";
  const said = readings.map(({ dates }) => {
    const parsed = parseDate(cell.text, { dates });
    return `${parsed.ok ? inWords(parsed.date) : "?"} with ${sayOf(column, dates)}`;
  });
  const where = column.sayable === "field" ? ` in the field at ${mapping}:${column.position.line}` : ` in ${mapping}`;
  const choice = `${quote(cell.text)} is ${said.join(", ")}${where}.`;
  if (clear < clearForEach * cells.count) return `Say which it is: ${choice}`;
  const lines = cells.first.map(({ file, line }) => `${file}:${line}`).join(", ");
  const more = cells.count > cells.first.length ? ` and ${cells.count - cells.first.length} more` : "";
  return `All other dates of "${nameOf(column)}" are clear: fix ${lines}${more}. Or say what it means: ${choice}`;
}

function sayOf(column: FoundColumn["column"], formats: readonly string[]): string {
  const dates = `dates: [${formats.map((format) => JSON.stringify(format)).join(", ")}]`;
  switch (column.sayable) {
    case "column":
      return `{ from: ${yamlName(nameOf(column))}, ${dates} }`;
    case "field":
      return dates;
    case "source":
      return `source: { ${dates} }`;
    default:
      return column.sayable satisfies never;
  }
}

function nameOf({ column, join }: Pick<ColumnToInfer, "column" | "join">): string {
  return join === undefined ? column : `${join}.${column}`;
}

function yamlName(name: string): string {
  return /^[A-Za-z_][\w .-]*$/.test(name) ? name : JSON.stringify(name);
}

const months = "January February March April May June July August September October November December".split(" ");

function inWords(date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return `${Number(day)} ${months[Number(month) - 1] ?? ""} ${year}`;
}

function openOf(findings: readonly FoundColumn[], reads: ColumnToInfer["reads"]): readonly FoundColumn[] {
  return findings.filter(
    ({ column, finding }) =>
      column.reads === reads && (finding.kind === "ambiguous" || finding.kind === "contradictory"),
  );
}

function proven(findings: readonly FoundColumn[], reads: ColumnToInfer["reads"]): string {
  const found = findings.flatMap(({ column, finding }) =>
    column.reads === reads && finding.kind === "found" ? [`${wayOf(finding)} in "${column.column}"`] : [],
  );
  return found.length === 0 ? "" : ` What other columns show: ${found.slice(0, 3).join("; ")}.`;
}
