// The forms in which a server may quote a secret, written independently of what takes them out again.

/** A way to write a text into another. */
export interface Echo {
  readonly name: string;
  readonly write: (text: string) => string;
}

const each = (text: string, write: (code: number, character: string) => string): string =>
  [...text].map((character) => write(character.charCodeAt(0), character)).join("");

const hex = (code: number): string => code.toString(16).padStart(2, "0");

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Forms of the secret itself. */
export const forms: readonly Echo[] = [
  { name: "plain", write: (text) => text },
  { name: "upper case", write: (text) => text.toUpperCase() },
  { name: "lower case", write: (text) => text.toLowerCase() },
  { name: "base64", write: base64 },
  { name: "base64 of a Bearer header", write: (text) => base64(`Bearer ${text}`) },
  { name: "base64 of user and password", write: (text) => base64(`user:${text}`) },
  { name: "base64 of password and user", write: (text) => base64(`me:${text}:x`) },
  { name: "base64url", write: (text) => Buffer.from(`id ${text}`).toString("base64url") },
  { name: "base64 in lower case", write: (text) => base64(text).toLowerCase() },
  { name: "base64 of lower case", write: (text) => base64(`ab${text.toLowerCase()}`) },
  { name: "base64 over lines", write: (text) => base64(text).replace(/(.{19})(?=.{4})/g, "$1\r\n") },
  { name: "hexadecimal", write: (text) => Buffer.from(text).toString("hex") },
  { name: "hexadecimal in upper case", write: (text) => Buffer.from(text).toString("hex").toUpperCase() },
];

/** Escapes, which can be put around any form and around each other. */
export const escapes: readonly Echo[] = [
  { name: "JSON", write: (text) => JSON.stringify(text).slice(1, -1) },
  { name: "JSON as PHP writes it", write: (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/") },
  { name: "JSON in escapes alone", write: (text) => each(text, (code) => `\\u00${hex(code)}`) },
  {
    name: "JSON in some upper-case escapes",
    write: (text) =>
      each(text, (code, character) =>
        /[\w]/.test(character) && code % 2 === 0 ? character : `\\u00${hex(code).toUpperCase()}`,
      ),
  },
  { name: "URL", write: (text) => encodeURIComponent(text) },
  { name: "URL, all of it", write: (text) => each(text, (code) => `%${hex(code)}`) },
  { name: "URL, all of it, in upper case", write: (text) => each(text, (code) => `%${hex(code).toUpperCase()}`) },
  {
    name: "HTML",
    write: (text) =>
      text
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&#039;"),
  },
  { name: "HTML in numbers", write: (text) => each(text, (code) => `&#${code};`) },
  { name: "HTML in hexadecimal numbers", write: (text) => each(text, (code) => `&#x${hex(code)};`) },
];
