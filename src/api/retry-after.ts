// What a 429 asks for. Seconds come from the vendor's client (facts §2); a date is allowed by HTTP.

const missingMs = 1000;
const longestMs = 3_600_000;

/**
 * The wait in ms, between 0 and an hour. A date is measured against the server's own `Date`, so that clocks need not
 * agree. Missing or unreadable: a second. 0 means that the server named none and the caller has to grow its own.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return missingMs;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  const until = Date.parse(text);
  if (Number.isNaN(until)) return missingMs;
  const serverNow = Date.parse(headers.date ?? "");
  return bounded(until - (Number.isNaN(serverNow) ? nowMs : serverNow));
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), longestMs);
}
