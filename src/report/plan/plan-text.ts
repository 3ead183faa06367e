// What the terminal says of a plan: what would become of everything, what stands in the way, what it takes, and how to do it.
import { describeProblem, problemSignature } from "../../model/problem.ts";
import { resources } from "../../model/resources/resources.ts";
import { visibleSentence } from "../../model/text/visible.ts";
import { agreementText } from "../agreement-text.ts";
import { problemList } from "../problem-list.ts";
import { counted, durationText, grouped, listed, words } from "../wording.ts";
import { wrap, wrapAround } from "../wrap.ts";
import type { PlanContent, PlanField } from "./plan-content.ts";

/** How a plan is shown, and the commands that it names. */
export interface PlanTextOptions {
  /** Characters in a line of the terminal. */
  readonly width: number;
  /** Where plan.json is, as it is shown. */
  readonly file: string;
  /** Where plan.html is, as it is shown. */
  readonly page: string;
  /** The command that does the plan. */
  readonly send: string;
  /** The command that made it. */
  readonly again: string;
}

const maxGroups = 10;
const maxReasons = 5;
const maxFields = 4;

/** The whole plan as plain text without a final line end. */
export function planText(plan: PlanContent, { width, file, page, send, again }: PlanTextOptions): string {
  const sentences = (texts: readonly string[]): string => texts.flatMap((text) => wrap(text, width)).join("\n");
  const problems = problemList(plan.problems, { width: width - 2, maxGroups, maxExamples: 1 });
  return [
    sentences([
      `plan of ${counted(plan.totals.rows, "row")}, ${counted(plan.totals.entries, "entry")} for ${plan.account}: asked, nothing written`,
    ]),
    table(plan),
    sentences(fieldNotes(plan)),
    sentences(agreementText(plan.control_totals).split("\n")),
    plan.guard === null ? "" : sentences([`A run would send nothing: ${plan.guard.message}`]),
    problems === "" ? "" : `What was wrong\n${indented(problems)}`,
    reasonsText(plan, width - 2),
    plan.warnings.length === 0
      ? ""
      : `Worth knowing\n${indented(plan.warnings.flatMap((warning) => wrap(visibleSentence(warning), width - 2)).join("\n"))}`,
    sentences(requestsText(plan)),
    `The plan is ${file}, and to read or pass on ${page}`,
    wrapAround(`Next: ${nextStep(plan, send, again)}`, [send, again], width).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What becomes of entries, as it is listed. */
export const columns = [
  "create",
  "update",
  "unchanged",
  "skipped",
  "excluded",
  "blocked",
  "invalid",
  "unknown",
] as const;

/** A line for each resource; a column for what occurs. Rows that the mapping excludes have no entry. */
function table({ resources: all }: PlanContent): string {
  if (all.length === 0) return "";
  const present = columns.filter((column) => all.some((counts) => counts[column] > 0));
  const cells = [
    ["", ...present],
    ...all.map((counts) => [
      resources[counts.resource].plural,
      ...present.map((column) => (counts[column] === 0 ? "" : grouped(counts[column]))),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}

/** What updates empty, and what nobody could compare, as sentences. */
export function fieldNotes({ clears, not_compared }: PlanContent): readonly string[] {
  return [
    ...(clears.length === 0 ? [] : [`Updates empty ${fieldsText(clears)}.`]),
    ...(not_compared.length === 0
      ? []
      : [`Not compared, because no list shows it, and sent: ${fieldsText(not_compared)}.`]),
  ];
}

/** `description of 3 products and notes of 1 order`. */
function fieldsText(fields: readonly PlanField[]): string {
  const texts = fields.map(
    ({ resource, field, entries }) => `${field} of ${counted(entries, resources[resource].singular)}`,
  );
  const shown = texts.slice(0, maxFields);
  return listed(texts.length > maxFields ? [...shown, `${texts.length - maxFields} more fields`] : shown);
}

/** What the files alone do not say. */
function reasonsText({ reasons, problems }: PlanContent, width: number): string {
  const known = new Set(problems.top.flatMap(({ examples }) => examples.map(problemSignature)));
  const others = reasons.filter(({ first }) => !known.has(problemSignature(first)));
  if (others.length === 0) return "";
  const lines = others
    .slice(0, maxReasons)
    .flatMap(({ entries, first }) => wrap(`${grouped(entries)} × ${visibleSentence(describeProblem(first))}`, width));
  const more = others.length - maxReasons;
  if (more > 0) lines.push(`+${counted(more, "more kind")} of reason: plan.json has them`);
  return `What would not be sent, and why\n${indented(lines.join("\n"))}`;
}

/** How many requests the run makes and how long they take, as sentences. */
export function requestsText({ requests }: PlanContent): readonly string[] {
  const { total, reads, writes, seconds, requests_per_second: rate, without_plan } = requests;
  const sent = writes.map(({ phase, requests: count }) => `${grouped(count)} for ${words(phase)}`);
  const wrote = writes.reduce((sum, { requests: count }) => sum + count, 0);
  const time = `${rate === "auto" ? "at least " : ""}${durationText(seconds * 1000)}`;
  const pace = rate === "auto" ? "at the highest rate that `auto` may reach" : `at ${rate} a second`;
  return [
    `The run makes ${counted(total, "request")}: the first question, ${counted(reads, "lookup")} and ${counted(wrote, "write")}${sent.length === 0 ? "" : ` (${sent.join(", ")})`}; ${time} ${pace}, when nothing goes wrong.`,
    ...(without_plan === total ? [] : [`Without the plan it would be ${grouped(without_plan)}.`]),
  ];
}

/** One sentence: what the person should do now. */
export function nextStep(plan: PlanContent, send: string, again: string): string {
  if (plan.guard !== null)
    return `${plan.guard.hint.replace(/ ?Nothing was sent\.$/, "").replace(/\.$/, "")}. Then plan again: ${again}`;
  const writes = plan.requests.writes.length;
  const kept = plan.exit_code !== 0;
  if (writes === 0) return kept ? `fix what is named above and plan again: ${again}` : "there is nothing to send.";
  return kept
    ? `fix what is named above and plan again (${again}), or send the rest: ${send}`
    : `to do just this: ${send}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
