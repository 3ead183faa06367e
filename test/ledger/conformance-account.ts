// What the ledger remembers of the account.

import { expect, it } from "vitest";
import type { LedgerPlace } from "./build.ts";

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
}
