// JSON columns: how values become text. Their type is text, because `jsonb` changes what it is given and neither
// kind of JSON can hold NUL; the server's JSON functions can read them all the same. How they come back:
// common/codec.ts.

/** The text of a value. */
export function encode(value: unknown): string {
  return bareEscapes(JSON.stringify(value));
}

/** The text of a column that may be empty. */
export function encodeMaybe(value: unknown): string | null {
  return value === undefined ? null : encode(value);
}

/** The text of a list; an empty one is no text. */
export function encodeList(values: readonly unknown[] | undefined): string | null {
  return values === undefined || values.length === 0 ? null : encode(values);
}

// The escapes that the server's JSON functions refuse become the characters themselves, which are kept in another way (kept-text.ts).
function bareEscapes(json: string): string {
  return json.includes("\\u")
    ? json.replace(/\\(?:u(0000|d[89a-f][0-9a-f]{2})|.)/gs, (found: string, code: string | undefined) =>
        code === undefined ? found : String.fromCharCode(Number.parseInt(code, 16)),
      )
    : json;
}
