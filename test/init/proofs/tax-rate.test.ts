// What the rates of a tax say of it, where no total does.
import { describe, expect, it, test } from "vitest";
import { type Column, tableOf } from "../../../src/init/columns/table.ts";
import { type TaxPlace, taxPlaceOf } from "../../../src/init/proofs/tax-rate.ts";
import { columnsWith } from "../samples.ts";

function columnsOf(columns: Readonly<Record<string, readonly string[]>>): readonly Column[] {
  return tableOf(columnsWith("orders.csv", columns)).columns;
}

function placeOf(lines: readonly number[], taxes: readonly string[], orders?: readonly string[]): TaxPlace | undefined {
  const [tax, key] = columnsOf({ Tax: taxes, ...(orders === undefined ? {} : { Order: orders }) });
  return tax === undefined ? undefined : taxPlaceOf(lines, tax, key);
}

const amounts = [100, 250, 1234.5, 34.9];

function taxesOf(share: number): readonly string[] {
  return amounts.map((amount) => (amount * share).toFixed(2));
}

describe("the share that tax is of the amounts tells whether the prices have it", () => {
  test.each<{ readonly share: number; readonly is: TaxPlace | undefined; readonly because: string }>([
    { share: 0.19, is: "on top", because: "19 % on top would be 23.46 % within" },
    { share: 0.05, is: "on top", because: "5 % on top would be 5.26 % within" },
    { share: 0.0825, is: "on top", because: "8.25 % on top would be 8.99 % within" },
    { share: 0.19 / 1.19, is: "within", because: "19 % within would be 15.97 % on top" },
    { share: 0.2 / 1.2, is: "within", because: "20 % within would be 16.67 % on top" },
    { share: 0.2, is: undefined, because: "20 % on top is 25 % within" },
    { share: 0.21345, is: undefined, because: "there is no such rate" },
  ])("$share: $is, because $because", ({ share, is }) => expect(placeOf(amounts, taxesOf(share))).toBe(is));
});

describe("nothing is told", () => {
  it("by amounts so small that other rates come to the same cents: 8.25 % on top and 9 % within", () => {
    expect(placeOf([10, 12, 14.5], ["0.83", "0.99", "1.20"])).toBeUndefined();
  });

  it("by two amounts, however often they stand there", () => {
    expect(placeOf([100, 250, 100, 250], ["19.00", "47.50", "19.00", "47.50"])).toBeUndefined();
  });

  it("by taxes of several rates", () => {
    expect(placeOf([100, 250, 1234.5], ["19.00", "17.50", "234.56"])).toBeUndefined();
  });

  it("by a single row that does not fit", () => {
    expect(placeOf(amounts, [...taxesOf(0.19).slice(0, 3), "7.00"])).toBeUndefined();
  });

  it("by a column without a tax", () => {
    expect(placeOf(amounts, ["", "0.00", "", "0.00"])).toBeUndefined();
  });
});

it("a tax of the whole order on its first row is held against all its lines", () => {
  const orders = ["A", "", "B", "C", "C"];
  expect(placeOf([60, 40, 250, 1000, 234.5], ["19.00", "", "47.50", "234.56", ""], orders)).toBe("on top");
  expect(placeOf([60, 40, 250, 1000, 234.5], ["15.97", "", "39.92", "197.11", ""], orders)).toBe("within");
});
