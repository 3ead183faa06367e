// A second address of a sandbox: the lock per account holds for one machine, and a door stands for another. Who keeps the door
// may answer in the sandbox's place.
import { createServer, type IncomingMessage, request } from "node:http";
import type { Sandbox } from "../../src/sandbox/server.ts";

/** An answer that the sandbox does not give. */
export interface DoorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Gives an answer, or nothing for a request that goes on to the sandbox. The body was read. */
export type Doorkeeper = (request: IncomingMessage, body: string) => DoorAnswer | undefined;

/** A second address of a sandbox. */
export async function openDoor(
  sandbox: Sandbox,
  keeper: Doorkeeper = () => undefined,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer();
  server.on("request", async (incoming, response) => {
    const { method, url, headers } = incoming;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const answer = keeper(incoming, body.toString());
    if (answer !== undefined) {
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      response.end(answer.body);
      return;
    }
    const outgoing = request({ host: "127.0.0.1", port: sandbox.port, method, path: url, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    outgoing.end(body);
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
