// The other side as a model: it keeps what it is told, late if it likes, and lets reads see it later still. It watches for
// the worst thing a client can do: to create a key while it cannot know what became of an earlier creation.
import type { ApiRequest, Client, Exchange } from "../../src/dispatch/client.ts";
import { isPlainObject, type JsonObject } from "../../src/model/json.ts";
import type { ResourceName } from "../../src/model/resource.ts";
import type { FakeClock } from "./fake-clock.ts";

/** What befalls a write. `late`: the connection breaks at once, and it is stored just before the time-out has passed. */
export type Fault =
  | "none"
  | "refused"
  | "throttled"
  | "undelivered"
  | "lost before"
  | "lost after"
  | "late"
  | "hangs"
  | "killed before"
  | "killed after";

export interface ModelledApi {
  readonly client: Client;
  readonly breaches: readonly string[];
  /** Content by key. */
  content(resource: ResourceName): ReadonlyMap<string, JsonObject>;
  /** The next process, and what befalls its writes; `onKill` is called in the middle of a request. */
  start(faults: readonly Fault[], onKill: () => void): void;
}

interface Stored {
  readonly id: number;
  readonly content: JsonObject;
  readonly visibleFromMs: number;
}

const paths = { "/products": "products", "/sales-orders": "sales_orders" } as const;
const keyPaths = { products: "sku", sales_orders: "order_number" } as const;

export function modelledApi(clock: FakeClock, timeoutMs: number, readLagMs: number): ModelledApi {
  const records = new Map<string, Stored>();
  /** When a creation left whose fate its sender cannot know. */
  const unknownSince = new Map<string, number>();
  const breaches: string[] = [];
  let ahead: Fault[] = [];
  let isDead = false;
  let onKill = () => {};
  let ids = 0;

  const store = (name: string, id: number | undefined, content: JsonObject): number => {
    const before = records.get(name);
    if (id === undefined && before !== undefined) breaches.push(`${name} was created twice`);
    const stored = {
      id: id ?? ++ids,
      content: { ...before?.content, ...content },
      visibleFromMs: clock.nowMs() + readLagMs,
    };
    // What reads could see of it they still see.
    records.set(name, before === undefined ? stored : { ...stored, visibleFromMs: before.visibleFromMs });
    return stored.id;
  };

  const read = (resource: "products" | "sales_orders", query: URLSearchParams): Exchange => {
    const keys = [...query].flatMap(([name, value]) => (name.includes("[") ? value.split(",") : []));
    const data = keys.flatMap((key) => {
      const name = `${resource} ${key}`;
      const found = records.get(name);
      if (found !== undefined && found.visibleFromMs <= clock.nowMs())
        return [{ id: found.id, [keyPaths[resource]]: key }];
      const since = unknownSince.get(name);
      if (since !== undefined && clock.nowMs() >= since + timeoutMs + readLagMs) unknownSince.delete(name); // proved
      return [];
    });
    return answer(200, { data, meta: { last_page: 1 } });
  };

  const write = async (
    resource: "products" | "sales_orders",
    id: number | undefined,
    body: JsonObject,
  ): Promise<Exchange> => {
    const name = `${resource} ${String(body[keyPaths[resource]])}`;
    if (id === undefined && unknownSince.has(name)) breaches.push(`${name} was sent again while its fate was unknown`);
    const fault = ahead.shift() ?? "none";
    const sentAtMs = clock.nowMs();
    const keep = () => store(name, id, body);
    const lost = () => {
      if (id === undefined) unknownSince.set(name, sentAtMs);
    };
    switch (fault) {
      case "none":
        return answer(201, { data: { id: keep() } });
      case "refused":
        return answer(422, { message: "no", errors: { name: ["no"] } });
      case "throttled":
        return { ...answer(429, {}), headers: { "retry-after": "1" } };
      case "undelivered":
        return { kind: "broken", code: "ECONNREFUSED", syscall: "connect" };
      case "lost before":
      case "lost after":
        lost();
        if (fault === "lost after") keep();
        return answer(500, {});
      case "late":
        lost();
        // An update that lands after a later run's with other content is a race that no client can win: not modelled.
        if (id === undefined) void clock.sleep(timeoutMs - 1).then(keep);
        else keep();
        return { kind: "broken", code: "ECONNRESET" };
      case "hangs":
        lost();
        keep();
        await clock.sleep(timeoutMs);
        return { kind: "broken", code: "TIMEOUT" };
      case "killed before":
      case "killed after":
        lost();
        if (fault === "killed after") keep();
        isDead = true;
        onKill();
        return { kind: "broken", code: "CUT" };
      default:
        return fault satisfies never;
    }
  };

  const exchange = async ({ method, path, body = "{}" }: ApiRequest): Promise<Exchange> => {
    // What a dead process still tries never left it.
    if (isDead) return { kind: "broken", code: "CUT" };
    await clock.sleep(5);
    if (isDead) return { kind: "broken", code: "CUT" };
    const url = new URL(path, "http://model");
    const [, top = "", id] = url.pathname.split("/");
    const resource = paths[`/${top}` as keyof typeof paths];
    if (top === "channels") return answer(200, { data: [{ id: 1, label: "Default" }], meta: { last_page: 1 } });
    if (resource === undefined) return answer(200, { data: [] });
    const parsed: unknown = JSON.parse(body);
    if (method === "GET") return read(resource, url.searchParams);
    return write(
      resource,
      id === undefined ? undefined : Number(id),
      isPlainObject(parsed) ? (parsed as JsonObject) : {},
    );
  };

  return {
    breaches,
    client: { exchange, [Symbol.asyncDispose]: async () => {} },
    content: (resource) =>
      new Map(
        [...records].flatMap(([name, { content }]) =>
          name.startsWith(`${resource} `) ? [[name.slice(resource.length + 1), content] as const] : [],
        ),
      ),
    start(faults, kill) {
      ahead = [...faults];
      onKill = kill;
      isDead = false;
    },
  };
}

function answer(status: number, body: object): Extract<Exchange, { kind: "answer" }> {
  return { kind: "answer", status, headers: {}, text: JSON.stringify(body), complete: true };
}
