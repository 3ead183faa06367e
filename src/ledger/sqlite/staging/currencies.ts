// The currencies of a run's entries. Which of them may stand together is staging/currencies.ts.

import type { CurrencyCount, Staging } from "../../../model/ledger/staging.ts";
import { rowsPerFile } from "../../common/row-id.ts";
import type { Connection } from "../storage/connection.ts";

const pageEntries = 500;

/** The part of `Staging` that knows of currencies. */
export function openCurrencies(connection: Connection): Pick<Staging, "currencies" | "ofCurrency"> {
  return {
    async currencies(run) {
      return connection.read(() =>
        connection.all<CurrencyCount>(
          `select e.currency_scope within, e.currency, f.input, count(*) entries
             from entries e join files f on f.id = e.position / ${rowsPerFile}
            where e.run = ? and e.currency is not null and e.outcome is null group by 1, 2, 3 order by 1, 2, 3`,
          run,
        ),
      );
    },
    ofCurrency: (run, of) => ofCurrency(connection, run, of),
  };
}

async function* ofCurrency(
  connection: Connection,
  run: number,
  { within, currency, input }: Pick<CurrencyCount, "within" | "currency" | "input">,
): AsyncGenerator<readonly number[]> {
  for (let after = { position: -1, id: -1 }; ; ) {
    const page = connection.read(() =>
      connection.all<{ id: number; position: number }>(
        `select e.id, e.position from entries e join files f on f.id = e.position / ${rowsPerFile}
          where e.run = ? and e.outcome is null and e.currency_scope = ? and e.currency = ? and f.input = ?
            and (e.position, e.id) > (?, ?) order by e.position, e.id limit ${pageEntries}`,
        run,
        within,
        currency,
        input,
        after.position,
        after.id,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ id }) => id);
    after = last;
  }
}
