// 403 on a write may be about the entry (a locked channel) or about the account. As long as writes got nothing else,
// their verdicts wait; the fifth asks whether the account may read at all.

import { ask } from "../api/ask.ts";
import type { Halt } from "../api/halt.ts";
import { accountRefused, probeRequest, type Transport } from "../api/transport.ts";
import type { DispatchOptions } from "./options.ts";

/** Decides whether a 403 is about the entry or about the account. */
export interface ForbiddenJudge {
  /** A write was answered 403; `settle` is called when it is known to be about the entry, or never. */
  forbidden(said: string, settle: () => Promise<void>): Promise<void>;
  /** A write got any other answer: the account may write. */
  otherAnswer(): Promise<void>;
  /** No more writes for now: what waits is settled. */
  finish(): Promise<void>;
}

const enough = 5;

/** One per run: what it decided once holds to the end. */
export function createForbiddenJudge(options: DispatchOptions, transport: Transport, halt: Halt): ForbiddenJudge {
  let isDecided = false;
  let waiting: (() => Promise<void>)[] = [];

  const settleAll = async (): Promise<void> => {
    isDecided = true;
    const settles = waiting;
    waiting = [];
    for (const settle of settles) await settle();
  };

  return {
    async forbidden(said, settle) {
      if (isDecided) return settle();
      waiting.push(settle);
      if (waiting.length !== enough) return;
      const asked = await ask(transport, options, halt.signal, probeRequest, (text) => text);
      if (asked.kind !== "refused" || asked.status !== 403) return settleAll();
      halt.now(accountRefused(options, said));
    },
    async otherAnswer() {
      if (!isDecided) await settleAll();
    },
    async finish() {
      if (waiting.length > 0 && !halt.signal.aborted) await settleAll();
    },
  };
}
