// JSON columns: how values become text. How they come back: common/codec.ts.

/** The text of a column that may be empty. */
export function encode(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** The text of a list; an empty one is no text. */
export function encodeList(values: readonly unknown[] | undefined): string | null {
  return values === undefined || values.length === 0 ? null : JSON.stringify(values);
}
