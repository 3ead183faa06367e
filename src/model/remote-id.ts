// Remote ids are opaque text to us, however the API writes them.

/** An id of the API as text: a safe positive integer or a non-empty string; undefined for anything else. */
export function readRemoteId(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
