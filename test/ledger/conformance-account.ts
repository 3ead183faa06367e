// What the ledger remembers of the account.

import { expect, it } from "vitest";
import { accept, all, error, type LedgerPlace, openEntry, stage } from "./build.ts";

export function accountClaims(makePlace: () => Promise<LedgerPlace>): void {
  it("remembers how the account answers and which records are known to be there", async () => {
    await using place = await makePlace();
    {
      await using ledger = await place.open();
      await ledger.account.learn({ name: "products.in", value: { proves: false }, atMs: 1 });
      await ledger.account.learn({ name: "products.in", value: { proves: true, most: 20 }, atMs: 2 });
      await ledger.account.keepControls("products", [{ key: "old", remoteId: "1" }], 1);
      await ledger.account.keepControls("products", [{ key: "A", remoteId: "7" }], 2);
    }
    await using ledger = await place.open();
    expect(await ledger.account.facts()).toEqual([{ name: "products.in", value: { proves: true, most: 20 }, atMs: 2 }]);
    expect(await ledger.account.controls("products")).toEqual([{ key: "A", remoteId: "7" }]);
    expect(await ledger.account.controls("sales_orders")).toEqual([]);
  });

  it("counts the currencies of open entries, and remembers those of accepted ones by where they stand", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const inWeb = (code: string) => ({ currency: { code, within: "channel Web" } });
    const { run } = await stage(ledger, "r", [
      { key: "1", ...inWeb("USD") },
      { key: "2", ...inWeb("USD") },
      { key: "3", ...inWeb("EUR") },
      { key: "4", ...inWeb("MXN"), problems: [error] },
      { key: "5", currency: { code: "EUR", within: "channel Hall" } },
      "6",
    ]);
    const input = "products";
    expect(await ledger.staging.currencies(run)).toEqual([
      { within: "channel Hall", currency: "EUR", input, entries: 1 },
      { within: "channel Web", currency: "EUR", input, entries: 1 },
      { within: "channel Web", currency: "USD", input, entries: 2 },
    ]);
    const [first, second] = [await openEntry(ledger, run, "1"), await openEntry(ledger, run, "2")];
    const dollars = ledger.staging.ofCurrency(run, { within: "channel Web", currency: "USD", input });
    expect((await all(dollars)).flat()).toEqual([first.id, second.id]);
    expect(await ledger.account.currencies("channel Web")).toEqual([]);
    await accept(ledger, first);
    expect(await ledger.account.currencies("channel Web")).toEqual(["USD"]);
    expect(await ledger.account.currencies("channel Hall")).toEqual([]);
  });
}
