// Keys that stand more than once in one JSON object: JSON.parse keeps the last one and says nothing. Cheap where there are
// none: the parsed value's keys are counted against the places in the text that may be one.

/** A key that an object has more than once. */
export interface RepeatedKey {
  readonly key: string;
  /** Its place, dotted: `items.1.qty`. */
  readonly path: string;
  /** Where in the text it stands, as offsets in order: two or more. */
  readonly at: readonly number[];
}

/** The keys that stand more than once in one object of a valid JSON text, at any depth; `value` is the text parsed. */
export function repeatedKeys(text: string, value: unknown): readonly RepeatedKey[] {
  return mostKeys(text) === countKeys(value) ? [] : findRepeated(text);
}

/** What is said of them: `the key "qty" stands twice in one object (at 3:12 and 4:12)`, with places where `placeOf` gives some. */
export function describeRepeated(
  repeated: readonly RepeatedKey[],
  placeOf: (offset: number) => string | undefined = () => undefined,
): string {
  const [first, ...others] = repeated;
  if (first === undefined) return "";
  const times = first.at.length === 2 ? "twice" : `${first.at.length} times`;
  const places = [...new Set(first.at.map(placeOf))].filter((place) => place !== undefined);
  const where = places.length === 0 ? "" : ` (at ${places.slice(0, mostPlaces).join(" and ")})`;
  const more = others.length === 0 ? "" : `; so does "${others[0]?.path}"${others.length === 1 ? "" : " and others"}`;
  return `the key "${first.key}" occurs ${times} in one object${where}, so it is not known which value counts${more}`;
}

const mostPlaces = 3;

// Colons behind a quote: one for each key, and more where text within quotes looks the same (`"say \": "`).
function mostKeys(text: string): number {
  let count = 0;
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    let before = at - 1;
    while (isSpace(text.charCodeAt(before))) before--;
    if (text.charCodeAt(before) === quote) count++;
  }
  return count;
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = inner === value ? 0 : inner.length;
  for (const item of inner) if (typeof item === "object") count += countKeys(item);
  return count;
}

/** What is open around a place in the text. */
type Open =
  | { readonly kind: "object"; readonly keys: Map<string, number[]>; key: string }
  | { readonly kind: "array"; index: number };

function findRepeated(text: string): readonly RepeatedKey[] {
  const found: RepeatedKey[] = [];
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const inner = open.at(-1);
    switch (text[at]) {
      case "{":
        open.push({ kind: "object", keys: new Map(), key: "" });
        break;
      case "[":
        open.push({ kind: "array", index: 0 });
        break;
      case ",":
        if (inner?.kind === "array") inner.index++;
        break;
      case '"': {
        const end = endOfText(text, at);
        if (inner?.kind === "object" && isKey(text, end)) {
          inner.key = JSON.parse(text.slice(at, end)) as string;
          inner.keys.set(inner.key, [...(inner.keys.get(inner.key) ?? []), at]);
        }
        at = end - 1;
        break;
      }
      case "}":
      case "]":
        open.pop();
        if (inner?.kind === "object") found.push(...repeatedIn(inner.keys, open));
        break;
    }
  }
  return found;
}

function repeatedIn(keys: ReadonlyMap<string, readonly number[]>, around: readonly Open[]): readonly RepeatedKey[] {
  const steps = around.map((open) => (open.kind === "object" ? open.key : String(open.index)));
  return [...keys].filter(([, at]) => at.length > 1).map(([key, at]) => ({ key, path: [...steps, key].join("."), at }));
}

/** Behind the quote that closes a text of valid JSON, which begins with the quote at `opening`. */
export function endOfText(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); ; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((at - before) % 2 === 1) return at + 1; // no backslashes before it, or such as stand for themselves
  }
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (isSpace(text.charCodeAt(at))) at++;
  return text[at] === ":";
}

const quote = 0x22;
const backslash = 0x5c;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
