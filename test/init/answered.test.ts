import { expect, it } from "vitest";
import { answeredDate, unanswered } from "../../src/init/proposal/answered.ts";
import type { Line, Todo } from "../../src/init/proposal/proposal.ts";

const about = "the order of day and month in Paid";
const question: Todo = {
  kind: "todo",
  path: "source",
  text: "dates: …",
  isRequired: false,
  asks: {
    about,
    column: "Paid",
    cells: ["03/04/2024"],
    answers: ["d/M/yyyy", "M/d/yyyy"].map((name) => ({ name, spec: [name], evidence: "" })),
  },
};
const line = (column: string, spec: Extract<Line, { kind: "guess" }>["spec"] = column): Line => ({
  kind: "guess",
  path: "order_date",
  spec,
  columns: [column],
  confidence: "high",
  why: "name",
});
const said = new Map([[about, "d/M/yyyy"]]);
const after = (of: Line, answers = said) => answeredDate(of, [question], answers);

it("an answered format stands in the line of its column, and in no other", () => {
  expect(after(line("Paid"))).toMatchObject({ spec: { from: "Paid", dates: ["d/M/yyyy"] } });
  expect(after(line("payments.Paid"))).toMatchObject({ spec: { from: "payments.Paid", dates: ["d/M/yyyy"] } });
  expect(after(line("Paid", { from: "Paid", optional: true }))).toMatchObject({
    spec: { from: "Paid", optional: true, dates: ["d/M/yyyy"] },
  });
  expect(after(line("Shipped"))).toEqual(line("Shipped"));
});

it("what is not answered stays a question", () => {
  expect(after(line("Paid"), new Map())).toEqual(line("Paid"));
  expect(unanswered([question], new Map([["the unit of weights", "kg"]]))).toEqual([question]);
  expect(unanswered([question], said)).toEqual([]);
});
