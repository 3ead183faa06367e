// The detector of spreadsheet damage against the labelled corpus, which was written without looking at it.
import { describe, expect, it } from "vitest";
import { inspectColumn } from "../../src/damage/watch-column.ts";
import type { ColumnRole, DamageKind } from "../../src/model/damage.ts";
import { fieldAt } from "../../src/model/resources/field.ts";
import { resources } from "../../src/model/resources/resources.ts";
import { damageCorpus, type LabelledColumn } from "./corpus.ts";

const kinds: Readonly<Record<NonNullable<LabelledColumn["damage"]>["kind"], DamageKind>> = {
  scientific_notation: "scientific_notation",
  lost_leading_zeros: "lost_leading_zeros",
  lost_trailing_zeros: "lost_trailing_zeros",
  date_in_identifier: "date_in_identifier",
  mojibake: "mojibake",
  odd_space: "odd_spaces",
  error_value: "formula_error",
  trailing_point_zero: "point_zero",
  cut_off: "cut_text",
};

/** What the payload field that a column goes to says of it. */
function roleOf({ resource, field }: LabelledColumn): ColumnRole {
  const { type, holds } = fieldAt(resources[resource].schema, field.replaceAll("[]", "[0]")) ?? {};
  return holds ?? (type === "text" || type === "texts" ? "text" : "other");
}

describe("the labelled corpus of damaged columns", () => {
  const judged = damageCorpus().map((column) => ({ column, found: inspectColumn(column.cells, roleOf(column)) }));

  it("is seen through: at least 97 in 100 damaged columns are found, as what they are", () => {
    const damaged = judged.flatMap(({ column, found }) => {
      const { damage } = column;
      return damage === undefined
        ? []
        : [{ name: column.name, isFound: found.some(({ kind }) => kind === kinds[damage.kind]) }];
    });
    const missed = damaged.filter(({ isFound }) => !isFound).map(({ name }) => name);
    expect(missed.length / damaged.length, missed.join("\n")).toBeLessThanOrEqual(0.03);
  });

  it("has damaged rows of which nearly all are named, and no sound row among them", () => {
    let labelled = 0;
    let hit = 0;
    const wrong: string[] = [];
    for (const { column, found } of judged) {
      if (column.damage === undefined) continue;
      const rows = new Set(column.damage.rows);
      const own = found.filter(({ kind }) => column.damage !== undefined && kind === kinds[column.damage.kind]);
      for (const [index, text] of column.cells.entries()) {
        const isNamed = own.some(({ isDamaged }) => isDamaged(text));
        if (rows.has(index + 1)) {
          labelled += 1;
          if (isNamed) hit += 1;
        } else if (isNamed) wrong.push(`${column.name} row ${index + 1}: ${text.slice(0, 60)}`);
      }
    }
    expect(hit / labelled).toBeGreaterThanOrEqual(0.97);
    expect(wrong).toEqual([]);
  });

  it("raises no alarm on the sound columns", () => {
    const alarms = judged.flatMap(({ column, found }) =>
      column.damage === undefined
        ? found.map(({ kind, cells }) => `${column.name}: ${kind}, ${cells[0].text.slice(0, 60)}`)
        : [],
    );
    expect(alarms).toEqual([]);
  });
});
