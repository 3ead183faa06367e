// The beginning of a delimited file cut into records by a delimiter that may be wrong, without failing: what fits is only
// counted. Reading proper is csv-records.ts.

/** The shape of a record in a sample. */
export interface SampledRecord {
  readonly cells: number;
  /** Up to and with the last cell that is not blank. */
  readonly filled: number;
}

/** What a delimiter makes of a file's beginning. */
export interface Sample {
  /** In order, without those that are all blank, and without one that the beginning breaks off. */
  readonly records: readonly SampledRecord[];
  /** Every quote opens or closes a cell, or is doubled inside one. */
  readonly quotesFit: boolean;
}

/** How to take a sample. */
interface SampleOptions {
  readonly delimiter: string;
  readonly quote?: "none" | undefined;
  /** The text is the whole file. */
  readonly isAll: boolean;
}

/** Takes the sample. */
export function sampleOf(text: string, { delimiter, quote, isAll }: SampleOptions): Sample {
  const records: SampledRecord[] = [];
  let quotesFit = true;
  let cells = 0;
  let filled = 0;
  for (let at = 0; at < text.length; ) {
    const cell = quote === "none" ? plainCellAt(text, at, delimiter) : cellAt(text, at, delimiter);
    const isLast = cell.end >= text.length;
    if (isLast && !isAll && records.length > 0) break;
    quotesFit &&= cell.quotesFit || (isLast && !isAll);
    cells++;
    if (!cell.isBlank) filled = cells;
    const isCut = text[cell.end] === delimiter;
    at = cell.end + 1;
    if (isCut && at < text.length) continue;
    if (isCut) cells++; // a blank one at the end of the text
    if (filled > 0) records.push({ cells, filled });
    cells = 0;
    filled = 0;
  }
  return { records, quotesFit };
}

interface SampledCell {
  /** Where the delimiter or the line end stands that ends it. */
  readonly end: number;
  readonly isBlank: boolean;
  readonly quotesFit: boolean;
}

function plainCellAt(text: string, start: number, delimiter: string): SampledCell {
  const end = endOf(text, start, delimiter);
  return { end, isBlank: text.slice(start, end).trim() === "", quotesFit: true };
}

function cellAt(text: string, start: number, delimiter: string): SampledCell {
  let at = start;
  while (isSpace(text[at], delimiter)) at++;
  if (text[at] !== '"') {
    const end = endOf(text, at, delimiter);
    return { end, isBlank: end === at, quotesFit: !text.slice(at, end).includes('"') };
  }
  const closing = closingQuote(text, at);
  let after = closing + 1;
  while (isSpace(text[after], delimiter)) after++;
  const end = endOf(text, after, delimiter);
  return { end, isBlank: text.slice(at + 1, closing).trim() === "", quotesFit: closing < text.length && end === after };
}

// The place of the quote that closes; the text's end when none does.
function closingQuote(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return text.length;
}

function endOf(text: string, start: number, delimiter: string): number {
  let at = start;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

function isSpace(character: string | undefined, delimiter: string): boolean {
  if (character === undefined || character === delimiter || character === "\n" || character === "\r") return false;
  return character === " " || character.trim() === "";
}
