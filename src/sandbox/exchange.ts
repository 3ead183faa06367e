// The way of one request through the sandbox: let in, limited, struck by a fault or not, carried out, answered.
// Everything up to the fault is decided in the moment of arrival; the server's lifetime is in server.ts.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { isPlainObject, type JsonObject } from "../model/json.ts";
import { type ReplyHeaders, sendFault, sendReply, sendThrottled, strikesBefore } from "./answer.ts";
import type { Tally } from "./tally.ts";
import { createRateLimit } from "./time-window.ts";
import { drawFaults, type FaultName } from "./world/faults.ts";
import { type Reply, refusal } from "./world/reply.ts";
import { type Match, matchRoute, type Route } from "./world/route.ts";
import type { World } from "./world/world.ts";

/** A request that arrived, and what is found out about it on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Relative to the API's base, without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly arrivedMs: number;
  /** Set when one is drawn. */
  fault: FaultName | undefined;
}

/** Resolves when the answer is written, or when it is decided that none will be. Rejects when `signal` aborts a wait. */
export type Serve = (exchange: Exchange) => Promise<void>;

/** Throws `ImportError("USAGE")` for fault odds that cannot be. */
export function createServe(world: World, routes: readonly Route[], tally: Tally, signal: AbortSignal): Serve {
  const { settings, lies } = world;
  const nextFault = drawFaults(settings.faults, settings.seed);
  const admit = settings.ratePerSecond === undefined ? undefined : createRateLimit(settings.ratePerSecond);
  const carryOut = createCarryOut(tally);
  const cross = createCrossing();

  return async (exchange) => {
    const { request, response, path, query, arrivedMs } = exchange;
    const method = request.method ?? "";
    const { match, otherMethods } = matchRoute(routes, method, path);
    tally.routed(`${method} ${match?.route.path ?? "(unknown)"}`);
    if (request.headers.authorization !== `Bearer ${settings.token}`) {
      await readBody(request, 0);
      return sendReply(response, refusal(401, "Unauthenticated."));
    }

    const admission = admit?.(arrivedMs);
    const headers: ReplyHeaders =
      admission === undefined
        ? {}
        : {
            "x-ratelimit-limit": String(admission.limit),
            "x-ratelimit-remaining": String(admission.remaining),
            // Without it nobody could tell a limit per second from the usual one per minute.
            "ratelimit-policy": `${admission.limit};w=${admission.windowMs / 1000}`,
          };
    const throttling = { asDate: settings.retryAfterAsDate, nowMs: arrivedMs, headers };
    if (admission?.admitted === false) {
      await readBody(request, 0);
      return sendThrottled(response, admission.retryAfterMs, throttling);
    }
    if (match === undefined) {
      await readBody(request, 0);
      const refused = otherMethods
        ? refusal(405, `${method} is not supported here.`)
        : refusal(404, "There is no such endpoint.");
      return sendReply(response, refused, headers);
    }

    if (settings.forbidden.includes(`${method} ${match.route.path}`)) {
      await readBody(request, 0);
      return sendReply(response, refusal(403, "This token may not do that."), headers);
    }

    const fault = method === "GET" && !settings.faultReads ? undefined : nextFault();
    exchange.fault = fault;
    if (fault !== undefined) tally.struck(fault);
    if (fault === "reset-before") return sendFault(fault, response, undefined);
    const body = await readBody(request, settings.maxBodyBytes);
    const key = method === "GET" ? undefined : keyOf(body);
    if (key !== undefined) {
      const over = tally.writing(`${match.route.path.split("/")[1]} ${key}`);
      response.once("close", () => over({ isAnswered: response.writableFinished }));
    }
    if (fault === "throttle") return sendThrottled(response, 0, throttling);

    // A write that the server gets to late is stored whatever became of the client.
    const lateMs = method === "GET" || fault !== undefined ? undefined : lies.told("late-commit");
    const queuedMs = method === "GET" || fault !== undefined ? undefined : lies.told("queued");
    if (lateMs !== undefined || queuedMs !== undefined) {
      if (queuedMs !== undefined) sendReply(response, refusal(202, "The request is in the queue."), headers);
      await wait(lateMs ?? queuedMs, undefined, { signal });
      carryOut(match, query, body);
      return;
    }

    // Carried out before the wait: a client that gives up or dies while it waits has written all the same.
    const own = fault !== undefined && strikesBefore(fault) ? undefined : carryOut(match, query, body);
    const isCrossed = method !== "GET" && fault === undefined && own !== undefined && own.status < 300;
    const reply = isCrossed && lies.tells("crossed-answers") ? await cross(own, signal) : own;
    if (settings.latencyMs > 0) await wait(settings.latencyMs, undefined, { signal });
    if (fault !== undefined) return sendFault(fault, response, reply);
    if (reply !== undefined) sendReply(response, reply, headers);
  };
}

/** Two answers that meet change places; one that meets none in time goes where it belongs. */
function createCrossing(): (own: Reply, signal: AbortSignal) => Promise<Reply> {
  let waiting: { readonly own: Reply; readonly take: (other: Reply) => void } | undefined;
  return async (own, signal) => {
    if (waiting !== undefined) {
      const other = waiting;
      waiting = undefined;
      other.take(own);
      return other.own;
    }
    const met = new Promise<Reply>((resolve) => {
      waiting = { own, take: resolve };
    });
    const mine = waiting;
    const alone = wait(longestMeetingMs, own, { signal }).finally(() => {
      if (waiting === mine) waiting = undefined;
    });
    return Promise.race([met, alone]);
  };
}

const longestMeetingMs = 100;

function createCarryOut(tally: Tally): (match: Match, query: URLSearchParams, body: string | undefined) => Reply {
  return ({ route, id }, query, bodyText) => {
    if (bodyText === undefined) return refusal(413, "The body is too large.");
    const body = readJson(bodyText);
    if (body === undefined) return refusal(400, "The body is no JSON.");
    try {
      return route.answer({ id, query, body, bodyText });
    } catch (error) {
      tally.defect();
      return refusal(500, `The sandbox itself failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

/** What a write calls itself, whatever it writes. */
function keyOf(bodyText = ""): string | undefined {
  const body = readJson(bodyText);
  const key = body?.sku ?? body?.order_number ?? body?.label ?? body?.name;
  return typeof key === "string" ? key : undefined;
}

/** The body as text; undefined when it is larger than allowed. Reads to the end either way, so that the answer arrives. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
  }
  return size <= maxBytes ? Buffer.concat(chunks).toString("utf8") : undefined;
}

/** The fields of a JSON body; none for an empty body or JSON that is no object; undefined for what is no JSON. */
function readJson(text: string): JsonObject | undefined {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? (value as JsonObject) : {};
  } catch {
    return undefined;
  }
}
