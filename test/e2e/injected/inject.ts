// Puts faults into sound orders, one into each, and says where they must show: from the layout alone, never from the program.
import { mulberry32 } from "../../../src/sandbox/world/faults.ts";
import type { Kind } from "./kinds.ts";
import type { Cell, Layout } from "./layout.ts";
import { mappingText, type Pure } from "./mapping.ts";
import { type InjectedOrder, type Pick, shuffled, soundOrders } from "./orders.ts";
import type { Shape } from "./shapes.ts";

/** Where a fault must show. */
export interface Wanted {
  readonly kind: Kind;
  readonly path: string;
  /** The cell, or a line of the mapping: then without column. */
  readonly at: { readonly file: string; readonly line: number; readonly column?: string; readonly value?: string };
  /** Every cell that the value is made of, the faulty one among them. */
  readonly madeOf: readonly Cell[];
  /** A line of results.csv of the order. */
  readonly ownLine: OwnLine;
}

type OwnLine = { readonly file: string; readonly line: number };

/** A job with its faults. */
export interface Injected {
  readonly files: Readonly<Record<string, string>>;
  readonly input: string;
  readonly wanted: readonly Wanted[];
  /** Lines of orders that have nothing wrong. */
  readonly sound: readonly OwnLine[];
}

/** The name of the mapping's file. */
export const mappingFile = "orders.yaml";

const soundCount = 6;

/** A fault of each kind in an order of its own, in any order, and some orders without. */
export function injected(shape: Shape, kinds: readonly Kind[], seed: number, pure?: Pure): Injected {
  const random = mulberry32(seed);
  const pick: Pick = (limit) => Math.floor(random() * limit);
  const orders = soundOrders(kinds.length + (pure === undefined ? soundCount : 0), pick);
  const spoilt = shuffled(orders, pick).slice(0, kinds.length);
  const faults = kinds.map((kind, index) => spoil(spoilt[index], kind, pick));
  const layout = shape.layOut(orders, pick);
  const mapping = mappingText(shape.naming, pure);
  return {
    files: { ...layout.files, [mappingFile]: mapping },
    input: layout.input,
    wanted: faults.map((fault) => wantedOf(fault, layout, mapping)),
    sound: orders.filter((order) => !spoilt.includes(order)).map((order) => layout.ownLine(order)),
  };
}

/** The kinds that a shape can have. */
export function kindsFor({ name }: Shape, kinds: readonly Kind[]): readonly Kind[] {
  return kinds.filter(({ only, never }) => (only?.includes(name) ?? true) && !(never?.includes(name) ?? false));
}

interface Fault {
  readonly kind: Kind;
  readonly order: InjectedOrder;
  readonly item: number | undefined;
}

function spoil(order: InjectedOrder | undefined, kind: Kind, pick: Pick): Fault {
  if (order === undefined) throw new Error("there are more faults than orders");
  if (kind.of === "order") {
    Object.assign(order.cells, kind.also, { [kind.column]: kind.cell });
    return { kind, order, item: undefined };
  }
  const candidates = order.items.flatMap((item, index) =>
    item.Kind === "note" || (kind.isLater === true && index === 0) ? [] : [index],
  );
  const item = candidates[pick(candidates.length)] ?? 0;
  Object.assign(order.items[item] ?? {}, kind.also, { [kind.column]: kind.cell });
  return { kind, order, item };
}

function wantedOf({ kind, order, item }: Fault, layout: Layout, mapping: string): Wanted {
  const path = item === undefined ? kind.path : kind.path.replace("#", String(payloadIndex(order, item, layout)));
  const common = { kind, path, ownLine: layout.ownLine(order) };
  if (kind.mappingLine !== undefined) {
    const line = mapping.split("\n").findIndex((text) => text.includes(kind.mappingLine ?? "")) + 1;
    return { ...common, at: { file: mappingFile, line }, madeOf: [] };
  }
  const cell = layout.place(order, kind.column, item);
  // The cell of a list in one cell is all of it.
  const isWhole = cell.column === "Contents" || kind.cell === undefined;
  return {
    ...common,
    at: isWhole ? cell : { ...cell, value: kind.cell ?? "" },
    madeOf: (kind.madeOf ?? [kind.column]).map((column) => layout.place(order, column, item)),
  };
}

/** The place in the payload's list: items come in the order of their lines, and notes are none. */
function payloadIndex(order: InjectedOrder, item: number, { place }: Layout): number {
  const line = (each: number): number => place(order, "SKU", each).line;
  return order.items.filter(
    ({ Kind }, other) => Kind !== "note" && (line(other) < line(item) || (line(other) === line(item) && other < item)),
  ).length;
}
