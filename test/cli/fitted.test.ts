// Lines at the width of a terminal.
import { expect, it } from "vitest";
import { fitted } from "../../src/cli/world/fitted.ts";

const terminal = { isTTY: true, columns: 30 };

it("breaks lines between words, and what goes on stands below the sentence", () => {
  const text = "ok      rows 3 = rows that have a fate 3\n          orders.csv:4 has two fates\nEvery law holds.\n";
  expect(fitted(text, terminal)).toBe(
    [
      "ok      rows 3 = rows that",
      "        have a fate 3",
      "          orders.csv:4 has two",
      "          fates",
      "Every law holds.",
      "",
    ].join("\n"),
  );
});

it("leaves a command whole, for it is pasted", () => {
  const text = "Start one: luminous-import run a-long-name.yaml";
  expect(fitted(text, terminal)).toBe(text);
});

it("leaves a line a line where it goes into a file or a pipe", () => {
  const text = "a sentence that is longer than thirty characters";
  expect(fitted(text, { isTTY: false, columns: 30 })).toBe(text);
});
