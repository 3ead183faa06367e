// Texts that PostgreSQL cannot hold or index as they are: they come back whole, and are told from each other.

import fc from "fast-check";
import { expect, it } from "vitest";
import { decode } from "../../../src/ledger/common/codec.ts";
import { openLedger } from "../../../src/ledger/postgres/open-ledger.ts";
import { encode } from "../../../src/ledger/postgres/storage/codec.ts";
import { keptText, readText } from "../../../src/ledger/postgres/storage/kept-text.ts";
import { addFile, all, beginRun, entry, flat, openEntries, row, stage } from "../build.ts";
import { describeOnServer } from "./on-server.ts";
import { newAccount } from "./server.ts";

const text = fc.string({
  unit: fc.constantFrom("\0", "\ufdd0", "0", "1", "2", "d800", "\ud800", "\udc00", "\\", "u0000", '"', "é", "😀"),
  maxLength: 8,
});

it("any text is kept without NUL and halves of pairs, comes back as it was, and stays different from others", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      for (const each of [one, other]) {
        expect(keptText(each)).not.toMatch(/\0|\p{Surrogate}/u);
        expect(readText(keptText(each))).toBe(each);
      }
      expect(keptText(one) === keptText(other)).toBe(one === other);
    }),
  );
});

it("JSON is kept without escapes that the server refuses, and comes back as it was", () => {
  fc.assert(
    fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (value) => {
      const kept = keptText(encode(value));
      expect(kept.replaceAll("\\\\", "")).not.toMatch(/\\u(0000|d[89a-f])/);
      expect(decode(readText(kept))).toEqual(value);
    }),
  );
});

await describeOnServer("a ledger on PostgreSQL", (url) => {
  const odd = ["A", "A\0", "A\0B", "\ufdd00", "\ud800", "\udc00", "😀", "\\u0000", '"\0"'];

  it("keeps keys, rows, payloads and problems with NUL and halves of pairs", async () => {
    await using account = newAccount(url);
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    const { id: run } = await beginRun(ledger, "r");
    const { id: file } = await addFile(ledger, run, { file: "odd\0name.csv" });
    await ledger.staging.addRows(odd.map((raw, at) => row(file, at + 1, { raw })));
    await ledger.staging.addEntries(
      run,
      odd.map((key, at) =>
        entry(file, at + 1, key, {
          payload: { sku: key, order_status: key },
          problems: [{ code: "damaged_cell", message: key, severity: "warning" }],
        }),
      ),
    );
    const open = await openEntries(ledger, run);
    expect([...open.keys()]).toEqual(odd);
    expect([...open.values()].map(({ payload }) => payload.sku)).toEqual(odd);
    const rows = await flat(ledger.results.rows(run));
    expect(rows.map((each) => each.entry?.problems[0]?.message)).toEqual(odd);
    expect((await flat(ledger.results.rowsOf(file))).map(({ raw }) => raw)).toEqual(odd);
    const counts = await ledger.queue.openBy(run, "products", {
      target: "id",
      says: "order_status",
      day: "day",
      before: "",
    });
    expect(new Set(counts.map(({ says }) => says))).toEqual(new Set(odd));
    for (const [at, key] of odd.entries())
      expect(await ledger.history.entriesWithKey(key, 9)).toMatchObject([{ key, problems: [{ message: odd[at] }] }]);
    expect(await ledger.results.files(run)).toMatchObject([{ file: "odd\0name.csv" }]);
  });

  it("takes keys of any length, and tells those apart that begin alike", async () => {
    await using account = newAccount(url);
    await using ledger = await openLedger({ ...account.choice, mode: "write" });
    const noise = Array.from({ length: 9_000 }, (_, at) => String.fromCodePoint(0x1f300 + ((at * at) % 997))).join("");
    const keys = [noise, `${noise}a`, `${noise}b`, "short"];
    const { run } = await stage(ledger, "r", [...keys, `${noise}b`]);
    expect(await ledger.staging.collapseIdentical(run)).toBe(1);
    const open = await openEntries(ledger, run);
    expect([...open.keys()]).toEqual(keys);
    for (const key of keys) {
      expect(await ledger.history.entriesWithKey(key, 9)).toMatchObject([{ key }]);
      expect(await ledger.history.keysNear(key)).toContain(key);
    }
    const found = await ledger.queue.recall(run, "products", keys);
    expect(found).toEqual([]);
    await ledger.queue.remember(
      run,
      "products",
      keys.map((key, at) => ({ remoteId: `${at}`, keys: [{ key, role: "own" }] })),
    );
    expect((await ledger.queue.recall(run, "products", keys)).map(({ remoteId }) => remoteId)).toEqual([
      "0",
      "1",
      "2",
      "3",
    ]);

    const { id: file } = await addFile(ledger, run, { kind: "join", join: "lines" });
    const grouped = [...keys, ...keys].map((groupKey, at) => row(file, at + 1, { groupKey, cells: {} }));
    await ledger.staging.addRows(grouped);
    const groups = await all(ledger.staging.groups([file], 100));
    expect(groups.map(({ rows }) => rows.map(({ groupKey }) => groupKey))).toEqual(
      expect.arrayContaining(keys.map((key) => [key, key])),
    );
    expect(groups).toHaveLength(keys.length);
    for (const key of keys) expect(await ledger.staging.rowsWithKey([file], key, 9)).toHaveLength(2);
  });
});
