// What a command that sends is handed of the process: time, chance, and the ways to stop it.
import type { Account } from "../../model/account.ts";
import { systemClock } from "../../model/clock.ts";
import type { RunOptions } from "../../run/run-options.ts";
import type { Console } from "./console.ts";
import type { Interrupts } from "./interrupt.ts";
import type { CommandWorld } from "./world.ts";

/** The part of the options of `run` and `retry` that does not come from their flags. */
export function sending(
  account: Account,
  { stop, abort }: Interrupts,
  { onEvent }: Console,
  { argv }: Pick<CommandWorld, "argv">,
  { values = true, results }: ReportFlags,
) {
  const report = { words: argv, values, ndjson: results === "ndjson" };
  return { account, clock: systemClock, random: Math.random, stop, abort, onEvent, report } satisfies RunOptions;
}

/** What a command takes that writes a report. */
export interface ReportFlags {
  /** False leaves cells out of it. */
  readonly values?: boolean;
  /** The format in which results are written beside results.csv. */
  readonly results?: string;
  /** Opens it at the end. */
  readonly open?: boolean;
}
