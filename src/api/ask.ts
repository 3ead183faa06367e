// A read that is asked until it is answered: retried like a send, but free to wait in place.

import { backoffMs, RetryLater, retryWhileShort } from "./backoff.ts";
import type { ApiRequest } from "./client.ts";
import { Halted } from "./halt.ts";
import type { ApiOptions } from "./options.ts";
import type { Refusal } from "./refusal-body.ts";
import type { Reads } from "./reply.ts";
import type { Transport } from "./transport.ts";

/** How a read ended, when it was asked often enough. */
export type Asked<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "refused"; readonly status: number; readonly refusal: Refusal }
  /** No usable answer after all attempts. */
  | { readonly kind: "silent"; readonly cause: string };

/** Failures while the API is down do not count. Throws `Halted` when the run stops first. */
export async function ask<T>(
  transport: Transport,
  { clock, limits, random }: Pick<ApiOptions, "clock" | "limits" | "random">,
  signal: AbortSignal,
  request: ApiRequest,
  reads: Reads<T>,
): Promise<Asked<T>> {
  let failures = 0;
  let wasThrottled = false;
  const attempt = async (): Promise<Asked<T>> => {
    const turn = await transport.ready();
    turn.cancel(); // a read has nothing to write down first: it waits in line like everybody
    const reply = await transport.request(request, reads, { purpose: "lookup", subject: "lookup", wasThrottled });
    switch (reply.kind) {
      case "accepted":
        return { kind: "answer", value: reply.value };
      case "refused":
        if (reply.status === 401) throw new Halted();
        return { kind: "refused", status: reply.status, refusal: reply.refusal };
      case "held":
        if (reply.by === "stop") throw new Halted();
        throw new RetryLater("held", reply.by === "lease" ? reply.waitMs : 0);
      case "throttled":
        wasThrottled = true;
        throw new RetryLater("HTTP 429", 0); // the limiter holds everybody
      case "undelivered":
      case "unanswered":
        if (transport.isDown) throw new RetryLater(reply.cause, 0);
        failures += 1;
        if (failures >= limits.attempts) return { kind: "silent", cause: reply.cause };
        throw new RetryLater(reply.cause, backoffMs(failures, random));
      default:
        return reply satisfies never;
    }
  };
  return retryWhileShort(attempt, { clock, signal, maxWaitMs: Number.POSITIVE_INFINITY });
}
