// The kit for pages that are forwarded: one file, offline, without anything from elsewhere, safe against what it shows.
//
// A page is `openPage(…)`, its sections, `closePage(…)`, written one after the other, so that it can be streamed:
//
//   const page = { title: "What run 20241121 did", script };          // the script may be left out
//   await file.append(openPage(page).markup);
//   await file.append(section("outcomes", "What became of the rows", html`<p>${count("totals.rows", 12)} rows</p>`).markup);
//   await file.append(closePage(page).markup);
//
// markup.ts has `html`, which escapes what stands in `${}`. parts.ts has sections, counts, tables, bars and lists of facts.
// styles.ts has the one style sheet: light and dark, phone and paper. Its classes are those that parts.ts writes.
//
// The page's policy allows this style sheet and this script by their hashes and nothing else: no inline handlers, no style
// attributes (a script may set `element.style`), no request. SVG is drawn by attributes such as `x` and `width`, coloured by classes.
import { createHash } from "node:crypto";
import { type Html, html, safe } from "./markup.ts";
import { styles } from "./styles.ts";

/** What a page is, beside its sections. */
export interface Page {
  /** For the window, and for the name of what is printed. */
  readonly title: string;
  /** JavaScript of our own, without `</script`; the page has to say everything without it. */
  readonly script?: string;
}

/** Everything up to the first section. */
export function openPage({ title, script }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${safe(policy(script))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${safe(styles)}</style>
</head>
<body>
<main>
`;
}

/** Everything after the last section. */
export function closePage({ script }: Page): Html {
  return html`</main>
${script === undefined ? "" : html`<script>${safe(script)}</script>\n`}</body>
</html>
`;
}

/** The policy of a page with this script: what the page itself has, by hash, and nothing else. */
export function policy(script: string | undefined): string {
  const scripts = script === undefined ? "'none'" : hashOf(script);
  return `default-src 'none'; style-src ${hashOf(styles)}; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}
