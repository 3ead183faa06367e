// Text that can be kept: whole characters, and no NUL. SQLite keeps UTF-8, which has no place for half a surrogate pair, and
// much that handles text ends it at a NUL.

/** What is wrong with text that holds half a character (a lone surrogate) or NUL; undefined for all other text. */
export function brokenText(text: string): string | undefined {
  if (loneSurrogate.test(text)) return "holds half a character (a lone surrogate such as \\ud800)";
  return text.includes("\0") ? "holds a NUL (\\u0000), which is not text" : undefined;
}

/** What is wrong with a text, or a key, anywhere in nested values; undefined where all can be kept. */
export function brokenWithin(value: unknown): string | undefined {
  if (typeof value === "string") return brokenText(value);
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const broken = brokenText(key) ?? brokenWithin(inner);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

// With the u flag a whole pair is one character, which is no surrogate.
const loneSurrogate = /\p{Surrogate}/u;
