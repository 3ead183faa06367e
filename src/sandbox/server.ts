// The sandbox's server: a local stand-in for the Luminous API, with its limits and its faults, to rehearse against.
// Here is its lifetime; the way of a request is in exchange.ts, what the endpoints do in the *-endpoints files.
import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { ImportError } from "../model/error.ts";
import type { JsonObject } from "../model/json.ts";
import { sendReply, sendText } from "./answer.ts";
import { controlPath, controlReply, type SandboxRecord, storedRecords } from "./control.ts";
import { accountRoutes } from "./endpoints/account-endpoints.ts";
import { channelRoutes } from "./endpoints/channel-endpoints.ts";
import { companyRoutes } from "./endpoints/company-endpoints.ts";
import { orderRoutes } from "./endpoints/order-endpoints.ts";
import { productRoutes } from "./endpoints/product-endpoints.ts";
import { createServe, type Exchange } from "./exchange.ts";
import { lyingRoutes } from "./lies/lying-routes.ts";
import { createTally, type SandboxCounts } from "./tally.ts";
import { type SandboxOptions, sandboxSettings } from "./world/options.ts";
import { readLies } from "./world/read-lies.ts";
import { refusal } from "./world/reply.ts";
import { dateHeader, shiftedClock } from "./world/server-clock.ts";
import { skuOwners } from "./world/sku-index.ts";
import { createWorld, type SandboxResource } from "./world/world.ts";

/** A running sandbox. Disposing it cuts every connection, hanging ones too, and frees the port. */
export interface Sandbox extends AsyncDisposable {
  /** The base address: `http://127.0.0.1:PORT/external/api/v1`. */
  readonly url: string;
  readonly port: number;
  counts(): SandboxCounts;
  /** What is stored, by id; with a key, what is stored under it. */
  records(resource: SandboxResource, key?: string): readonly SandboxRecord[];
  /** Puts a record there as if the app had made it, with settings that the API cannot write; gives its id. */
  seed(resource: SandboxResource, key: string, content: JsonObject): number;
  /** Tells no lies to the requests that come from now on; a changed clock and changed keys stay. */
  stopLying(): void;
}

const basePath = "/external/api/v1";
const host = "127.0.0.1";
/** Longer than any client keeps an idle connection, so that no cut connection is by accident. */
const keepAliveMs = 120_000;

/**
 * Starts a sandbox on 127.0.0.1, never on another address. Throws `ImportError("USAGE")` for options that make no sense
 * and for a port that is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const asked = sandboxSettings(options);
  const lies = readLies(asked.lies, asked.seed);
  const settings = { ...asked, nowMs: shiftedClock(asked.nowMs, lies) };
  const { nowMs, onRequest } = settings;
  const world = createWorld(settings, lies);
  const dateOf = dateHeader(lies);
  const tally = createTally();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // as many as requests wait
  const honest = [productRoutes, orderRoutes, channelRoutes, companyRoutes, accountRoutes].flatMap((of) => of(world));
  const serve = createServe(world, lyingRoutes(honest, lies, nowMs), tally, closing.signal);

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const [pathname = "", search = ""] = (request.url ?? "").split("?", 2);
    const query = new URLSearchParams(search);
    if (!isLocal(request)) {
      sendReply(response, refusal(403, `The sandbox answers to ${host} only.`));
      return;
    }
    if (pathname.startsWith(controlPath)) {
      const { status, text } = controlReply(world, tally.counts(world), pathname, query);
      sendText(response, status, text);
      return;
    }
    const arrivedMs = nowMs();
    response.sendDate = false;
    const date = dateOf(arrivedMs);
    if (date !== undefined) response.setHeader("date", date);
    // An address outside the API is a request too: a wrong base address must show in the counts.
    const path = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : `outside ${pathname}`;
    const exchange: Exchange = { request, response, path, query, arrivedMs, fault: undefined };
    tally.arrived(arrivedMs);
    response.once("close", () => {
      const status = response.writableFinished ? response.statusCode : undefined;
      tally.ended(status);
      onRequest?.({
        method: request.method ?? "",
        path: request.url ?? "",
        status,
        fault: exchange.fault,
        durationMs: nowMs() - arrivedMs,
      });
    });
    // What rejects here is a client that left or a sandbox that closes: either way nobody is listening.
    serve(exchange).catch(() => response.destroy());
  };

  const server = createServer({ keepAliveTimeout: keepAliveMs, maxHeaderSize: 64 * 1024 }, answer);
  const port = await listen(server, settings.port);
  return {
    url: `http://${host}:${port}${basePath}`,
    port,
    counts: () => tally.counts(world),
    records: (resource, key) => storedRecords(world, resource, key),
    seed(resource, key, content) {
      const store = world.stores[resource];
      const { id } = store.create(store.nextId(), { key, text: JSON.stringify(content), received: undefined });
      if (resource === "products") world.skus.add(skuOwners(id, content, []));
      return id;
    },
    stopLying: () => lies.stop(),
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** False for what a browser sends for a foreign page: the name that it was asked for is then not ours. */
function isLocal(request: IncomingMessage): boolean {
  const name = (request.headers.host ?? "").replace(/:\d+$/, "");
  return name === host || name === "localhost";
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE";
      reject(
        new ImportError(
          "USAGE",
          `the sandbox cannot listen on ${host}:${port}: ${isTaken ? "the port is taken" : cause.message}`,
          {
            hint: "choose another port, or 0 for a free one",
            cause,
          },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
