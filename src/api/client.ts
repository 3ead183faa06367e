// One HTTP request and what came back, without judging it (reply.ts does) and without pacing it (transport.ts does).
import type { IncomingHttpHeaders } from "node:http";
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
export type Exchange = Answer | { readonly kind: "broken"; readonly code: string; readonly syscall?: string };

/** What the API said. */
export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** False when the connection broke, or the size bound was hit, before the end of the body. */
  readonly complete: boolean;
}

/** Connections to one address. Disposing it cuts whatever is still in flight. */
export interface Client extends AsyncDisposable {
  /**
   * Sends at once and resolves when the body is read, the deadline has passed or `cut` is aborted. Never rejects. `left` is called in the
   * moment that the request is written to a connection, at most once; where `mayLeave` says no in that moment, nothing is written.
   */
  exchange(request: ApiRequest, cut: AbortSignal, left?: () => void, mayLeave?: () => boolean): Promise<Exchange>;
}

/** One account, and the bounds of its connections. */
export interface ClientOptions {
  /** May have a path prefix, which stands before every request's path. */
  readonly baseUrl: string;
  readonly token: string;
  /** Between here and there; never used for this machine itself. */
  readonly proxy?: HttpProxy;
  /** At most this many requests are in flight; none of them waits for a connection that stands. */
  readonly mostInFlight: number;
  /** For the whole of one request, connecting included. */
  readonly timeoutMs: number;
}

/** What is connected to, and how often at most at the same time. */
export interface ConnectionOptions extends Pick<ClientOptions, "baseUrl" | "proxy" | "timeoutMs"> {
  readonly connections: number;
}

/** The code of a request that was held back in the moment in which it would have been written. */
export const heldBack = "HELD_BACK";

const maxBodyBytes = 16 * 1024 * 1024;

/** `TIMEOUT`, `CUT` and `TOO_LARGE` are ours, those with `PROXY_` are of tunnel.ts, others are those of Node and undici. */
export function createClient(options: ClientOptions): Client {
  const { token, timeoutMs } = options;
  const { origin, pathname } = new URL(options.baseUrl);
  const prefix = pathname.replace(/\/+$/, "");
  // Twice as many: after an answer undici keeps a connection to itself until the event loop has been round, and the next request,
  // whose start is counted already, would wait for that behind whatever else there is to do.
  const connections = openConnections({ ...options, connections: 2 * options.mostInFlight });
  const hide = createHide(token);
  const headers = {
    accept: "application/json",
    authorization: `Bearer ${token}`,
    "user-agent": "luminous-import",
  };
  const headersOfBody = { ...headers, "content-type": "application/json" };
  const cuts = createCuts();

  return {
    exchange: ({ method, path, body }, cut, left, mayLeave) =>
      new Promise((resolve) => {
        if (cut.aborted) {
          resolve({ kind: "broken", code: "CUT" });
          return;
        }
        const land = (end: Exchange): void => {
          clearTimeout(timer);
          landed();
          resolve(end.kind === "answer" ? hide(end) : end);
        };
        const flight = openFlight(land, left, mayLeave);
        const timer = setTimeout(() => flight.end("TIMEOUT"), timeoutMs);
        const landed = cuts.add(cut, () => flight.end("CUT"));
        connections.dispatch(
          {
            origin,
            method,
            path: `${prefix}${path}`,
            headers: body === undefined ? headers : headersOfBody,
            body: body ?? null,
          },
          flight.handler,
        );
      }),
    async [Symbol.asyncDispose]() {
      cuts[Symbol.dispose]();
      await connections.destroy();
    },
  };
}

/**
 * Connections to the origin of an address, through its proxy where it has one: what is not trusted is refused whatever the
 * environment says. Without an interceptor that asks for it, undici follows no redirects.
 */
export function openConnections({ baseUrl, proxy, connections, timeoutMs }: ConnectionOptions): Dispatcher {
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

/**
 * An API may quote the request. What it says of a refusal is written down, so no token stays in it. A success is data, of
 * which much is shown all the same (labels, differences, names): there a token goes that cannot be data by chance.
 */
function createHide(token: string): (answer: Answer) => Answer {
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

/** A request under way. What undici tells of it goes to `handler`; `end` ends it before its time. */
interface Flight {
  readonly handler: Dispatcher.DispatchHandler;
  end(code: "TIMEOUT" | "CUT"): void;
}

/**
 * Undici's own way to read an answer: a stream and a signal for each, as its `request` has them, cost more than the request.
 * `landed` is told the end, once, and `left` that it began. A body that breaks off is still an answer: the status alone may decide.
 */
function openFlight(landed: (end: Exchange) => void, left?: () => void, mayLeave?: () => boolean): Flight {
  let controller: Dispatcher.DispatchController | undefined;
  let head: Pick<Answer, "status" | "headers"> | undefined;
  let isOver = false;
  const chunks: Buffer[] = [];
  let bytes = 0;

  const over = (end: Exchange): void => {
    if (isOver) return;
    isOver = true;
    landed(end);
  };
  const answered = (answer: Pick<Answer, "status" | "headers">, complete: boolean): void => {
    const [only = Buffer.alloc(0)] = chunks;
    const body = chunks.length < 2 ? only : Buffer.concat(chunks);
    over({ kind: "answer", ...answer, text: body.toString("utf8"), complete });
  };

  return {
    end(code) {
      if (head === undefined) over({ kind: "broken", code });
      else answered(head, false);
      controller?.abort(new Error(code));
    },
    handler: {
      onRequestStart(started) {
        controller = started;
        if (!isOver && mayLeave?.() === false) over({ kind: "broken", code: heldBack });
        if (isOver) started.abort(new Error("it was over before it had a connection"));
        else left?.();
      },
      onResponseStart(_, status, headers) {
        if (status >= 200) head = { status, headers: plainHeaders(headers) };
      },
      onResponseData(reading, chunk) {
        if (isOver || head === undefined) return;
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= maxBodyBytes) return;
        over({ kind: "answer", ...head, text: "", complete: false });
        reading.abort(new Error("the answer is too large"));
      },
      onResponseEnd() {
        if (head !== undefined) answered(head, true);
      },
      onResponseError(_, error) {
        if (head === undefined) over(broken(error));
        else answered(head, false);
      },
    },
  };
}

/** Tells what is in flight when a signal is aborted: one listener for all of it. */
interface Cuts extends Disposable {
  /** Gives the function that takes it off again. The signal is not aborted yet. */
  add(signal: AbortSignal, cut: () => void): () => void;
}

function createCuts(): Cuts {
  const known = new Map<AbortSignal, { readonly inFlight: Set<() => void>; readonly abort: () => void }>();
  const of = (signal: AbortSignal) => {
    const found = known.get(signal);
    if (found !== undefined) return found;
    const inFlight = new Set<() => void>();
    const abort = () => {
      for (const cut of [...inFlight]) cut();
    };
    signal.addEventListener("abort", abort, { once: true });
    const made = { inFlight, abort };
    known.set(signal, made);
    return made;
  };
  return {
    add(signal, cut) {
      const { inFlight } = of(signal);
      inFlight.add(cut);
      return () => inFlight.delete(cut);
    },
    [Symbol.dispose]() {
      for (const [signal, { abort }] of known) signal.removeEventListener("abort", abort);
      known.clear();
    },
  };
}

/** Of a header that came several times, the first. */
function plainHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) plain[name] = Array.isArray(value) ? (value[0] ?? "") : value;
  }
  return plain;
}

function broken(error: unknown): Exchange {
  const { code, syscall } = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  return {
    kind: "broken",
    code: typeof code === "string" ? code : error instanceof Error ? error.name : "UNKNOWN",
    ...(typeof syscall === "string" ? { syscall } : {}),
  };
}
