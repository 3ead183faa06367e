// Somebody who is told by POST: a real server that answers as a test says, and keeps what it was sent.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** What a receiver answers; `hang` says nothing, `close` cuts the connection. */
export type ReceiverAnswer =
  | "hang"
  | "close"
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A request that came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver on 127.0.0.1. Disposing cuts what still hangs. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
}

/** Starts a receiver that gives these answers in turn, the last one again and again; 200 unless said. */
export async function startReceiver(answers: readonly ReceiverAnswer[] = [{ status: 200 }]): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const answer = answers[Math.min(received.length, answers.length - 1)] ?? "hang";
    received.push({ path: request.url ?? "", headers: request.headers, body });
    if (answer === "hang") return;
    if (answer === "close") return request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
