import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { createRateLimit, createTimeWindow } from "../../src/sandbox/time-window.ts";
import { call, product, testClock } from "./api.ts";

test("lets in its own token only, and stores nothing for others", async () => {
  await using sandbox = await startSandbox({ token: "secret" });
  const refused = await call(sandbox, "POST", "/products", product("A"), "sandbox");
  expect(refused).toMatchObject({ status: 401, body: { message: "Unauthenticated." } });
  expect((await call(sandbox, "POST", "/products", product("A"), "secret")).status).toBe(201);
  await expect.poll(() => sandbox.counts()).toMatchObject({ started: 2, statuses: { "401": 1, "201": 1 } });
});

test("answers 429 with Retry-After and the limit's headers, and nothing is stored", async () => {
  const clock = testClock();
  await using sandbox = await startSandbox({ ratePerSecond: 2, nowMs: clock.now });
  const first = await call(sandbox, "POST", "/products", product("A"));
  expect(first.headers.get("x-ratelimit-limit")).toBe("2");
  expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
  clock.advance(600);
  expect((await call(sandbox, "GET", "/products")).status).toBe(200);
  const refused = await call(sandbox, "POST", "/products", product("B"));
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
  clock.advance(400);
  expect((await call(sandbox, "POST", "/products", product("B"))).status).toBe(201);
  expect((await call(sandbox, "POST", "/products", product("C"))).status).toBe(429);
  await expect
    .poll(() => sandbox.counts())
    .toMatchObject({ created: { products: 2 }, statuses: { "429": 2 }, started: 5 });
});

test("writes Retry-After as a date when asked to, never in the past", async () => {
  const clock = testClock(Date.parse("2024-01-15T10:00:00.250Z"));
  await using sandbox = await startSandbox({ ratePerSecond: 1, retryAfterAsDate: true, nowMs: clock.now });
  await call(sandbox, "GET", "/products");
  const refused = await call(sandbox, "GET", "/products");
  expect(refused.headers.get("retry-after")).toBe("Mon, 15 Jan 2024 10:00:02 GMT");
});

test("limits fractions of a request per second", () => {
  const admit = createRateLimit(0.5);
  expect(admit(0)).toMatchObject({ admitted: true, limit: 1 });
  expect(admit(1999)).toMatchObject({ admitted: false, retryAfterMs: 1 });
  expect(admit(2000)).toMatchObject({ admitted: true });
});

const moments = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }).map((gaps) => {
  let nowMs = 0;
  return gaps.map((gap) => {
    nowMs += gap;
    return nowMs;
  });
});

test("never lets more through in a rolling second than the limit says", () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 9 }), (arrivals, limit) => {
      const admit = createRateLimit(limit);
      const admitted = arrivals.filter((arrival) => admit(arrival).admitted);
      return admitted.every((end) => admitted.filter((at) => at > end - 1000 && at <= end).length <= limit);
    }),
  );
});

test("counts a window as one would by hand", () => {
  fc.assert(
    fc.property(moments, (arrivals) => {
      const window = createTimeWindow(1000);
      return arrivals.every((arrival, index) => {
        window.add(arrival);
        return window.countAt(arrival) === arrivals.slice(0, index + 1).filter((at) => at > arrival - 1000).length;
      });
    }),
  );
});

test("counts requests by route and the busiest second", async () => {
  const clock = testClock();
  await using sandbox = await startSandbox({ nowMs: clock.now });
  await Promise.all(["A", "B", "C"].map((sku) => call(sandbox, "POST", "/products", product(sku))));
  clock.advance(1000);
  await call(sandbox, "GET", "/products/1");
  await call(sandbox, "DELETE", "/products/1");
  await expect.poll(() => sandbox.counts().inFlight).toBe(0);
  expect(sandbox.counts()).toMatchObject({
    started: 5,
    requests: { "POST /products": 3, "GET /products/{id}": 1, "DELETE (unknown)": 1 },
    statuses: { "201": 3, "200": 1, "405": 1 },
    records: { products: 3, channels: 1 },
    peakPerSecond: 3,
    defects: 0,
  });
});

test("counts a request in flight until its client leaves, and remembers the most", async () => {
  await using sandbox = await startSandbox({ faults: { "hang-after": 1 } });
  const patience = new AbortController();
  const headers = { authorization: "Bearer sandbox" };
  const cut = ["A", "B", "C"].map((sku) =>
    fetch(`${sandbox.url}/products`, {
      method: "POST",
      headers,
      body: JSON.stringify(product(sku)),
      signal: patience.signal,
    }).catch((error: Error) => error.name),
  );
  await expect.poll(() => sandbox.counts()).toMatchObject({ inFlight: 3, created: { products: 3 } });
  patience.abort();
  expect(await Promise.all(cut)).toEqual(["AbortError", "AbortError", "AbortError"]);
  await expect.poll(() => sandbox.counts()).toMatchObject({ inFlight: 0, maxInFlight: 3, statuses: { none: 3 } });
});

test("a slow sandbox has written before it answers", async () => {
  const sandbox = await startSandbox({ latencyMs: 3_600_000 });
  const headers = { authorization: "Bearer sandbox" };
  const cut = fetch(`${sandbox.url}/products`, { method: "POST", headers, body: JSON.stringify(product("A")) }).then(
    () => "answered",
    () => "cut",
  );
  await expect.poll(() => sandbox.counts()).toMatchObject({ inFlight: 1, created: { products: 1 } });
  await sandbox[Symbol.asyncDispose]();
  expect(await cut).toBe("cut");
});

test("shows the counts and the records without a token, and does not count that", async () => {
  await using sandbox = await startSandbox();
  await call(sandbox, "POST", "/products", product("A"));
  await expect.poll(() => sandbox.counts().inFlight).toBe(0);
  const page = async (path: string) => (await fetch(`http://127.0.0.1:${sandbox.port}${path}`)).json();
  expect(await page("/__sandbox")).toEqual(sandbox.counts());
  expect(await page("/__sandbox/records/products?key=A")).toMatchObject([
    { id: 1, key: "A", received: [product("A")] },
  ]);
  expect(await page("/__sandbox/records/products?key=B")).toEqual([]);
  expect(await page("/__sandbox/records/products?after=1")).toEqual([]);
  expect(await page("/__sandbox/records/constructor")).toMatchObject({
    message: expect.stringContaining("sales_orders"),
  });
  expect(sandbox.counts().started).toBe(1);
});

test("refuses requests that were meant for another host", async () => {
  await using sandbox = await startSandbox();
  const status = await new Promise((resolve, reject) => {
    const options = { port: sandbox.port, host: "127.0.0.1", path: "/__sandbox", headers: { host: "evil.example" } };
    httpRequest(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
});

test("says clearly that a port is taken", async () => {
  await using first = await startSandbox();
  await expect(startSandbox({ port: first.port })).rejects.toMatchObject({
    code: "USAGE",
    hint: expect.stringContaining("port"),
  });
});

test("reports every request once, without its body", async () => {
  const seen: unknown[] = [];
  await using sandbox = await startSandbox({ onRequest: (one) => seen.push(one) });
  await call(sandbox, "GET", "/products?sku[eq]=A");
  await expect.poll(() => seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    method: "GET",
    path: "/external/api/v1/products?sku[eq]=A",
    status: 200,
    fault: undefined,
  });
});
