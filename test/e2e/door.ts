// A second address of a sandbox: the lock per account holds for one machine, and a door stands for another.
import { createServer, request } from "node:http";
import type { Sandbox } from "../../src/sandbox/server.ts";

/** A second address of a sandbox. */
export async function openDoor(sandbox: Sandbox): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer();
  server.on("request", (incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = request({ host: "127.0.0.1", port: sandbox.port, method, path: url, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: sandbox.url.replace(String(sandbox.port), String(port)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
