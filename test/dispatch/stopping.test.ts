import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { type Client, type ClientOptions, createClient } from "../../src/api/client.ts";
import type { DispatchEnd } from "../../src/dispatch/dispatcher.ts";
import { many, order, product, type Rehearsal, rehearse, tally, writesOf } from "./rehearsal.ts";

describe("the account", () => {
  it("is refused by the first read, before anything is written", async () => {
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage(many(30, (n) => product(`P-${n}`)));
    const { end, results } = await rehearsal.dispatch(run, { api: { token: "wrong-token-1234" } });
    expect(errorOf(end)).toMatchObject({ code: "ACCOUNT_REFUSED" });
    expect(errorOf(end)?.message).toContain("LUMINOUS_BASE_URL");
    expect(JSON.stringify([errorOf(end)?.message, errorOf(end)?.hint])).not.toContain("wrong-token-1234");
    expect(tally(results)).toEqual({ pending: 30 });
    expect(writesOf(rehearsal.sandbox)).toBe(0);
    expect(rehearsal.sandbox.counts().started).toBeLessThanOrEqual(4);
  });

  it("is asked for by a read even when every plan is known without one", async () => {
    await using rehearsal = await rehearse();
    await rehearsal.dispatch(await rehearsal.stage([product("A")]));
    const { end } = await rehearsal.dispatch(await rehearsal.stage([product("A", { retail_price: 1 })]), {
      api: { token: "wrong" },
    });
    expect(errorOf(end)?.code).toBe("ACCOUNT_REFUSED");
    expect(writesOf(rehearsal.sandbox)).toBe(1);
  });

  it("is refused in the middle: nothing new leaves and no entry fails", async () => {
    let writes = 0;
    await using server = await fakeApi((method) => {
      if (method === "GET") return { status: 200, body: { data: [], meta: { last_page: 1 } } };
      writes += 1;
      return writes > 5
        ? { status: 401, body: { message: "Unauthenticated." } }
        : { status: 201, body: { data: { id: writes } } };
    });
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage(many(50, (n) => product(`P-${n}`)));
    const { end, results } = await rehearsal.dispatch(run, { api: { baseUrl: server.url } });
    expect(errorOf(end)?.code).toBe("ACCOUNT_REFUSED");
    expect(tally(results)).toEqual({ accepted: 5, pending: 45 });
    expect(writes).toBeLessThanOrEqual(6 + 4);
  });

  it.each([
    { reads: 403, code: "ACCOUNT_REFUSED", outcomes: { pending: 12 } },
    { reads: 200, code: undefined, outcomes: { rejected: 12 } },
  ])("a 403 on every write is judged by a read: $reads", async ({ reads, code, outcomes }) => {
    await using server = await fakeApi((method, path) => {
      if (path.startsWith("/warehouses")) return { status: reads, body: { data: [] } };
      return method === "GET"
        ? { status: 200, body: { data: [], meta: { last_page: 1 } } }
        : { status: 403, body: { message: "Forbidden." } };
    });
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage(many(12, (n) => product(`P-${n}`)));
    const { end, results } = await rehearsal.dispatch(run, {
      api: { baseUrl: server.url },
      limits: { concurrency: 2 },
    });
    expect(errorOf(end)?.code).toBe(code);
    expect(tally(results)).toEqual(outcomes);
  });

  it("settles a few 403 as rejected when there are no more writes", async () => {
    await using server = await fakeApi((method) =>
      method === "GET"
        ? { status: 200, body: { data: [], meta: { last_page: 1 } } }
        : { status: 403, body: { message: "locked" } },
    );
    await using rehearsal = await rehearse();
    const { end, results } = await rehearsal.dispatch(await rehearsal.stage([product("A"), product("B")]), {
      api: { baseUrl: server.url },
    });
    expect(end.kind).toBe("finished");
    expect(results.A).toMatchObject({
      outcome: "rejected",
      httpStatus: 403,
      problems: [{ code: "api_refused", message: "HTTP 403: locked" }],
    });
  });
});

describe("an outage", () => {
  it("of a server that was never there ends the run with the address, its origin and the cause", async () => {
    await using server = await fakeApi(() => ({ status: 500, body: {} }));
    const { url } = server;
    await server[Symbol.asyncDispose]();
    await using rehearsal = await rehearse();
    const { end, results } = await rehearsal.dispatch(await rehearsal.stage([product("A")]), {
      api: { baseUrl: url },
      limits: { outagePatienceMs: 300 },
    });
    expect(errorOf(end)?.code).toBe("OUTAGE");
    expect(errorOf(end)?.message).toContain(`${url} (LUMINOUS_BASE_URL) cannot be reached`);
    expect(errorOf(end)?.message).toContain("ECONNREFUSED");
    expect(results.A).toMatchObject({ outcome: "pending", attempts: 0 });
  });

  it("is waited out: entries keep their attempts and the run goes on", async () => {
    let requests = 0;
    let isDown = false;
    const keys = new Set<string>();
    await using server = await fakeApi((method, path, body) => {
      requests += 1;
      if (requests === 8) isDown = true;
      if (path.startsWith("/warehouses")) isDown = false;
      if (isDown) return { status: 503, body: {} };
      if (method === "GET")
        return {
          status: 200,
          body: path.startsWith("/products") ? listed(keys, path) : { data: [], meta: { total: 0 } },
        };
      keys.add(String(body.sku));
      return { status: 201, body: { data: { id: keys.size } } };
    });
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage(many(30, (n) => product(`P-${n}`)));
    const { end, results, events } = await rehearsal.dispatch(run, {
      api: { baseUrl: server.url },
      limits: { attempts: 3 },
    });
    expect(errorOf(end)).toBeUndefined();
    expect(tally(results)).toEqual({ accepted: 30 });
    const circuit = events.map(({ type }) => type).filter((type) => type.startsWith("outage."));
    expect(circuit).toEqual(["outage.opened", "outage.probe", "outage.closed"]);
    expect(keys.size).toBe(30);
  });
});

describe("too many errors", () => {
  it("stops early when the first answers are all the same refusal", async () => {
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage(many(60, (n) => product(`P-${n}`, { supplier_id: "none" })));
    const { end, results } = await rehearsal.dispatch(run);
    expect(errorOf(end)?.code).toBe("TOO_MANY_ERRORS");
    expect(errorOf(end)?.message).toContain("first 20");
    expect(errorOf(end)?.message).toContain("supplier_id");
    expect(tally(results).rejected).toBeLessThanOrEqual(24);
  });

  it("goes on when one of them was accepted, and stops at --max-errors", async () => {
    await using rehearsal = await rehearse();
    const items = [product("GOOD"), ...many(60, (n) => product(`P-${n}`, { supplier_id: "none" }))];
    const { end, results } = await rehearsal.dispatch(await rehearsal.stage(items), {
      maxErrors: 30,
      limits: { concurrency: 1 },
    });
    expect(errorOf(end)?.message).toContain("--max-errors 30");
    expect(tally(results)).toMatchObject({ accepted: 1, rejected: 31 });
  });
});

describe("Ctrl-C", () => {
  it("lets what is in flight settle, and starts nothing new", async () => {
    const stop = new AbortController();
    await using rehearsal = await rehearse({ latencyMs: 30 });
    const run = await rehearsal.stage(many(40, (n) => product(`P-${n}`)));
    let settled = 0;
    let written = 0;
    let writtenBefore: number | undefined;
    const { end, results } = await rehearsal.dispatch(run, {
      stop: stop.signal,
      onEvent: (event) => {
        if (event.type === "request.started" && event.purpose === "write") written += 1;
        if (event.type !== "entry.settled" || ++settled < 6 || stop.signal.aborted) return;
        writtenBefore = written;
        stop.abort();
      },
    });
    expect(errorOf(end)?.code).toBe("STOPPED");
    const { accepted = 0, pending = 0, ...others } = tally(results);
    expect(others).toEqual({});
    expect(accepted).toBe(rehearsal.sandbox.counts().created.products);
    expect(accepted).toBe(writtenBefore);
    expect(accepted).toBeLessThan(40);
    expect(accepted + pending).toBe(40);
  });

  it("twice cuts what is in flight: it stays in doubt, and the next run finds out", async () => {
    const stop = new AbortController();
    const abort = new AbortController();
    await using rehearsal = await rehearse({ faults: { "hang-after": 1 }, duplicates: "accept" });
    await post(rehearsal, product("P-0").payload).catch(() => undefined); // stored, and the answer hangs
    const items = many(3, (n) => product(`P-${n}`));
    const first = rehearsal.dispatch(await rehearsal.stage(items), {
      stop: stop.signal,
      abort: abort.signal,
      limits: { timeoutMs: 20_000 },
    });
    while (rehearsal.sandbox.counts().created.products < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    abort.abort();
    expect(tally((await first).results)).toEqual({ in_doubt: 3 });
    const second = await rehearsal.dispatch(await rehearsal.stage(items));
    expect(second.results["P-1"]).toMatchObject({ outcome: "accepted", action: "recovered" });
    expect(rehearsal.sandbox.counts().records.products).toBe(4);
  });
});

async function post({ sandbox }: Rehearsal, body: object): Promise<void> {
  const headers = { authorization: "Bearer sandbox", "content-type": "application/json" };
  await fetch(`${sandbox.url}/products`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(100),
  });
}

/** The API as it is known today: its headers say nothing of limits. */
function toldNoLimit(options: ClientOptions): Client {
  const client = createClient(options);
  return {
    async exchange(request, abort) {
      const exchange = await client.exchange(request, abort);
      if (exchange.kind !== "answer") return exchange;
      const { "ratelimit-policy": _, ...headers } = exchange.headers;
      return { ...exchange, headers };
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

describe("429", () => {
  it.each([false, true])("pauses everybody and costs no attempt (date: %s)", async (retryAfterAsDate) => {
    await using rehearsal = await rehearse({ ratePerSecond: 15, retryAfterAsDate });
    const run = await rehearsal.stage(many(25, (n) => product(`P-${n}`)));
    const { results, events } = await rehearsal.dispatch(run, { openClient: toldNoLimit });
    expect(tally(results)).toEqual({ accepted: 25 });
    expect(Object.values(results).every(({ attempts }) => attempts === 1)).toBe(true);
    expect(events.some(({ type }) => type === "throttled")).toBe(true);
    expect(rehearsal.sandbox.counts().statuses["429"]).toBeLessThanOrEqual(12); // at most what was in flight, per pause
  });

  it("hardly comes where the API tells its limit: the run keeps to it, whatever the job asks for", async () => {
    await using rehearsal = await rehearse({ ratePerSecond: 15 });
    const run = await rehearsal.stage(many(40, (n) => product(`P-${n}`)));
    const { results, events } = await rehearsal.dispatch(run);
    expect(tally(results)).toEqual({ accepted: 40 });
    // A second of the server and one of ours begin at different times.
    expect(rehearsal.sandbox.counts().statuses["429"] ?? 0).toBeLessThanOrEqual(6);
    // Only an answer tells it.
    const limits = events.flatMap((event) =>
      event.type === "request" && event.status !== undefined ? [event.requestsPerSecond] : [],
    );
    expect(new Set(limits)).toEqual(new Set([13.5]));
  });
});

it("sends no order when the channels cannot be read", async () => {
  await using server = await fakeApi(() => ({ status: 404, body: { message: "Not Found" } }));
  await using rehearsal = await rehearse();
  const { end, results } = await rehearsal.dispatch(await rehearsal.stage([order("O-1")]), {
    api: { baseUrl: server.url },
  });
  expect(errorOf(end)).toMatchObject({ code: "GUARD" });
  expect(errorOf(end)?.message).toContain("the channels cannot be read (HTTP 404, Not Found)");
  expect(errorOf(end)?.hint).toContain("LUMINOUS_BASE_URL");
  expect(tally(results)).toEqual({ pending: 1 });
});

it("asks a list that refuses its filter by the export, and stops clearly when both refuse", async () => {
  await using server = await fakeApi((_method, path) =>
    path.startsWith("/channels")
      ? { status: 200, body: { data: [{ id: 1, label: "Default" }], meta: { last_page: 1 } } }
      : { status: 404, body: { message: "Not Found" } },
  );
  await using rehearsal = await rehearse();
  const { end, results } = await rehearsal.dispatch(await rehearsal.stage([order("O-1")]), {
    api: { baseUrl: server.url },
  });
  expect(errorOf(end)).toMatchObject({ code: "STOPPED" });
  expect(errorOf(end)?.message).toContain("sales_orders");
  expect(errorOf(end)?.hint).toContain("LUMINOUS_BASE_URL");
  expect(tally(results)).toEqual({ pending: 1 });
});

it("does not follow redirects, and hints at the base address", async () => {
  await using server = await fakeApi((method) =>
    method === "GET" ? { status: 200, body: { data: [], meta: { last_page: 1 } } } : { status: 302, body: {} },
  );
  await using rehearsal = await rehearse();
  const { results } = await rehearsal.dispatch(await rehearsal.stage([product("A")]), { api: { baseUrl: server.url } });
  expect(results.A).toMatchObject({ outcome: "rejected", httpStatus: 302 });
  expect(results.A?.problems[0]?.message).toContain("base address");
});

function errorOf(end: DispatchEnd) {
  return end.kind === "stopped" ? end.error : undefined;
}

function listed(keys: ReadonlySet<string>, path: string): object {
  const filter = /%5D=([^&]*)/.exec(path)?.[1];
  const asked = filter === undefined ? undefined : decodeURIComponent(filter).split(",");
  const data = [...keys].flatMap((sku, index) => (asked?.includes(sku) === false ? [] : [{ id: index + 1, sku }]));
  return { data, meta: { total: data.length } };
}

type Answer = (
  method: string,
  path: string,
  body: Record<string, unknown>,
) => { readonly status: number; readonly body: object };

/** For answers that the sandbox does not give. */
async function fakeApi(answer: Answer): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      const { status, body } = answer(request.method ?? "", request.url ?? "", text === "" ? {} : JSON.parse(text));
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
