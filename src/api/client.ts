// One HTTP request and what came back, without judging it (reply.ts does) and without pacing it (transport.ts does).
import { type Dispatcher, Pool } from "undici";
import { isLoopback } from "../model/loopback.ts";
import type { HttpProxy } from "../model/proxy.ts";
import { createMask, isDistinct } from "../model/text/mask.ts";
import { openTunnel } from "./tunnel.ts";

/** What goes out, beside the address, the token and the headers that every request has. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  /** Relative to the base address, with a leading slash and its query. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
}

/** What came of a request. Holds no token, but where a success has a word in it that is the token too. */
export type Exchange =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
      /** False when the connection broke, or the size bound was hit, before the end of the body. */
      readonly complete: boolean;
    }
  | { readonly kind: "broken"; readonly code: string; readonly syscall?: string };

/** Connections to one address. Disposing it cuts whatever is still in flight. */
export interface Client extends AsyncDisposable {
  /** Sends at once and resolves when the body is read, the deadline has passed or `cut` is aborted. Never rejects. */
  exchange(request: ApiRequest, cut: AbortSignal): Promise<Exchange>;
}

/** One account, and the bounds of its connections. */
export interface ClientOptions {
  /** May have a path prefix, which stands before every request's path. */
  readonly baseUrl: string;
  readonly token: string;
  /** Between here and there; never used for this machine itself. */
  readonly proxy?: HttpProxy;
  /** At most this many requests are in flight; none of them waits for a connection. */
  readonly connections: number;
  /** For the whole of one request, connecting included. */
  readonly timeoutMs: number;
}

const maxBodyBytes = 16 * 1024 * 1024;

/** `TIMEOUT`, `CUT` and `TOO_LARGE` are ours, those with `PROXY_` are of tunnel.ts, others are those of Node and undici. */
export function createClient(options: ClientOptions): Client {
  const { token, timeoutMs } = options;
  const { origin, pathname } = new URL(options.baseUrl);
  const prefix = pathname.replace(/\/+$/, "");
  const connections = openConnections(options);
  const hide = createHide(token);
  const headers = {
    accept: "application/json",
    authorization: `Bearer ${token}`,
    "user-agent": "luminous-import",
  };

  return {
    async exchange({ method, path, body }, cut) {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(new Ended("TIMEOUT")), timeoutMs);
      const cutOff = () => deadline.abort(new Ended("CUT"));
      cut.addEventListener("abort", cutOff, { once: true });
      if (cut.aborted) cutOff();
      try {
        const reply = await connections.request({
          origin,
          method,
          path: `${prefix}${path}`,
          headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
          body: body ?? null,
          signal: deadline.signal,
        });
        const answer = {
          status: reply.statusCode,
          headers: plainHeaders(reply.headers),
          ...(await readBody(reply.body)),
        };
        return { kind: "answer", ...hide(answer) };
      } catch (error) {
        return broken(deadline.signal.aborted ? deadline.signal.reason : error);
      } finally {
        clearTimeout(timer);
        cut.removeEventListener("abort", cutOff);
      }
    },
    [Symbol.asyncDispose]: () => connections.destroy(),
  };
}

/**
 * Connections to the origin of an address, through its proxy where it has one: what is not trusted is refused whatever the
 * environment says. Without an interceptor that asks for it, undici follows no redirects.
 */
export function openConnections({ baseUrl, proxy, connections, timeoutMs }: Omit<ClientOptions, "token">): Dispatcher {
  const { origin, hostname } = new URL(baseUrl);
  // Connecting gets half the time, so that a connect time-out (provably unsent) is told from a silent server.
  const connectTimeoutMs = Math.max(1, Math.floor(timeoutMs / 2));
  if (proxy !== undefined && !isLoopback(hostname)) {
    return openTunnel(proxy, { connections, connectTimeoutMs, timeoutMs });
  }
  // Said here, because an environment (NODE_TLS_REJECT_UNAUTHORIZED) could say otherwise for the whole process.
  const trust = isLoopback(hostname) ? {} : { rejectUnauthorized: true };
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: connectTimeoutMs, ...trust },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
}

interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * An API may quote the request. What it says of a refusal is written down, so no token stays in it. A success is data, of
 * which much is shown all the same (labels, differences, names): there a token goes that cannot be data by chance.
 */
function createHide(token: string): <T extends Said>(answer: T) => T {
  const mask = createMask(token);
  return (answer) => {
    if (answer.status < 300 && !isDistinct(token)) return answer;
    const text = mask(answer.text);
    const together = Object.values(answer.headers).join("\n"); // one look at all of them is mostly enough
    if (mask(together) === together) return { ...answer, text };
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, mask(value)] as const);
    return { ...answer, text, headers: Object.fromEntries(headers) };
  };
}

class Ended extends Error {
  readonly code: string;
  constructor(code: "TIMEOUT" | "CUT") {
    super(code);
    this.code = code;
  }
}

/** A body that breaks off is still an answer: the status alone may decide. */
async function readBody(body: AsyncIterable<Buffer>): Promise<{ readonly text: string; readonly complete: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) return { text: "", complete: false }; // leaving the loop destroys the stream
      chunks.push(chunk);
    }
    return { text: Buffer.concat(chunks).toString("utf8"), complete: true };
  } catch {
    return { text: Buffer.concat(chunks).toString("utf8"), complete: false };
  }
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? (value[0] ?? "") : value]],
    ),
  );
}

function broken(error: unknown): Exchange {
  const { code, syscall } = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  return {
    kind: "broken",
    code: typeof code === "string" ? code : error instanceof Error ? error.name : "UNKNOWN",
    ...(typeof syscall === "string" ? { syscall } : {}),
  };
}
