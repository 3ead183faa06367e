// Orders as cells, before any file: what the shapes lay out and the kinds of fault are put into. All of it seeded.

/** Cells by the name that the kinds of fault call them; shapes may call the column otherwise. */
export type NamedCells = Record<string, string | undefined>;

/** An order that has nothing wrong until a fault is put into it. */
export interface InjectedOrder {
  readonly index: number;
  readonly cells: NamedCells;
  /** Those of kind `note` are no items of the payload: `where` leaves them out. */
  readonly items: readonly NamedCells[];
}

/** A number from 0 up to a limit, which it never is. */
export type Pick = (limit: number) => number;

/** SKUs that the account has. */
export const knownSkus = ["CUP-1", "LID-1", "POT-1", "PAN-1", "JUG-1"];

/** So many orders of three to five lines, of which one or two are notes. */
export function soundOrders(count: number, pick: Pick): readonly InjectedOrder[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(1001 + index);
    const lines = 3 + pick(3);
    const notes = [pick(lines), ...(lines > 4 ? [pick(lines)] : [])];
    return {
      index,
      cells: {
        Order: `SO-${number}`,
        Shop: "Default",
        Date: `${1 + pick(12)}/${13 + pick(15)}/2024`,
        Status: pick(2) === 0 ? "open" : "done",
        Email: `buyer${number}@example.com`,
        First: `Ann${index}`,
        Last: `Lee${index}`,
        Recipient: pick(2) === 0 ? "" : `Desk ${index}`,
        Firm: `Firm ${index}`,
        City: "Reno",
        Zip: `0${2000 + index}`,
        Tags: ["fair", "gift,fair", "gift, fair, web"][pick(3)],
        Carrier: pick(2) === 0 ? "U" : "D",
        PO: `PO-${number}`,
        Year: "2024",
        Season: "Summer",
        Note: pick(3) === 0 ? 'Ring\n"twice", please' : "Ring twice",
        Internal: "Checked",
        Freight: `${1 + pick(9)}.25`,
        Handling: `${pick(3)}.50`,
        Tax: "1.10",
        Source: "fair",
        Rank: "5",
        Shipped: pick(2) === 0 ? "" : "5/1/2024",
        Planned: "5/2/2024",
        Customer: `C${number}`,
      },
      items: Array.from({ length: lines }, (_item, line) => ({
        SKU: knownSkus[pick(knownSkus.length)],
        Qty: String(1 + pick(5)),
        Price: `${2 + pick(30)}.75`,
        Discount: ["0", "0.25", "0.5"][pick(3)],
        Marks: pick(2) === 0 ? "red" : "red|round",
        Lot: `L${line}`,
        Kind: notes.includes(line) ? "note" : "line",
        Line: String(line + 1),
        Weight: `${1 + pick(9)}.5`,
      })),
    };
  });
}

/** The same in another order. */
export function shuffled<T>(list: readonly T[], pick: Pick): readonly T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(pick(left.length), 1));
}
