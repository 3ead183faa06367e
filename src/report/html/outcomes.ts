// What became of the rows: a bar, the numbers that it is made of, and a table by phase.
import { type Outcome, outcomes } from "../../model/outcome.ts";
import { phases } from "../../model/resources/resources.ts";
import { type Counts, type Summary, sendsNothing } from "../summary.ts";
import { type Fate, fateOf, fates, words } from "../wording.ts";
import { type Html, html } from "./kit/markup.ts";
import { bar, count, section, table } from "./kit/parts.ts";

/** The section. */
export function outcomesSection(summary: Summary): Html {
  const present = outcomes.filter((outcome) => summary.outcomes[outcome].rows > 0);
  const name = (outcome: Outcome): string => nameOf(outcome, summary);
  const label = present.map((outcome) => `${summary.outcomes[outcome].rows.toLocaleString("en-US")} ${name(outcome)}`);
  return section(
    "outcomes",
    "What became of the rows",
    present.length === 0
      ? html`<p>No row was read.</p>`
      : html`${bar(
          `Rows by outcome: ${label.join(", ")}`,
          present.map((outcome) => ({ kind: outcome, value: summary.outcomes[outcome].rows })),
        )}
<ul class="legend">
${present.map(
  (
    outcome,
  ) => html`<li><b>${count(`outcomes.${outcome}.rows`, summary.outcomes[outcome].rows)}</b><span class="swatch ${outcome}"></span>${name(outcome)}</li>
`,
)}</ul>
${fateTable(summary)}
${changes(summary)}`,
  );
}

/** An outcome as people read it; what a check leaves pending is ready. */
function nameOf(outcome: Fate, summary: Summary): string {
  return outcome === "pending" && sendsNothing(summary) ? "ready" : words(outcome);
}

function fateTable(summary: Summary): Html {
  const { tallies } = summary;
  const present = fates.filter((fate) => sumOf(summary, fate, undefined).rows > 0);
  const shown = phases.filter((phase) => tallies.some((tally) => tally.phase === phase && tally.entries > 0));
  const byPhase = shown.length > 1 ? shown : [];
  const cell = (fate: Fate | undefined, phase: (typeof phases)[number] | undefined, what: keyof Counts): Html => {
    const conditions = [
      ...(phase === undefined ? [] : [`phase=${phase}`]),
      ...(fate === undefined ? [] : conditionsOf(fate)),
    ];
    const value = sumOf(summary, fate, phase)[what];
    if (value === 0) return html`<span class="soft">–</span>`;
    return count(`tallies[${conditions.join(",")}].${what}`, value);
  };
  const line = (fate: Fate | undefined): readonly Html[] => [
    fate === undefined ? html`all` : html`${nameOf(fate, summary)}`,
    cell(fate, undefined, "rows"),
    cell(fate, undefined, "entries"),
    ...byPhase.map((phase) => cell(fate, phase, "entries")),
  ];
  const columns = [
    { heading: "outcome" },
    { heading: "rows", align: "end" as const },
    { heading: "entries", align: "end" as const },
    ...byPhase.map((phase) => ({ heading: words(phase), align: "end" as const })),
  ];
  return table("Rows and entries by outcome", columns, [...present.map(line), line(undefined)]);
}

function conditionsOf(fate: Fate): readonly string[] {
  if (fate === "created" || fate === "updated" || fate === "recovered") return ["outcome=accepted", `action=${fate}`];
  return fate === "accepted" ? ["outcome=accepted", "action=null"] : [`outcome=${fate}`];
}

function sumOf({ tallies }: Summary, fate: Fate | undefined, phase: string | undefined): Counts {
  const fitting = tallies.filter(
    (tally) =>
      (fate === undefined || fateOf(tally.outcome, tally.action) === fate) &&
      (phase === undefined || tally.phase === phase),
  );
  return {
    rows: fitting.reduce((sum, { rows }) => sum + rows, 0),
    entries: fitting.reduce((sum, { entries }) => sum + entries, 0),
  };
}

function changes({ changes: since }: Summary): Html {
  if (since === null) return html``;
  return html`<p class="soft small">Against run ${since.since}: ${count("changes.new", since.new)} entries new, ${count(
    "changes.changed",
    since.changed,
  )} changed, ${count("changes.gone", since.gone)} gone, ${count("changes.same", since.same)} the same.</p>`;
}
