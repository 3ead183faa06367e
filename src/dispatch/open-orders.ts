// Open orders that a run is about to send: where they go, and which of them are so old that they are history. An order
// that is imported as open allocates stock (facts §5.7).
import type { OpenCount, Queue } from "../model/ledger/queue.ts";
import type { OrderStatus } from "../model/resources/sales-orders.ts";

/** Statuses by which Luminous may allocate stock or wait for a shipment; `on_hold` does neither. */
export const allocating: readonly OrderStatus[] = [
  "pending",
  "awaiting_shipment",
  "partially_shipped",
  "backorder",
  "committed",
  "processing",
];

/** The phase whose open entries are judged by what their payloads say. */
export const openOrdersPhase = "sales_orders";
const dayMs = 86_400_000;
const shownKeys = 3;

/** What is open of a run's orders, by channel and status. `earlier` counts those from before `days` days ago. */
export function countOpenOrders(
  queue: Pick<Queue, "openBy">,
  run: number,
  time: { readonly nowMs: number; readonly days: number },
): Promise<readonly OpenCount[]> {
  return queue.openBy(run, openOrdersPhase, {
    target: "channel_id",
    says: "order_status",
    day: "order_date",
    before: day(time),
  });
}

/** One sentence on open orders that are older than the job finds likely; undefined when there are none. */
export async function oldOrdersWarning(
  queue: Pick<Queue, "openBefore">,
  run: number,
  counts: readonly OpenCount[],
  time: { readonly nowMs: number; readonly days: number },
): Promise<string | undefined> {
  const old = counts
    .filter(({ says, earlier }) => earlier > 0 && allocating.some((status) => status === says))
    .map(({ says, earlier }) => ({ says, entries: earlier }));
  if (old.length === 0) return undefined;
  const among = allocating;
  const keys = await queue.openBefore(
    run,
    openOrdersPhase,
    { says: "order_status", day: "order_date", before: day(time), among },
    shownKeys,
  );
  return `${tallied(old)} ${total(old) === 1 ? "is" : "are"} still open and older than ${time.days} days, such as ${keys.join(", ")}: an open order allocates stock. Import history with a closed status (shipped, fulfilled, completed, cancelled); guard.open_order_days moves the limit.`;
}

/** `12 orders (shipped 10, pending 2)`. */
export function tallied(counts: readonly { readonly says: string; readonly entries: number }[]): string {
  const byStatus = new Map<string, number>();
  for (const { says, entries } of counts) byStatus.set(says, (byStatus.get(says) ?? 0) + entries);
  const parts = [...byStatus].sort(([, a], [, b]) => b - a).map(([status, entries]) => `${status} ${entries}`);
  const orders = total(counts);
  return `${orders} ${orders === 1 ? "order" : "orders"} (${parts.join(", ")})`;
}

function total(counts: readonly { readonly entries: number }[]): number {
  return counts.reduce((sum, { entries }) => sum + entries, 0);
}

function day({ nowMs, days }: { readonly nowMs: number; readonly days: number }): string {
  return new Date(nowMs - days * dayMs).toISOString().slice(0, 10);
}
