// Takes a secret out of text, in every form in which a server that was given it may quote it. Where it is done: see
// api/client.ts for answers, and the terminal's border in the process for everything else.
import { unescapeOnce } from "./escapes.ts";

/** Gives the text with `***` wherever the secret stood. */
export type Mask = (text: string) => string;

/**
 * A mask for one secret. It knows the secret plain, escaped for JSON, URLs or HTML (also one in the other), in base64 and
 * base64url (alone, after `Bearer ` or behind a user's name), in hexadecimal, all of it in any letter case, broken over lines
 * where it is long, and the beginning of a long one that was cut off.
 */
export function createMask(secret: string): Mask {
  const forms = formsOf(secret);
  return (text) => {
    if (secret === "") return text;
    const spans: Span[] = [];
    const layers: Layer[] = [{ text, toSource: (index) => index }];
    for (const layer of layers) {
      spans.push(...findIn(layer, forms));
      const next = layers.length < mostLayers ? unescapeOnce(layer.text) : undefined;
      if (next !== undefined) layers.push(above(layer, next));
    }
    return spans.length === 0 ? text : without(text, spans);
  };
}

/**
 * True for a secret that stands in no data by chance. One that does not (the sandbox's own, a word) is only taken out of what
 * a server says of a refusal.
 */
export function isDistinct(secret: string): boolean {
  return secret.length >= long || (secret.length >= 8 && /[^a-z]/i.test(secret));
}

/** `"abc"`, or how long it is where it could be a token that somebody put in the wrong place. */
export function shownUnlessToken(text: string): string {
  return couldBeToken(text) ? `a text of ${text.length} characters` : `"${text}"`;
}

/** A message about something that people write, without what could be a token that they put there. */
export function withoutTokens(message: string): string {
  return message.replace(secretValue, "$1…").replace(/[\w|+/=~-]+/g, (word) => (couldBeToken(word) ? "…" : word));
}

/** A line of a file with settings: `API_KEY=abc`. */
const secretValue = /(\b\w*(?:key|token|secret|password)\w*\s*=\s*)[^\s"',;]+/gi;

/** Long, without spaces, of letters and digits as nobody would think of them, and no file name. */
function couldBeToken(text: string): boolean {
  if (!/^[!-~]{16,}$/.test(text) || !/\d/.test(text) || !/[a-z]/i.test(text) || /\.[a-z]{2,5}$/i.test(text))
    return false;
  return text.length >= 24 || text.includes("|") || (/[a-z]/.test(text) && /[A-Z]/.test(text));
}

/** A secret in JSON in a URL in HTML has three. */
const mostLayers = 5;
/** So much of the beginning of a longer form is enough: servers and databases cut what they quote. */
const enough = 12;
const long = 16;

interface Form {
  /** Lower-case; `-` and `_` are `+` and `/` in those that are looked for in squeezed text. */
  readonly text: string;
  /** Characters of it that have to be there. */
  readonly least: number;
  /** Base64 goes on to both sides with what stood around the secret. */
  readonly isBase64: boolean;
}

interface Forms {
  readonly plain: readonly Form[];
  /** Those that may be broken over lines. */
  readonly squeezed: readonly Form[];
}

function formsOf(secret: string): Forms {
  // A backslash at its end cannot be told from one that escapes what follows.
  const unescaped = unescapedFully(secret).replace(/\\+$/, "");
  const plain = distinctTexts([secret, unescaped].map(lower)).map((text) => formOf(text, false));
  const cased = distinctTexts([secret, secret.toLowerCase(), secret.toUpperCase()]);
  const hexes = cased.map((text) => Buffer.from(text).toString("hex"));
  const base64s = distinctTexts(cased.flatMap(base64Forms).map(squeezable)).filter(({ length }) => length >= 6);
  return {
    plain,
    squeezed: [
      ...plain.filter(({ text }) => text.length >= long).map(({ text }) => formOf(squeezable(text), false)),
      ...distinctTexts(hexes)
        .filter(({ length }) => length >= 8)
        .map((text) => formOf(text, false)),
      ...base64s.map((text) => formOf(text, true)),
    ],
  };
}

function formOf(text: string, isBase64: boolean): Form {
  return { text, least: text.length >= long ? enough : text.length, isBase64 };
}

function distinctTexts(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== "");
}

function unescapedFully(text: string): string {
  let all = text;
  for (let layer = 1; layer < mostLayers; layer += 1) all = unescapeOnce(all)?.text ?? all;
  return all;
}

/** What base64 makes of the secret behind 0, 1 or 2 other bytes, as far as it depends on nothing else. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    return whole.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6));
  });
}

interface Layer {
  readonly text: string;
  toSource(index: number): number;
}

function above(layer: Layer, { text, starts }: NonNullable<ReturnType<typeof unescapeOnce>>): Layer {
  let known: readonly number[] | undefined;
  return {
    text,
    toSource(index) {
      known ??= starts(); // only where something was found
      return layer.toSource(known[index] ?? layer.text.length);
    },
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function findIn(layer: Layer, { plain, squeezed }: Forms): readonly Span[] {
  const toSource = ({ start, end }: Span): Span => ({ start: layer.toSource(start), end: layer.toSource(end) });
  const found = plain.flatMap((form) => occurrences(lower(layer.text), form));
  const tight = squeezable(layer.text);
  const broken = squeezed.flatMap((form) => occurrences(tight, form).map((span) => ({ span, form })));
  if (broken.length === 0) return found.map(toSource);
  const places = placesOfInk(layer.text);
  const unsqueezed = broken.map(({ span, form }) => {
    const wide = { start: places[span.start] ?? 0, end: (places[span.end - 1] ?? layer.text.length) + 1 };
    return form.isBase64 ? widened(layer.text, wide) : wide;
  });
  return [...found, ...unsqueezed].map(toSource);
}

function occurrences(text: string, { text: form, least }: Form): readonly Span[] {
  const beginning = form.slice(0, least);
  const spans: Span[] = [];
  for (let start = text.indexOf(beginning); start >= 0; start = text.indexOf(beginning, start + 1)) {
    let length = least;
    while (length < form.length && text[start + length] === form[length]) length += 1;
    spans.push({ start, end: start + length });
  }
  return spans;
}

/** Base64 of the whole: a user's name stands before the secret, and what is left of its last bits behind it. */
function widened(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end];
  while (from > 0 && base64Character.test(text[from - 1] ?? "")) from -= 1;
  while (to < text.length && base64Character.test(text[to] ?? "")) to += 1;
  return { start: from, end: to };
}

const base64Character = /^[\w+/=-]$/;

/** The index of each character that is no white space. */
function placesOfInk(text: string): readonly number[] {
  const places: number[] = [];
  for (let index = 0; index < text.length; index += 1) if (/\S/.test(text[index] ?? "")) places.push(index);
  return places;
}

// Letter by letter, so that no index moves.
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function squeezable(text: string): string {
  return lower(text).replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
}

function without(text: string, spans: readonly Span[]): string {
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  let [shown, done] = ["", 0];
  for (const { start, end } of sorted) {
    if (start >= done) shown += `${text.slice(done, start)}***`;
    done = Math.max(done, end);
  }
  return shown + text.slice(done);
}
