import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
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
      mostInFlight: 1,
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

describe("an answer that does not come to its end", () => {
  const never = new AbortController().signal;

  it.each<{ readonly how: string; readonly answer: RequestListener; readonly text: string }>([
    {
      how: "its connection breaks",
      answer: (request, response) => response.write("abc", () => setTimeout(() => request.socket.destroy(), 20)),
      text: "abc",
    },
    { how: "it is late", answer: (_, response) => response.write("abc"), text: "abc" },
    { how: "it is too large", answer: (_, response) => response.end("x".repeat(17 * 1024 * 1024)), text: "" },
  ])("is an answer without its end: $how", async ({ answer, text }) => {
    await using to = await serving((request, response) => {
      response.writeHead(200);
      answer(request, response);
    });
    expect(await to.client.exchange({ method: "GET", path: "/" }, never)).toMatchObject({
      kind: "answer",
      status: 200,
      text,
      complete: false,
    });
  });

  it("is none when its head did not come in time", async () => {
    await using to = await serving(() => {});
    expect(await to.client.exchange({ method: "GET", path: "/" }, never)).toEqual({ kind: "broken", code: "TIMEOUT" });
  });

  it("is cut with everything else in flight, and nothing leaves afterwards", async () => {
    let arrived = 0;
    await using to = await serving(() => {
      arrived += 1;
    });
    const abort = new AbortController();
    const post = () => to.client.exchange({ method: "POST", path: "/", body: "{}" }, abort.signal);
    const inFlight = [post(), post()];
    while (arrived < 2) await once(to.server, "request");
    abort.abort();
    const cut = { kind: "broken", code: "CUT" };
    expect(await Promise.all([...inFlight, post()])).toEqual([cut, cut, cut]);
    expect(arrived).toBe(2);
  });

  it("was not asked for when the request is cut before there is a connection", async () => {
    let arrived = 0;
    await using to = await serving(() => {
      arrived += 1;
    });
    const abort = new AbortController();
    const asked = to.client.exchange({ method: "POST", path: "/", body: "{}" }, abort.signal);
    abort.abort();
    expect(await asked).toEqual({ kind: "broken", code: "CUT" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(arrived).toBe(0);
  });
});

describe("a request", () => {
  it("is not written where it may not leave any more when there is a connection, and leaves later", async () => {
    const arrived: string[] = [];
    await using to = await serving((request, response) => {
      arrived.push(request.url ?? "");
      response.end("{}");
    });
    let bytes = 0;
    to.server.on("connection", (socket) => socket.on("data", (chunk) => (bytes += chunk.length)));
    const { signal } = new AbortController();
    let isSure = true;
    let left = 0;
    const post = (path: string) =>
      to.client.exchange(
        { method: "POST", path, body: "{}" },
        signal,
        () => (left += 1),
        () => isSure,
      );
    const asked = post("/late"); // connecting takes a turn of the event loop at least
    isSure = false;
    expect(await asked).toEqual({ kind: "broken", code: "HELD_BACK" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([arrived, bytes, left]).toEqual([[], 0, 0]);
    isSure = true;
    expect(await post("/again")).toMatchObject({ status: 200 });
    expect([arrived, left]).toEqual([["/again"], 1]);
  });

  it("leaves in the next round of the event loop, though the answer before it came in this one", async () => {
    await using to = await serving((_, response) => {
      response.end("{}");
    });
    const { signal } = new AbortController();
    let sent = 0;
    const sees = () => {
      sent += 1;
    };
    subscribe("undici:client:sendHeaders", sees);
    const get = () => to.client.exchange({ method: "GET", path: "/" }, signal);
    const both = () => Promise.all([get(), get()]);
    for (let count = 0; count < 10; count += 1) await both(); // now there are as many connections as there may be
    sent = 0;
    await both();
    const next = both();
    await nextTurn();
    expect(sent).toBe(4);
    await next;
    unsubscribe("undici:client:sendHeaders", sees);
  });
});

async function serving(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: "t", mostInFlight: 2, timeoutMs: 2000 });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

it("survives errors nested deeper than any reader goes", () => {
  const body = `{"message":"no","errors":${"[".repeat(20_000)}"x"${"]".repeat(20_000)}}`;
  expect(readRefusal(422, body, {}).problems).toEqual([{ code: "api_refused", message: "HTTP 422: no" }]);
});
