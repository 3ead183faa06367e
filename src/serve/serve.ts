// The HTTP server of --listen, for machines of one's own network: the metrics and the health of a process that goes on for long. It
// reads no body, keeps no connection, and is gone with whoever opened it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ImportError } from "../model/error.ts";

/** Where to listen. Port 0 takes a free one. */
export interface ListenAddress {
  /** A name or an address, an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** A server that listens. Disposing cuts what is open and frees the port. */
export interface Serving extends AsyncDisposable {
  /** `http://127.0.0.1:9464`. */
  readonly url: string;
}

/** What is answered at a path. */
export interface Page {
  readonly status: number;
  /** Its content type. */
  readonly type: string;
  readonly body: string;
}

/** By path: `/metrics`. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

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
export async function serve({ host, port }: ListenAddress, pages: Pages): Promise<Serving> {
  const server = createServer(bounds, (request, response) => {
    answer(request, pages)
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

/** Metrics in the text format of Prometheus, from whatever keeps them. */
export function metricsPage(metrics: { readonly contentType: string; text(): Promise<string> }): () => Promise<Page> {
  return async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() });
}

/** A state as JSON: 200 while it is well, else 503. */
export function statePage(state: object, isWell: boolean): Page {
  return { status: isWell ? 200 : 503, type: "application/json", body: `${JSON.stringify(state)}\n` };
}

async function answer({ method, url = "" }: IncomingMessage, pages: Pages): Promise<Page> {
  const text = (status: number, body: string): Page => ({ status, type: "text/plain; charset=utf-8", body });
  if (method !== "GET" && method !== "HEAD") return text(405, "Only GET is answered here.\n");
  const path = url.replace(/\?.*$/s, "");
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page !== undefined) return await page();
  const [last = "", ...others] = Object.keys(pages).reverse();
  return text(404, `There is ${others.reverse().join(", ")} and ${last}.\n`);
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
