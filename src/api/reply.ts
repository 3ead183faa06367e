// The one table that says what an exchange means (design §7). What follows from it is decided elsewhere: for everybody
// in transport.ts, for the entry in dispatch/send.ts, for a lookup in ask.ts.
//
//   what came back                                              kind          then
//   2xx, complete, and it says what was asked                   accepted
//   429                                                         throttled     everybody pauses; not an attempt
//   name not found, refused, connect time-out, certificate      undelivered   again
//   time-out, any other socket error, 408, 425, 5xx, cut short,
//   2xx that does not say what was asked                        unanswered    find out, then again
//   other 4xx, 3xx                                              refused       final
import { type Exchange, heldBack } from "./client.ts";
import { type Refusal, readRefusal } from "./refusal-body.ts";

/** What an exchange means. */
export type Reply<T> =
  | { readonly kind: "accepted"; readonly status: number; readonly value: T }
  /** `waitMs` 0: the server said "now", which is no hint. */
  | { readonly kind: "throttled"; readonly status: 429; readonly waitMs: number }
  | { readonly kind: "undelivered"; readonly cause: string }
  | { readonly kind: "unanswered"; readonly cause: string; readonly status?: number }
  | { readonly kind: "refused"; readonly status: number; readonly refusal: Refusal };

/** What a complete 2xx has to be: gives what was asked for out of its text, or undefined when it does not say. */
export type Reads<T> = (text: string) => T | undefined;

/** `nowMs` (wall clock) is for a `Retry-After` date without a `Date` header. */
export function classify<T>(exchange: Exchange, reads: Reads<T>, nowMs: number): Reply<T> {
  if (exchange.kind === "broken") {
    return { kind: neverLeft(exchange) ? "undelivered" : "unanswered", cause: exchange.code };
  }
  const { status, headers, text, complete } = exchange;
  if (status === 429) return { kind: "throttled", status, waitMs: retryAfterMs(headers, nowMs) };
  if (status === 408 || status === 425 || status >= 500 || status < 200) {
    return { kind: "unanswered", cause: `HTTP ${status}`, status };
  }
  if (status >= 300) return { kind: "refused", status, refusal: readRefusal(status, complete ? text : "", headers) };
  if (!complete) return { kind: "unanswered", cause: `HTTP ${status}, cut short`, status };
  const value = reads(text);
  return value === undefined
    ? { kind: "unanswered", cause: `HTTP ${status} without a usable body`, status }
    : { kind: "accepted", status, value };
}

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

// Only what cannot happen once a request is on its way. A reset during the TLS handshake looks like one after it, so
// it is not in here: the price of doubt is one lookup.
const unsentCodes = new Set([
  heldBack,
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "ECONNREFUSED",
  "UND_ERR_CONNECT_TIMEOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EMFILE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "HOSTNAME_MISMATCH",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_NO_PROTOCOLS_AVAILABLE",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
]);
// These two also happen to connections that stood already.
const unreachableCodes = new Set(["EHOSTUNREACH", "ENETUNREACH"]);

function neverLeft({ code, syscall }: { readonly code: string; readonly syscall?: string }): boolean {
  if (unreachableCodes.has(code) || code === "ETIMEDOUT") return syscall === "connect";
  // The tunnel through a proxy did not come to stand.
  return unsentCodes.has(code) || code.startsWith("CERT_") || code.startsWith("PROXY_");
}

// Seconds come from the vendor's client (facts §2); a date is allowed by HTTP.
const unsaidWaitMs = 1000;
const longestSaidWaitMs = 3_600_000;

/**
 * The wait in ms, between 0 and an hour. A date is measured against the server's own `Date`, so that clocks need not
 * agree. Missing or unreadable: a second. 0 means that the server named none and the caller has to grow its own.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return unsaidWaitMs;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  const until = Date.parse(text);
  if (Number.isNaN(until)) return unsaidWaitMs;
  const serverNow = Date.parse(headers.date ?? "");
  return bounded(until - (Number.isNaN(serverNow) ? nowMs : serverNow));
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), longestSaidWaitMs);
}
