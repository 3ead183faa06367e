// The raw text of what is sent: a proxy before a sandbox that keeps every body of a write as it came over the wire,
// before anything has parsed it.
import { createServer, type IncomingMessage } from "node:http";
import { startSandbox } from "../../src/sandbox/server.ts";

/** An API that remembers what it was sent. */
export interface RecordingApi extends AsyncDisposable {
  readonly url: string;
  /** The bodies of writes since it was last asked, in the order of their arrival. */
  take(): readonly string[];
  /** From now on writes are answered 422, and the sandbox never sees them; `false` lets them through again. */
  refuse(all: boolean): void;
}

/** Starts a sandbox and the proxy before it. */
export async function recordingApi(): Promise<RecordingApi> {
  const sandbox = await startSandbox();
  const bodies: string[] = [];
  let isRefusing = false;
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const isWrite = request.method !== "GET";
    if (isWrite) bodies.push(body);
    if (isWrite && isRefusing) {
      response.writeHead(422, { "content-type": "application/json" }).end('{"message":"Not today."}');
      return;
    }
    const answer = await fetch(`http://127.0.0.1:${sandbox.port}${request.url}`, {
      method: request.method ?? "GET",
      headers: { authorization: "Bearer sandbox", accept: "application/json", "content-type": "application/json" },
      ...(isWrite ? { body } : {}),
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: sandbox.url.replace(`:${sandbox.port}`, `:${port}`),
    take: () => bodies.splice(0),
    refuse(all) {
      isRefusing = all;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
