// Money of several currencies in one channel: Luminous has no currency, so 899 MXN and 89.90 EUR would lie side by side as if
// they were of one. What may stand together is for the mapping to say; what a channel holds already, the ledger remembers.
import type { Ledger } from "../model/ledger/ledger.ts";
import type { CurrencyCount } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import { countText } from "../model/text/count-text.ts";
import type { Locate } from "./locate-cells.ts";
import type { Pause } from "./pause.ts";
import type { PreparedInput } from "./prepare.ts";

/** The currencies of what was accepted before within this (`channel Main store`). */
export type AcceptedCurrencies = (within: string) => Promise<readonly string[]>;

/** What judging currencies needs. */
export interface CurrencyOptions {
  readonly ledger: Ledger;
  readonly locate: Locate;
  /** Waited for between entries. */
  readonly pause: Pause;
  readonly accepted: AcceptedCurrencies;
}

/**
 * Makes every open entry invalid whose currency may not stand where it would go. In a channel that holds one already, that
 * is every other one; where nothing is known of it and the run brings several, all of them, because none is the right one.
 */
export async function settleCurrencies(
  run: number,
  inputs: readonly PreparedInput[],
  options: CurrencyOptions,
): Promise<void> {
  const counts = await options.ledger.staging.currencies(run);
  for (const within of new Set(counts.map((count) => count.within))) {
    const here = counts.filter((count) => count.within === within);
    const held = new Set(await options.accepted(within));
    for (const count of here) {
      const mapping = inputs.find(({ input }) => input.name === count.input)?.compiled.mapping;
      const problem = objection(
        count,
        here,
        held,
        new Set(mapping?.totals?.currencies),
        mapping?.file ?? "the mapping",
      );
      if (problem !== undefined) await refuseAll(run, count, problem, options);
    }
  }
}

/** What speaks against a currency; undefined when nothing does. */
function objection(
  { within, currency }: CurrencyCount,
  here: readonly CurrencyCount[],
  held: ReadonlySet<string>,
  listed: ReadonlySet<string>,
  file: string,
): Problem | undefined {
  if (held.has(currency)) return undefined;
  if (listed.has(currency) && [...held].every((other) => listed.has(other))) return undefined;
  const brought = currencyCounts(here);
  if (held.size === 0 && brought.size === 1) return undefined;
  const all = [...new Set([...held, ...brought.keys()])].sort();
  const what =
    held.size > 0
      ? `this order is in ${currency}, and the ${within} has orders in ${[...held].join(", ")}`
      : `the orders of the ${within} are in several currencies (${[...brought].map(([code, entries]) => `${code} ${countText(entries)}`).join(", ")}), this one in ${currency}`;
  const remedy = `give each currency a channel of its own or, if they belong together, say totals: { currencies: [${all.join(", ")}] } in ${file}`;
  const message = `${what}. Luminous has no currency and would take the numbers as they are, whatever they mean: ${remedy}`;
  return { code: "mixed_currency", message, path: "totals.currency" };
}

function currencyCounts(here: readonly CurrencyCount[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { currency, entries } of here) sums.set(currency, (sums.get(currency) ?? 0) + entries);
  return sums;
}

async function refuseAll(
  run: number,
  count: CurrencyCount,
  problem: Problem,
  { ledger, locate, pause }: CurrencyOptions,
): Promise<void> {
  for await (const entries of ledger.staging.ofCurrency(run, count)) {
    await pause(entries.length);
    for (const entryId of entries) await ledger.staging.addProblems(entryId, await locate(entryId, [problem]));
  }
}
