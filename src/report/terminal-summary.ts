// What the terminal says at the end of a run: what became of everything, what was wrong, where the files are, what to do.
// Made from the summary alone, so `status` can say it again. Written for a tired person at midnight.
import type { Forecast } from "../model/forecast.ts";
import { isSettledWell } from "../model/outcome.ts";
import type { Phase } from "../model/resource.ts";
import { phases } from "../model/resources/resources.ts";
import { agreementText } from "./agreement-text.ts";
import { creationNote, creationStep } from "./creation-text.ts";
import { forecastStep, forecastText } from "./forecast-text.ts";
import { pilotNote, pilotVerdict } from "./pilot-text.ts";
import { problemList } from "./problem-list.ts";
import { type Counts, type Summary, sendsNothing } from "./summary.ts";
import { systemicIn } from "./systemic-problems.ts";
import { counted, cutTo, durationText, type Fate, fateOf, fates, grouped, listed, words } from "./wording.ts";
import { wrap, wrapAround } from "./wrap.ts";

/** How the summary is shown, and the commands it may name. */
export interface TerminalSummaryOptions {
  /** Characters in a line of the terminal. */
  readonly width: number;
  readonly colour?: boolean;
  /** The run's folder as it is shown; as the summary has it unless said. */
  readonly folder?: string;
  /** The same command again, complete: `luminous-import run job.yaml`. */
  readonly again: string;
  /** That command is still there, and comes again by itself when a file is saved. */
  readonly isWatched?: boolean;
  /** The command that sends what `--limit` held back. */
  readonly rest?: string;
  /** The command that sends what this one only looked at: `luminous-import run job.yaml`. */
  readonly send?: string;
  /** The command that takes corrected failures files, when there is one. */
  readonly retry?: string;
  /** The command that makes a new plan, after one that a run went by. */
  readonly plan?: string;
  /** Kinds of problem shown, and examples of each; unless said five (ten of a check, which is made for them) and one. */
  readonly maxGroups?: number;
  readonly maxExamples?: number;
}

/** The whole summary as plain text without a final line end, every line within the width where words allow it. */
export function terminalSummary(summary: Summary, options: TerminalSummaryOptions): string {
  const { width, maxGroups = sendsNothing(summary) ? 10 : 5, maxExamples = 1 } = options;
  const isSystemic = systemicIn(summary);
  const problems = problemList(summary.problems, { width: width - 2, maxGroups, maxExamples, isSystemic });
  return [
    [headline(summary), pilotNote(summary)]
      .filter((line) => line !== "")
      .flatMap((line) => wrap(line, width))
      .join("\n"),
    fateTable(summary, options),
    wrap(quietNote(summary), width).join("\n"),
    openNotes(summary, options).join("\n"),
    // A summary that an older version wrote has none.
    agreementText(summary.control_totals ?? [])
      .split("\n")
      .flatMap((line) => wrap(line, width))
      .join("\n"),
    problems === "" ? "" : `What was wrong\n${indented(problems)}`,
    notes(summary, width),
    `Files in ${options.folder ?? summary.results.folder}\n${indented(fileList(summary))}`,
    forecastText(summary, width),
    // What would be so in an account without these records says nothing more where the account itself was asked.
    hasForecast(summary)
      ? ""
      : creationNote(summary)
          .flatMap((line) => wrap(line, width))
          .join("\n"),
    wrapAround(`Next: ${nextStep(summary, options)}`, commandsOf(options), width).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/**
 * The table: a line for each fate that occurred, a column of entries for each phase, then all entries and all rows.
 * Where the width is too small for the phases, they are left out. Without a row there is no table.
 */
export function fateTable(
  summary: Summary,
  { width, colour = false }: Pick<TerminalSummaryOptions, "width" | "colour">,
): string {
  if (summary.totals.rows === 0) return "";
  const present = phases.filter((phase) => summary.tallies.some((tally) => tally.phase === phase && tally.entries > 0));
  const table = tableLines(summary, present);
  const isTooWide = (table[0]?.text.length ?? 0) > width;
  return (isTooWide ? tableLines(summary, []) : table)
    .map(({ text, fate }) => (colour ? coloured(cutTo(text, width), fate) : cutTo(text, width)))
    .join("\n");
}

function commandsOf({ again, rest, send, retry, plan }: TerminalSummaryOptions): readonly string[] {
  return [again, rest, send, retry, plan].filter((command) => command !== undefined);
}

/** One sentence: what the person should do now. */
export function nextStep(
  summary: Summary,
  {
    again,
    isWatched = false,
    send = again,
    rest = again,
    retry,
    plan,
  }: Pick<TerminalSummaryOptions, "again" | "isWatched" | "send" | "rest" | "retry" | "plan">,
): string {
  const { outcomes, exit_code, ended, stopped } = summary;
  const toFix = outcomes.invalid.rows + outcomes.rejected.rows + outcomes.blocked.rows;
  const toRepeat = outcomes.failed.rows + outcomes.in_doubt.rows + outcomes.pending.rows;
  if (exit_code === 5) return `check the company and the API key of the account, then run: ${again}`;
  if (sendsNothing(summary)) {
    if (toFix === 0 && hasForecast(summary)) return forecastStep(summary.forecast, again, send);
    return toFix > 0
      ? `fix the cells named above, or the mapping (results.csv has every row), ${isWatched ? "and save: this checks again" : `then check again: ${again}`}`
      : (creationStep(summary, send) ?? `nothing stands in the way. To send it: ${send}`);
  }
  // Told to stop, the watch has ended with its pass.
  if (ended === "stopped" && isWatched && stopped?.code !== "STOPPED")
    return `${byHand(stopped?.hint)}the watch makes another pass by itself${afterThat(summary, retry)}`;
  if (ended === "stopped")
    return `${stopped?.hint === undefined ? `to continue: ${again}` : `${stopped.hint.replace(/\.$/, "")} (${again})`}${afterThat(summary, retry)}`;
  const verdict = pilotVerdict(summary);
  const files = filesText(summary.results.failures.map(({ name }) => name));
  if (verdict === "good") {
    const left = toFix === 0 ? "" : `, except what ${files} lists, which needs a fix first`;
    return `the pilot went through. To send the rest${left}: ${rest}`;
  }
  if (verdict === "nothing new")
    return `Luminous had all of the pilot already, so nothing was tried. Name a larger number with --limit: ${again}`;
  // Its plan is done: the same command is refused from now on.
  if (hasOutdated(summary)) {
    const left = toFix === 0 || retry === undefined ? "" : `. After that, fix ${files} and run: ${retry}`;
    return `some records are not what the plan saw, and were left alone. Make a new plan${plan === undefined ? "" : `: ${plan}`}${left}`;
  }
  if (outcomes.pending.rows > 0 && verdict === undefined) return `to send what is pending: ${rest}`;
  if (toFix > 0) {
    if (retry !== undefined) return `fix ${files} and run: ${retry}`;
    return `fix the rows that ${files} lists where they come from, then run: ${again} (what was accepted is not sent again)`;
  }
  // The files of a pass are in the archive by now.
  if (toRepeat > 0 && summary.command === "drop" && retry !== undefined) return `send what failed again: ${retry}`;
  if (toRepeat > 0) return `run the same command again: ${again}`;
  return retry !== undefined && earlierOpen(summary) > 0
    ? `fix the failures files of the earlier runs and run: ${retry}`
    : "nothing is left to do.";
}

/** What a hint leaves to do for somebody whose command comes again without them. */
function byHand(hint: string | undefined): string {
  const rest = hint?.replace(/,?\s*(then |and )?run the same command again.*$/s, "").replace(/\.$/, "") ?? "";
  return rest === "" ? "" : `${rest}; `;
}

/** Whether the account was asked, and answered; a summary that an older version wrote does not know. */
function hasForecast(summary: Summary): summary is Summary & { readonly forecast: Forecast } {
  return summary.forecast !== undefined && summary.forecast !== null;
}

function hasOutdated({ problems, reasons }: Summary): boolean {
  return [...problems.top, ...(reasons?.groups ?? [])].some(({ code }) => code === "plan_outdated");
}

// What was not reached has not failed, and a retry does not take it: the run goes first.
function afterThat({ outcomes, results }: Summary, retry: string | undefined): string {
  const toFix = outcomes.invalid.rows + outcomes.rejected.rows + outcomes.blocked.rows;
  if (retry === undefined || toFix === 0 || outcomes.pending.rows === 0) return "";
  return `. After that, fix ${filesText(results.failures.map(({ name }) => name))} and run: ${retry}`;
}

/** What failed in earlier runs and still is not in Luminous; a summary that an older version wrote does not know. */
function earlierOpen({ open_failures }: Summary): number {
  return open_failures?.earlier_rows ?? 0;
}

// What is in no failures file of this run, and still has to be brought in.
function openNotes(summary: Summary, options: TerminalSummaryOptions): readonly string[] {
  const { width, retry } = options;
  if (sendsNothing(summary)) return [];
  const notReached = summary.outcomes.pending.rows;
  const earlier = earlierOpen(summary);
  return [
    ...(notReached === 0 ? [] : [`${counted(notReached, "row")} ${notReached === 1 ? "was" : "were"} not reached.`]),
    ...(earlier === 0
      ? []
      : [`${counted(earlier, "row")} from earlier runs still open${retry === undefined ? "" : `: ${retry}`}`]),
  ].flatMap((line) => wrapAround(line, commandsOf(options), width));
}

// What stopped nothing and still may matter.
function notes({ warnings, reference_faults }: Summary, width: number): string {
  const faults = reference_faults.map(
    ({ input, join, file, rows, first_line }) =>
      `${file}: ${counted(rows, "row")} could not be read and count as no match (${input}.${join}): ${rows === 1 ? "" : "the first on "}line ${first_line}`,
  );
  const lines = [...warnings, ...faults].flatMap((note) => wrap(note, width - 2));
  return lines.length === 0 ? "" : `Worth knowing\n${indented(lines.join("\n"))}`;
}

function headline(summary: Summary): string {
  const { totals, duration_seconds, stopped, command } = summary;
  const amount = `${counted(totals.rows, "row")}, ${counted(totals.entries, "entry")}`;
  const time = durationText(duration_seconds * 1000);
  return stopped === null
    ? `${command} finished in ${time}: ${amount}`
    : `${command} stopped after ${time}: ${stopped.message} (${amount})`;
}

/** Nothing, unless the run found nothing to send: then a person wants to read that it really left everything alone. */
function quietNote(summary: Summary): string {
  const { totals, outcomes, traffic, stopped, sends } = summary;
  const tried = outcomes.accepted.rows + outcomes.rejected.rows + outcomes.failed.rows + outcomes.in_doubt.rows;
  const isQuiet = Object.keys(sends).length === 0 && tried + outcomes.pending.rows === 0 && stopped === null;
  if (sendsNothing(summary) || traffic === null || totals.rows === 0 || !isQuiet) return "";
  return traffic.requests === 0
    ? "Nothing was left to send, and no request was made."
    : `Nothing was left to send: ${counted(traffic.requests, "request")} asked, none wrote.`;
}

interface TableLine {
  readonly text: string;
  readonly fate: Fate | undefined;
}

function tableLines(summary: Summary, shown: readonly Phase[]): readonly TableLine[] {
  const counts = (fate: Fate | undefined, phase: Phase | undefined): Counts => countsOf(summary, fate, phase);
  // With one phase the column of all entries would say the same twice.
  const hasSum = shown.length !== 1;
  const line = (fate: Fate | undefined): readonly string[] => [
    fate === undefined ? "total" : fate === "pending" && sendsNothing(summary) ? "ready" : words(fate),
    ...shown.map((phase) => numberCell(counts(fate, phase).entries)),
    ...(hasSum ? [numberCell(counts(fate, undefined).entries)] : []),
    numberCell(counts(fate, undefined).rows),
  ];
  const present = fates.filter((fate) => counts(fate, undefined).rows > 0);
  const cells = [
    ["", ...shown.map(words), ...(hasSum ? ["entries"] : []), "rows"],
    ...present.map(line),
    ...(present.length === 1 ? [] : [line(undefined)]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row, index) => ({
    text: row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
    fate: present[index - 1],
  }));
}

function countsOf({ tallies }: Summary, fate: Fate | undefined, phase: Phase | undefined): Counts {
  const matching = tallies.filter(
    (tally) =>
      (fate === undefined || fateOf(tally.outcome, tally.action) === fate) &&
      (phase === undefined || tally.phase === phase),
  );
  return {
    rows: matching.reduce((sum, { rows }) => sum + rows, 0),
    entries: matching.reduce((sum, { entries }) => sum + entries, 0),
  };
}

function numberCell(count: number): string {
  return count === 0 ? "" : grouped(count);
}

function fileList({ results }: Summary): string {
  const files = [
    // A summary that an older version wrote has none.
    ...(results.report === undefined
      ? []
      : [{ name: results.report, about: "all of this as a page, to open or send on" }]),
    { name: results.results_csv, about: "every row and what became of it" },
    ...results.failures.map(({ name, rows }) => ({
      name,
      about: `${counted(rows, "row")} that did not make it, with the reason`,
    })),
    { name: results.summary, about: "the numbers" },
  ];
  const width = Math.max(...files.map(({ name }) => name.length));
  return files.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join("\n");
}

function filesText(names: readonly string[]): string {
  if (names.length === 0) return "failures/";
  return listed(names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more files`] : names);
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

function coloured(text: string, fate: Fate | undefined): string {
  if (fate === undefined) return text;
  return `\u001B[${colourOf(fate)}m${text}\u001B[0m`;
}

function colourOf(fate: Fate): number {
  const [green, yellow, red] = [32, 33, 31];
  if (fate === "created" || fate === "updated" || fate === "recovered") return green;
  if (isSettledWell(fate)) return green;
  return fate === "pending" || fate === "in_doubt" ? yellow : red;
}
