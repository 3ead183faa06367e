// How a value is shown inside a problem's message.

const maxShownLength = 40;

/** The text in double quotes, on one line, cut when it is long. */
export function quote(text: string): string {
  const oneLine = text.slice(0, 4 * maxShownLength).replace(/\s+/g, " ");
  return oneLine.length > maxShownLength ? `"${oneLine.slice(0, maxShownLength - 1)}…"` : `"${oneLine}"`;
}
