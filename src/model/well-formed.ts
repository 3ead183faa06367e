// Text that can be kept: whole characters only. SQLite keeps UTF-8, which has no place for half a surrogate pair.

/** Whether text holds a lone surrogate, half a character: what is kept of it would never be found again. */
export function holdsHalfCharacter(text: string): boolean {
  return loneSurrogate.test(text);
}

// With the u flag a whole pair is one character, which is no surrogate.
const loneSurrogate = /\p{Surrogate}/u;

/** What is said of it. */
export const halfCharacter = "holds half a character (a lone surrogate such as \\ud800)";
