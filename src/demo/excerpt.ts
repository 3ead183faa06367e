// What the demo shows of a command's output: whole paragraphs or their beginnings, with a mark where something is left out.

/** So many lines of a paragraph are enough to see what it is. */
const mostLines = 11;

/** The text without the paragraphs that begin so, and without the ends of long ones. */
export function excerpt(text: string, without: RegExp): string {
  const paragraphs = text.trimEnd().split("\n\n");
  return paragraphs.flatMap((paragraph) => (without.test(paragraph) ? [] : [shortened(paragraph)])).join("\n\n");
}

function shortened(paragraph: string): string {
  const lines = paragraph.split("\n");
  if (lines.length <= mostLines) return paragraph;
  return [...lines.slice(0, mostLines - 1), `  [${lines.length - mostLines + 1} more lines]`].join("\n");
}
