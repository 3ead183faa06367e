// The rows that did not make it: the first thousand as a plain table, the others as lines in a template, which the script shows.
import { outcomes } from "../../model/outcome.ts";
import type { Summary } from "../summary.ts";
import { words } from "../wording.ts";
import { fieldOrder, type KeptRows } from "./failed-rows.ts";
import { type Html, html, safe } from "./kit/markup.ts";
import { count, section } from "./kit/parts.ts";
import { reasonTitle } from "./reasons.ts";

/** How many rows can be read without the script, and on paper. */
export const plainRows = 1000;

const fields = [
  { field: "place", heading: "Row" },
  { field: "outcome", heading: "Outcome" },
  { field: "key", heading: "Key" },
  { field: "column", heading: "Column" },
  { field: "value", heading: "Value" },
  { field: "message", heading: "What is wrong" },
] as const;

type Field = (typeof fields)[number]["field"];

/** The section, in pieces: the lines of a large run are not put together in memory once more. `explain` is a command but for its row. */
export function* rowsSection(summary: Summary, kept: KeptRows, explain: string): Generator<string> {
  const { lines, values } = kept;
  const { reasons } = summary;
  const total = reasons?.rows ?? 0;
  if (reasons === null || total === 0) {
    yield section("rows", "The rows that did not make it", html`<p>There are none.</p>`).markup;
    return;
  }
  const [open = "", close = ""] = section("rows", "The rows that did not make it", safe("\u0000")).markup.split(
    "\u0000",
  );
  const shown = fields.filter(({ field }) => values || (field !== "key" && field !== "value"));
  const plain = lines.slice(0, plainRows);
  yield open;
  yield html`${cutNote(summary, kept)}<p class="shown" id="rows-shown" data-rows="${total}" aria-live="polite">${
    plain.length < total ? html`The first ${count("page.plain", plain.length)} of ` : ""
  }${count("reasons.rows", total)} ${total === 1 ? "row" : "rows"}${total === lines.length ? "" : " (the script of this page shows the others that are in it)"}</p>
<div class="frame"><table class="rows" id="rows-table">
<caption class="unseen">Rows that did not make it</caption>
<thead><tr>${shown.map(({ field, heading }) => html`<th scope="col" data-field="${field}" class="c${fields.findIndex((one) => one.field === field)}">${heading}</th>`)}</tr></thead>
<tbody>
`.markup;
  for (const line of plain) yield plainRow(line, kept, shown).markup;
  yield `</tbody>\n</table></div>\n<template id="rows-data">`;
  for (let at = plainRows; at < lines.length; at += plainRows) yield `${lines.slice(at, at + plainRows).join("\n")}\n`;
  yield html`</template>
<template id="rows-words">${JSON.stringify({
    files: kept.files.map((file) => file),
    outcomes,
    patterns: kept.reasons.map(({ pattern }) => pattern),
    titles: kept.reasons.map(reasonTitle),
    explain,
  })}</template>
`.markup;
  yield close;
}

function plainRow(
  line: string,
  kept: KeptRows,
  shown: readonly { readonly field: Field; readonly heading: string }[],
): Html {
  const parts = line.split("\t");
  const of = (name: (typeof fieldOrder)[number]): string => parts[fieldOrder.indexOf(name)] ?? "";
  const outcome = outcomes[Number(of("outcome"))] ?? "failed";
  const cells = shown.map(({ field, heading }): Html => {
    switch (field) {
      case "place":
        return html`<th scope="row" class="place"><bdi>${kept.files[Number(of("file"))] ?? ""}:${of("line")}</bdi></th>`;
      case "outcome":
        return html`<td><span class="swatch ${outcome}"></span>${words(outcome)}</td>`;
      case "message":
        return html`<td>${messageOf(of("message"), of("value"), kept.reasons[Number(of("reason"))]?.pattern ?? "")}</td>`;
      case "key":
      case "column":
      case "value":
        return of(field) === "" ? html`<td></td>` : html`<td data-label="${heading}">${safe(of(field))}</td>`;
      default:
        return field satisfies never;
    }
  });
  return html`<tr data-row="${parts.slice(0, 4).join(" ")}">${cells}</tr>
`;
}

/** As the script puts it together: the fields are escaped already, the pattern is not. */
function messageOf(message: string, value: string, pattern: string): Html {
  if (message !== "") return safe(message);
  return safe(
    pattern
      .split("\u0001")
      .map((piece) => html`${piece}`.markup)
      .join(value),
  );
}

function cutNote({ reasons }: Summary, { lines, mostOfReason, values }: KeptRows): Html {
  return html`${
    mostOfReason === undefined
      ? ""
      : html`<p>This page has ${count("page.rows", lines.length)} of the ${count("reasons.rows", reasons?.rows ?? 0)} rows: the first ${count(
          "page.of_reason",
          mostOfReason,
        )} of each reason. All counts are exact, and results.csv and the failures files have every row.</p>`
  }${
    values
      ? ""
      : html`<p>Cells, keys and messages that could quote them were left out (--no-values). The row and its line say where to look.</p>`
  }`;
}
