// What a sandbox can be asked to be, with the one place for defaults. The command line's flags are not here.
import { ImportError } from "../../model/error.ts";
import type { FaultName, FaultOdds } from "./faults.ts";
import type { LieText } from "./lies.ts";
import type { Reject } from "./rejects.ts";

/** What a second record with the same key gets. The real API's answer is not documented (facts §3). */
export type DuplicateMode = "accept" | "reject" | "conflict";

/** One request as it ended. Has no body and no token. */
export interface SandboxRequest {
  readonly method: string;
  /** With its query, as it came. */
  readonly path: string;
  /** Undefined when the answer never came or was cut. */
  readonly status: number | undefined;
  readonly fault: FaultName | undefined;
  readonly durationMs: number;
}

/** Everything is optional; an empty object is a well-behaved, unlimited API. */
export interface SandboxOptions {
  /** 0 (default) takes a free one. */
  readonly port?: number;
  /** The one bearer token that is let in; default `sandbox`. */
  readonly token?: string;
  /** Any number above 0; undefined (default) limits nothing. More requests in a rolling second get 429. */
  readonly ratePerSecond?: number;
  /** Writes `Retry-After` as an HTTP date instead of seconds. */
  readonly retryAfterAsDate?: boolean;
  /** How long every answer waits after the request was carried out. */
  readonly latencyMs?: number;
  /** How likely each fault is, 0 to 1; together at most 1. Writes only, unless `faultReads`. */
  readonly faults?: FaultOdds;
  readonly faultReads?: boolean;
  /** `reject` (default): 422 on the key's own path; `conflict`: 409; `accept`: a second record. */
  readonly duplicates?: DuplicateMode;
  /** Content that gets 422 when a product or an order is written with it; default none. */
  readonly rejects?: readonly Reject[];
  /** The names of the companies that the account has, with ids from 1; a name may stand twice. Default none. */
  readonly companies?: readonly string[];
  /** Endpoints that the token may not use, such as `GET /channels`: they get 403. Default none. */
  readonly forbidden?: readonly string[];
  /** What the server gets wrong all the time: the table is in lies.ts. Default none. */
  readonly lies?: readonly LieText[];
  /** The lie `filter-ignored`: lists answer as if no filter had been sent. */
  readonly ignoreFilters?: boolean;
  /** `sku` filters find variants too. Not documented (facts §4.7); default false, the harder case. */
  readonly skuFilterFindsVariants?: boolean;
  /** Reads see a write only this long after it happened; checks of writes see it at once. */
  readonly readLagMs?: number;
  /** Makes faults and lies repeatable; default 1. */
  readonly seed?: number;
  /** Larger bodies get 413; default 8 MiB. */
  readonly maxBodyBytes?: number;
  /** Milliseconds since 1970, never going back: the server's clock, its `Date` too; default the process clock. */
  readonly nowMs?: () => number;
  /** Called once for every request, when its answer has gone out or its connection is closed. */
  readonly onRequest?: (request: SandboxRequest) => void;
}

/** The options with every default filled in. */
export type SandboxSettings = Required<Omit<SandboxOptions, "ratePerSecond" | "onRequest" | "ignoreFilters">> &
  Pick<SandboxOptions, "ratePerSecond" | "onRequest">;

/** Fills in defaults. Throws `ImportError("USAGE")` for numbers that make no sense. */
export function sandboxSettings({ ignoreFilters = false, ...options }: SandboxOptions): SandboxSettings {
  const settings: SandboxSettings = {
    port: 0,
    token: "sandbox",
    retryAfterAsDate: false,
    latencyMs: 0,
    faults: {},
    faultReads: false,
    duplicates: "reject",
    rejects: [],
    companies: [],
    forbidden: [],
    lies: [],
    skuFilterFindsVariants: false,
    readLagMs: 0,
    seed: 1,
    maxBodyBytes: 8 * 1024 * 1024,
    nowMs: () => performance.timeOrigin + performance.now(),
    ...options,
  };
  const { ratePerSecond, latencyMs, readLagMs, maxBodyBytes } = settings;
  if (ratePerSecond !== undefined && !(ratePerSecond > 0)) {
    throw new ImportError("USAGE", `a rate of ${ratePerSecond} requests per second lets nothing through`, {
      hint: "give a number above 0, or leave the rate out for no limit",
    });
  }
  for (const [name, value] of Object.entries({ latencyMs, readLagMs, maxBodyBytes })) {
    if (!(value >= 0)) throw new ImportError("USAGE", `the sandbox's ${name} must be 0 or more, not ${value}`);
  }
  return ignoreFilters ? { ...settings, lies: [...settings.lies, "filter-ignored"] } : settings;
}
