// Characters that do something to a terminal instead of being shown, made visible: cells and answers of servers may hold
// them, and a line that is read to decide something must say what it says.

/**
 * The text with control characters (but line ends), bidirectional marks, line and paragraph separators and what has no width as
 * `\u001b`. Inside JSON that is the same text. Doing it twice changes nothing.
 */
export function visible(text: string): string {
  return text.replace(acting, (character) => written(character));
}

/** The same with line ends, for what has to stay in its line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", String.raw`\n`);
}

/** What a problem says, on one line: each stretch of blanks and line ends is a space, everything else is visible. */
export function visibleSentence(text: string): string {
  return visible(text.replace(/[ \t\r\n]+/g, " "));
}

/** A value of our own making with every text in it on one line and visible. */
export function visibleTexts<T>(value: T): T {
  return shownTexts(value) as T; // the same shape: texts stay texts
}

function shownTexts(value: unknown): unknown {
  if (typeof value === "string") return visibleLine(value);
  if (Array.isArray(value)) return value.map(shownTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shownTexts(inner)]));
}

// Joiners stay: emoji and several scripts are written with them.
const acting =
  /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u{AD}\u{180E}\u{200B}\u{2060}-\u{206F}\u{FEFF}\u{FFF9}-\u{FFFB}]/gu;

function written(character: string): string {
  if (character === "\t") return String.raw`\t`;
  if (character === "\r") return String.raw`\r`;
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
