// The way through a proxy: undici's own agent (CONNECT, then TLS with the account), bounded like a direct connection.
// Whatever goes wrong before the tunnel stands went wrong before the request left.
import { type buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import type { HttpProxy } from "../model/proxy.ts";

/** How the connections are bounded. */
export interface TunnelOptions {
  readonly connections: number;
  /** Until a tunnel stands, from the first packet to the end of the last handshake. */
  readonly connectTimeoutMs: number;
  /** For an answer, once it stands. */
  readonly timeoutMs: number;
}

/**
 * Connections to an account through a proxy; `request` takes the account's address as `origin`. What fails before a tunnel
 * stands has a code that begins with `PROXY_` (`PROXY_HTTP_407`, `PROXY_ECONNREFUSED`, `PROXY_TIMEOUT`), unless it is
 * about the certificate of the account itself.
 */
export function openTunnel(proxy: HttpProxy, { connections, connectTimeoutMs, timeoutMs }: TunnelOptions): Dispatcher {
  const tls = { timeout: connectTimeoutMs, rejectUnauthorized: true };
  return new ProxyAgent({
    uri: proxy.url,
    proxyTls: tls,
    requestTls: tls,
    clientFactory: (origin, options) => new Pool(origin, { connect: ofProxy(connectorIn(options)) }),
    // A pool even for one connection, with the bounds of a direct one: nothing queues in it.
    factory: (origin, options) =>
      new Pool(origin, {
        connections,
        pipelining: 1,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        connect: bounded(connectorIn(options), connectTimeoutMs),
      }),
  });
}

type Connector = buildConnector.connector;

/** The agent hands its own ways to connect to the pools that it lets others make. */
function connectorIn(options: object): Connector {
  if ("connect" in options && typeof options.connect === "function") return options.connect as Connector;
  throw new Error("undici's proxy agent gives no connector");
}

class TunnelFault extends Error {
  readonly code: string;
  constructor(code: string, cause?: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

/** Marks what happens between here and the proxy. */
function ofProxy(connect: Connector): Connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) =>
      error === null || error === undefined
        ? callback(null, socket as NonNullable<typeof socket>)
        : callback(new TunnelFault(`PROXY_${codeOf(error)}`, error), null),
    );
}

/** A proxy may take a connection and say nothing. undici itself would ask a proxy that hangs up without end. */
function bounded(connect: Connector, timeoutMs: number): Connector {
  return (options, callback) => {
    let isOver = false;
    const fail = (fault: TunnelFault): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      callback(fault, null);
    };
    const timer = setTimeout(() => fail(new TunnelFault("PROXY_TIMEOUT")), timeoutMs);
    connect(options, (...[error, socket]) => {
      if (error !== null && error !== undefined) return fail(tunnelFault(error));
      if (isOver) return void socket?.destroy();
      isOver = true;
      clearTimeout(timer);
      callback(null, socket as NonNullable<typeof socket>);
    });
  };
}

function tunnelFault(error: Error): TunnelFault {
  if (error instanceof TunnelFault) return error;
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
  if (status !== undefined) return new TunnelFault(`PROXY_HTTP_${status}`, error);
  const code = codeOf(error);
  return new TunnelFault(isOfCertificate.test(code) ? code : `PROXY_${code}`, error);
}

const isOfCertificate = /CERT|SSL|TLS|SELF_SIGNED|SIGNATURE|HOSTNAME/;

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
