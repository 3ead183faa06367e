// Requests through a proxy: what it refuses never left, and what goes wrong behind it is what it would be without.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { createClient, type Exchange } from "../../src/api/client.ts";
import { classify } from "../../src/api/reply.ts";
import {
  hostname,
  type Manner,
  openProxy,
  openSecureAccount,
  openServer,
  type SecureAccount,
  type TestProxy,
} from "../api/proxied.ts";
import { temporaryFolder } from "../report/fake-results.ts";

const address = `https://${hostname}/external/api/v1`;

async function exchangeThrough(url: string, timeoutMs = 2000, baseUrl = address): Promise<Exchange> {
  await using client = createClient({
    baseUrl,
    token: "s3cr3t-token",
    proxy: { url, from: "HTTPS_PROXY" },
    mostInFlight: 2,
    timeoutMs,
  });
  return await client.exchange({ method: "POST", path: "/products", body: "{}" }, new AbortController().signal);
}

function meaning(exchange: Exchange): { readonly kind: string; readonly cause?: string } {
  return classify(exchange, (text) => text, 0);
}

describe("a proxy that makes no connection", () => {
  test.each<{ readonly manner: Manner; readonly cause: string }>([
    { manner: { kind: "refuse", status: 407 }, cause: "PROXY_HTTP_407" },
    { manner: { kind: "refuse", status: 403 }, cause: "PROXY_HTTP_403" },
    { manner: { kind: "refuse", status: 502 }, cause: "PROXY_HTTP_502" },
    { manner: { kind: "refuse", status: 503 }, cause: "PROXY_HTTP_503" },
    { manner: { kind: "silent" }, cause: "PROXY_TIMEOUT" },
    { manner: { kind: "hang up" }, cause: "PROXY_UND_ERR_SOCKET" },
  ])("but $manner delivered nothing, and is asked once", async ({ manner, cause }) => {
    await using proxy = await openProxy(manner);
    expect(meaning(await exchangeThrough(proxy.url))).toEqual({ kind: "undelivered", cause });
    expect(proxy.asked.map(({ to }) => to)).toEqual([`${hostname}:443`]);
  });

  it("because nothing listens there delivered nothing", async () => {
    const closed = await openProxy({ kind: "silent" });
    await closed[Symbol.asyncDispose]();
    expect(meaning(await exchangeThrough(closed.url))).toEqual({ kind: "undelivered", cause: "PROXY_ECONNREFUSED" });
  });

  it("because its own certificate is not known delivered nothing, and it is the proxy's", async () => {
    await using proxy = await openSecureAccount(9);
    const exchange = await exchangeThrough(`https://localhost:${proxy.port}`);
    expect(meaning(exchange)).toEqual({ kind: "undelivered", cause: expect.stringMatching(/^PROXY_.*(CERT|TLS)/) });
  });

  it("while nothing but the whole time is over is no silent server: half of it is for connecting", async () => {
    await using proxy = await openProxy({ kind: "silent" });
    expect(meaning(await exchangeThrough(proxy.url, 300))).toMatchObject({ kind: "undelivered" });
  });
});

describe("an account behind a proxy", () => {
  async function behind(port: number): Promise<TestProxy> {
    return openProxy({ kind: "tunnel", toPort: port });
  }

  it("whose certificate nobody knows gets nothing, under the name that the fault has without a proxy", async () => {
    await using account = await openSecureAccount(9);
    await using proxy = await behind(account.port);
    const exchange = await exchangeThrough(proxy.url);
    expect(meaning(exchange)).toEqual({ kind: "undelivered", cause: expect.stringMatching(/SELF_SIGNED|VERIFY/) });
  });

  it("gets as many requests at once as there may be in flight: none waits for another", async () => {
    const count = 6;
    const waiting: ServerResponse[] = [];
    await using server = await openServer((request, response) => {
      waiting.push(response);
      response.write(`${request.url}`);
      if (waiting.length === count) for (const held of waiting) held.end();
    });
    await using account = await openSecureAccount(server.port);
    await using proxy = await behind(account.port);
    const ended = await childThrough(proxy.url, account, count);
    expect(ended).toEqual(Array.from({ length: count }, (_, index) => `/external/api/v1/${index}`));
    expect(proxy.asked.map(({ to }) => to)).toEqual(Array.from({ length: count }, () => `${hostname}:443`));
  });

  it("that cuts the connection left its requests unanswered, not undelivered", async () => {
    await using server = await openServer((request) => request.socket.destroy());
    await using account = await openSecureAccount(server.port);
    await using proxy = await behind(account.port);
    const [code = ""] = await childThrough(proxy.url, account, 1);
    expect(meaning({ kind: "broken", code })).toMatchObject({ kind: "unanswered", cause: "UND_ERR_SOCKET" });
  });

  it("on this machine is asked without it", async () => {
    await using server = await openServer((_request, response) => response.end('{"direct":true}'));
    await using proxy = await openProxy({ kind: "refuse", status: 500 });
    const exchange = await exchangeThrough(proxy.url, 2000, `http://127.0.0.1:${server.port}/v1`);
    expect(exchange).toMatchObject({ kind: "answer", text: '{"direct":true}' });
    expect(proxy.asked).toEqual([]);
  });

  it("without TLS is reached through a tunnel too, and a 502 from there is an answer to the request", async () => {
    await using server = await openServer((_request, response) => response.writeHead(502).end());
    await using proxy = await behind(server.port);
    const exchange = await exchangeThrough(proxy.url, 2000, `http://${hostname}/v1`);
    expect(meaning(exchange)).toMatchObject({ kind: "unanswered", cause: "HTTP 502" });
    expect(proxy.asked.map(({ to }) => to)).toEqual([`${hostname}:80`]);
  });
});

/** The texts of the answers, or the codes of what broke, of so many requests at once in a process that trusts the account. */
async function childThrough(
  proxyUrl: string,
  { certificate }: SecureAccount,
  count: number,
): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "ca.pem");
  await writeFile(file, certificate.cert);
  const script = join(import.meta.dirname, "child-through-proxy.ts");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", script, address, proxyUrl, String(count)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: file, TSX_DISABLE_CACHE: "1" } },
  );
  return JSON.parse(stdout) as readonly string[];
}

it("credentials in the proxy's address are sent to the proxy, as they are meant", async () => {
  await using proxy = await openProxy({ kind: "refuse", status: 407 });
  await exchangeThrough(proxy.url.replace("//", "//me:s3c%40ret@"));
  expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from("me:s3c@ret").toString("base64")}`);
});
