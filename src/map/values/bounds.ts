// Bounds of what one cell or expression may make. They count steps and characters, never time: a result must not depend
// on how busy the machine is. Expressions are watched by expression/meter.ts.

/** The most characters that a template, a transform or an expression may make: 1 MiB. */
export const maxMadeLength = 1_048_576;

/** The most steps that one evaluation of an expression may take. */
export const maxSteps = 2_000_000;

/** The most that a list inside an expression may hold: each element counts one, and its characters. */
export const maxListSize = 16_777_216;

/** The most characters of a regular expression. */
export const maxPatternLength = 1_000;

/** What is wrong with a text that became too long; `what` made it. */
export function tooLongMessage(what: string): string {
  return `${what} makes a text of more than 1,048,576 characters (1 MiB): take a part of the cell, for example by { slice: [0, 1000] }`;
}
