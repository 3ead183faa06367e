// The receiver's process: plain node:http, as little as the program and the baselines need, and the moment of every write. It
// believes everything and checks nothing: what the API would refuse is the sandbox's business. Started by receiver.ts.
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { createRateLimit } from "../../src/sandbox/time-window.ts";
import type { Answered, Asked, LimitStep, ReceiverSettings } from "./messages.ts";

const basePath = "/external/api/v1/";

interface Kept {
  readonly id: number;
  readonly text: string;
}

/** What is stored under a path such as `products`, by the key that its bodies have. */
interface Shelf {
  readonly keyOf: (body: Readonly<Record<string, unknown>>) => string;
  readonly byKey: Map<string, Kept>;
}

const shelf = (name: string): Shelf => ({ keyOf: (body) => String(body[name]), byKey: new Map() });
const shelves = new Map<string, Shelf>();
let settings: ReceiverSettings = {};
let lastId = 0;
let arrivalsMs: number[] = [];
let statuses: number[] = [];
let reads = 0;
let limit = stepped([]);

reset({});
const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const atMs = performance.now();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(request, response, atMs, Buffer.concat(chunks).toString()));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  tell({ url: `http://127.0.0.1:${port}${basePath.slice(0, -1)}` });
});
process.on("message", (asked: Asked) => {
  if (asked.reset !== undefined) reset(asked.reset);
  tell({ arrivalsMs: Float64Array.from(arrivalsMs), statuses: Uint16Array.from(statuses), reads });
});
process.on("disconnect", () => process.exit());

function tell(message: Answered): void {
  process.send?.(message);
}

/** Forgets everything and behaves differently from now on. */
function reset(next: ReceiverSettings): void {
  settings = next;
  lastId = 0;
  arrivalsMs = [];
  statuses = [];
  reads = 0;
  limit = stepped(next.limits ?? []);
  shelves.clear();
  for (const [name, key] of Object.entries({ products: "sku", "sales-orders": "order_number", channels: "label" })) {
    shelves.set(name, shelf(key));
  }
  for (const name of ["warehouses", "warehouse-groups", "custom-fields", "companies"]) shelves.set(name, shelf("name"));
  keep("channels", JSON.stringify({ label: "Default", channelType: "sales_channel" }));
  for (const sku of next.skus ?? []) keep("products", JSON.stringify({ sku, name: sku }));
}

function keep(name: string, text: string): Kept | undefined {
  const onto = shelves.get(name);
  if (onto === undefined) return undefined;
  const id = ++lastId;
  // Put in front, as text: an answer is the body and its id.
  const kept = { id, text: `{"id":${id},${text.slice(1)}` };
  onto.byKey.set(onto.keyOf(JSON.parse(text) as Record<string, unknown>), kept);
  return kept;
}

function answer(request: IncomingMessage, response: ServerResponse, atMs: number, body: string): void {
  const [path = "", search = ""] = (request.url ?? "").split("?", 2);
  const name = path.slice(basePath.length);
  const isWrite = request.method !== "GET";
  const waitMs = limit(atMs, isWrite);
  const status = waitMs > 0 ? 429 : isWrite ? 201 : 200;
  if (isWrite) {
    arrivalsMs.push(atMs);
    statuses.push(status);
  } else reads += 1;
  if (status === 429) {
    send(response, 429, '{"message":"Too Many Attempts."}', {
      "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))),
    });
    return;
  }
  const text = isWrite ? keep(name, body)?.text : undefined;
  const [listed = "", isExport] = name.split("/");
  const read = () => (isExport === "export" ? exported(listed) : list(name, new URLSearchParams(search)));
  const given = isWrite ? text && `{"data":${text}}` : read();
  const reply = () =>
    given === undefined
      ? send(response, 404, '{"message":"There is no such endpoint."}')
      : send(response, status, given);
  if (settings.latencyMs === undefined) reply();
  else setTimeout(reply, settings.latencyMs);
}

function send(response: ServerResponse, status: number, text: string, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** All that is there, as a cursor export gives it. */
function exported(name: string): string | undefined {
  const onto = shelves.get(name);
  if (onto === undefined) return undefined;
  const rows = [...onto.byKey.values()].map(({ text }) => text);
  const meta = { rows: rows.length, cutoff: new Date().toISOString() };
  return `{"data":[${rows.join(",")}],"meta":${JSON.stringify(meta)},"next_cursor":null,"has_more":false}`;
}

/** A page of a list, filtered by the keys that are asked for; undefined where there is no such list. */
function list(name: string, query: URLSearchParams): string | undefined {
  const onto = shelves.get(name);
  if (onto === undefined) return undefined;
  const page = Number(query.get("page") ?? 1);
  const perPage = Number(query.get("per_page") ?? 10);
  const asked = [...query].find(([parameter]) => /^(sku|order_number|label|name)(\[(in|eq)\])?$/.test(parameter));
  const found =
    asked === undefined
      ? [...onto.byKey.values()]
      : (asked[0].endsWith("[in]") ? asked[1].split(",") : [asked[1]]).flatMap((key) => onto.byKey.get(key) ?? []);
  const first = (page - 1) * perPage;
  const shown = found.slice(first, first + perPage);
  const meta = {
    current_page: page,
    from: shown.length === 0 ? null : first + 1,
    last_page: Math.max(1, Math.ceil(found.length / perPage)),
    per_page: perPage,
    to: shown.length === 0 ? null : first + shown.length,
    total: found.length,
  };
  return `{"data":[${shown.map(({ text }) => text).join(",")}],"meta":${JSON.stringify(meta)}}`;
}

/** How long a request that comes now would have to wait; 0 when it is let in. Steps count from the first write. */
function stepped(steps: readonly LimitStep[]): (nowMs: number, isWrite: boolean) => number {
  let firstMs: number | undefined;
  const limits = steps.map((step) => ({ ...step, admit: createRateLimit(step.perSecond) }));
  return (nowMs, isWrite) => {
    if (isWrite) firstMs ??= nowMs;
    const since = (nowMs - (firstMs ?? nowMs)) / 1000;
    const now = limits.findLast(({ fromSeconds }) => fromSeconds <= since);
    return now === undefined ? 0 : now.admit(nowMs).retryAfterMs;
  };
}
