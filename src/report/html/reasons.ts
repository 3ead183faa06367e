// What was wrong: a line for each reason, with an example, its cell and what to do. The script makes each a filter of the rows.
import type { Problem } from "../../model/problem.ts";
import type { ProblemGroup, Reason } from "../problems.ts";
import { placeText } from "../row-outcome.ts";
import type { Summary } from "../summary.ts";
import { type Advice, advice } from "./advice.ts";
import type { KeptRows } from "./failed-rows.ts";
import { type Html, html, shortened } from "./kit/markup.ts";
import { count, details, joined, section } from "./kit/parts.ts";

/** The section; `kept` says which rows of the page belong to a reason. */
export function reasonsSection(summary: Summary, kept: KeptRows): Html {
  const { reasons, problems } = summary;
  const warnings = problems.top.filter(({ severity }) => severity === "warning");
  const groups = reasons?.groups ?? [];
  return section(
    "reasons",
    "What was wrong",
    html`${
      reasons === null || groups.length === 0
        ? html`<p>Nothing: no row was refused, blocked or left in doubt.</p>`
        : html`<ol class="reasons">
${groups.map((reason, at) => reasonItem(reason, at, kept))}</ol>
${rest(reasons)}`
    }${
      warnings.length === 0
        ? ""
        : details(
            html`Warnings about cells, which stopped nothing: ${count("problems.warnings", problems.warnings)}`,
            html`<ol class="reasons">
${problems.top.map((group, at) => (group.severity === "warning" ? warningItem(group, at, kept.values) : html``))}</ol>`,
          )
    }`,
  );
}

/** A reason in few words: what its rows are called when they are filtered by it. */
export function reasonTitle({ code, example }: Reason): string {
  const column = example?.column;
  return `${column === undefined ? "" : `${shortened(column, 60)}: `}${wordsOf(code).what}`;
}

function wordsOf(code: Reason["code"]): Advice {
  return code === null ? { what: "other reasons", todo: "Look at the rows below." } : advice[code];
}

function reasonItem(reason: Reason, at: number, kept: KeptRows): Html {
  const { code, rows, example } = reason;
  const own = kept.ranked[at];
  return html`<li${own === undefined ? "" : html` data-reason="${own}"`}><div class="amount">${count(`reasons.groups.${at}.rows`, rows)} <small>${rows === 1 ? "row" : "rows"}</small></div>
<div>${explained(code, example, kept.values)}<p class="do">${wordsOf(code).todo}</p></div></li>
`;
}

function explained(code: Reason["code"], example: Problem | null, values: boolean): Html {
  const { what } = wordsOf(code);
  const alone = what.charAt(0).toUpperCase() + what.slice(1);
  if (example === null) return html`<p class="what">${alone}</p>`;
  const { column, value, path, message } = example;
  const place = shortened(placeText(example), 200);
  return html`<p class="what">${column === undefined ? alone : html`<bdi>${shortened(column, 80)}</bdi>: ${what}`}</p>
<p class="cell">${joined(
    [
      ...(place === "" ? [] : [html`for example <span class="place"><bdi>${place}</bdi></span>`]),
      ...(value === undefined
        ? []
        : [value.trim() === "" ? html`a blank cell` : html`<code>${shortened(value, 120)}</code>`]),
      ...(path === undefined || path === "" ? [] : [html`for <code>${shortened(path, 80)}</code>`]),
      ...(values && message !== "" ? [html`<bdi>${shortened(message, 300)}</bdi>`] : []),
    ],
    " · ",
  )}</p>`;
}

function rest({ groups, kinds, rows, other_rows }: NonNullable<Summary["reasons"]>): Html {
  if (kinds <= groups.length && other_rows === 0) return html``;
  return html`<p class="soft">These are the most frequent of ${count("reasons.kinds", kinds)} reasons. The others have ${count(
    "reasons.other_rows",
    other_rows,
  )} of the ${count("reasons.rows", rows)} rows; results.csv has them all.</p>`;
}

function warningItem(group: ProblemGroup, at: number, values: boolean): Html {
  const [example = null] = group.examples;
  return html`<li><div class="amount">${count(`problems.top.${at}.count`, group.count)} <small>times</small></div>
<div>${explained(group.code, example, values)}</div></li>
`;
}
