import { request } from "undici";
import { expect, test } from "vitest";
import type { ImportError } from "../../src/model/error.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { drawFaults, type FaultName, faultNames, mulberry32, throttleBurst } from "../../src/sandbox/world/faults.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { call, product } from "./api.ts";

/** What a client gets to see: a status with its text, or the reason why there was none. */
async function post(sandbox: Sandbox, sku: string, signal: AbortSignal): Promise<string> {
  try {
    const { statusCode, body } = await request(`${sandbox.url}/products`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox", "content-type": "application/json" },
      body: JSON.stringify(product(sku)),
      signal,
    });
    return `${statusCode} ${(await body.text()).slice(0, 6)}`;
  } catch (error) {
    if (!(error instanceof Error)) return "no Error";
    return "code" in error && typeof error.code === "string" ? error.code : error.name;
  }
}

const always = (fault: FaultName, more: SandboxOptions = {}): SandboxOptions => ({ faults: { [fault]: 1 }, ...more });

const onTheWire = [
  { fault: "error-before", sees: /^500 {"mess/, stored: 0, status: "500" },
  { fault: "error-after", sees: /^500 {"mess/, stored: 1, status: "500" },
  { fault: "reset-before", sees: /^(ECONNRESET|UND_ERR_SOCKET|EPIPE)$/, stored: 0, status: "none" },
  { fault: "reset-after", sees: /^(ECONNRESET|UND_ERR_SOCKET)$/, stored: 1, status: "none" },
  { fault: "hang-before", sees: /^AbortError$/, stored: 0, status: "none" },
  { fault: "hang-after", sees: /^AbortError$/, stored: 1, status: "none" },
  { fault: "bad-gateway", sees: /^502 <html>$/, stored: 0, status: "502" },
  { fault: "truncated", sees: /^(ECONNRESET|UND_ERR_SOCKET)$/, stored: 1, status: "none" },
  { fault: "throttle", sees: /^429 {"mess/, stored: 0, status: "429" },
] as const satisfies readonly { fault: FaultName; [more: string]: unknown }[];

test.each(onTheWire)(
  "$fault: the client sees it, and $stored records are stored",
  async ({ fault, sees, stored, status }) => {
    const ended: (string | undefined)[] = [];
    await using sandbox = await startSandbox(
      always(fault, { onRequest: (one) => ended.push(`${one.status} ${one.fault}`) }),
    );
    const patience = new AbortController();
    const seen = post(sandbox, "A", patience.signal);
    if (fault.startsWith("hang")) {
      await expect
        .poll(() => sandbox.counts())
        .toMatchObject({ faults: { [fault]: 1 }, created: { products: stored } });
      patience.abort();
    }
    expect(await seen).toMatch(sees);
    await expect.poll(() => sandbox.counts().inFlight).toBe(0);
    expect(sandbox.counts()).toMatchObject({
      started: 1,
      statuses: { [status]: 1 },
      faults: { [fault]: 1 },
      created: { products: stored },
      defects: 0,
    });
    expect(ended).toEqual([`${status === "none" ? undefined : status} ${fault}`]);
  },
);

test("covers every fault there is", () => {
  expect(onTheWire.map(({ fault }) => fault)).toEqual(faultNames);
});

test("spares reads, unless asked", async () => {
  await using kind = await startSandbox(always("error-before"));
  expect((await call(kind, "GET", "/products")).status).toBe(200);
  await using harsh = await startSandbox(always("error-before", { faultReads: true }));
  expect((await call(harsh, "GET", "/products")).status).toBe(500);
});

test("throttles in bursts", () => {
  const next = drawFaults({ throttle: 0.05 }, 7);
  const drawn = Array.from({ length: 2000 }, () => next() ?? "-").join(" ");
  const bursts = drawn.match(/throttle( throttle)*/g) ?? [];
  expect(bursts.length).toBeGreaterThan(10);
  for (const burst of bursts) expect(burst.split(" ").length % throttleBurst).toBe(0);
});

test("gives equal faults for equal seeds, and about as many as asked for", () => {
  const draw = (seed: number) => {
    const next = drawFaults({ "error-before": 0.1, truncated: 0.3 }, seed);
    return Array.from({ length: 5000 }, () => next() ?? "none");
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  const share = (name: string) => draw(1).filter((drawn) => drawn === name).length / 5000;
  expect(share("error-before")).toBeCloseTo(0.1, 1);
  expect(share("truncated")).toBeCloseTo(0.3, 1);
  expect(share("none")).toBeCloseTo(0.6, 1);
});

test("draws numbers from 0 up to and without 1", () => {
  const random = mulberry32(42);
  const drawn = Array.from({ length: 10_000 }, random);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  expect(new Set(drawn).size).toBeGreaterThan(9990);
});

test.each([
  { options: { faults: { "error-before": 0.6, truncated: 0.6 } }, says: "add up to 1.2" },
  { options: { faults: { "error-before": -1 } }, says: "between 0 and 1" },
  { options: { faults: { gremlins: 1 } as SandboxOptions["faults"] & object }, says: 'unknown fault "gremlins"' },
  { options: { ratePerSecond: 0 }, says: "lets nothing through" },
  { options: { latencyMs: -1 }, says: "latencyMs" },
])("refuses to start with $options", async ({ options, says }) => {
  const error = await startSandbox(options).catch((thrown: ImportError) => thrown);
  expect(error).toMatchObject({ name: "ImportError", code: "USAGE", message: expect.stringContaining(says) });
});

test("closes in spite of requests that hang", async () => {
  const sandbox = await startSandbox(always("hang-after"));
  const hanging = fetch(`${sandbox.url}/products`, {
    method: "POST",
    headers: { authorization: "Bearer sandbox" },
    body: "{}",
  });
  const outcome = hanging.then(
    () => "answered",
    () => "cut",
  );
  await expect.poll(() => sandbox.counts().faults).toEqual({ "hang-after": 1 });
  await sandbox[Symbol.asyncDispose]();
  expect(await outcome).toBe("cut");
});
