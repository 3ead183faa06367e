// What a command that sends is handed of the process: time, chance, and the ways to stop it.
import type { Account } from "../../model/account.ts";
import { systemClock } from "../../model/clock.ts";
import type { RunOptions } from "../../run/run.ts";
import type { Console } from "./console.ts";
import type { Interrupts } from "./interrupt.ts";

/** The part of the options of `run` and `retry` that does not come from their flags. */
export function sending(account: Account, { stop, abort }: Interrupts, { onEvent }: Console) {
  return { account, clock: systemClock, random: Math.random, stop, abort, onEvent } satisfies RunOptions;
}
