import { expect, test } from "vitest";
import { lostOnlyNotes, rowLabel, rowOfLabel } from "../../src/model/failure-notes.ts";

test.each([
  { text: rowLabel(12), is: 12 },
  { text: `${rowLabel(7)}: column "Qty" is blank`, is: 7 },
  { text: "  row 3: x", is: 3 },
  { text: "row 3 of 4", is: undefined },
  { text: "row 0: x", is: undefined },
  { text: "row x", is: undefined },
  { text: "see row 3: x", is: undefined },
  { text: "", is: undefined },
])('"$text" names row $is', ({ text, is }) => {
  expect(rowOfLabel(text)).toBe(is);
});

const header = [false, false, true, true, true];
test.each([
  { cells: ["1", "2", "failed", "row 3"], isNote: header, is: true },
  { cells: ["1", "2", "failed"], isNote: header, is: true },
  { cells: ["1", "2"], isNote: header, is: true },
  // Two cells were expected, one was there: the notes stand one place ahead.
  { cells: ["1", "invalid", "row 3: ragged", ""], isNote: header, is: false },
  { cells: ["1"], isNote: header, is: false },
  { cells: ["1", "2", "failed", "row 3", ""], isNote: header, is: false },
  { cells: ["1"], isNote: [false, false], is: false },
  // Notes that somebody moved to the front are not at the end, where cells get lost.
  { cells: ["failed", "row 3", "", "1"], isNote: [true, true, true, false, false], is: false },
])("$cells has lost only notes: $is", ({ cells, isNote, is }) => {
  expect(lostOnlyNotes(cells, isNote)).toBe(is);
});
