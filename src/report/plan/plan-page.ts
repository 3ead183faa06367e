// plan.html: a plan for whoever has to agree to it. One file, without a script; every number on it is one of plan.json.
import { basename, join } from "node:path";
import { openAtomicFile } from "../../disk/atomic-file.ts";
import type { Json } from "../../model/json.ts";
import { describeProblem } from "../../model/problem.ts";
import { resources } from "../../model/resources/resources.ts";
import { closePage, openPage } from "../html/kit/document.ts";
import { type Html, html, shortened, shownLine } from "../html/kit/markup.ts";
import { command, count, facts, moment, section, table } from "../html/kit/parts.ts";
import { commandLine, without } from "../html/next-commands.ts";
import { counted, words as spoken } from "../wording.ts";
import type { PlanContent, PlanExample } from "./plan-content.ts";
import { columns, fieldNotes, nextStep, requestsText } from "./plan-text.ts";

/** What goes on from a plan, complete. */
export interface PlanCommands {
  /** What does the plan. */
  readonly send: string;
  /** What makes it again. */
  readonly again: string;
}

/** The commands after the one with these words; `file` is plan.json as it is written in a command. */
export function planCommands(words: readonly string[], file: string, ofDropFolder: boolean): PlanCommands {
  // What the plan says of only and strict, its run takes from it.
  const rest = without(words, /^--(show|out|only|strict|json)(=|$)/);
  const run = rest.map((word, at) => (at === 0 && word === "plan" ? "run" : word));
  const send = ofDropFolder
    ? run.map((word, at) => (at === 0 && word === "run" ? "drop" : word))
    : [...run, "--plan", file];
  return { send: commandLine(send), again: commandLine(words) };
}

/** Where the page of a plan is. */
export function planPagePath(folder: string): string {
  return join(folder, "plan.html");
}

/** Writes the page, whole or not at all. */
export async function writePlanPage(folder: string, plan: PlanContent, commands: PlanCommands): Promise<void> {
  await using file = await openAtomicFile(planPagePath(folder));
  await file.append(planPage(plan, commands));
  await file.commit();
}

/** The page as a text. */
export function planPage(plan: PlanContent, commands: PlanCommands): string {
  const page = { title: shownLine(`${basename(plan.job)}: ${plan.plan_id}`) };
  return [
    openPage(page),
    verdict(plan, commands),
    countsSection(plan),
    requestsSection(plan),
    problemsSection(plan),
    examplesSection(plan),
    basisSection(plan),
    closePage(page),
  ]
    .map(({ markup }) => markup)
    .join("");
}

function verdict(plan: PlanContent, { send, again }: PlanCommands): Html {
  const isGood = plan.exit_code === 0;
  const next = nextStep(plan, send, again).split(send);
  const sent = plan.resources.reduce((sum, { create, update }) => sum + create + update, 0);
  return html`<header>
<div class="over"><span class="badge ${isGood ? "good" : "bad"}">Planned</span><span>plan of <bdi>${basename(plan.job)}</bdi> · ${plan.plan_id}</span><span><bdi>${plan.account}</bdi></span><span>${moment(plan.made_at)}</span></div>
<h1>${plan.guard === null ? html`${sent.toLocaleString("en-US")} of ${count("totals.entries", plan.totals.entries)} entries would be sent` : "Nothing would be sent"}</h1>
<p>Luminous was asked, and nothing was written.${plan.guard === null ? "" : html` A run would end before it sends anything: <bdi>${plan.guard.message}</bdi>`}</p>
<p class="next${isGood ? "" : " bad"}"><b>Next:</b>${next.map((text, at) => html`${at === 0 ? "" : command(send)}<bdi>${text}</bdi>`)}</p>
</header>
`;
}

function countsSection(plan: PlanContent): Html {
  const present = columns.filter((column) => plan.resources.some((counts) => counts[column] > 0));
  return section(
    "counts",
    "What would become of the entries",
    html`${table(
      "Entries by resource",
      [{ heading: "" }, ...present.map((heading) => ({ heading, align: "end" as const }))],
      plan.resources.map((counts, at) => [
        resources[counts.resource].plural,
        ...present.map((column) => count(`resources.${at}.${column}`, counts[column])),
      ]),
    )}${fieldNotes(plan).map((note) => html`<p>${note}</p>`)}`,
  );
}

function requestsSection(plan: PlanContent): Html {
  const { first, reads, writes } = plan.requests;
  return section(
    "requests",
    "Requests and time",
    html`${requestsText(plan).map((text) => html`<p>${text}</p>`)}${facts([
      ["first question", count("requests.first", first)],
      ["lookups", count("requests.reads", reads)],
      ...writes.map(({ phase, requests }, at): [string, Html] => [
        `writes of ${spoken(phase)}`,
        count(`requests.writes.${at}.requests`, requests),
      ]),
    ])}`,
  );
}

function problemsSection({ reasons, problems, warnings, control_totals: totals }: PlanContent): Html {
  const list = (heading: string, texts: readonly Html[]): Html =>
    texts.length === 0
      ? html``
      : html`<h3>${heading}</h3><ul>
${texts.map((text) => html`<li>${text}</li>\n`)}</ul>
`;
  const wrong = problems.top.map(
    ({ count: many, examples: [one] }, at) =>
      html`${count(`problems.top.${at}.count`, many)} × <bdi>${one === undefined ? "" : describeProblem(one)}</bdi>`,
  );
  const kept = reasons.map(
    ({ entries, first }, at) => html`${count(`reasons.${at}.entries`, entries)} × <bdi>${describeProblem(first)}</bdi>`,
  );
  const sums = totals.map(
    ({ input, agree, differ }, at) =>
      html`<bdi>${input}</bdi>: ${count(`control_totals.${at}.agree`, agree)} agree with the file's own totals, ${count(`control_totals.${at}.differ`, differ)} differ`,
  );
  const all = [
    list("What would not be sent, and why", kept),
    list("What is wrong in the files", wrong),
    list("Control totals", sums),
    list(
      "Worth knowing",
      warnings.map((warning) => html`<bdi>${warning}</bdi>`),
    ),
  ];
  const isEmpty = all.every(({ markup }) => markup === "");
  return section("problems", "What stands in the way", isEmpty ? html`<p>Nothing does.</p>` : all);
}

const mostText = 200;

function examplesSection({ examples, totals }: PlanContent): Html {
  const some = examples.length < totals.entries ? `${counted(examples.length, "entry")} of all kinds, of ` : "all ";
  return section(
    "entries",
    "Entries",
    html`<p>${some}${count("totals.entries", totals.entries)}.</p>
${table(
  "Entries of the plan",
  [
    { heading: "key" },
    { heading: "what" },
    { heading: "plan" },
    { heading: "place" },
    { heading: "changes and reasons", align: "wide" },
  ],
  examples.map((example) => [
    html`<bdi>${shortened(example.key ?? "", mostText)}</bdi>`,
    resources[example.resource].singular,
    example.decision,
    html`<bdi>${example.file}:${example.line}</bdi>`,
    html`<bdi>${shortened(detailOf(example), 5 * mostText)}</bdi>`,
  ]),
)}`,
  );
}

function detailOf({ changes, not_compared, clears, problems }: PlanExample): string {
  return [
    ...changes.map(({ path, from, to }) => `${path}: ${valueText(from)} → ${valueText(to)}`),
    ...(clears.length === 0 ? [] : [`emptied: ${clears.join(", ")}`]),
    ...(not_compared.length === 0 ? [] : [`not compared: ${not_compared.join(", ")}`]),
    ...problems.map(({ path, message }) => (path === undefined ? message : `${path}: ${message}`)),
  ].join("; ");
}

function valueText(value: Json): string {
  return shortened(JSON.stringify(value), mostText);
}

function basisSection({ files, program, only, strict, job }: PlanContent): Html {
  return section(
    "basis",
    "What the plan is made of",
    html`<p>Its run refuses when one of these is another, or when another run of the account came between.</p>
${facts([
  ["job", html`<bdi>${job}</bdi>`],
  ["program", program],
  ["only", only ?? ""],
  ["warnings count as errors", strict ? "yes" : ""],
])}${table(
  "Files and their content",
  [{ heading: "file" }, { heading: "hash" }],
  files.map(({ path, hash }) => [html`<bdi>${path}</bdi>`, html`<code>${hash ?? "not a file"}</code>`]),
)}`,
  );
}
