// The story of an entry as text, for a person who asks «what became of this one?»: the outcome first, then where it came
// from, how each field was made, what was sent, and every send and lookup with its time.
import { describeProblem, type Problem } from "../model/problem.ts";
import { resources } from "../model/resources/resources.ts";
import { visibleLine, visibleSentence } from "../model/text/visible.ts";
import type { FieldTrace } from "../model/trace.ts";
import { eventLines } from "./event-lines.ts";
import type { EarlierStory, EntryStory, Explanation, PayloadStory, RowStory, StoryCells } from "./explanation.ts";
import { shown, traceText } from "./trace-text.ts";
import { counted, fateOf, words } from "./wording.ts";
import { wrap } from "./wrap.ts";

/** The whole explanation as plain text without a final line end. Prose is wrapped at `width`; payloads are not. */
export function storyText({ entries, row }: Explanation, { width }: { readonly width: number }): string {
  const stories = entries.map((entry) => entryText(entry, width));
  return [...stories, ...(row === null ? [] : [rowText(row, width)])].join("\n\n\n");
}

function entryText(entry: EntryStory, width: number): string {
  return sections([
    headline(entry),
    section("How it ended", problemLines(entry.problems, width)),
    section("Where it came from", [
      ...entry.rows.flatMap(cellLines),
      ...(entry.more_rows === 0 ? [] : [`and ${counted(entry.more_rows, "more row")}`]),
    ]),
    section(`How each field was made${entry.mapping.file === null ? "" : ` (${entry.mapping.file})`}`, [
      ...mappingNote(entry, width),
      ...fieldLines(entry, width),
    ]),
    payloadSection(entry),
    section("What happened", entry.events.length === 0 ? ["nothing was sent"] : eventLines(entry.events)),
    section("In earlier runs", entry.earlier.map(earlierLine)),
  ]);
}

function headline({
  resource,
  key,
  outcome,
  action,
  remote_id,
  run,
  input,
  attempts,
  http_status,
}: EntryStory): string {
  const fate = words(fateOf(outcome, action));
  const facts = [
    fate,
    ...(remote_id === null ? [] : [`id ${remote_id}`]),
    ...(attempts === 0 ? [] : [counted(attempts, "attempt")]),
    ...(http_status === null ? [] : [`HTTP ${http_status}`]),
  ];
  const name = key === null ? `${resource} without a key` : `${resource} "${visibleLine(key)}"`;
  return `${name}: ${facts.join(", ")}\n${run.command} ${run.run_id}${input === null ? "" : `, input ${input}`}`;
}

function rowText(row: RowStory, width: number): string {
  const why =
    row.left_out_by !== null
      ? [`the mapping leaves it out: ${row.left_out_by}`]
      : row.outcome === "pending"
        ? ["the run ended before an entry was made of it"]
        : [];
  return sections([
    `${row.file}:${row.line}: ${words(fateOf(row.outcome, null))}; no entry was made of it\n${row.run.command} ${row.run.run_id}, input ${row.input}`,
    section("Why", [...why, ...problemLines(row.problems, width)]),
    section("Its cells", cellLines(row)),
    section("The mapping", row.mapping.reason === null ? [] : [`cannot be shown: ${row.mapping.reason}`]),
  ]);
}

function problemLines(problems: readonly Problem[], width: number): readonly string[] {
  return problems.flatMap((problem) => {
    const text = visibleSentence(describeProblem(problem));
    return hanging(problem.severity === "warning" ? `warning: ${text}` : text, width);
  });
}

function cellLines({ file, line, cells, other_columns }: StoryCells): readonly string[] {
  const longest = Math.min(40, Math.max(0, ...cells.map(({ column }) => column.length)));
  return [
    `${file}:${line}`,
    ...cells.map(({ column, cell }) => `  ${visibleLine(column).padEnd(longest)} = ${shown(cell)}`),
    ...(other_columns === 0 ? [] : [`  and ${counted(other_columns, "column")} that the mapping does not read`]),
  ];
}

function mappingNote({ mapping, outcome, events }: EntryStory, width: number): readonly string[] {
  switch (mapping.state) {
    case "same":
      return [];
    case "changed": {
      const then = events.length > 0 || outcome === "unchanged" ? "was sent" : "was made of these rows then";
      return hanging(
        `These are the steps of today's mapping, and they give another result than ${then}: the mapping, or a lookup file of it, has changed since.`,
        width,
      );
    }
    case "unavailable":
      return hanging(`The steps cannot be shown: ${mapping.reason ?? ""}`, width);
    default:
      return mapping.state satisfies never;
  }
}

function fieldLines({ mapping }: EntryStory, width: number): readonly string[] {
  const told = mapping.fields.filter((field) => !hasNothing(field));
  const untold = mapping.fields.filter(hasNothing).map(({ path }) => path);
  const longest = Math.min(30, Math.max(0, ...told.map(({ path }) => path.length)));
  const lines = told.flatMap((field) => {
    const [first = "", ...more] = wrap(visibleLine(traceText(field)), Math.max(40, width - longest - 4));
    return [`${field.path.padEnd(longest)}  ${first}`, ...more.map((line) => `${" ".repeat(longest + 2)}${line}`)];
  });
  return untold.length === 0
    ? lines
    : [...lines, ...hanging(`left out, with no column or no joined row for them: ${untold.join(", ")}`, width)];
}

/** A field whose columns do not exist here; a mapping for many sources has lots of them. */
function hasNothing({ alternatives, result }: FieldTrace): boolean {
  return result.kind === "absent" && alternatives.every(({ cells }) => cells.every(({ cell }) => cell === undefined));
}

function payloadSection({ payload, mapping: { state }, resource }: EntryStory): string {
  const { content, from, plan, unfilled } = payload;
  const title = payloadTitle(plan, resources[resource].merge !== undefined);
  if (content === null) {
    return section(title, ["the ledger does not keep it any more, and without the mapping it cannot be made again"]);
  }
  return section(title, [
    ...(from === "mapped_again" ? [mappedAgainNote(state)] : []),
    ...unfilled.map((text) => `without ${text}`),
    ...JSON.stringify(content, null, 2).split("\n"),
  ]);
}

function payloadTitle(plan: PayloadStory["plan"], isMerged: boolean): string {
  if (plan === null) return "The payload, which was not sent";
  if (plan === "update" && isMerged) return "What the update was to make of it; what Luminous had already was not sent";
  return `The payload as it was sent to ${plan} it`;
}

function mappedAgainNote(state: EntryStory["mapping"]["state"]): string {
  const how = state === "same" ? "its content hash is that of what was sent" : "it is NOT what was sent";
  return `mapped again from the rows, because the ledger does not keep it any more; ${how}`;
}

function earlierLine({ run_id, outcome, action, remote_id, attempts, message }: EarlierStory): string {
  return [
    `${run_id}  ${words(fateOf(outcome, action))}`,
    ...(remote_id === null ? [] : [`id ${remote_id}`]),
    ...(attempts === 0 ? [] : [counted(attempts, "attempt")]),
    ...(message === null ? [] : [visibleSentence(message)]),
  ].join(", ");
}

function hanging(text: string, width: number): readonly string[] {
  return wrap(text, width - 4).map((line, index) => (index === 0 ? line : `  ${line}`));
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function sections(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
