// The other side as a model: it keeps what it is told, late if it likes, lets reads see it later still, and lies about it
// in one of the ways that servers have. It watches for the worst thing a client can do: to create a key twice.
import type { ApiRequest, Client, Exchange } from "../../src/api/client.ts";
import { isPlainObject, type JsonObject } from "../../src/model/json.ts";
import type { ResourceName } from "../../src/model/resource.ts";
import type { FakeClock } from "../api/fake-clock.ts";

/** What befalls a write. `foreign`: the answer shows a record that nobody here sent. `crossed bare`: the answer to somebody else, with nothing but its id in it. `late`: the connection breaks at once, and it is stored just before the time-out has passed. */
export type Fault =
  | "none"
  | "refused"
  | "throttled"
  | "throttled after"
  | "unavailable after"
  | "undelivered"
  | "lost before"
  | "lost after"
  | "late"
  | "very late"
  | "hangs"
  | "crossed"
  | "crossed bare"
  | "foreign"
  | "killed before"
  | "killed after";

/** How the server answers reads, and what it makes of keys. */
export type Nature =
  | "honest"
  | "in is one key" // `[in]=A,B` finds the key "A,B"
  | "in sees two keys"
  | "filters find nothing"
  | "filters filter nothing"
  | "pages of two" // whatever page is asked for, the first two rows; the total is right
  | "total too large"
  | "lists hide Y" // the export and reading by id do not
  | "keys in lower case"
  | "keys cut";

export interface ModelledApi {
  readonly client: Client;
  readonly breaches: readonly string[];
  /** Content by the key that was sent. */
  content(resource: ResourceName): ReadonlyMap<string, JsonObject>;
  /** The id of the record that was sent with this key. */
  id(resource: ResourceName, key: string): string | undefined;
  /** Answers from before are repeated no more: whoever lost his ledger could not tell their bare ids from his own. */
  forgetAnswers(): void;
  /** The next process, and what befalls its writes; `onKill` is called in the middle of a request. */
  start(process: { readonly faults: readonly Fault[]; readonly timeoutMs: number }, onKill: () => void): void;
}

interface Stored {
  readonly id: number;
  /** As it was sent. */
  readonly key: string;
  readonly content: JsonObject;
  readonly visibleFromMs: number;
}

const paths = { "/products": "products", "/sales-orders": "sales_orders" } as const;
const keyPaths = { products: "sku", sales_orders: "order_number" } as const;
type Name = keyof typeof keyPaths;
const cutLength = 24;

export interface ModelOptions {
  readonly clock: FakeClock;
  readonly readLagMs: number;
  /** How long after the time-out a write may still come. */
  readonly afterTimeoutMs: number;
  readonly nature: Nature;
}

export function modelledApi({ clock, readLagMs, afterTimeoutMs, nature }: ModelOptions): ModelledApi {
  const records: Record<Name, Stored[]> = { products: [], sales_orders: [] };
  const breaches: string[] = [];
  let ahead: Fault[] = [];
  let isDead = false;
  /** Of the process that is alive: how long the server may work on what it sends. */
  let timeoutMs = 0;
  let onKill = () => {};
  let ids = 0;
  const foreignId = 99_000;
  let lastAnswer: Exchange | undefined;
  const lastIds: Partial<Record<Name, number>> = {};

  const shownKey = (key: string): string => {
    if (nature === "keys in lower case") return key.toLowerCase();
    return nature === "keys cut" ? key.slice(0, cutLength) : key;
  };
  const shown = (name: Name, { id, key, content }: Stored): JsonObject => ({
    ...content,
    id,
    [keyPaths[name]]: shownKey(key),
  });
  const visible = (name: Name) => records[name].filter(({ visibleFromMs }) => visibleFromMs <= clock.monotonicMs());

  const store = (name: Name, id: number | undefined, key: string, content: JsonObject): Stored => {
    const before = id === undefined ? undefined : records[name].find((record) => record.id === id);
    if (id === undefined && records[name].some((record) => record.key === key))
      breaches.push(`${name} ${key} was created twice`);
    const stored: Stored = {
      id: before?.id ?? ++ids,
      key,
      content: { ...before?.content, ...content },
      // What reads could see of it they still see.
      visibleFromMs: before?.visibleFromMs ?? clock.monotonicMs() + readLagMs,
    };
    records[name] = [...records[name].filter((record) => record.id !== stored.id), stored];
    return stored;
  };

  const list = (name: Name, query: URLSearchParams): Exchange => {
    const filter = [...query].find(([field]) => field.includes("["));
    let found = visible(name).filter(({ key }) => nature !== "lists hide Y" || key !== "Y");
    if (filter !== undefined && nature !== "filters filter nothing") {
      const [field, value] = filter;
      const isIn = field.endsWith("[in]");
      const asked = isIn && nature !== "in is one key" ? value.split(",") : [value];
      const counted = isIn && nature === "in sees two keys" ? asked.slice(0, 2) : asked;
      found = found.filter(({ key }) => counted.includes(shownKey(key)));
      if (nature === "filters find nothing") found = [];
    }
    const size = Number(query.get("per_page") ?? 10);
    const page = Number(query.get("page") ?? 1);
    const start = (page - 1) * size;
    const rows = nature === "pages of two" ? found.slice(0, 2) : found.slice(start, start + size);
    const total = found.length + (nature === "total too large" ? 5 : 0);
    return answer(200, { data: rows.map((record) => shown(name, record)), meta: { total } });
  };

  const read = (name: Name, id: string | undefined, query: URLSearchParams): Exchange => {
    if (id === undefined) return list(name, query);
    if (id === "export")
      return answer(200, {
        data: visible(name).map((record) => shown(name, record)),
        has_more: false,
        next_cursor: null,
      });
    const found = visible(name).find((record) => String(record.id) === id);
    return found === undefined ? answer(404, {}) : answer(200, { data: shown(name, found) });
  };

  const write = async (name: Name, id: number | undefined, body: JsonObject): Promise<Exchange> => {
    const key = String(body[keyPaths[name]]);
    const fault = ahead.shift() ?? "none";
    const keep = () => store(name, id, key, body);
    switch (fault) {
      case "none": {
        const stored = keep();
        lastIds[name] = stored.id;
        lastAnswer = answer(201, { data: shown(name, stored) });
        return lastAnswer;
      }
      case "crossed":
        keep();
        return lastAnswer ?? answer(500, {});
      case "crossed bare":
        keep();
        // The bare id of another resource's record is one that no client could tell from ours.
        return lastIds[name] === undefined ? answer(500, {}) : answer(201, { data: { id: lastIds[name] } });
      case "foreign":
        keep();
        return answer(201, { data: { id: foreignId, [keyPaths[name]]: "somebody else's" } });
      case "refused":
        return answer(422, { message: "no", errors: { name: ["no"] } });
      case "throttled":
        return later();
      case "throttled after":
        keep();
        return later();
      case "unavailable after":
        keep();
        return answer(503, {});
      case "undelivered":
        return { kind: "broken", code: "ECONNREFUSED", syscall: "connect" };
      case "lost before":
        return answer(500, {});
      case "lost after":
        keep();
        return answer(500, {});
      case "late":
      case "very late":
        // An update that lands after a later run's with other content is a race that no client can win: not modelled.
        // So is a product that comes after its window: it can be deleted, and is not waited for as long.
        if (id === undefined)
          void clock
            .sleep(fault === "late" || name === "products" ? timeoutMs - 1 : timeoutMs + afterTimeoutMs)
            .then(keep);
        else keep();
        return { kind: "broken", code: "ECONNRESET" };
      case "hangs":
        keep();
        await clock.sleep(timeoutMs);
        return { kind: "broken", code: "TIMEOUT" };
      case "killed before":
      case "killed after":
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
    const name = paths[`/${top}` as keyof typeof paths];
    if (top === "channels") return answer(200, { data: [{ id: 1, label: "Default" }], meta: { total: 1 } });
    if (name === undefined) return answer(200, { data: [] });
    if (method === "GET") return read(name, id, url.searchParams);
    const parsed: unknown = JSON.parse(body);
    return write(name, id === undefined ? undefined : Number(id), isPlainObject(parsed) ? (parsed as JsonObject) : {});
  };

  return {
    breaches,
    client: { exchange, [Symbol.asyncDispose]: async () => {} },
    content: (resource) =>
      new Map(
        resource === "products" || resource === "sales_orders"
          ? records[resource].map(({ key, content }) => [key, content])
          : [],
      ),
    id(resource, key) {
      const stored = resource === "products" || resource === "sales_orders" ? records[resource] : [];
      const found = stored.find((record) => record.key === key);
      return found === undefined ? undefined : String(found.id);
    },
    forgetAnswers() {
      for (const name of Object.keys(lastIds) as Name[]) delete lastIds[name];
    },
    start({ faults, timeoutMs: itsTimeoutMs }, kill) {
      timeoutMs = itsTimeoutMs;
      ahead = [...faults];
      onKill = kill;
      isDead = false;
    },
  };
}

function later(): Exchange {
  return { ...answer(429, {}), headers: { "retry-after": "1" } };
}

function answer(status: number, body: object): Extract<Exchange, { kind: "answer" }> {
  return { kind: "answer", status, headers: {}, text: JSON.stringify(body), complete: true };
}
