// How answers and faults look on the wire. What the answer says was decided before.
import type { ServerResponse } from "node:http";
import type { FaultName } from "./world/faults.ts";
import { type Reply, refusal } from "./world/reply.ts";

/** Headers of an answer beside the usual ones. */
export type ReplyHeaders = Readonly<Record<string, string>>;

/** Sends JSON text, complete. */
export function sendText(response: ServerResponse, status: number, text: string, headers: ReplyHeaders = {}): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Sends a reply, complete: as JSON, or as the text that it has instead. */
export function sendReply(response: ServerResponse, reply: Reply, headers: ReplyHeaders = {}): void {
  const { status, body, text } = reply;
  const type = text?.startsWith("<") ? { "content-type": "text/html" } : {};
  sendText(response, status, text ?? JSON.stringify(body), { ...headers, ...type, ...reply.headers });
}

/** Sends 429 with a `Retry-After` of at least one second, as whole seconds or as a date. */
export function sendThrottled(
  response: ServerResponse,
  retryAfterMs: number,
  { asDate, nowMs, headers }: { readonly asDate: boolean; readonly nowMs: number; readonly headers: ReplyHeaders },
): void {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  // A date has whole seconds: rounding up keeps it from lying in the past.
  const value = asDate ? new Date(Math.ceil(nowMs / 1000 + seconds) * 1000).toUTCString() : String(seconds);
  sendReply(response, refusal(429, "Too Many Attempts."), { ...headers, "retry-after": value });
}

/** Faults that strike before the request is carried out; the others carry it out first. */
export function strikesBefore(fault: FaultName): boolean {
  switch (fault) {
    case "error-before":
    case "reset-before":
    case "hang-before":
    case "bad-gateway":
    case "throttle":
      return true;
    case "error-after":
    case "reset-after":
    case "hang-after":
    case "truncated":
      return false;
    default:
      return fault satisfies never;
  }
}

/** What the client gets to see of a fault. `reply` is the answer that it does not get; `throttle` has its own sender. */
export function sendFault(
  fault: Exclude<FaultName, "throttle">,
  response: ServerResponse,
  reply: Reply | undefined,
): void {
  switch (fault) {
    case "error-before":
    case "error-after":
      sendReply(response, refusal(500, "Server Error"));
      return;
    case "bad-gateway": {
      const html = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
      response.writeHead(502, { "content-type": "text/html", "content-length": html.length });
      response.end(html);
      return;
    }
    case "reset-before":
    case "reset-after":
      response.socket?.resetAndDestroy();
      return;
    case "hang-before":
    case "hang-after":
      return; // until the client gives up or the sandbox is closed
    case "truncated": {
      const whole = Buffer.from(reply?.text ?? JSON.stringify(reply?.body ?? null));
      response.writeHead(reply?.status ?? 200, { "content-type": "application/json", "content-length": whole.length });
      response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
      return;
    }
    default:
      fault satisfies never;
  }
}
