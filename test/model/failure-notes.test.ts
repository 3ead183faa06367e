import { expect, test } from "vitest";
import { rowLabel, rowOfLabel } from "../../src/model/failure-notes.ts";

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
