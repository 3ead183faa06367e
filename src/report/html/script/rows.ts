// The rows of a report as its script knows them: read from the page, searched, filtered and sorted. Runs in a browser.

/** One row that did not make it. `outcome` and `reason` are places in the page's lists. */
export interface Row {
  /** Its place in input order. */
  readonly at: number;
  readonly file: string;
  readonly line: number;
  readonly outcome: number;
  readonly reason: number;
  readonly key: string;
  readonly column: string;
  readonly value: string;
  readonly message: string;
}

/** What rows refer to by number; the page has it as JSON. */
export interface Words {
  readonly files: readonly string[];
  readonly outcomes: readonly string[];
  /** What the messages of a reason have in common, with `\u0001` for the value. */
  readonly patterns: readonly string[];
  readonly titles: readonly string[];
  /** The command that tells the story of a row, but for the row. */
  readonly explain: string;
}

/** What somebody looks for. */
export interface Wanted {
  readonly text: string;
  readonly outcome?: number | undefined;
  readonly reason?: number | undefined;
  readonly file?: string | undefined;
}

/** A field that rows can be sorted by. */
export type Field = "place" | "outcome" | "key" | "column" | "value" | "message";

/** All rows: those of the table, then those of the template. */
export function readRows(table: HTMLTableElement, rest: string, words: Words): readonly Row[] {
  const rows: Row[] = [];
  for (const line of [...linesOf(table), ...rest.split("\n")]) {
    if (line === "") continue;
    const [file = "", number = "", outcome = "", reason = "", key = "", column = "", value = "", message = ""] =
      line.split("\t");
    const pattern = words.patterns[Number(reason)] ?? "";
    rows.push({
      at: rows.length,
      file: words.files[Number(file)] ?? "",
      line: Number(number),
      outcome: Number(outcome),
      reason: Number(reason),
      key,
      column,
      value,
      message: message === "" ? pattern.split("\u0001").join(value) : message,
    });
  }
  return rows;
}

/** The rows of the plain table as lines of the template: each has its numbers beside it, and its texts in its cells. */
function linesOf(table: HTMLTableElement): readonly string[] {
  const fields = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.dataset.field);
  return [...(table.tBodies[0]?.rows ?? [])].map((line) => {
    const texts = ["key", "column", "value", "message"].map(
      (field) => line.cells[fields.indexOf(field)]?.textContent ?? "",
    );
    return [...(line.dataset.row ?? "").split(" "), ...texts].join("\t");
  });
}

/** `orders.csv:1043`. */
export function placeOf({ file, line }: Row): string {
  return `${file}:${line}`;
}

/** Those that fit, in the order that is wanted. */
export function chosen(
  rows: readonly Row[],
  { text, outcome, reason, file }: Wanted,
  sort: { readonly field: Field; readonly down: boolean },
  words: Words,
): readonly Row[] {
  const parts = text
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== "");
  const found = rows.filter(
    (row) =>
      (outcome === undefined || row.outcome === outcome) &&
      (reason === undefined || row.reason === reason) &&
      (file === undefined || row.file === file) &&
      (parts.length === 0 || hasAll(row, parts, words)),
  );
  if (sort.field === "place") return sort.down ? found.reverse() : found;
  const of = (row: Row): string =>
    sort.field === "outcome" ? (words.outcomes[row.outcome] ?? "") : row[sort.field as "key"];
  const sorted = found.sort((a, b) => compare(of(a), of(b)) || a.at - b.at);
  return sort.down ? sorted.reverse() : sorted;
}

function hasAll(row: Row, parts: readonly string[], words: Words): boolean {
  const all =
    `${placeOf(row)}\n${words.outcomes[row.outcome] ?? ""}\n${row.key}\n${row.column}\n${row.value}\n${row.message}`.toLowerCase();
  return parts.every((part) => all.includes(part));
}

const collator = new Intl.Collator("en", { numeric: true });

// The collator is asked only where the texts differ: most columns hold few different ones.
function compare(one: string, other: string): number {
  return one === other ? 0 : collator.compare(one, other);
}
