// What a spreadsheet leaves of a code that it took for a number: told from one cell alone. Columns are judged in damage/.

/**
 * A code in scientific notation: its digits are lost. Only what programs write counts: an exponent with a sign and two digits,
 * or three and more digits behind the point. `1E5` and `5E-12` are somebody's article numbers.
 */
export function isScientific(text: string): boolean {
  return text.length <= longest && scientific.test(text);
}

const scientific = /^-?(?:\d{1,3}[.,]\d+E[+-]\d{2,3}|\dE\+\d{2,3}|\d[.,]\d{3,}E\d{1,2})$/i;
const longest = 40;

/** Nothing but digits and `.0`: a program took a whole number for a fraction. */
export function isPointZero(text: string): boolean {
  return text.endsWith(".0") && /^\d+\.0$/.test(text);
}
