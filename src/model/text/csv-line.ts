// A line of CSV, as csv-stringify writes it but in a fifth of the time: results have one for every row of the input. Failures
// files, whose delimiters and quotes are those of their source, are failure-csv.ts.

// Cells with a line end or outer white space are quoted so that every reader gives them back unchanged.
const needsQuotes = /[",\r\n]|^\s|\s$/;

/** The cells between commas, with the line end; null is an empty cell. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  let line = "";
  for (let at = 0; at < cells.length; at += 1) {
    const cell = cells[at] ?? "";
    if (at > 0) line += ",";
    line += typeof cell === "string" && needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return `${line}\n`;
}
