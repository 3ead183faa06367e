// One entry at a time: what most tests write down. The ledger takes many.
import type { NewSend, SendEnd, Settlement } from "../../src/model/ledger/entry.ts";
import type { Queue } from "../../src/model/ledger/queue.ts";

/** Writes one send down; its id. */
export async function sendOne(
  queue: Pick<Queue, "sending">,
  entryId: number,
  send: Omit<NewSend, "entryId">,
): Promise<number> {
  const [id = 0] = await queue.sending([{ entryId, ...send }]);
  return id;
}

/** Ends one entry. */
export function settleOne(
  queue: Pick<Queue, "settle">,
  entryId: number,
  settlement: Settlement,
  send?: SendEnd,
): Promise<void> {
  return queue.settle([{ entryId, settlement, ...(send === undefined ? {} : { send }) }]);
}
