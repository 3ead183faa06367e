// What separates the cells of a delimited file: what was said, else what cuts its beginning into records of equal length.
import { ImportError } from "../model/error.ts";
import type { SourceSettings } from "../model/row.ts";
import { countText } from "../model/text/count-text.ts";
import { type SampledRecord, sampleOf } from "./sample.ts";
import { unreadable } from "./text/unreadable.ts";

/** What the choice goes by. */
interface DelimiterClues {
  readonly file: string;
  readonly format: "csv" | "tsv";
  readonly settings: SourceSettings;
  /** What a first line `sep=` says. */
  readonly separator: string | undefined;
  /** The beginning of the file, from its header on; `isAll` when it is all of it. */
  readonly text: string;
  readonly isAll: boolean;
}

/** A delimiter, and the evidence in words where it was not said and is not the comma. */
interface DelimiterChoice {
  readonly delimiter: string;
  readonly detected: readonly string[];
}

/**
 * The delimiter: what the mapping says; else a first line `sep=;`; else a tab for TSV; else that of `,` `;` tab `|` which cuts
 * the rows into as many cells as the header. A comma when none of them cuts the header.
 * Throws `INPUT_UNREADABLE` when two fit equally well.
 */
export function chooseDelimiter(clues: DelimiterClues): DelimiterChoice {
  const { format, settings, separator } = clues;
  const said = settings.delimiter === undefined ? undefined : checkedDelimiter(settings.delimiter);
  const wanted = said ?? (settings.format === "tsv" ? "\t" : undefined);
  if (wanted !== undefined) {
    if (separator === undefined || separator === wanted) return { delimiter: wanted, detected: [] };
    const line = `the first line "sep=${separator}" is ignored`;
    return { delimiter: wanted, detected: [`delimiter ${delimiterName(wanted)} (the mapping says so; ${line})`] };
  }
  if (separator !== undefined) {
    const detected = [`delimiter ${delimiterName(separator)} (its first line is sep=)`];
    return { delimiter: checkedDelimiter(separator), detected };
  }
  return format === "tsv" ? { delimiter: "\t", detected: [] } : sniffed(clues);
}

/** A delimiter as people write it: `";"`, or the word tab. */
export function delimiterName(delimiter: string): string {
  return delimiter === "\t" ? "tab" : `"${delimiter}"`;
}

function checkedDelimiter(delimiter: string): string {
  if ([...delimiter].length === 1 && !['"', "\n", "\r", " "].includes(delimiter)) return delimiter;
  const shown = JSON.stringify(delimiter);
  const what =
    [...delimiter].length > 1
      ? `a separator of several characters (${shown}) is not supported`
      : `${shown} cannot separate cells`;
  throw new ImportError("MAPPING_INVALID", `source.delimiter: ${what}`, {
    hint: 'write one character, such as "," ";" "|" or "\\t"',
  });
}

/** A delimiter that cuts the header, and how it suits the rows. */
interface Candidate {
  readonly delimiter: string;
  /** Of the header. */
  readonly cells: number;
  readonly rows: number;
  /** Rows with another number of cells. */
  readonly unlike: number;
  readonly quotesFit: boolean;
}

/** What may separate cells without being said. */
export const delimiters = [",", ";", "\t", "|"];

function sniffed({ file, settings: { quote }, text, isAll }: DelimiterClues): DelimiterChoice {
  const all = delimiters.flatMap((delimiter) => candidate(text, { delimiter, quote, isAll }));
  const sound = all.some(({ quotesFit }) => quotesFit) ? all.filter(({ quotesFit }) => quotesFit) : all;
  // Of a header alone the comma, if it has one: there is nothing to get wrong.
  const hasRows = sound.some(({ rows }) => rows > 0);
  const [best, second] = hasRows
    ? sound.toSorted((a, b) => contradicted(a) - contradicted(b) || b.cells - a.cells)
    : sound;
  if (best === undefined) return { delimiter: ",", detected: [] };
  if (second !== undefined && hasRows && !isAhead(best, second)) throw undecided(best, second, file);
  const { delimiter } = best;
  return {
    delimiter,
    detected: delimiter === "," ? [] : [`delimiter ${delimiterName(delimiter)} (${fitText(best, isAll)})`],
  };
}

function candidate(text: string, options: Parameters<typeof sampleOf>[1]): readonly Candidate[] {
  const { records, quotesFit } = sampleOf(text, options);
  const [header, ...rows] = records;
  if (header === undefined || header.cells < 2) return [];
  const unlike = rows.filter((row) => !isLike(row, header)).length;
  return [{ delimiter: options.delimiter, cells: header.cells, rows: rows.length, unlike, quotesFit }];
}

// Blank cells at the end of either make no difference.
function isLike(row: SampledRecord, header: SampledRecord): boolean {
  return row.filled <= header.cells && row.cells >= header.filled;
}

function contradicted({ unlike, rows }: Candidate): number {
  return rows === 0 ? 0 : unlike / rows;
}

// The other one is contradicted by a third of the rows, and twice as often; or, when hardly any contradict either, makes
// far fewer cells.
function isAhead(best: Candidate, second: Candidate): boolean {
  if (contradicted(second) >= Math.max(1 / 3, 2 * contradicted(best))) return true;
  return best.unlike === 0 && best.cells - 1 >= 3 * (second.cells - 1);
}

function fitText({ cells, rows, unlike }: Candidate, isAll: boolean): string {
  if (rows === 0) return `${cells} cells in the header`;
  const looked = isAll ? "" : "first ";
  if (unlike > 0) return `${cells} cells in ${countText(rows - unlike)} of the ${looked}${countText(rows)} rows`;
  return rows === 1
    ? `${cells} cells in header and row`
    : `${cells} cells in each of the ${looked}${countText(rows)} rows`;
}

function undecided(best: Candidate, second: Candidate, file: string): ImportError {
  const each = [best, second].map((one) => `${delimiterName(one.delimiter)} (${fitText(one, true)})`).join(" or ");
  return unreadable(file, `the cells may be separated by ${each}: the rows do not tell which`, {
    hint: `say it in the mapping: source: { delimiter: ${JSON.stringify(best.delimiter)} } or source: { delimiter: ${JSON.stringify(second.delimiter)} }`,
  });
}
