// Rows as numbers: nothing is lost, and they sort in input order.

import { expect, it, test } from "vitest";
import { rowId, rowRef } from "../../../src/ledger/common/row-id.ts";

test.each([
  { file: 1, number: 1 },
  { file: 3, number: 2 ** 32 - 1 },
  { file: 2 ** 20, number: 12 },
])("a row id keeps file $file and row $number", (ref) => {
  expect(rowRef(rowId(ref))).toEqual(ref);
});

it("orders rows by file, then by number", () => {
  expect(rowId({ file: 1, number: 4_000_000_000 })).toBeLessThan(rowId({ file: 2, number: 1 }));
  expect(rowId({ file: 2, number: 1 })).toBeLessThan(rowId({ file: 2, number: 2 }));
});
