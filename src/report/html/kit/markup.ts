// HTML made of texts that nobody has to trust: what stands in `${}` is shown, never obeyed. Part of the kit for pages.
import { visibleLine } from "../../../model/text/visible.ts";

/** A piece of a page that is safe to write as it is. Made by `html`, `safe` and nothing else. */
export interface Html {
  readonly markup: string;
}

/** What may stand in `${}`: text and numbers are shown, pieces go in as they are, and what is undefined or false is left out. */
export type Shown = string | number | Html | readonly Html[] | undefined | false;

/**
 * A piece of a page: html`<p title="${text}">${text}</p>`. Text may stand between tags and in attributes with double quotes.
 * Controls, marks of direction and half characters are written out, so that a text says what it says.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return safe(parts.reduce((made, part, at) => made + markupOf(values[at - 1]) + part));
}

/** Text that is markup already and comes from nobody else: a constant of our own. */
export function safe(markup: string): Html {
  return { markup };
}

/** The text as it is shown in a page, with the characters of HTML escaped. */
export function escaped(text: string): string {
  return shownLine(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The text on one line, with what acts instead of being shown (controls, marks of direction, half characters) written out. */
export function shownLine(text: string): string {
  return visibleLine(text).replace(loneSurrogate, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}

/**
 * A text cut to `most` characters; where some are missing it says how many there were: `abc… (1,048,576 characters)`. Characters
 * that take two units are not cut apart.
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  return `${head}… (${text.length.toLocaleString("en-US")} characters)`;
}

const loneSurrogate = /\p{Surrogate}/gu;
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function markupOf(value: Shown): string {
  if (value === undefined || value === false) return "";
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  return "markup" in value ? value.markup : value.map(({ markup }) => markup).join("");
}
