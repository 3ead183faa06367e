// The account of a run: where it is, who said so, and the secret that opens it.
import type { HttpProxy } from "./proxy.ts";

/** Where the account is, and the secret that opens it. */
export interface Account {
  /** May have a path prefix; no trailing slash needed. */
  readonly baseUrl: string;
  /** Where the address came from, for messages: "LUMINOUS_BASE_URL", "api.company in import.yaml". */
  readonly baseUrlFrom: string;
  readonly token: string;
  /** Between here and there; absent where the account is reached directly. */
  readonly proxy?: HttpProxy;
}
