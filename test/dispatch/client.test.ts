import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createClient } from "../../src/dispatch/client.ts";
import { readRefusal } from "../../src/dispatch/refusal.ts";

const token = "s3cr3t-token-of-the-account";

/** What the client makes of one answer of a server that quotes the request's authorization. */
async function exchangeWith(status: number): Promise<{ readonly text: string; readonly location: string | undefined }> {
  const server = createServer((request, response) => {
    const quoted = String(request.headers.authorization);
    response.writeHead(status, { "content-type": "application/json", location: `/login?was=${token}` });
    response.end(JSON.stringify({ message: `bad auth ${quoted}`, errors: { name: [`header ${quoted}`] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    await using client = createClient({
      baseUrl: `http://127.0.0.1:${port}/api`,
      token,
      connections: 1,
      timeoutMs: 2000,
    });
    const exchange = await client.exchange({ method: "GET", path: "/x" }, new AbortController().signal);
    if (exchange.kind !== "answer") throw new Error(`no answer: ${exchange.code}`);
    return { text: exchange.text, location: exchange.headers.location };
  } finally {
    server.close();
  }
}

describe("an answer that quotes the token", () => {
  it.each([302, 401, 422, 500])("is handed on without it when it is a refusal (%i)", async (status) => {
    const { text, location } = await exchangeWith(status);
    expect(`${text} ${location}`).not.toContain(token);
    expect(text).toContain("bad auth Bearer ***");
  });

  it("is left alone when it is a success: what looks like a short token there is data", async () => {
    expect((await exchangeWith(200)).text).toContain(token);
  });
});

it("survives errors nested deeper than any reader goes", () => {
  const body = `{"message":"no","errors":${"[".repeat(20_000)}"x"${"]".repeat(20_000)}}`;
  expect(readRefusal(422, body, {}).problems).toEqual([{ code: "api_refused", message: "HTTP 422: no" }]);
});
