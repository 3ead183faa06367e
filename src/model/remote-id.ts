// Remote ids and keys are opaque text to us, however the API writes them.

/** An id of the API as text: a safe positive integer or a non-empty string; undefined for anything else. */
export function readRemoteId(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/**
 * A key of a record as text, trimmed; undefined when there is none. A whole number counts: a record that is not
 * recognised because its order number was written without quotes would be sent twice.
 */
export function readKey(value: unknown): string | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : undefined;
}
