// What `init` says at its end: what each file was taken for, what is left to do, what `check` says of it. For people, and
// the same for machines.
import { allLines, type Guess, type Proposal, type WrittenTodo } from "../../init/init.ts";
import { problemList } from "../../report/problem-list.ts";
import type { Summary } from "../../report/summary.ts";
import { counted } from "../../report/wording.ts";
import { wrap } from "../../report/wrap.ts";

/** What a check of the written job came to. */
export type CheckedImport =
  | { readonly kind: "checked"; readonly summary: Summary }
  | { readonly kind: "refused"; readonly message: string; readonly hint?: string };

/** What there is to tell. */
export interface ToldImport {
  readonly proposal: Proposal;
  /** The job file as people type it. */
  readonly job: string;
  readonly written: readonly {
    readonly file: string;
    readonly todos: readonly WrittenTodo[];
  }[];
  readonly checked: CheckedImport;
}

/** What `init` says at its end, for a terminal. */
export function initText(
  { proposal, job, written, checked }: ToldImport,
  { width }: { readonly width: number },
): string {
  const all = written.flatMap(({ file, todos: lines }) => lines.map((todo) => ({ file, ...todo })));
  const todos = [...all.filter(({ isRequired }) => isRequired), ...all.filter(({ isRequired }) => !isRequired)].map(
    ({ file, line, text }) => `${file}:${line} ${text}`,
  );
  return `${[
    block(
      "Recognised",
      [
        ...proposal.mappings.map(mappingText),
        ...proposal.unrecognised.map(({ shown }) => `${shown}: not recognised, not in the job`),
      ],
      width,
    ),
    block("Written", [written.map(({ file }) => file).join(", ")], width),
    block(`Left to do: ${counted(todos.length, "line")} marked TODO`, todos, width),
    checkedText(checked, width),
    wrap(`Next: ${nextStep(todos.length > 0, checked)}: luminous-import check ${job}`, width).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

/** The same as JSON. */
export function initJson({ proposal, job, written, checked }: ToldImport): object {
  return {
    version: 1,
    job,
    files: written.map(({ file, todos }) => ({
      file,
      todo: todos.map(({ line, text, isRequired }) => ({ line, text, is_required: isRequired })),
    })),
    inputs: proposal.mappings.map((mapping) => ({
      name: mapping.name,
      file: mapping.shown,
      role: mapping.role,
      resource: mapping.resource,
      why: mapping.why,
      is_sure: mapping.kindTodo === undefined,
      joins: Object.fromEntries(mapping.joins.map(({ name, shown }) => [name, shown])),
      fields: guessesOf(mapping).map(({ path, columns, confidence, why }) => ({ path, columns, confidence, why })),
      unused: mapping.unused,
    })),
    unrecognised: proposal.unrecognised.map(({ shown, columns }) => ({ file: shown, columns })),
    check:
      checked.kind === "refused"
        ? { refused: checked.message }
        : {
            exit_code: checked.summary.exit_code,
            outcomes: checked.summary.outcomes,
            problems: checked.summary.problems.top,
          },
  };
}

function mappingText(mapping: Proposal["mappings"][number]): string {
  const of = (confidence: Guess["confidence"]) =>
    guessesOf(mapping).filter((guess) => guess.confidence === confidence).length;
  const joined = mapping.joins.map(({ shown }) => shown);
  const parts = [`${of("high")} high`, `${of("medium")} medium`, `${of("low")} low (in comments)`];
  const is = mapping.role === "lines" ? "orders, a row for each line" : mapping.role;
  const what = mapping.kindTodo === undefined ? is : `${is} perhaps`;
  return `${[mapping.shown, ...joined].join(" + ")}: ${what}, ${counted(guessesOf(mapping).length, "field")}: ${parts.join(", ")}`;
}

function guessesOf(mapping: Proposal["mappings"][number]): readonly Guess[] {
  return allLines(mapping).filter((line) => line.kind === "guess");
}

function checkedText(checked: CheckedImport, width: number): string {
  if (checked.kind === "refused") {
    const { message, hint } = checked;
    return block("Check refuses it as it is", [...message.split("\n"), ...(hint === undefined ? [] : [hint])], width);
  }
  const { outcomes, totals, problems } = checked.summary;
  const invalid = outcomes.invalid.rows;
  const head = `Check: ${counted(totals.rows, "row")}, ${counted(totals.entries, "entry")}, ${invalid === 0 ? "nothing wrong" : `${counted(invalid, "row")} with problems`}`;
  const list = problemList(problems, { width: width - 2, maxGroups: 5, maxExamples: 1 });
  return list === ""
    ? head
    : `${head}\n${list
        .split("\n")
        .map((line) => `  ${line}`)
        .join("\n")}`;
}

function nextStep(hasTodos: boolean, checked: CheckedImport): string {
  const isFine = checked.kind === "checked" && checked.summary.exit_code === 0;
  if (hasTodos) return "say what is marked TODO, look at the lines that are not high, then check again";
  return isFine ? "look at the lines that are not high, then check again" : "fix what check names, then check again";
}

function block(head: string, lines: readonly string[], width: number): string {
  if (lines.length === 0) return "";
  const wrapped = lines.flatMap((line) => wrap(line, width - 4).map((part, at) => `  ${at === 0 ? "" : "  "}${part}`));
  return [head, ...wrapped].join("\n");
}
