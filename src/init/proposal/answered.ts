// What a person answered to marked lines with a few answers: the lines that come of it.
import { isPlainObject, type JsonObject } from "../../model/json.ts";
import type { Line, Todo } from "./proposal.ts";

/** By what a marked line is about, the name of the answer. What is not here stays marked. */
export type Answers = ReadonlyMap<string, string>;

/** The line itself, or the one that its answer makes. */
export function answered(line: Line, answers: Answers): Line {
  const answer = line.kind === "todo" ? answerTo(line, answers) : undefined;
  if (line.kind !== "todo" || answer === undefined || line.asks === undefined) return line;
  const { path, asks } = line;
  return { kind: "guess", path, spec: answer.spec, columns: [asks.column], confidence: "high", why: "as you said" };
}

/** A line of dates with the format that was answered for its column, which then holds for no other column. */
export function answeredDate(line: Line, questions: readonly Todo[], answers: Answers): Line {
  if (line.kind === "todo" || line.columns.length !== 1) return line;
  const [column = ""] = line.columns;
  const question = questions.find(({ asks }) => asks?.column === column || column.endsWith(`.${asks?.column}`));
  const answer = question === undefined ? undefined : answerTo(question, answers);
  if (answer === undefined || (isPlainObject(line.spec) && !("from" in line.spec))) return line;
  const keys = isPlainObject(line.spec) ? (line.spec as JsonObject) : { from: line.spec };
  return { ...line, spec: { ...keys, dates: answer.spec }, why: `${line.why}; its dates as you said` };
}

/** The questions that no answer settles. */
export function unanswered(questions: readonly Todo[], answers: Answers): readonly Todo[] {
  return questions.filter((todo) => answerTo(todo, answers) === undefined);
}

function answerTo({ asks }: Todo, answers: Answers) {
  const name = asks === undefined ? undefined : answers.get(asks.about);
  return asks?.answers.find((answer) => answer.name === name);
}
