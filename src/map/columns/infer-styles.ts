// How the columns of an input write numbers and dates: their cells are watched as rows pass, and what is proven, or is not,
// is told at the end. The proofs themselves are in values/number-evidence.ts and values/date-evidence.ts.
import type { ColumnStyle, ColumnStyles } from "../../model/column-style.ts";
import type { Row } from "../../model/row.ts";
import { quote } from "../../model/text/quote.ts";
import { readAs } from "../expression/expression.ts";
import { type DateEvidence, dateEvidence } from "../values/date-evidence.ts";
import type { CellSeen, SeenCells } from "../values/evidence.ts";
import { type NumberEvidence, numberEvidence } from "../values/number-evidence.ts";
import { commonStyle } from "../values/style.ts";
import type { ColumnPlace } from "./column-uses.ts";
import type { ColumnsToInfer, ColumnToInfer } from "./columns-to-infer.ts";
import { type Finding, hintOf, wayOf } from "./style-hint.ts";

/** A file as far as styles are concerned. */
interface WatchedFile {
  readonly shown: string;
  /** What is known of its columns already: that stands, and their cells prove nothing. */
  readonly styles?: ColumnStyles;
}

/** What was found in all files together. */
interface FoundStyles {
  /** The styles of a file's columns, and what of that is news in words: where the proof stands, once. */
  of(
    join: string | undefined,
    file: WatchedFile,
  ): { readonly styles: ColumnStyles; readonly detected: readonly string[] };
  readonly faults: readonly string[];
  readonly hint: string;
}

/** Watches the rows of an input's files. */
export interface StyleInference {
  /** A function that sees every readable row of a file; undefined when the file has nothing to find out. */
  watch(join: string | undefined, file: WatchedFile): ((row: Row) => void) | undefined;
  found(): FoundStyles;
}

/** An inspector of what a mapping leaves open. `mapping` is its name, for messages. */
export function inferStyles({ columns: toInfer, shared }: ColumnsToInfer, mapping: string): StyleInference {
  const columns = new Map<string, WatchedColumn>();
  const kept = new Map<string, ColumnStyle>();
  for (const column of toInfer) {
    const key = keyOf(column);
    const known = columns.get(key);
    columns.set(key, known === undefined ? newColumn(column) : { ...known, toInfer: [...known.toInfer, column] });
  }
  const inspector: StyleInference = {
    watch(join, file) {
      const watched = [...columns.values()].filter((column) => column.join === join && !isKept(column, file));
      for (const style of file.styles ?? []) kept.set(placeKey({ column: style.column, ...asJoin(join) }), style);
      if (watched.length === 0) return undefined;
      const seers = watched.flatMap(({ evidence, toInfer: own }) =>
        own.map(({ each, thousands }) => ({ each, see: evidence.see, thousands })),
      );
      return ({ cells, line }) => {
        const place = { file: file.shown, line };
        for (const { each, see, thousands } of seers) each(cells, (text) => see(text, place, thousands));
      };
    },
    found() {
      const findings = [...columns.values()].map((column) => ({ column, finding: column.evidence.finding() }));
      const styleAt = (place: ColumnPlace): ColumnStyle | undefined => {
        const own = findings.filter(({ column }) => placeKey(column) === placeKey(place));
        const parts = own.flatMap(({ column, finding }) => styleOf(column.column, finding) ?? []);
        return merged(place.column, [kept.get(placeKey(place)), ...parts]);
      };
      const unlike = shared.flatMap(({ position, columns: places }) => {
        const styles = places.flatMap((place) => readAs(styleAt(place), place.reads) ?? []);
        if (styles.length === 0 || commonStyle(styles) !== undefined) return [];
        return [`${mapping}:${position.line}:${position.column}: ${notAlike(styles)}`];
      });
      return {
        of(join, file) {
          const own = findings.filter(({ column }) => column.join === join);
          const names = new Set([
            ...(file.styles ?? []).map(({ column }) => column),
            ...own.map(({ column }) => column.column),
          ]);
          const styles = [...names].flatMap((column) => {
            const before = file.styles?.find((style) => style.column === column);
            const parts = own.filter((each) => each.column.column === column && !isKept(each.column, file));
            return merged(column, [before, ...parts.map(({ finding }) => styleOf(column, finding))]) ?? [];
          });
          const detected = own.flatMap(({ column, finding }) =>
            finding.kind === "found" && finding.proof.file === file.shown ? [inWords(column.column, finding)] : [],
          );
          return { styles, detected };
        },
        faults: [...findings.flatMap(({ column, finding }) => faultOf(column, finding, mapping) ?? []), ...unlike],
        hint: hintOf(findings, mapping),
      };
    },
  };
  return inspector;
}

interface WatchedColumn extends Pick<ColumnToInfer, "column" | "join" | "reads" | "position" | "sayable"> {
  readonly toInfer: readonly ColumnToInfer[];
  readonly evidence: NumberEvidence | DateEvidence;
}

function newColumn(column: ColumnToInfer): WatchedColumn {
  return { ...column, toInfer: [column], evidence: column.reads === "number" ? numberEvidence() : dateEvidence() };
}

function keyOf({ reads, ...place }: ColumnPlace & Pick<ColumnToInfer, "reads">): string {
  return `${reads} ${placeKey(place)}`;
}

function placeKey({ join, column }: ColumnPlace): string {
  return JSON.stringify([join ?? null, column]);
}

function asJoin(join: string | undefined): { readonly join?: string } {
  return join === undefined ? {} : { join };
}

function isKept({ column, reads }: WatchedColumn, { styles }: WatchedFile): boolean {
  const style = styles?.find((each) => each.column === column);
  return reads === "number" ? style?.decimal !== undefined : style?.dates !== undefined;
}

function styleOf(column: string, finding: Finding): ColumnStyle | undefined {
  if (finding.kind !== "found") return undefined;
  return "dates" in finding ? { column, dates: finding.dates } : { column, ...finding.style };
}

function merged(column: string, parts: readonly (ColumnStyle | undefined)[]): ColumnStyle | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : Object.assign({ column }, ...known);
}

function inWords(column: string, finding: Extract<Finding, { kind: "found" }>): string {
  const proof = `(line ${finding.proof.line}: ${quote(finding.proof.text)})`;
  return `${wayOf(finding)} in "${column}" ${proof}`;
}

function notAlike(styles: readonly ColumnStyle[]): string {
  const columns = styles.map(({ column, decimal, thousands, dates }) => {
    const parts = [
      ...(decimal === undefined ? [] : [`decimal "${decimal}"`]),
      ...(thousands === undefined ? [] : [`thousands "${thousands}"`]),
      ...(dates === undefined ? [] : [`dates "${dates.join('", "')}"`]),
    ];
    return `"${column}" has ${parts.join(" and ")}`;
  });
  return `one expression reads columns that are not written alike: ${[...new Set(columns)].join(", ")}`;
}

function faultOf({ column, position, join }: WatchedColumn, finding: Finding, mapping: string): string | undefined {
  const place = `${mapping}:${position.line}:${position.column}: column "${join === undefined ? column : `${join}.${column}`}"`;
  switch (finding.kind) {
    case "nothing":
    case "found":
      return undefined;
    case "ambiguous":
      if ("readings" in finding) {
        const formats = finding.readings.map(({ format }) => `"${format}"`).join(" or ");
        return `${place}: ${cellsText(finding.cells)} may be read as ${formats}, and no cell of the column shows which`;
      }
      return `${place}: ${cellsText(finding.cells)} may be read in two ways, and no cell of the column shows which: ${twoWays(finding.cells)}`;
    case "contradictory": {
      if ("comma" in finding) {
        const { comma, point } = finding;
        return `${place} is written in two ways: ${cellsText(comma)} ${has(comma)} a decimal comma, ${cellsText(point)} a decimal point`;
      }
      const [first, second] = finding.cells;
      return `${place} is written in two ways: no format reads both ${cellText(first)} and ${cellText(second)}`;
    }
    default:
      return finding satisfies never;
  }
}

function has({ count }: SeenCells): string {
  return count === 1 ? "has" : "have";
}

function twoWays({ first }: SeenCells): string {
  const [cell] = first;
  if (cell === undefined) return "";
  const sign = cell.text.includes(".") ? "." : ",";
  const whole = cell.text.replace(sign, "");
  return `${quote(cell.text)} is ${cell.text.replace(sign, ".")} with decimal "${sign}", and ${whole} with decimal "${sign === "." ? "," : "."}"`;
}

function cellsText({ first, count }: SeenCells): string {
  const rest = count - first.length;
  const shown = first.map(cellText).join(", ");
  return rest === 0 ? shown : `${shown} and ${rest} more`;
}

function cellText({ text, file, line }: CellSeen): string {
  return `${quote(text)} (${file}:${line})`;
}
