import fc from "fast-check";
import { Client, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { describe, expect, it, test } from "vitest";
import { proxyFor, secretsOf } from "../../src/cli/world/proxy.ts";
import { ImportError } from "../../src/model/error.ts";

const acme = "https://acme.api.joinluminous.com/external/api/v1";
const proxy = "http://proxy.example:3128/";

describe("the proxy of an account", () => {
  test.each<{
    readonly name: string;
    readonly address?: string;
    readonly env: Readonly<Record<string, string>>;
    readonly is: string | undefined;
    readonly from?: string;
  }>([
    { name: "is none where no variable names one", env: {}, is: undefined },
    { name: "is that of HTTPS_PROXY", env: { HTTPS_PROXY: proxy }, is: proxy, from: "HTTPS_PROXY" },
    {
      name: "is that of https_proxy first",
      env: { HTTPS_PROXY: "http://no:1", https_proxy: proxy },
      is: proxy,
      from: "https_proxy",
    },
    {
      name: "is that of HTTP_PROXY where there is none for https",
      env: { HTTP_PROXY: proxy },
      is: proxy,
      from: "HTTP_PROXY",
    },
    {
      name: "is not that of HTTP_PROXY where there is one for https",
      env: { HTTP_PROXY: "http://no:1", HTTPS_PROXY: proxy },
      is: proxy,
    },
    { name: "may stand without http://", env: { HTTPS_PROXY: "proxy.example:3128" }, is: proxy },
    {
      name: "may have a user and a password",
      env: { HTTPS_PROXY: "http://me:s3c%40ret@proxy.example:3128" },
      is: "http://me:s3c%40ret@proxy.example:3128/",
    },
    { name: "may be reached by https", env: { HTTPS_PROXY: "https://proxy.example" }, is: "https://proxy.example/" },
    {
      name: "is none for a host in NO_PROXY",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "a.example, acme.api.joinluminous.com" },
      is: undefined,
    },
    {
      name: "is none below a domain in no_proxy",
      env: { HTTPS_PROXY: proxy, no_proxy: ".joinluminous.com" },
      is: undefined,
    },
    {
      name: "is one for a host that only ends alike",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "luminous.com" },
      is: proxy,
    },
    {
      name: "is one for another port than NO_PROXY has",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "acme.api.joinluminous.com:8443" },
      is: proxy,
    },
    { name: "is none where NO_PROXY is *", env: { HTTPS_PROXY: proxy, NO_PROXY: "*" }, is: undefined },
    {
      name: "is none for this machine",
      address: "http://127.0.0.1:4010/v1",
      env: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
      is: undefined,
    },
    {
      name: "is none for this machine by name",
      address: "https://localhost:4010/v1",
      env: { HTTPS_PROXY: proxy },
      is: undefined,
    },
    {
      name: "is none for this machine by IPv6",
      address: "https://[::1]:4010/v1",
      env: { HTTPS_PROXY: proxy },
      is: undefined,
    },
    { name: "is none where the variable is empty", env: { HTTPS_PROXY: "" }, is: undefined },
  ])("$name", ({ address = acme, env, is, from }) => {
    const found = proxyFor(address, env);
    expect(found?.url).toBe(is);
    if (from !== undefined) expect(found?.from).toBe(from);
  });

  test.each(["socks5://proxy:1080", "ftp://me:s3cr3t@proxy", "http://", "me:s3cr3t@", "http://proxy:99999"])(
    "may not be %s, and that is not shown",
    (text) => {
      const refused = (() => {
        try {
          return proxyFor(acme, { HTTPS_PROXY: text });
        } catch (error) {
          return error;
        }
      })();
      expect(refused).toBeInstanceOf(ImportError);
      expect(refused).toMatchObject({ code: "USAGE", message: "HTTPS_PROXY is not the address of an HTTP proxy" });
      expect(JSON.stringify(refused)).not.toContain("s3cr3t");
    },
  );

  it("has a password that is a secret, as it stands and as it is meant", () => {
    const secrets = secretsOf({ url: "http://me:s3c%40ret@proxy.example:3128", from: "HTTPS_PROXY" });
    expect(secrets).toEqual(["s3c%40ret", "s3c@ret", "me:s3c@ret"]);
  });

  it("is used for the same addresses as undici's own agent uses it for", () => {
    const part = fc.constantFrom("acme", "api", "example", "com", "10", "x-y");
    const host = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join(".")}.test`);
    const port = fc.constantFrom("", ":443", ":8443", ":80");
    const address = fc
      .tuple(fc.constantFrom("https", "http"), host, port)
      .map(([scheme, name, at]) => `${scheme}://${name}${at}`);
    const entry = fc
      .tuple(fc.constantFrom("", ".", "*."), fc.oneof(host, part, fc.constant("test")), port)
      .map((parts) => parts.join(""));
    const entries = fc.oneof(
      fc.constant("*"),
      fc.tuple(fc.array(entry), fc.constantFrom(",", " ", ", ")).map(([list, comma]) => list.join(comma)),
    );
    const named = fc.record({ http: fc.boolean(), https: fc.boolean() });
    fc.assert(
      fc.property(address, entries, named, (url, noProxy, { http, https }) => {
        const env = {
          NO_PROXY: noProxy,
          ...(http ? { HTTP_PROXY: proxy } : {}),
          ...(https ? { HTTPS_PROXY: proxy } : {}),
        };
        expect(proxyFor(url, env) !== undefined).toBe(undiciUsesProxy(url, env));
      }),
      { numRuns: 500 },
    );
  });
});

/** Asks undici's agent itself; it makes connections of its own kind where they go through a proxy. */
function undiciUsesProxy(
  url: string,
  env: { readonly NO_PROXY: string; readonly HTTP_PROXY?: string; readonly HTTPS_PROXY?: string },
): boolean {
  let isProxied: boolean | undefined;
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.HTTP_PROXY ?? "",
    httpsProxy: env.HTTPS_PROXY ?? "",
    noProxy: env.NO_PROXY,
    factory(origin, options) {
      isProxied = "connect" in options && typeof options.connect === "function";
      return new Client(origin, { connect: (_options, callback) => callback(new Error("nobody connects"), null) });
    },
  });
  const ignore: Dispatcher.DispatchHandler = { onRequestStart() {}, onResponseError() {} };
  agent.dispatch({ origin: new URL(url).origin, path: "/", method: "GET" }, ignore);
  void agent.destroy();
  if (isProxied === undefined) throw new Error("undici asked for no connection");
  return isProxied;
}
