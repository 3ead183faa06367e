import fc from "fast-check";
import { expect, it } from "vitest";
import { Connection } from "../../../src/ledger/sqlite/storage/connection.ts";
import { openKeptTexts } from "../../../src/ledger/sqlite/storage/kept-texts.ts";
import { migrate } from "../../../src/ledger/sqlite/storage/migrate.ts";
import { openTextBlocks, type TextBlocks } from "../../../src/ledger/sqlite/storage/text-blocks.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\0", "\ufdd00", "\ud800", "x".repeat(60_000)),
);

/** Texts under ascending ids, with gaps, in batches. */
const batches = fc
  .array(fc.array(fc.record({ gap: fc.constantFrom(0, 0, 0, 0, 0, 1, 250), text }), { maxLength: 130 }), {
    maxLength: 4,
  })
  .map((lists) => {
    let id = 2 ** 33;
    return lists.map((list) =>
      list.map(({ gap, text }) => {
        id += 1 + gap;
        return { id, text };
      }),
    );
  });

it("every text is found under its id, and none under another", () => {
  fc.assert(
    fc.property(batches, (lists) => {
      using ledger = blocks();
      for (const list of lists) ledger.connection.write(() => ledger.texts.add(list));
      const all = lists.flat();
      for (const { id, text } of all) expect(ledger.texts.text(id)).toBe(text);
      const ids = new Set(all.map(({ id }) => id));
      for (const { id } of all)
        for (const beside of [id - 1, id + 1]) if (!ids.has(beside)) expect(ledger.texts.text(beside)).toBeUndefined();
    }),
    { numRuns: 40 },
  );
});

it("what is removed is gone for good, and everything else is as it was", () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 1, max: 4 }), (lists, nth) => {
      using ledger = blocks();
      for (const list of lists) ledger.connection.write(() => ledger.texts.add(list));
      const all = lists.flat();
      const isKept = (id: number) => id % nth !== 0;
      const firsts = ledger.connection.all<{ first: number }>("select first from row_blocks");
      for (const times of [1, 0]) {
        const removed = ledger.connection.write(() =>
          firsts.reduce((sum, { first }) => sum + ledger.texts.keepOnly(first, isKept), 0),
        );
        expect(removed).toBe(times * all.filter(({ id }) => !isKept(id)).length);
      }
      for (const { id, text } of all) expect(ledger.texts.text(id)).toBe(isKept(id) ? text : undefined);
      if (nth === 1) expect(ledger.connection.all("select 1 from row_blocks")).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

it("a text that was taken back is not found any more", () => {
  using ledger = blocks();
  const { connection, texts } = ledger;
  expect(() =>
    connection.write(() => {
      texts.add([{ id: 1, text: "taken back" }]);
      expect(texts.text(1)).toBe("taken back");
      throw new Error("stop");
    }),
  ).toThrow("stop");
  expect(texts.text(1)).toBeUndefined();
});

it("a hundred rows of a file take less than a quarter of the room", () => {
  using ledger = blocks();
  const rows = Array.from({ length: 100 }, (_, id) => ({
    id,
    text: `SKU-${id},"Lamp, model ${id}",Furniture,${id * 3}.50,https://shop.example/p/${id}.jpg,2025-03-12,yes,,,`,
  }));
  ledger.connection.write(() => ledger.texts.add(rows));
  const bytes = ledger.connection.one<{ n: number }>("select sum(length(texts)) n from row_blocks")?.n ?? 0;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(rows.reduce((sum, { text }) => sum + text.length, 0) / 4);
});

it("statements see texts whole, wherever they are kept", () => {
  using ledger = blocks();
  const { connection } = ledger;
  openKeptTexts(connection);
  connection.write(() => {
    connection.run("insert into rows (id, line, raw) values (1, 2, ''), (2, 3, ?), (3, 4, '')", "in\0its own column");
    ledger.texts.add([{ id: 1, text: "in\0a block" }]);
  });
  const found = connection.all<{ raw: string }>("select row_text(id, raw) raw from rows order by id");
  expect(found.map(({ raw }) => raw)).toEqual(["in\0a block", "in\0its own column", ""]);
  expect(connection.all("select id from rows where row_text(id, raw) = ?", "in\0a block")).toHaveLength(1);
});

function blocks(): Disposable & { readonly connection: Connection; readonly texts: TextBlocks } {
  const connection = new Connection(":memory:", { mode: "write", durable: false });
  migrate(connection);
  return {
    connection,
    texts: openTextBlocks(connection, "row_blocks"),
    [Symbol.dispose]: () => connection.close(),
  };
}
