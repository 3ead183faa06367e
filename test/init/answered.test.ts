import { expect, it } from "vitest";
import { answeredDates } from "../../src/init/proposal/answered.ts";
import type { Todo } from "../../src/init/proposal/proposal.ts";
import type { Json } from "../../src/model/json.ts";

const about = "the order of day and month in Paid";
const orders = ["d/M/yyyy", "M/d/yyyy"];
const open: Todo = {
  kind: "todo",
  path: "source",
  text: "dates: …",
  isRequired: false,
  asks: {
    about,
    column: "Paid",
    cells: ["03/04/2024"],
    answers: orders.map((name) => ({ name, spec: [name], evidence: "" })),
  },
};
const after = (
  proven: readonly string[],
  answer: string,
): { readonly dates: Json | undefined; readonly open: number } => {
  const source = proven.length === 0 ? [] : [{ key: "dates", value: [...proven], why: "high" }];
  const { source: said, sourceTodos } = answeredDates({ source, sourceTodos: [open] }, new Map([[about, answer]]));
  return { dates: said[0]?.value, open: sourceTodos.length };
};

it("an answered format joins those that the cells prove", () => {
  expect(after([], "d/M/yyyy")).toEqual({ dates: ["d/M/yyyy"], open: 0 });
  expect(after(["yyyy-MM-dd H:mm"], "d/M/yyyy")).toEqual({ dates: ["yyyy-MM-dd H:mm", "d/M/yyyy"], open: 0 });
  expect(after(["d/M/yyyy"], "d/M/yyyy")).toEqual({ dates: ["d/M/yyyy"], open: 0 });
});

it("one that would turn round the dates of another column stays a question", () => {
  expect(after(["M/d/yyyy"], "d/M/yyyy")).toEqual({ dates: ["M/d/yyyy"], open: 1 });
});
