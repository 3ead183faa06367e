// The HTTP server beside a watch: /metrics and /healthz, for machines of one's own network. It reads no body, keeps no
// connection, and is gone with the watch.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ImportError } from "../../model/error.ts";
import type { FollowedHealth } from "./watch-health.ts";
import type { WatchMetrics } from "./watch-metrics.ts";

/** Where to listen. Port 0 takes a free one. */
export interface ListenAddress {
  /** A name or an address, an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** A server that listens. Disposing cuts what is open and frees the port. */
export interface WatchServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464`. */
  readonly url: string;
}

const bounds = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
const mostConnections = 32;

/**
 * `HOST:PORT`, or a port alone for this machine only. Throws `ImportError("USAGE")` for anything else.
 */
export function parseListen(text: string): ListenAddress {
  const [, bracketed, plain, digits = ""] = /^(?:(?:\[([0-9a-f:.]+)\]|([\w.-]*)):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== "" && port <= 65_535) return { host: bracketed ?? (plain || "127.0.0.1"), port };
  throw new ImportError("USAGE", "--listen takes an address and a port", {
    hint: "For example --listen 127.0.0.1:9464, for this machine only; 0.0.0.0:9464 lets the network in.",
  });
}

/** Listens. Throws `ImportError("USAGE")` where that cannot be, for example because the port is taken. */
export async function serveWatch(
  { host, port }: ListenAddress,
  parts: { readonly metrics: WatchMetrics; readonly health: FollowedHealth },
): Promise<WatchServer> {
  const server = createServer(bounds, (request, response) => {
    answer(request, parts)
      .then(({ status, type, body }) => send(response, status, type, request.method === "HEAD" ? "" : body))
      .catch(() => response.destroy());
  });
  server.maxConnections = mostConnections;
  const shown = host.includes(":") ? `[${host}]` : host;
  const chosen = await listen(server, { host, port }, shown);
  return {
    url: `http://${shown}:${chosen}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(
  { method, url = "" }: IncomingMessage,
  { metrics, health }: { readonly metrics: WatchMetrics; readonly health: FollowedHealth },
): Promise<Answer> {
  const text = (status: number, body: string): Answer => ({ status, type: "text/plain; charset=utf-8", body });
  if (method !== "GET" && method !== "HEAD") return text(405, "Only GET is answered here.\n");
  switch (url.replace(/\?.*$/s, "")) {
    case "/metrics":
      return { status: 200, type: metrics.contentType, body: await metrics.text() };
    case "/healthz": {
      const state = health.health();
      return { status: state.healthy ? 200 : 503, type: "application/json", body: `${JSON.stringify(state)}\n` };
    }
    default:
      return text(404, "There is /metrics and /healthz.\n");
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(body);
}

function listen(server: Server, { host, port }: ListenAddress, shown: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "the port is taken" : cause.message;
      reject(
        new ImportError("USAGE", `--listen: ${shown}:${port} cannot be listened on: ${why}`, {
          hint: "Choose another port, or 0 for a free one.",
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
