// The first question to an account: what its answer, or its silence, says of the address and of the token.
import { certificateFault } from "../model/certificate-fault.ts";
import { type Finding, ok, problem } from "../model/finding.ts";
import { type HttpProxy, proxyText } from "../model/proxy.ts";

/** What came of the first question. */
export type FirstAnswer =
  | { readonly kind: "answer" }
  /** `message`: what it said; of a 401 a sentence of its own. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  /** No usable answer. `status` where there was one at all. */
  | { readonly kind: "silent"; readonly cause: string; readonly status: number | undefined };

/** What the account's address and token are worth. */
export interface Reach {
  readonly findings: readonly Finding[];
  /** `open`: more can be asked. `silent`: nobody answered, or not sensibly. `wrong`: something else answered. */
  readonly kind: "open" | "silent" | "wrong" | "refused";
}

interface Address {
  readonly baseUrl: string;
  /** The setting that it came from. */
  readonly baseUrlFrom: string;
  readonly proxy?: HttpProxy;
}

/** `headers` are those of the last answer. */
export function judgeReach(
  answer: FirstAnswer,
  { baseUrl, baseUrlFrom, proxy }: Address,
  headers: Readonly<Record<string, string>> = {},
): Reach {
  const at = `${baseUrl} (${baseUrlFrom})${proxy === undefined ? "" : ` through the proxy ${proxyText(proxy)}`}`;
  const wrong = (message: string, hint: string): Reach => ({
    kind: "wrong",
    findings: [problem("address", message, hint)],
  });
  const silent = (message: string, hint: string): Reach => ({
    kind: "silent",
    findings: [problem("address", message, hint)],
  });
  const fix = `Correct ${baseUrlFrom}: the API is at https://COMPANY.api.joinluminous.com/external/api/v1.`;
  const reached = ok("address", at);
  if (answer.kind === "answer") return { kind: "open", findings: [reached, ok("token", "accepted")] };
  if (answer.kind === "silent") {
    if (answer.status === undefined)
      return proxy !== undefined && answer.cause.startsWith("PROXY_")
        ? silent(`${at} cannot be reached: ${proxyCauseText(answer.cause)}`, proxyHint(answer.cause, proxy, baseUrl))
        : silent(`${at} cannot be reached: ${causeText(answer.cause, baseUrl)}`, hintOf(answer.cause, baseUrlFrom));
    if (answer.status >= 500 || answer.status < 200)
      return silent(
        `${at} answers with HTTP ${answer.status}: the API itself has trouble`,
        "Try again later; a run would wait and then stop.",
      );
    return /html/i.test(headers["content-type"] ?? "")
      ? wrong(`${at} answers with a web page: that is not the API`, fix)
      : wrong(`${at} answers, but not as the API does (${answer.cause})`, fix);
  }
  const { status, message } = answer;
  if (status === 401)
    return {
      kind: "refused",
      findings: [
        reached,
        problem(
          "token",
          message,
          "Make a new one in Luminous under /settings/api-tokens, in the same company as the address.",
        ),
      ],
    };
  if (status === 403)
    return {
      kind: "refused",
      findings: [
        reached,
        problem(
          "token",
          `may not even read: HTTP 403, ${message}`,
          "Use the token of somebody who may read and write products, orders and channels.",
        ),
      ],
    };
  if (status >= 300 && status < 400)
    return wrong(
      `${at} redirects${target(headers.location, baseUrl)} (HTTP ${status}), and a redirect is never followed`,
      fix,
    );
  if (status === 404 || status === 405 || status === 410)
    return wrong(`${at} has no API: HTTP ${status}, ${message}`, fix);
  return wrong(`${at} refuses a simple question: HTTP ${status}, ${message}`, fix);
}

function causeText(cause: string, baseUrl: string): string {
  const { hostname, host } = new URL(baseUrl);
  if (/^(ENOTFOUND|EAI_)/.test(cause)) return `the name ${hostname} is not known (${cause})`;
  if (cause === "ECONNREFUSED") return `nothing listens at ${host} (${cause})`;
  const certificate = certificateFault(cause, "");
  if (certificate !== undefined) return `${certificate.what} (${cause})`;
  if (/TIMEOUT|ETIMEDOUT/.test(cause)) return `no answer in time (${cause})`;
  if (/UNREACH/.test(cause)) return `there is no way to ${host} (${cause})`;
  return `the connection broke (${cause})`;
}

function hintOf(cause: string, baseUrlFrom: string): string {
  if (/^(ENOTFOUND|EAI_)/.test(cause))
    return `Check the company's name in ${baseUrlFrom}: it is the first part of the address in the browser. Then the network.`;
  const certificate = certificateFault(cause, baseUrlFrom);
  if (certificate !== undefined) return certificate.hint;
  return `Check ${baseUrlFrom}, the network, and whether a firewall or proxy is in the way.`;
}

function proxyCauseText(cause: string): string {
  const status = /^PROXY_HTTP_(\d+)$/.exec(cause)?.[1];
  if (status === "407") return "the proxy wants a user and a password, or others (HTTP 407)";
  if (status !== undefined) return `the proxy makes no connection there (HTTP ${status})`;
  if (/TIMEOUT/.test(cause)) return `the proxy does not answer in time (${cause})`;
  return `the proxy cannot be used (${cause})`;
}

function proxyHint(cause: string, { from }: HttpProxy, baseUrl: string): string {
  const { hostname, port } = new URL(baseUrl);
  if (cause === "PROXY_HTTP_407") return `Put them into ${from}: http://USER:PASSWORD@HOST:PORT.`;
  if (cause.startsWith("PROXY_HTTP_"))
    return `Have it allow ${hostname}:${port === "" ? "443" : port} (CONNECT). NO_PROXY=${hostname} goes around it.`;
  return `Check the address in ${from}. NO_PROXY=${hostname} goes around the proxy.`;
}

/** Without a query, which may hold a secret. */
function target(location: string | undefined, baseUrl: string): string {
  if (location === undefined || !URL.canParse(location, baseUrl)) return "";
  const url = new URL(location, baseUrl);
  return ` to ${url.origin}${url.pathname}`;
}
