// Parts of pages: sections, counts, bars, tables, lists of facts. How they look is in styles.ts.
import { type Html, html, type Shown, safe } from "./markup.ts";

/** A section with its heading; `id` is unique on the page. */
export function section(id: string, heading: string, content: Shown): Html {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}
</section>
`;
}

/**
 * A number that stands elsewhere too. `of` names the place, so that whoever checks the page can compare:
 * `outcomes.invalid.rows` is a path in summary.json, and `tallies[outcome=invalid].rows` is a sum over a list there.
 */
export function count(of: string, value: number): Html {
  return html`<span class="n" data-of="${of}">${value.toLocaleString("en-US", { maximumFractionDigits: 3 })}</span>`;
}

/** A piece of a bar: `kind` is a class of the style sheet (an outcome such as `in_doubt`). */
export interface BarPiece {
  readonly kind: string;
  readonly value: number;
}

/** A bar of pieces in proportion; each piece that is there can be seen, however small. `label` says the same in words. */
export function bar(label: string, pieces: readonly BarPiece[]): Html {
  const shown = pieces.filter(({ value }) => value > 0);
  const sum = shown.reduce((total, { value }) => total + value, 0);
  if (sum === 0) return html``;
  const free = barWidth - shown.length * leastPiece;
  let x = 0;
  const drawn = shown.map(({ kind, value }) => {
    const width = leastPiece + (free * value) / sum;
    const piece = html`<rect class="${kind}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="20"/>`;
    x += width;
    return piece;
  });
  return html`<svg class="bar" role="img" aria-label="${label}" viewBox="0 0 ${barWidth} 20" preserveAspectRatio="none">${drawn}</svg>
`;
}

const barWidth = 1000;
const leastPiece = 6;

/** A column of a table; `end` is for numbers, `wide` for texts that need room. */
export interface Column {
  readonly heading: string;
  readonly align?: "end" | "wide";
}

/** A table with a caption for those who hear it, in a frame that scrolls where it is too wide. The first cell of a row is its heading. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Shown[])[]): Html {
  const classOf = (at: number): Html => {
    const { align } = columns[at] ?? {};
    return align === undefined ? html`` : html` class="${align}"`;
  };
  return html`<div class="frame" role="region" tabindex="0" aria-label="${caption}"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${columns.map(({ heading }, at) => html`<th scope="col"${classOf(at)}>${heading}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (cells) => html`<tr>${cells.map((cell, at) =>
    at === 0 ? html`<th scope="row">${cell}</th>` : html`<td${classOf(at)}>${cell}</td>`,
  )}</tr>
`,
)}</tbody>
</table></div>
`;
}

/** What is known of something, by name; what is undefined is left out. */
export function facts(entries: readonly (readonly [string, Shown])[]): Html {
  const known = entries.filter(([, value]) => value !== undefined && value !== false && value !== "");
  return html`<dl class="facts">
${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
`;
}

/** What can be opened: shown on paper as it stands on the screen. */
export function details(title: Shown, content: Shown): Html {
  return html`<details><summary>${title}</summary>
${content}
</details>
`;
}

/** A command to copy. */
export function command(text: string): Html {
  return html`<code class="command">${text}</code>`;
}

/** A moment in UTC, said so: `2024-11-21 23:00:05 UTC`. */
export function moment(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}

/** Pieces with something between them. */
export function joined(pieces: readonly Html[], between: string): Html {
  return safe(pieces.map(({ markup }) => markup).join(html`${between}`.markup));
}
