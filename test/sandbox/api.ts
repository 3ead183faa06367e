// A small client for the sandbox's tests, and payloads that are right until a test makes them wrong.
import { parsePath, valueAt } from "../../src/model/payload-path.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** The value at a dotted path of the body: `data.items.0.sku`. */
  at(path: string): unknown;
}

/** Sends one request with the sandbox's token. A string body goes out as it is. */
export async function call(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  token = "sandbox",
): Promise<Answer> {
  const response = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/json", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const received: unknown = await response.json();
  const at = (place: string): unknown => valueAt(received, parsePath(place));
  return { status: response.status, headers: response.headers, body: received, at };
}

export function product(sku: string, more: object = {}): Record<string, unknown> {
  return { name: `Product ${sku}`, sku, category: { name: "Tools" }, ...more };
}

export function order(number: string, more: object = {}): Record<string, unknown> {
  return {
    channel_id: 1,
    order_number: number,
    order_date: "2024-01-15",
    order_status: "completed",
    bill_to: { name: "Ada" },
    ship_to: { name: "Ada" },
    items: [{ sku: "A-1", quantity: 2, unit_price: 9.99 }],
    ...more,
  };
}

/** A clock that stands still until it is moved. */
export function testClock(startMs = Date.parse("2024-01-15T10:00:00Z")): {
  now: () => number;
  advance: (ms: number) => void;
} {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
