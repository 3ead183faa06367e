// One notification by POST: signed, tried a few times within its time, following no redirect. What it says of a failure
// names no more of the address than its host.
import { createHmac, randomUUID } from "node:crypto";
import { openConnections } from "../api/client.ts";
import type { Clock } from "../model/clock.ts";
import type { HttpProxy } from "../model/proxy.ts";
import type { Address } from "./destination.ts";

/** How a try, or all of them, ended. */
export type Delivery =
  | { readonly ok: true; readonly tries: number; readonly status?: number }
  | {
      readonly ok: false;
      readonly tries: number;
      readonly status?: number;
      /** `HTTP 404`, `ECONNREFUSED`, `no answer within 30 s`. */
      readonly why: string;
      /** The beginning of what was answered, or printed: may quote anything. */
      readonly said?: string;
    };

/** What posting takes of the outside. */
export interface PostWorld {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly proxy?: HttpProxy | undefined;
  readonly userAgent: string;
}

/** The names of the headers: a contract. */
export const notifyHeaders = {
  /** Seconds since the epoch. */
  timestamp: "Luminous-Import-Timestamp",
  signature: "Luminous-Import-Signature",
  /** The same for every try of one notification. */
  delivery: "Luminous-Import-Delivery",
} as const;

const mostTries = 4;
/** A receiver that says nothing must leave time for another try. */
const longestTryMs = 10_000;
const firstWaitMs = 1000;
const mostSaid = 200;

/** `v1=` and the HMAC-SHA256 of the timestamp, a dot and the body, in hexadecimal. */
export function signatureOf(secret: string, timestampSeconds: number, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${timestampSeconds}.${body}`).digest("hex")}`;
}

/** Posts the body until it is taken, refused for good, or the time is up. Never rejects. */
export async function post(body: string, { url, secret }: Address, world: PostWorld): Promise<Delivery> {
  const { clock, signal, timeoutMs } = world;
  const endMs = clock.monotonicMs() + timeoutMs;
  const delivery = randomUUID();
  const connections = openConnections({
    baseUrl: url.href,
    connections: 1,
    timeoutMs: Math.min(timeoutMs, longestTryMs),
    ...(world.proxy === undefined ? {} : { proxy: world.proxy }),
  });
  try {
    for (let tries = 1; ; tries += 1) {
      const leftMs = endMs - clock.monotonicMs();
      const timestamp = Math.floor(clock.nowMs() / 1000);
      const headers = {
        "content-type": "application/json",
        accept: "*/*",
        "user-agent": world.userAgent,
        [notifyHeaders.timestamp]: String(timestamp),
        [notifyHeaders.delivery]: delivery,
        ...(secret === undefined ? {} : { [notifyHeaders.signature]: signatureOf(secret, timestamp, body) }),
      };
      const answer = await once(connections, url, { headers, body }, Math.min(leftMs, longestTryMs), signal);
      if (answer.kind === "taken") return { ok: true, tries, status: answer.status };
      const { kind: _, again, waitMs, ...failure } = answer;
      const waitedMs = Math.max(waitMs ?? 0, firstWaitMs * 3 ** (tries - 1) * (0.5 + world.random() / 2));
      const isLast = !again || tries === mostTries || signal.aborted || clock.monotonicMs() + waitedMs >= endMs;
      if (isLast) return { ok: false, tries, ...failure };
      await clock.sleep(waitedMs, signal);
      if (signal.aborted) return { ok: false, tries, ...failure };
    }
  } finally {
    await connections.destroy().catch(() => undefined);
  }
}

type Answer =
  | { readonly kind: "taken"; readonly status: number }
  | {
      readonly kind: "failed";
      readonly again: boolean;
      readonly waitMs?: number;
      readonly status?: number;
      readonly why: string;
      readonly said?: string;
    };

interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function once(
  connections: ReturnType<typeof openConnections>,
  url: URL,
  content: Content,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(1, timeoutMs));
  const cut = () => deadline.abort();
  signal.addEventListener("abort", cut, { once: true });
  if (signal.aborted) cut();
  try {
    const { origin, pathname, search } = url;
    const reply = await connections.request({
      origin,
      method: "POST",
      path: `${pathname}${search}`,
      ...content,
      signal: deadline.signal,
    });
    const { statusCode: status } = reply;
    if (status >= 200 && status < 300) {
      await reply.body.dump().catch(() => undefined); // it was taken, whatever becomes of the rest
      return { kind: "taken", status };
    }
    const said = await beginningOf(reply.body);
    const again = status === 408 || status === 425 || status === 429 || status >= 500;
    const waitMs = again ? retryAfterMs(reply.headers["retry-after"]) : undefined;
    const why = status >= 300 && status < 400 ? `HTTP ${status}, and redirects are not followed` : `HTTP ${status}`;
    return { kind: "failed", again, status, why, said, ...(waitMs === undefined ? {} : { waitMs }) };
  } catch (error) {
    if (signal.aborted) return { kind: "failed", again: false, why: "interrupted" };
    if (deadline.signal.aborted)
      return { kind: "failed", again: true, why: `no answer within ${Math.ceil(timeoutMs / 1000)} s` };
    return { kind: "failed", again: true, why: codeOf(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cut);
  }
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  try {
    for await (const chunk of body) {
      text += chunk.toString("utf8");
      if (text.length >= mostSaid) break; // leaving the loop destroys the stream
    }
  } catch {
    // What came before it broke off says enough.
  }
  return text.slice(0, mostSaid);
}

/** In seconds; a date is nothing that a program that is about to end waits for. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

function codeOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string")
    return error.code;
  return error instanceof Error ? error.name : "UNKNOWN";
}
