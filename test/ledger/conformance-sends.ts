import { expect, it } from "vitest";
import type { SendResult } from "../../src/model/ledger/entry.ts";
import { accept, flat, type LedgerPlace, openEntry, stage } from "./build.ts";
import { sendOne, settleOne } from "./one.ts";
import { terms } from "./terms.ts";

const create = { kind: "create" } as const;
const update = { kind: "update", remoteId: "7" } as const;

export function sendClaims(makePlace: () => Promise<LedgerPlace>): void {
  it.each([
    { result: "refused", open: false, attempts: 1 },
    { result: "undelivered", open: false, attempts: 1 },
    { result: "held", open: false, attempts: 0 },
    { result: "throttled", open: true, attempts: 0 },
    { result: "unavailable", open: true, attempts: 1 },
    { result: "recovered", open: false, attempts: 1 },
    { result: "absent", open: false, attempts: 1 },
    { result: "unanswered", open: true, attempts: 1 },
    { result: undefined, open: true, attempts: 1 },
  ] as const)("a send that ended as $result: open $open, attempts $attempts", async ({ result, open, attempts }) => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A"]);
    const { id } = await openEntry(ledger, run, "A");
    await ledger.queue.plan([{ entryId: id, plan: create }]);
    const [taken] = await ledger.queue.take(run, "products", 0, 1);
    expect(taken).toMatchObject({ id, plan: create, attempts: 0, doubt: undefined });
    const sendId = await sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 5, serverAtMs: 4, terms });
    if (result !== undefined) await ledger.queue.sent({ sendId, result, atMs: 6 });

    const wasPutOff = result === "throttled" || result === "unavailable";
    const doubt = open
      ? { sendId, sentAtMs: 5, serverAtMs: 4, terms, wasPutOff, plan: create, hash: "h", absences: 0 }
      : undefined;
    expect(await ledger.queue.openSends("products", "A")).toEqual(doubt === undefined ? [] : [doubt]);
    await ledger.queue.postpone(id, 10);
    expect(await ledger.queue.take(run, "products", 10, 1)).toMatchObject([{ id, attempts, doubt }]);
    const again = sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 7, terms });
    if (open) await expect(again).rejects.toThrow("in doubt");
    else expect(await again).toBeGreaterThan(sendId);
  });

  it("of what was put off and is not there, the journal keeps that it was put off; what went through was an attempt", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    const ids: Record<string, number> = {};
    for (const [key, result] of [
      ["A", "absent"],
      ["B", "recovered"],
    ] as const) {
      const { id } = await openEntry(ledger, run, key);
      ids[key] = id;
      const sendId = await sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 5, terms });
      await ledger.queue.sent({ sendId, result: "throttled", atMs: 6, httpStatus: 429 });
      await ledger.queue.sent({ sendId, result, atMs: 9 });
      await ledger.queue.postpone(id, 10);
    }
    expect(new Map((await ledger.results.sends(run)).map(({ result, sends }) => [result, sends]))).toEqual(
      new Map([
        ["throttled", 1],
        ["recovered", 1],
      ]),
    );
    const taken = await ledger.queue.take(run, "products", 10, 2);
    expect(new Map(taken.map(({ id, attempts }) => [id, attempts]))).toEqual(
      new Map([
        [ids.A, 0],
        [ids.B, 1],
      ]),
    );
  });

  it("an update that was put off is closed: it can simply be repeated", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A"]);
    const { id } = await openEntry(ledger, run, "A");
    const sendId = await sendOne(ledger.queue, id, { plan: update, hash: "h", atMs: 5, terms });
    await ledger.queue.sent({ sendId, result: "throttled", atMs: 6 });
    expect(await ledger.queue.openSends("products", "A")).toEqual([]);
  });

  it("knows whose id it is", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    await accept(ledger, await openEntry(ledger, run, "A"), "7");
    expect(await ledger.queue.holder("products", "7")).toBe("A");
    expect(await ledger.queue.holder("sales_orders", "7")).toBeUndefined();
    expect(await ledger.queue.holder("products", "8")).toBeUndefined();
  });

  it("puts an id right that an answer had wrong, also where the run was told so", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    await accept(ledger, await openEntry(ledger, run, "A"), "7");
    await ledger.queue.correctId("products", "A", "8");
    expect(await ledger.queue.holder("products", "7")).toBeUndefined();
    expect(await ledger.queue.holder("products", "8")).toBe("A");
    const shown = (await flat(ledger.results.rows(run))).map(({ entry }) => entry?.remoteId);
    expect(shown).toEqual(["8", undefined]);
    await expect(ledger.queue.correctId("products", "B", "9")).rejects.toThrow("never accepted");
  });

  it("writes many sends down at once, each under the id that it gives for it, or none of them", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B", "C"]);
    const entries = [await openEntry(ledger, run, "A"), await openEntry(ledger, run, "B")];
    const sends = entries.map(({ id, hash }) => ({ entryId: id, plan: create, hash, atMs: 5, terms }));
    const ids = await ledger.queue.sending(sends);
    expect(await ledger.queue.openSends("products", "A")).toMatchObject([{ sendId: ids[0], hash: "hash of A" }]);
    expect(await ledger.queue.openSends("products", "B")).toMatchObject([{ sendId: ids[1], hash: "hash of B" }]);
    const c = await openEntry(ledger, run, "C");
    const more = [{ entryId: c.id, plan: create, hash: c.hash, atMs: 6, terms }, ...sends.slice(0, 1)];
    await expect(ledger.queue.sending(more)).rejects.toThrow("in doubt");
    expect(await ledger.queue.openSends("products", "C")).toEqual([]);
  });

  it("settles many at once with the ends of their sends, or none of them", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    const [a, b] = [await openEntry(ledger, run, "A"), await openEntry(ledger, run, "B")];
    const [first = 0, second = 0] = await ledger.queue.sending(
      [a, b].map(({ id, hash }) => ({ entryId: id, plan: create, hash, atMs: 5, terms })),
    );
    const end = (entryId: number, sendId: number, remoteId?: string) => ({
      entryId,
      settlement: { outcome: "accepted", action: "created", ...(remoteId === undefined ? {} : { remoteId }) } as const,
      send: { sendId, result: "accepted", atMs: 6, httpStatus: 201 } as const,
    });
    await expect(ledger.queue.settle([end(a.id, first, "1"), end(b.id, second)])).rejects.toThrow("remote id");
    expect(await ledger.queue.openSends("products", "A")).toMatchObject([{ sendId: first }]);
    await ledger.queue.settle([end(a.id, first, "1"), end(b.id, second, "2")]);
    expect(await ledger.queue.openSends("products", "A")).toEqual([]);
    expect(await ledger.queue.progress(run, "products")).toEqual([{ outcome: "accepted", entries: 2 }]);
    expect(await ledger.results.sends(run)).toEqual([{ result: "accepted", sends: 2 }]);
  });

  it("counts absences, for the growing waits", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A"]);
    const { id } = await openEntry(ledger, run, "A");
    const sendId = await sendOne(ledger.queue, id, { plan: update, hash: "h", atMs: 5, terms });
    await ledger.queue.sent({ sendId, result: "unanswered", atMs: 6 });
    await ledger.queue.absent(sendId, 20);
    await ledger.queue.absent(sendId, 30);
    expect(await ledger.queue.openSends("products", "A")).toMatchObject([{ plan: update, absences: 2 }]);
  });

  it("an acceptance stays in doubt until the entry is settled, so that no crash can come between", async () => {
    await using place = await makePlace();
    {
      await using ledger = await place.open();
      const { run } = await stage(ledger, "1", ["A"]);
      const { id } = await openEntry(ledger, run, "A");
      const sendId = await sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 5, terms });
      await ledger.queue.sent({ sendId, result: "accepted", atMs: 6, httpStatus: 201 });
      await expect(sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 7, terms })).rejects.toThrow("in doubt");
    }
    await using ledger = await place.open();
    const { run } = await stage(ledger, "2", ["A"]);
    expect(await openEntry(ledger, run, "A")).toMatchObject({ doubt: { plan: create } });
  });

  it("what an earlier run left in doubt is handed out first, unplanned, and never unchanged", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "1", ["A"]);
    await accept(ledger, await openEntry(ledger, first.run, "A"), "7");
    const second = await stage(ledger, "2", [{ key: "A", hash: "newer" }]);
    const { id } = await openEntry(ledger, second.run, "A");
    await sendOne(ledger.queue, id, { plan: update, hash: "newer", atMs: 20, terms });
    await ledger.queue.settleRest(second.run, undefined);

    const { run } = await stage(ledger, "3", ["A", "B"]);
    const doubt = { sentAtMs: 20, hash: "newer", plan: update };
    expect(await ledger.queue.settleUnchanged(run, "products")).toBe(0);
    expect(await flat(ledger.queue.known(run, "products"))).toMatchObject([
      { entry: { key: "A", doubt }, remoteId: "7" },
    ]);
    expect(await ledger.queue.take(run, "products", 0, 9)).toMatchObject([{ key: "A", plan: undefined, doubt }]);
  });

  it("an entry whose doubt was resolved without a plan waits for its plan like the others", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "1", ["A"]);
    const sendId = await sendOne(ledger.queue, (await openEntry(ledger, first.run, "A")).id, {
      plan: create,
      hash: "h",
      atMs: 1,
      terms,
    });
    const { run } = await stage(ledger, "2", ["A", "B"]);
    await ledger.queue.sent({ sendId, result: "absent", atMs: 2 });
    expect(await ledger.queue.take(run, "products", 0, 9)).toEqual([]);
    const { id } = await openEntry(ledger, run, "A");
    await ledger.queue.plan([{ entryId: id, plan: create }]);
    expect(await ledger.queue.take(run, "products", 0, 9)).toMatchObject([{ id, doubt: undefined }]);
  });

  it("an update that may have gone through makes the content accepted before uncertain", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "1", ["A"]);
    await accept(ledger, await openEntry(ledger, first.run, "A"), "7");
    const second = await stage(ledger, "2", [{ key: "A", hash: "newer" }]);
    const { id } = await openEntry(ledger, second.run, "A");
    const sendId = await sendOne(ledger.queue, id, { plan: update, hash: "newer", atMs: 20, terms });
    await ledger.queue.sent({ sendId, result: "unanswered", atMs: 21 });
    await ledger.queue.sent({ sendId, result: "absent", atMs: 22 });
    await settleOne(ledger.queue, id, { outcome: "failed" });

    const { run } = await stage(ledger, "3", ["A"]);
    expect(await ledger.queue.settleUnchanged(run, "products")).toBe(0);
    expect(await flat(ledger.queue.known(run, "products"))).toMatchObject([{ remoteId: "7", partial: false }]);
  });

  it("what is recovered is what was sent, also when the entry has other content by now", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const first = await stage(ledger, "1", [{ key: "A", hash: "sent" }]);
    await sendOne(ledger.queue, (await openEntry(ledger, first.run, "A")).id, {
      plan: create,
      hash: "sent",
      atMs: 1,
      terms,
    });
    const second = await stage(ledger, "2", [{ key: "A", hash: "edited" }]);
    const [taken] = await ledger.queue.take(second.run, "products", 0, 1);
    await settleOne(ledger.queue, taken?.id ?? 0, { outcome: "accepted", action: "recovered", remoteId: "7" });
    expect(await ledger.results.sends(first.run)).toEqual([{ result: "recovered", sends: 1 }]);

    const third = await stage(ledger, "3", [{ key: "A", hash: "edited" }]);
    expect(await ledger.queue.settleUnchanged(third.run, "products")).toBe(0);
    const fourth = await stage(ledger, "4", [{ key: "A", hash: "sent" }]);
    expect(await ledger.queue.settleUnchanged(fourth.run, "products")).toBe(1);
  });

  it("a settled entry is never sent", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A"]);
    const { id } = await openEntry(ledger, run, "A");
    await settleOne(ledger.queue, id, { outcome: "blocked" });
    await expect(sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 1, terms })).rejects.toThrow("blocked");
  });

  it("a double send fails alone: what is written beside it goes through", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B"]);
    const [a, b] = [await openEntry(ledger, run, "A"), await openEntry(ledger, run, "B")];
    const send = { plan: create, hash: "h", atMs: 1, terms };
    const ended = await Promise.allSettled([
      sendOne(ledger.queue, a.id, send),
      sendOne(ledger.queue, a.id, send),
      sendOne(ledger.queue, b.id, send),
    ]);
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await ledger.results.sends(run)).toEqual([{ result: undefined, sends: 2 }]);
  });

  it("sends are counted by result, open ones apart", async () => {
    await using place = await makePlace();
    await using ledger = await place.open();
    const { run } = await stage(ledger, "r", ["A", "B", "C"]);
    const results: readonly [string, SendResult][] = [
      ["A", "held"],
      ["A", "refused"],
      ["B", "unanswered"],
    ];
    for (const [key, result] of results) {
      const { id } = await openEntry(ledger, run, key).catch(() => ({ id: key === "A" ? 1 : 2 }));
      const sendId = await sendOne(ledger.queue, id, { plan: create, hash: "h", atMs: 1, terms });
      await ledger.queue.sent({ sendId, result, atMs: 2 });
    }
    await accept(ledger, await openEntry(ledger, run, "C"));
    expect(new Map((await ledger.results.sends(run)).map(({ result, sends }) => [result, sends]))).toEqual(
      new Map([
        [undefined, 1],
        ["accepted", 1],
        ["refused", 1],
        ["held", 1],
      ]),
    );
  });
}
