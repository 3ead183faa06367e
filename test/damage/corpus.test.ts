// The corpus itself: whether it is what it says, and large enough to measure by.
import { describe, expect, it, test } from "vitest";
import { fieldAt } from "../../src/model/resources/field.ts";
import { resources } from "../../src/model/resources/resources.ts";
import { damageCorpus } from "./corpus.ts";
import type { DamageKind } from "./harms.ts";

const corpus = damageCorpus();
const ofKind = (kind: DamageKind) => corpus.filter(({ damage }) => damage?.kind === kind);

describe("the corpus of damaged columns", () => {
  it("has enough of both kinds, and every name once", () => {
    expect(corpus.length).toBeGreaterThanOrEqual(120);
    expect(corpus.filter(({ damage }) => damage === undefined).length).toBeGreaterThanOrEqual(60);
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  });

  it("is the same in every call", () => {
    expect(damageCorpus()).toEqual(corpus);
  });

  test.each(corpus)(
    "$name: cells as reading gives them, in a field that there is",
    ({ cells, damage, resource, field }) => {
      expect(cells.length).toBeGreaterThanOrEqual(20);
      expect(cells.length).toBeLessThanOrEqual(300);
      expect(cells.filter((cell) => cell !== cell.trim()).length).toBe(0);
      expect(damage?.rows.length).not.toBe(0);
      expect(fieldAt(resources[resource].schema, field.replace("[]", ""))).toBeDefined();
    },
  );
});

// One look per kind at what a person would see; the labels name these rows and no others.
const looks: readonly { readonly kind: DamageKind; readonly like: RegExp }[] = [
  { kind: "scientific_notation", like: /^\d\.\d+E\+\d\d$/ },
  { kind: "lost_leading_zeros", like: /^[1-9]\d*$/ },
  { kind: "lost_trailing_zeros", like: /^\d+(?:\.\d*[1-9])?$/ },
  {
    kind: "date_in_identifier",
    like: /^(?:[A-Z][a-z]{2}-\d\d|\d{1,2}-[A-Z][a-z]{2}|\d{4}-\d\d-\d\d(?: 00:00:00)?|\d\d\/\d\d\/\d{4})$/,
  },
  { kind: "mojibake", like: /[ÃÂÅÄâæçèåáÆ]/ },
  { kind: "odd_space", like: /[\u00a0\u200b\ufeff\u200d]/ },
  { kind: "error_value", like: /^#(?:REF!|N\/A|VALUE!|NAME\?|DIV\/0!)$/ },
  { kind: "trailing_point_zero", like: /^\d+\.0$/ },
  { kind: "cut_off", like: /^(?:.{255}|.{32767})$/ },
];

test.each(looks)("$kind has at least six columns, and labels what looks like it", ({ kind, like }) => {
  const columns = ofKind(kind);
  expect(columns.length).toBeGreaterThanOrEqual(6);
  for (const { cells, damage } of columns) {
    for (const row of damage?.rows ?? []) expect(cells[row - 1]).toMatch(like);
  }
});
