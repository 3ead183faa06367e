// A proxy on this machine, and an account behind it that can be reached in no other way: its name exists only for the proxy.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { type Certificate, makeCertificate } from "./certificate.ts";

/** The account's name, which no name server knows. */
export const hostname = "acme.api.test.invalid";

/** A server of the test. */
interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** A plain server. */
export async function openServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  return listening(createServer(answer));
}

/** An account behind TLS. */
export interface SecureAccount extends Listening {
  readonly certificate: Certificate;
}

/** Hands requests on to a plain server on this machine. */
export async function openSecureAccount(
  toPort: number,
  certificate: Certificate = makeCertificate(hostname),
): Promise<SecureAccount> {
  const server = createSecureServer(certificate, (incoming, response) => {
    const { method, url, headers } = incoming;
    const outgoing = httpRequest(
      { host: "127.0.0.1", port: toPort, method, path: url, headers: { ...headers, host: `127.0.0.1:${toPort}` } },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      },
    );
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  return { ...(await listening(server)), certificate };
}

/** What a proxy does with a CONNECT. */
export type Manner =
  | { readonly kind: "tunnel"; readonly toPort: number }
  | { readonly kind: "refuse"; readonly status: number }
  /** Takes the connection and never answers. */
  | { readonly kind: "silent" }
  | { readonly kind: "hang up" };

/** A proxy that remembers whom it was asked for. */
export interface TestProxy extends Listening {
  readonly url: string;
  /** `host:port` and the credentials of each CONNECT. */
  readonly asked: readonly { readonly to: string; readonly authorization: string | undefined }[];
}

/** Starts a proxy. */
export async function openProxy(manner: Manner): Promise<TestProxy> {
  const asked: { to: string; authorization: string | undefined }[] = [];
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push({ to: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    socket.on("error", () => undefined);
    switch (manner.kind) {
      case "tunnel": {
        const onward = connect(manner.toPort, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
          onward.write(head);
          onward.pipe(socket).pipe(onward);
        });
        onward.on("error", () => socket.destroy());
        return;
      }
      case "refuse":
        socket.end(`HTTP/1.1 ${manner.status} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      case "silent":
        return;
      case "hang up":
        socket.destroy();
        return;
      default:
        manner satisfies never;
    }
  });
  const open = await listening(server);
  return { ...open, url: `http://127.0.0.1:${open.port}`, asked };
}

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
