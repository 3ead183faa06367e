// What the ledger of an account is called, wherever it is kept.
import { createHash } from "node:crypto";

/** The name of the ledger of this base address: `<host>-<8 hex digits>`. */
export function ledgerName(baseUrl: string): string {
  const address = normalBaseUrl(baseUrl);
  const host = new URL(address).host.replace(/[^a-z0-9.-]/g, "_").slice(0, 100);
  const hash = createHash("sha256").update(address).digest("hex").slice(0, 8);
  return `${host}-${hash}`;
}

/** One spelling for one address: lower-case host, no default port, no slash at the end, no query. */
export function normalBaseUrl(baseUrl: string): string {
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  const host = hostname === "localhost" ? "127.0.0.1" : hostname;
  return `${protocol}//${host}${port === "" ? "" : `:${port}`}${pathname.replace(/\/+$/, "")}`;
}
