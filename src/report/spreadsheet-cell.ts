// Text for a spreadsheet: what one would take for a formula gets an apostrophe before it, so that a cell of the source, or a
// word of a server, never runs on the machine of whoever opens results.csv. Undone by those who read that file as data.

// A minus is a number's where a digit follows, unless the text goes on to call something (`-1+cmd|' /C calc'!A0`).
const formula = /^'*(?:[=+@\t\r]|-[^\d]|-\d[\s\S]*[|(])/;

/** The text as a cell of results.csv: text that is a formula to a spreadsheet begins with an apostrophe more. */
export function toSpreadsheet(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that `toSpreadsheet` was given. */
export function fromSpreadsheet(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
