import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import type { ClashKind } from "../../src/model/ledger/staging.ts";
import { type Cells, compareRows, type RowRef } from "../../src/model/row.ts";
import {
  addFile,
  all,
  beginRun,
  entry,
  error,
  flat,
  info,
  type LedgerPlace,
  openEntries,
  openEntry,
  row,
  stage,
  warning,
} from "./build.ts";

export function stagingClaims(makePlace: () => Promise<LedgerPlace>): void {
  describe("rows", () => {
    it("knows the rows of which an earlier file has as many, up to each of them", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const [a, b, c] = [await addFile(ledger, run), await addFile(ledger, run), await addFile(ledger, run)];
      const seen = (file: number, ...texts: readonly string[]) =>
        ledger.staging.sameRows(texts.map((text, at) => ({ ref: { file, number: at + 1 }, line: at + 2, text })));
      const first = { file: a.id, number: 1, line: 2 };
      expect(await seen(a.id, "x", "y", "x")).toEqual([undefined, undefined, undefined]);
      expect(await seen(b.id, "x", "z", "x", "x")).toEqual([first, undefined, first, undefined]);
      expect(await seen(c.id, "x", "x", "x", "x", "z")).toEqual([
        first,
        first,
        first,
        undefined,
        { file: b.id, number: 2, line: 3 },
      ]);
      await ledger.staging.finish(run);
      expect(await seen(c.id, "x")).toEqual([undefined]);
    });

    it("come back untouched, with cells that have no column nobody wrote", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const file = await addFile(ledger, run);
      const cells: Cells = Object.assign(Object.create(null), {
        ["__proto__"]: "x",
        lines: [Object.create(null), "1.10"],
      });
      const raw = 'a,"b\nc",\u0000,😀';
      await ledger.staging.addRows([row(file.id, 1, { raw, cells, groupKey: "k", fault: error })]);

      const [found] = await ledger.staging.rowsWithKey([file.id], "k", 1);
      expect(found).toEqual({ ref: row(file.id, 1).ref, line: 2, raw, cells, groupKey: "k", fault: error });
      expect(Object.keys(found?.cells ?? {})).toEqual(["__proto__", "lines"]);
      expect(found?.cells?.constructor).toBeUndefined();
    });

    it("with a key are found in input order over several files, as many as asked for", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const [a, b] = [await addFile(ledger, run), await addFile(ledger, run)];
      await ledger.staging.addRows([row(b.id, 1, { groupKey: "k" }), row(b.id, 2, { groupKey: "other" })]);
      await ledger.staging.addRows([row(a.id, 1, { groupKey: "k" }), row(a.id, 2, { groupKey: "k" })]);

      const lines = async (limit: number) =>
        (await ledger.staging.rowsWithKey([b.id, a.id], "k", limit)).map(({ ref }) => ref);
      expect(await lines(10)).toEqual([row(a.id, 1).ref, row(a.id, 2).ref, row(b.id, 1).ref]);
      expect(await lines(2)).toEqual([row(a.id, 1).ref, row(a.id, 2).ref]);
      expect(await ledger.staging.rowsWithKey([a.id], "none", 10)).toEqual([]);
    });

    it("are unclaimed when they have neither an entry nor an outcome", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run, file } = await stage(ledger, "r", ["A"]);
      await ledger.staging.addRows([2, 3, 4].map((number) => row(file, number)));
      await ledger.staging.addRows([row(file, 5, { outcome: "excluded" })]);
      await ledger.staging.settleRows([{ ref: row(file, 3).ref, outcome: "invalid", problems: [error] }]);

      expect((await flat(ledger.staging.unclaimed(file))).map(({ line }) => line)).toEqual([3, 5]);
      const other = await addFile(ledger, run);
      expect(await all(ledger.staging.unclaimed(other.id))).toEqual([]);
    });

    it("of an entry come with their files, enough to map it again", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const main = await addFile(ledger, run);
      const details = await addFile(ledger, run, { join: "details", kind: "join", file: "details.csv" });
      await ledger.staging.addRows([row(main.id, 1), row(details.id, 7), row(details.id, 3)]);
      const rows = [row(details.id, 7).ref, row(main.id, 1).ref];
      await ledger.staging.addEntries(run, [entry(main.id, 1, "A", { rows })]);
      const renamed = { ...info, path: "/elsewhere" };
      await ledger.staging.updateFile(details.id, renamed);

      const found = await ledger.staging.rowsOfEntry((await openEntry(ledger, run, "A")).id);
      expect(found.files).toEqual([main, { ...details, info: renamed }]);
      expect(found.rows.map(({ raw }) => raw)).toEqual(["row 1", "row 7"]);
    });
  });

  describe("groups", () => {
    it("bring together each key's rows in input order, over files and whatever the keys are", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const keys = fc.array(fc.oneof(fc.constantFrom("a", "b", "B", "\uffff", "😀", "é", ""), fc.string()), {
        maxLength: 40,
      });
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(keys, { minLength: 1, maxLength: 4 }), async (keysByFile) => {
          runs += 1;
          const { id: run } = await beginRun(ledger, `run ${runs}`);
          const expected = new Map<string, RowRef[]>();
          const files: number[] = [];
          for (const keysOfFile of keysByFile) {
            const { id } = await addFile(ledger, run);
            files.push(id);
            await ledger.staging.addRows(keysOfFile.map((groupKey, index) => row(id, index + 1, { groupKey })));
            await ledger.staging.addRows([row(id, 1_000, { cells: {} })]);
            for (const [index, key] of keysOfFile.entries()) {
              expected.set(key, [...(expected.get(key) ?? []), row(id, index + 1).ref]);
            }
          }
          const found = await all(ledger.staging.groups(files, 20_000));
          const byKey = new Map(found.map(({ rows }) => [rows[0]?.groupKey, rows.map(({ ref }) => ref)]));
          expect(found.length).toBe(expected.size);
          expect(byKey).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    });

    it("stay whole when they are longer than what is read at a time, and while entries are written", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const { id: file } = await addFile(ledger, run);
      const numbers = Array.from({ length: 5_000 }, (_, index) => index + 1);
      await ledger.staging.addRows(
        numbers.map((number) => row(file, number, { groupKey: number % 5 === 0 ? "long" : `k${number % 50}` })),
      );
      const sizes: number[] = [];
      for await (const { rows, part } of ledger.staging.groups([file], 1_000)) {
        expect(part).toBeUndefined();
        sizes.push(rows.length);
        await ledger.staging.addEntries(run, [entry(file, sizes.length, `E${sizes.length}`)]);
      }
      expect(sizes.length).toBe(41);
      expect(Math.max(...sizes)).toBe(1_000);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(5_000);
    });

    it("with more rows than are asked for at a time come in parts, over files too, and the others as they are", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const files = [await addFile(ledger, run), await addFile(ledger, run)];
      for (const { id } of files) {
        const keys = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? "small" : "large"));
        await ledger.staging.addRows(keys.map((groupKey, index) => row(id, index + 1, { groupKey })));
      }
      const found = await all(
        ledger.staging.groups(
          files.map(({ id }) => id),
          25,
        ),
      );
      expect(found.map(({ rows, part }) => [rows[0]?.groupKey, part, rows.length])).toEqual([
        ["large", "start", 25],
        ["large", "rest", 25],
        ["large", "rest", 10],
        ["small", undefined, 20],
      ]);
      const refs = found.flatMap(({ rows }) => rows.map(({ ref }) => ref));
      expect(new Set(refs.map(({ file, number }) => `${file} ${number}`)).size).toBe(80);
      expect(refs.slice(0, 60)).toEqual(refs.slice(0, 60).toSorted(compareRows));
    });

    it("may be added to the ledger part by part: the entry has all their rows and problems", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const { id: file } = await addFile(ledger, run);
      await ledger.staging.addRows(
        [1, 2, 3, 4, 5].map((number) => row(file, number, number > 3 ? { groupKey: "k", cells: {} } : {})),
      );
      const [id = 0] = await ledger.staging.addEntries(run, [{ ...entry(file, 1, "A"), problems: [error] }]);
      const rows = [row(file, 2).ref, row(file, 3).ref];
      await ledger.staging.extendEntry(id, { rows, problems: [{ ...error, message: "more" }] });
      await ledger.staging.claimRows(id, [file], "k");
      const [first] = await flat(ledger.results.rows(run));
      expect(first?.entry?.problems).toHaveLength(2);
      expect((await flat(ledger.results.rows(run))).map(({ outcome }) => outcome)).toEqual(Array(5).fill("invalid"));
      const found = await ledger.staging.rowsOfEntry(id, 2);
      expect([found.rows.length, found.more]).toEqual([2, 3]);
      expect(await ledger.staging.rowsOfEntry(id)).toMatchObject({ rows: { length: 5 }, more: 0 });
    });

    it("are gone after finish, reference rows are not", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const main = await addFile(ledger, run);
      const reference = await addFile(ledger, run, { join: "customers", kind: "reference" });
      const staged = { groupKey: "k", cells: { a: "1" } };
      await ledger.staging.addRows([row(main.id, 1, staged), row(reference.id, 1, staged)]);
      await ledger.staging.finish(run);

      expect(await all(ledger.staging.groups([main.id], 20_000))).toEqual([]);
      expect(await ledger.staging.rowsWithKey([reference.id], "k", 5)).toMatchObject([{ cells: { a: "1" } }]);
    });
  });

  describe("a batch", () => {
    it("is written whole or not at all, and what it made is not believed afterwards", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run, file } = await stage(ledger, "r", []);
      await ledger.staging.addRows([row(file, 1), row(file, 2)]);
      const batch = [entry(file, 1, "A"), entry(file, 2, undefined)];
      await expect(ledger.staging.addEntries(run, batch)).rejects.toThrow("without a key");
      expect(await ledger.staging.counts(run)).toEqual([]);
      await ledger.staging.addEntries(run, [entry(file, 1, "B"), entry(file, 2, "A")]);
      expect([...(await openEntries(ledger, run)).keys()]).toEqual(["B", "A"]);
      await expect(ledger.staging.addRows([row(file, 3), row(file, 1)])).rejects.toThrow();
      expect(await flat(ledger.staging.unclaimed(file))).toEqual([]);
    });
  });

  describe("entries", () => {
    it("with an error are invalid at once, with a warning they stay open", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", [
        { key: "bad", problems: [error] },
        { key: "good", problems: [warning] },
      ]);
      expect([...(await openEntries(ledger, run)).keys()]).toEqual(["good"]);
      expect(await ledger.staging.counts(run)).toEqual([{ phase: "products", entries: 2, open: 1 }]);
    });

    it("without a key are kept when they are invalid", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { id: run } = await beginRun(ledger, "r");
      const { id: file } = await addFile(ledger, run);
      await ledger.staging.addRows([row(file, 1)]);
      await ledger.staging.addEntries(run, [entry(file, 1, undefined, { problems: [error] })]);
      await expect(ledger.staging.addEntries(run, [entry(file, 1, undefined)])).rejects.toThrow("without a key");
      expect((await flat(ledger.results.rows(run)))[0]?.entry).toMatchObject({ key: undefined, outcome: "invalid" });
    });

    it("become invalid with an error that is found later, and keep all their problems", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", [{ key: "A", problems: [warning] }]);
      const { id } = await openEntry(ledger, run, "A");
      await ledger.staging.addProblems(id, [warning]);
      expect((await openEntries(ledger, run)).size).toBe(1);
      await ledger.staging.addProblems(id, [error]);
      const [found] = await flat(ledger.results.rows(run));
      expect(found).toMatchObject({ outcome: "invalid", entry: { problems: [warning, warning, error] } });
    });

    it("that are identical become the first of them, with all the rows", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", [
        "A",
        { key: "A", hash: "other content" },
        "B",
        "A",
        { key: "A", problems: [error] },
        { key: "A", resource: "sales_orders", phase: "sales_orders", hash: "hash of A" },
      ]);
      expect(await ledger.staging.collapseIdentical(run)).toBe(1);
      expect(await ledger.staging.collapseIdentical(run)).toBe(0);
      const rows = await flat(ledger.results.rows(run));
      expect(rows.map((each) => each.entry?.id)).toEqual([1, 2, 3, 1, 5, 6]);
      expect((await ledger.staging.rowsOfEntry(1)).rows.map(({ line }) => line)).toEqual([2, 5]);
    });
  });

  describe("keys", () => {
    it("that several entries claim are named with all of them, variants and invalid entries included", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", [
        {
          key: "shirt",
          keys: [
            { key: "shirt", path: "sku" },
            { key: "shirt-red", path: "variants[0].sku" },
          ],
        },
        { key: "shirt-red", problems: [error] },
        "cap",
        { key: "cap", resource: "sales_orders", phase: "sales_orders" },
        {
          key: "mug",
          keys: [
            { key: "mug", path: "sku" },
            { key: "mug", path: "variants[0].sku" },
          ],
        },
      ]);
      const claims = await claimsOf(ledger, run, "same");
      expect(claims).toEqual([
        { entryId: 1, resource: "products", key: "shirt-red", path: "variants[0].sku", rank: 0, size: 2 },
        { entryId: 2, resource: "products", key: "shirt-red", path: "sku", rank: 1, size: 2 },
      ]);
    });

    it("are compared within a run only, and exactly", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      await stage(ledger, "first", ["A"]);
      const { run } = await stage(ledger, "second", ["A", "a", "Ä", "A "]);
      expect(await claimsOf(ledger, run, "same")).toEqual([]);
    });

    it("are all found when there are many, also while their entries get problems", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const keys = Array.from({ length: 450 }, (_, index) => `K${index}`);
      const { run } = await stage(ledger, "r", [...keys, ...keys]);
      const found: string[] = [];
      await using clashes = await ledger.staging.clashes(run, "same");
      for await (const claims of clashes.byEntry()) {
        for (const { entryId, key } of claims) {
          found.push(key);
          await ledger.staging.addProblems(entryId, [error]);
        }
      }
      expect(found).toEqual([...keys, ...keys]);
      expect(await ledger.staging.counts(run)).toEqual([{ phase: "products", entries: 900, open: 0 }]);
    });

    it("that differ only in case are one set, in input order", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["abc", "x", "ABC", "Abc", "X", "é", "É", "lone"]);
      const claims = await claimsOf(ledger, run, "case");
      expect(claims.map(({ entryId, key, rank, size }) => [entryId, key, rank, size])).toEqual([
        [1, "abc", 0, 3],
        [2, "x", 0, 2],
        [3, "ABC", 1, 3],
        [4, "Abc", 2, 3],
        [5, "X", 1, 2],
      ]);
      expect((await claimsOf(ledger, run, "case", 1)).map(({ key }) => key)).toEqual(["abc", "x"]);
    });

    it("that clash know where the first others stand, once that was said", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(
        ledger,
        "r",
        ["A", "A", "B", "A", "A"].map((key, hash) => ({ key, hash: `${hash}` })),
      );
      await using clashes = await ledger.staging.clashes(run, "same");
      const claims = (await all(clashes.byEntry())).flat();
      const placed = claims.map((claim) => ({ claim, place: { ...error, line: claim.entryId } }));
      await clashes.keepPlaces(placed);
      const others = await Promise.all(claims.map((claim) => clashes.others(claim, 2)));
      expect(others.map((found) => found.map(({ line }) => line))).toEqual([
        [2, 4],
        [1, 4],
        [1, 2],
        [1, 2],
      ]);
      const again = (await all(clashes.byEntry())).flat();
      expect(again.map(({ place }) => place)).toEqual(placed.map(({ place }) => place));
    });

    it("with more problems than are kept have the errors first, and how many more there are", async () => {
      await using place = await makePlace();
      await using ledger = await place.open();
      const { run } = await stage(ledger, "r", ["A"]);
      const warning = { ...error, severity: "warning" as const };
      for (let times = 0; times < 3; times += 1)
        await ledger.staging.addProblems(
          1,
          Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? warning : error)),
        );
      const [found] = await flat(ledger.results.rows(run));
      const problems = found?.entry?.problems ?? [];
      expect(problems).toHaveLength(1001);
      expect(problems.filter(({ severity }) => severity === undefined)).toHaveLength(900);
      expect(problems.at(-1)?.message).toMatch(/^800 more problems/);
    });
  });
}

/** The claims that clash, without the numbers that the ledger gives them. */
async function claimsOf(ledger: Ledger, run: number, kind: ClashKind, mostOfEach?: number) {
  await using clashes = await ledger.staging.clashes(run, kind);
  const found = (await all(clashes.byEntry(mostOfEach))).flat();
  return found.map(({ id: _id, clash: _clash, place: _place, ...claim }) => claim);
}
