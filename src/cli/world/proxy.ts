// The proxy of an account, from the variables that every network program reads, and by undici's own rules for them.
import { ImportError } from "../../model/error.ts";
import { isLoopback } from "../../model/loopback.ts";
import type { HttpProxy } from "../../model/proxy.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that stands between here and the address; undefined where there is none, where `NO_PROXY` names the host, and for
 * this machine itself. Throws `ImportError("USAGE")` for one that is no HTTP proxy.
 */
export function proxyFor(baseUrl: string, env: Environment): HttpProxy | undefined {
  const url = new URL(baseUrl);
  const named = namedProxy(url, env);
  if (named === undefined || isLoopback(url.hostname) || isExcepted(url, env)) return undefined;
  const { text, from } = named;
  const written = /^[a-z][\w+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(written) ? new URL(written) : undefined;
  // The address is not shown: it may hold a password.
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol) || proxy.hostname === "") {
    throw new ImportError("USAGE", `${from} is not the address of an HTTP proxy`, {
      hint: `It looks like http://proxy.example:3128, or http://user:password@proxy.example:3128. NO_PROXY=${url.hostname} goes around it.`,
    });
  }
  return { url: proxy.href, from };
}

/** What in a proxy's address is nobody's business. */
export function secretsOf({ url }: HttpProxy): readonly string[] {
  const { username, password } = new URL(url);
  return [
    ...new Set([password, decoded(password), username === "" ? "" : `${decoded(username)}:${decoded(password)}`]),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface NamedProxy {
  readonly text: string;
  readonly from: string;
}

// Lower case first, and the one for http where there is none for https: as undici's EnvHttpProxyAgent does it.
function namedProxy({ protocol }: URL, env: Environment): NamedProxy | undefined {
  const found = (...names: readonly string[]): NamedProxy | undefined => {
    const from = names.find((name) => env[name] !== undefined);
    const text = from === undefined ? undefined : env[from]?.trim();
    return from === undefined || text === undefined || text === "" ? undefined : { text, from };
  };
  const plain = found("http_proxy", "HTTP_PROXY");
  return protocol === "https:" ? (found("https_proxy", "HTTPS_PROXY") ?? plain) : plain;
}

/** `NO_PROXY`: hosts with everything below them, with or without a port; `*` is all. */
function isExcepted({ host, port, protocol }: URL, env: Environment): boolean {
  const text = env.no_proxy ?? env.NO_PROXY ?? "";
  if (text === "*") return true;
  const hostname = host.replace(/:\d*$/, "").toLowerCase();
  const ownPort = Number(port) || (protocol === "https:" ? 443 : 80);
  return text
    .split(/[,\s]/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = entry, entryPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      const excepted = name.replace(/^\*?\./, "").toLowerCase();
      const isPort = entryPort === undefined || Number(entryPort) === 0 || Number(entryPort) === ownPort;
      return isPort && (hostname === excepted || hostname.endsWith(`.${excepted}`));
    });
}
