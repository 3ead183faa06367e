import fc from "fast-check";
import { parse as parseLossless } from "lossless-json";
import { expect, it } from "vitest";
import { ImportError } from "../../src/model/error.ts";
import type { Cell } from "../../src/model/row.ts";
import { parseElement } from "../../src/read/cells.ts";
import { readText } from "./read-text.ts";

const pieceLengths = fc.constantFrom(1, 2, 3, 7, 65536);
const value = fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" });
// NUL in a key is refused, as it is in a header of CSV: json.test.ts.
const key = fc.string({ unit: "binary", maxLength: 6 }).filter((text) => !text.includes("\0"));
const object = fc.dictionary(key, value, { maxKeys: 5 });
const space = fc.constantFrom<string | number | undefined>(undefined, 1, "\t");

// What cells are, said a second time: by JSON.parse.
function asCell(from: unknown): unknown {
  if (typeof from === "string") return from.trim();
  if (from === null) return "";
  if (Array.isArray(from)) return from.map(asCell);
  if (typeof from !== "object") return JSON.stringify(from);
  return Object.fromEntries(Object.entries(from).map(([key, inner]) => [key, asCell(inner)]));
}

function asPlain(cell: Cell): unknown {
  if (typeof cell === "string") return cell;
  return Array.isArray(cell)
    ? cell.map(asPlain)
    : Object.fromEntries(Object.entries(cell).map(([key, inner]) => [key, asPlain(inner)]));
}

it("cuts an array into the elements that JSON.parse sees", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(object, value)), space, pieceLengths, async (elements, indent, pieceLength) => {
      const text = JSON.stringify(elements, null, indent);
      const oracle = JSON.parse(text) as unknown[];
      const { rows } = await readText(text, { format: "json" }, pieceLength);
      expect(rows.map(({ raw }) => JSON.parse(raw) as unknown)).toEqual(oracle);
      let at = 0;
      for (const [index, row] of rows.entries()) {
        const element = oracle[index];
        const isRow = typeof element === "object" && element !== null && !Array.isArray(element);
        expect(row.fault?.code).toBe(isRow ? undefined : "not_an_object");
        if (isRow) expect(asPlain(row.cells)).toEqual(asCell(element));
        at = text.indexOf(row.raw, at);
        expect(row.line).toBe(text.slice(0, at).split("\n").length);
        at += row.raw.length;
      }
    }),
    { numRuns: 150 },
  );
});

it("finds the array at any path among any other members", async () => {
  const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 });
  const other = fc.dictionary(fc.constantFrom("x", "y", "z\\", 'q"', ""), value);
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.array(object),
      other,
      other,
      space,
      pieceLengths,
      async (keys, elements, before, after, indent, pieceLength) => {
        const after2 = Object.fromEntries(Object.entries(after).map(([key, inner]) => [`${key}2`, inner]));
        const text = JSON.stringify(
          keys.reduceRight<unknown>((inner, key) => ({ ...before, [key]: inner, ...after2 }), elements),
          null,
          indent,
        );
        const { rows } = await readText(text, { format: "json", records: keys.join(".") }, pieceLength);
        expect(rows.map(({ raw }) => JSON.parse(raw) as unknown)).toEqual(JSON.parse(JSON.stringify(elements)));
      },
    ),
    { numRuns: 100 },
  );
});

it("never takes a text for whole that JSON.parse refuses: it ends the read or a row has a fault", async () => {
  const damaged = fc
    .tuple(
      fc.array(object, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.constantFrom("", ",", "]", "}", '"', "[", "{", ":", "x", "0"),
      fc.boolean(),
    )
    .map(([elements, at, put, replaces]) => {
      const text = JSON.stringify({ m: { k: [1, "a"] }, r: elements, n: [true] });
      const place = at % text.length;
      const cut = text.slice(0, place) + put + text.slice(place + (replaces ? 1 : 0));
      return Buffer.from(cut).toString(); // a cut through a surrogate pair leaves no half
    });
  await fc.assert(
    fc.asyncProperty(damaged, async (text) => {
      let oracle: unknown;
      try {
        oracle = JSON.parse(text);
      } catch {
        oracle = undefined;
      }
      try {
        const { rows } = await readText(text, { format: "json", records: "r" }, 5);
        if (oracle === undefined) expect(rows.some(({ fault }) => fault !== undefined)).toBe(true);
        else expect(rows.map(({ raw }) => JSON.parse(raw) as unknown)).toEqual((oracle as { r: unknown }).r);
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        const elements = (oracle as { r?: unknown } | undefined)?.r;
        const isTwice = error.message.includes("stands twice");
        if (Array.isArray(elements) && !isTwice) throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

it("keeps the digits of every number", async () => {
  const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/);
  await fc.assert(
    fc.asyncProperty(fc.array(digits, { minLength: 1, maxLength: 5 }), async (numbers) => {
      const { rows } = await readText(`{"n": [${numbers.join(", ")}], "t": "1.0 2"}`, { format: "ndjson" });
      expect(rows[0]?.cells.n).toEqual(numbers);
    }),
    { numRuns: 1000 },
  );
});

it("keeps digits among texts and keys that look like numbers, as a parser does that keeps all of them", () => {
  const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,8})?([eE][+-]?[0-9]{1,2})?$/);
  const text = fc
    .string({ unit: fc.constantFrom("a", '"', "\\", " ", ":", ",", "1", ".", "{", "]", "-", "é"), maxLength: 8 })
    .map((one) => JSON.stringify(one));
  const items = fc.array(fc.tuple(text, fc.oneof(digits, text)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(items, fc.constantFrom("", " ", "\n\t"), (members, gap) => {
      const raw = `{${members.map(([key, value]) => `${gap}${key}:${gap}${value}${gap}`).join(",")}}`;
      const known = parseLossless(raw, null, {
        parseNumber: (number) => number,
        onDuplicateKey: ({ newValue }) => newValue,
      });
      expect(asPlain(parseElement(raw).cells)).toEqual(asCell(known));
    }),
    { numRuns: 400 },
  );
});
