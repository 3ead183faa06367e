// Problems for the terminal, grouped: how many, and the first as people read them. How they are grouped is in problems.ts.
import { describeProblem, type Problem } from "../model/problem.ts";
import { visibleSentence } from "../model/text/visible.ts";
import type { ProblemGroup } from "./problems.ts";
import type { Summary } from "./summary.ts";
import { counted, grouped } from "./wording.ts";
import { wrap } from "./wrap.ts";

/** How much of the problems is shown. */
export interface ProblemListOptions {
  readonly width: number;
  readonly maxGroups: number;
  /** Examples of each group; at most three are kept. */
  readonly maxExamples: number;
  /** Of a group that every row has, the list says so instead of naming lines. */
  readonly isSystemic?: (group: ProblemGroup) => boolean;
}

/**
 * Lines like `1,043 × orders.csv:1043 column "Qty" = "0" → items[1].quantity: must be greater than 0`, most frequent
 * first, warnings last. Text too long for the width goes on in the next line: nothing of a problem is cut off.
 */
export function problemList(
  { top, signatures, ungrouped }: Summary["problems"],
  { width, maxGroups, maxExamples, isSystemic = () => false }: ProblemListOptions,
): string {
  const shown = top.slice(0, maxGroups);
  const counts = shown.map(({ count }) => `${grouped(count)} × `);
  const indent = Math.max(0, ...counts.map((count) => count.length));
  const lines = shown.flatMap((group, at) => {
    const { examples, severity, count } = group;
    const texts = examples.slice(0, maxExamples).map((problem) => exampleText(problem, severity));
    const rest = count - texts.length;
    const more = isSystemic(group)
      ? ["the others all have this too: look at the mapping first"]
      : maxExamples > 1 && rest > 0
        ? [`+${grouped(rest)} more`]
        : alsoAt(examples, rest);
    const wrapped = [...texts, ...more].flatMap((text) => wrap(text, width - indent));
    return wrapped.map((line, index) => (index === 0 ? (counts[at] ?? "") : "").padStart(indent) + line);
  });
  const hidden = signatures - shown.length;
  if (hidden > 0) lines.push(`${" ".repeat(indent)}+${counted(hidden, "more kind")} of problem`);
  if (ungrouped > 0) lines.push(`${" ".repeat(indent)}+${counted(ungrouped, "more problem")} of other kinds`);
  return lines.join("\n");
}

// The same thing is wrong elsewhere: a few of the places say whether it is here and there, or in a whole stretch.
function alsoAt([first, ...others]: readonly Problem[], rest: number): readonly string[] {
  const near = others.flatMap(({ file, line }) => (line === undefined || file !== first?.file ? [] : [line]));
  const lines = [...new Set(near)].filter((line) => line !== first?.line).map(String);
  if (lines.length === 0) return [];
  const more = rest > near.length ? ` and ${grouped(rest - near.length)} more` : "";
  return [`also ${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}${more}`];
}

function exampleText(problem: Problem, severity: "error" | "warning"): string {
  const text = visibleSentence(describeProblem(problem));
  return severity === "warning" ? `warning: ${text}` : text;
}
