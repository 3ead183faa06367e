// Puts known orders through a shipped mapping and the payload's checks, and says which came out right, wrong or refused.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compileMapping } from "../../src/map/compile.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import type { RowGroup, SourceRow } from "../../src/model/draft.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { describeProblem } from "../../src/model/problem.ts";
import { salesOrders } from "../../src/model/resources/sales-orders.ts";
import type { Cell, Cells } from "../../src/model/row.ts";
import { validateDraft } from "../../src/staging/validate.ts";
import type { KnownOrder, Source } from "./known-order.ts";
import { money, seeded } from "./random.ts";

/** What became of a number of orders. */
export interface Judged {
  readonly orders: number;
  /** Those whose source agrees with itself, and how many of them were refused. */
  readonly consistent: number;
  readonly refused: number;
  /** What was sent wrong, or refused without a difference to name; a few, with what was meant. */
  readonly wrong: readonly string[];
}

/** Makes so many orders of a source and judges what the shipped mapping makes of them. */
export async function judgeSource(source: Source, count: number, seed: number): Promise<Judged> {
  const file = join(import.meta.dirname, "../../mappings", `${source.name}.yaml`);
  // The channel and the company are the account's; no money depends on them.
  const mapping = compileMapping(loadMapping(await readFile(file, "utf8"), `${source.name}.yaml`), () => new Map());
  const random = seeded(seed);
  const wrong: string[] = [];
  let consistent = 0;
  let refused = 0;
  for (let index = 1; index <= count; index += 1) {
    const order = source.order(random, index);
    if (order.isConsistent) consistent += 1;
    const drafted = mapping.draft(groupOf(order, source));
    if (drafted.kind === "excluded") {
      wrong.push(`${order.number}: excluded`);
      continue;
    }
    const { draft } = drafted;
    const entry = validateDraft({ ...draft, payload: { channel_id: 1, ...draft.payload } }, salesOrders, {
      policy: "skip",
      strict: false,
      showCreationNeeds: false,
    });
    const errors = entry.problems.filter(({ severity }) => severity === undefined);
    if (errors.length > 0) {
      if (order.isConsistent) {
        refused += 1;
        if (wrong.length < 5)
          wrong.push(`refused though it agrees: ${errors.slice(0, 2).map(describeProblem).join(" | ")}`);
      } else if (!errors.every((problem) => problem.code === "total_mismatch" || problem.column !== undefined))
        wrong.push(`${order.number}: refused for ${errors.map(describeProblem).join(" | ")}`);
      continue;
    }
    const difference = differenceOf(order, draft.payload);
    if (!order.isConsistent) wrong.push(`${order.number}: its source contradicts itself, and it was let through`);
    else if (difference !== undefined) wrong.push(`${order.number}: ${difference}`);
  }
  return { orders: count, consistent, refused, wrong: wrong.filter((text) => !text.startsWith("refused though")) };
}

/** What a payload has otherwise than the order, in cents: undefined where nothing is. */
export function differenceOf(order: KnownOrder, payload: JsonObject): string | undefined {
  const items = (payload.items ?? []) as readonly { sku: string; quantity: number; unit_price: number }[];
  const sums = {
    items: items.reduce((sum, { quantity, unit_price: price }) => sum + lineCents(quantity, price), 0),
    tax: cents(payload.total_tax),
    shipping: cents(payload.total_shipping),
  };
  const pieces: Record<string, number> = {};
  for (const { sku, quantity } of items) pieces[sku] = (pieces[sku] ?? 0) + quantity;
  const found = (["items", "tax", "shipping"] as const).flatMap((name) =>
    sums[name] === order[name] ? [] : [`${name} ${money(sums[name])} for ${money(order[name])}`],
  );
  if (payload.order_number !== order.number) found.push(`number ${String(payload.order_number)}`);
  if (payload.order_date !== order.day) found.push(`day ${String(payload.order_date)} for ${order.day}`);
  for (const [sku, count] of Object.entries({ ...pieces, ...order.pieces }))
    if (pieces[sku] !== order.pieces[sku]) found.push(`${sku}: ${pieces[sku]} pieces for ${count}`);
  return found.length === 0 ? undefined : found.join(", ");
}

/** Quantity × price in cents, exactly: prices have at most four decimals, and halves go up. */
function lineCents(quantity: number, price: number): number {
  const fine = BigInt(Math.round(price * 10_000)) * BigInt(Math.round(quantity * 1000));
  return Number((fine + 50_000n) / 100_000n);
}

function cents(value: unknown): number {
  return typeof value === "number" ? Math.round(value * 100) : 0;
}

function groupOf({ rows }: KnownOrder, { joins = [] }: Source): RowGroup {
  const sourceRow = (cells: Readonly<Record<string, Cell>>, index: number, file: string): SourceRow => ({
    ref: { file: file === "orders" ? 1 : 2, number: index + 1 },
    file,
    row: { number: index + 1, line: index + 2, raw: "", cells: Object.assign(Object.create(null) as Cells, cells) },
  });
  const joinOf = (cells: Readonly<Record<string, Cell>>) =>
    joins.find((name) => Object.keys(cells).some((column) => column.startsWith(`${name}:`)));
  const own = rows.filter((cells) => joinOf(cells) === undefined);
  const joined = joins.map((name): [string, readonly SourceRow[]] => [
    name,
    rows
      .filter((cells) => joinOf(cells) === name)
      .map((cells, index) =>
        sourceRow(
          Object.fromEntries(Object.entries(cells).map(([column, cell]) => [column.slice(name.length + 1), cell])),
          index,
          name,
        ),
      ),
  ]);
  return {
    rows: own.map((cells, index) => sourceRow(cells, index, "orders")),
    joined: Object.fromEntries(joined),
    damage: [],
  };
}
