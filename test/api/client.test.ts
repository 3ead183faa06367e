import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createClient } from "../../src/api/client.ts";
import { readRefusal } from "../../src/api/refusal-body.ts";

/** What the client makes of one answer of a server that quotes the request's authorization. */
async function exchangeWith(
  status: number,
  token: string,
): Promise<{ readonly text: string; readonly headers: Readonly<Record<string, string>> }> {
  const server = createServer((request, response) => {
    const quoted = String(request.headers.authorization);
    response.writeHead(status, {
      "content-type": "application/json",
      location: `/login?was=${token}`,
      "x-request": Buffer.from(quoted).toString("base64"),
    });
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
    return exchange;
  } finally {
    server.close();
  }
}

describe("an answer that quotes the token", () => {
  const long = "s3cr3t-token-of-the-account";

  it.each([200, 201, 302, 401, 422, 500])(
    "is handed on without it (%i), in its body and in its headers",
    async (status) => {
      const { text, headers } = await exchangeWith(status, long);
      expect(text).toContain("bad auth Bearer ***");
      expect(headers).toMatchObject({
        location: "/login?was=***",
        "x-request": "***",
        "content-type": "application/json",
      });
    },
  );

  it("is left alone when it is a success and the token a word: what looks like it there is data", async () => {
    expect((await exchangeWith(200, "sandbox")).text).toContain("Bearer sandbox");
    expect((await exchangeWith(422, "sandbox")).text).toContain("Bearer ***");
  });
});

it("survives errors nested deeper than any reader goes", () => {
  const body = `{"message":"no","errors":${"[".repeat(20_000)}"x"${"]".repeat(20_000)}}`;
  expect(readRefusal(422, body, {}).problems).toEqual([{ code: "api_refused", message: "HTTP 422: no" }]);
});
