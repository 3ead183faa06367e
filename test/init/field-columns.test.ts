// The guess for programs: in small steps that a signal ends, and for each field what else it could be read from.
import { describe, expect, it } from "vitest";
import { fieldColumns, guessImport, planImport } from "../../src/init/init.ts";
import { columnsWith, sampleOf } from "./samples.ts";

const wide = columnsWith(
  "wide.csv",
  Object.fromEntries([
    ["SKU", ["A-1", "A-2"]],
    ["Name", ["Cup", "Pot"]],
    ["Price", ["4.50", "9.50"]],
    ...Array.from({ length: 40 }, (_, at) => [`Extra ${at}`, ["x", "y"]] as const),
  ]),
);

describe("planImport", () => {
  it("gives what the guess at once gives, and lets others have their turn meanwhile", async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    expect(await planImport([wide])).toEqual(guessImport([wide]));
    isOver = true;
    expect(turns).toBeGreaterThan(10);
  });

  it("ends with STOPPED as soon as its signal is aborted, also in the middle", async () => {
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error("enough")));
    await expect(planImport([{ ...wide }], {}, { signal: stop.signal })).rejects.toMatchObject({
      code: "STOPPED",
      cause: new Error("enough"),
    });
  });
});

describe("fieldColumns", () => {
  const orders = sampleOf(
    "orders.csv",
    "Order No,Order Date,Status,Customer,Total\nA-1,2024-03-09,shipped,Ann,4.50\nA-2,2024-03-10,shipped,Bo,9.00\n",
  );
  const lines = sampleOf("lines.csv", "Order No,SKU,Piece,Qty,Empty\nA-1,CUP,4.50,1,\nA-2,POT,4.50,2,\n");
  const proposal = guessImport([orders, lines]);
  const of = (path: string) => fieldColumns([orders, lines], proposal, { mapping: "orders", path });

  it("names the likeliest first, with three cells and what speaks for it", () => {
    expect(of("order_date")[0]).toEqual({
      column: "Order Date",
      cells: ["2024-03-09", "2024-03-10"],
      filled: 1,
      confidence: "high",
      fit: "confirms",
      evidence: "the name says it; its cells fit",
      usedFor: "order_date",
    });
  });

  it("looks in the file that the field is read from", () => {
    expect(
      of("items.unit_price")
        .map(({ column }) => column)
        .sort(),
    ).toEqual(["Empty", "Order No", "Piece", "Qty", "SKU"]);
    expect(of("items.unit_price")[0]).toMatchObject({ column: "Piece", fit: "confirms" });
    expect(of("bill_to.name").map(({ column }) => column)).toContain("Customer");
  });

  it("says of blank columns that they are, and puts what cannot be behind all others", () => {
    const choices = of("items.quantity");
    expect(choices.find(({ column }) => column === "Empty")).toMatchObject({
      fit: "contradicts",
      filled: 0,
      evidence: "it is blank",
    });
    expect(choices.at(-1)?.fit).toBe("contradicts");
  });

  it("has nothing to say of a mapping that is not there", () => {
    expect(fieldColumns([orders], proposal, { mapping: "nothing", path: "sku" })).toEqual([]);
  });
});
