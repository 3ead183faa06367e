// What a person answered to marked lines with a few answers: the lines that come of it.
import type { Json } from "../../model/json.ts";
import type { Line, ProposedMapping, Todo } from "./proposal.ts";

/** By what a marked line is about, the name of the answer. What is not here stays marked. */
export type Answers = ReadonlyMap<string, string>;

/** The line itself, or the one that its answer makes. */
export function answered(line: Line, answers: Answers): Line {
  const answer = line.kind === "todo" ? answerTo(line, answers) : undefined;
  if (line.kind !== "todo" || answer === undefined || line.asks === undefined) return line;
  const { path, asks } = line;
  return { kind: "guess", path, spec: answer.spec, columns: [asks.column], confidence: "high", why: "as you said" };
}

/**
 * The same for what is said under `source:`: formats are added to those that the cells prove. One that would read the dates of another
 * column the other way round is not, and its question stays marked.
 */
export function answeredDates(
  { source, sourceTodos }: Pick<ProposedMapping, "source" | "sourceTodos">,
  answers: Answers,
): Pick<ProposedMapping, "source" | "sourceTodos"> {
  const [proven] = source;
  const formats: Json[] = proven !== undefined && Array.isArray(proven.value) ? [...proven.value] : [];
  const before = formats.length;
  const open: Todo[] = [];
  for (const todo of sourceTodos) {
    const answer = answerTo(todo, answers);
    const isTaken = todo.asks?.answers.some(({ name }) => name !== answer?.name && formats.includes(name)) === true;
    if (answer === undefined || isTaken) open.push(todo);
    else if (!formats.includes(answer.name)) formats.push(answer.name);
  }
  if (open.length === sourceTodos.length) return { source, sourceTodos };
  const said = "as you said";
  const why =
    proven === undefined ? `high: ${said}` : formats.length === before ? proven.why : `${proven.why}; ${said}`;
  return { source: [{ key: "dates", value: formats, why }], sourceTodos: open };
}

function answerTo({ asks }: Todo, answers: Answers) {
  const name = asks === undefined ? undefined : answers.get(asks.about);
  return asks?.answers.find((answer) => answer.name === name);
}
