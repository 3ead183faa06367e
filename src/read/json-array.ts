// Rows of a JSON file: finds the array, cuts it into its elements' texts, and is strict about all that stands around
// them. What an element holds is cells.ts's business.
import type { ImportError } from "../model/error.ts";
import type { Row, SourceSettings } from "../model/row.ts";
import { elementRow } from "./cells.ts";
import { type JsonCursor, jsonCursor } from "./json-cursor.ts";
import { lookAtNewline } from "./newline.ts";
import type { FormatRows } from "./reading.ts";
import { suggestRecords } from "./records-hint.ts";
import type { Source } from "./source.ts";
import { peek } from "./text/byte-reader.ts";
import { batchChars, batchRows, pieceBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";

/**
 * Reads up to the array at the top, or at `settings.records`, and gives its elements as rows.
 * Throws `INPUT_UNREADABLE` when it is not there, with paths at which arrays of objects stand, and for text that is no JSON.
 */
export async function readJson(source: Source, settings: SourceSettings): Promise<FormatRows> {
  const newline = await lookAtNewline(source);
  const head = (await peek(source, 4 * pieceBytes)).toString("utf8");
  const cursor = jsonCursor(source, source.file);
  const hint = () => recordsHint(head);
  const { records } = settings;
  const keys =
    records === undefined
      ? await enterTop(cursor, source.file, hint)
      : await enterPath(cursor, records, source.file, hint);
  return {
    facts: { newline, ...(records === undefined ? {} : { records }) },
    detected: [],
    rows: () => rowsOf(cursor, keys, source.file),
  };
}

async function enterTop(cursor: JsonCursor, file: string, hint: () => string): Promise<readonly string[]> {
  const found = await cursor.peek();
  if (found === "{") {
    throw unreadable(file, "the file holds one object, not an array of rows", { line: cursor.line(), hint: hint() });
  }
  if (found !== "[") throw await cursor.expected('"["');
  cursor.take();
  return [];
}

// Walks to the array and gives the keys taken, outermost first: these objects are still open.
async function enterPath(
  cursor: JsonCursor,
  path: string,
  file: string,
  hint: () => string,
): Promise<readonly string[]> {
  const taken: string[] = [];
  for (let rest = path; ; ) {
    const found = await cursor.peek();
    const wanted = rest === "" ? "[" : "{";
    if (found === undefined) throw await cursor.expected(`"${wanted}"`);
    if (found !== wanted) {
      const place = taken.length === 0 ? "the top of the file" : `"${taken.join(".")}"`;
      throw unreadable(file, `source.records: ${path}, but ${place} is not an ${rest === "" ? "array" : "object"}`, {
        line: cursor.line(),
        hint: taken.length === 0 && found === "[" ? "the file itself is an array: leave source.records out" : hint(),
      });
    }
    cursor.take();
    if (rest === "") return taken;
    const within = rest;
    const key = await findKey(cursor, "start", (name) => within === name || within.startsWith(`${name}.`));
    if (key === undefined) {
      throw unreadable(file, `source.records: ${path}, but there is nothing at "${[...taken, within].join(".")}"`, {
        hint: hint(),
      });
    }
    taken.push(key);
    rest = within.slice(key.length + 1);
  }
}

// Takes the members of an object, from its start or from behind one of its values, up to the value of a wanted key;
// undefined when the object's end was taken.
async function findKey(
  cursor: JsonCursor,
  from: "start" | "behind a value",
  isWanted: (key: string) => boolean,
): Promise<string | undefined> {
  for (let isFirst = from === "start"; ; isFirst = false) {
    const key = await nextKey(cursor, isFirst);
    if (key === undefined || isWanted(key)) return key;
    await cursor.skip();
  }
}

// Takes the next key and its colon; undefined when the object's end was taken.
async function nextKey(cursor: JsonCursor, isFirst: boolean): Promise<string | undefined> {
  let found = await cursor.peek();
  if (found === "}") {
    cursor.take();
    return undefined;
  }
  if (!isFirst) {
    if (found !== ",") throw await cursor.expected('"," or "}"');
    cursor.take();
    found = await cursor.peek();
  }
  if (found !== '"') throw await cursor.expected("a key in quotes");
  const text = await cursor.value();
  if ((await cursor.peek()) !== ":") throw await cursor.expected('":"');
  cursor.take();
  await startOfValue(cursor);
  return keyOf(text) ?? text;
}

function keyOf(text: string): string | undefined {
  try {
    const key: unknown = JSON.parse(text);
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}

async function startOfValue(cursor: JsonCursor): Promise<void> {
  const found = await cursor.peek();
  if (found === undefined || "]},:".includes(found)) throw await cursor.expected("a value");
}

async function* rowsOf(cursor: JsonCursor, keys: readonly string[], file: string): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  let chars = 0;
  for (let number = 1; ; number++) {
    const element = cursor.objectAtHand(number === 1) ?? (await nextElement(cursor, number === 1));
    if (element === undefined) break;
    const { text, line } = element;
    rows.push(elementRow(text, { file, line, number }));
    chars += text.length;
    if (rows.length < batchRows && chars < batchChars) continue;
    yield rows;
    rows = [];
    chars = 0;
  }
  cursor.take();
  await finish(cursor, keys, file);
  if (rows.length > 0) yield rows;
}

// Takes the next element, whatever it is; undefined in front of the bracket that ends the array.
async function nextElement(
  cursor: JsonCursor,
  isFirst: boolean,
): Promise<{ readonly text: string; readonly line: number } | undefined> {
  const found = await cursor.peek();
  if (found === "]") return undefined;
  if (!isFirst) {
    if (found !== ",") throw await cursor.expected('"," or "]"');
    cursor.take();
  }
  await startOfValue(cursor);
  const line = cursor.line();
  return { text: await cursor.value(), line };
}

// What stands behind the array: the rest of the objects around it, and then nothing.
async function finish(cursor: JsonCursor, keys: readonly string[], file: string): Promise<void> {
  for (let taken = keys; taken.length > 0; taken = taken.slice(0, -1)) {
    const rest = keys.slice(taken.length - 1).join(".");
    const again = await findKey(cursor, "behind a value", (name) => rest === name || rest.startsWith(`${name}.`));
    if (again !== undefined) throw standsTwice(file, again, taken.at(-1) ?? again, cursor.line());
  }
  if ((await cursor.peek()) !== undefined) throw await cursor.expected("the end of the file");
}

function standsTwice(file: string, key: string, taken: string, line: number): ImportError {
  const what =
    key === taken
      ? `the key "${key}" of source.records occurs twice in one object`
      : `the keys "${taken}" and "${key}" of one object both lead to source.records`;
  return unreadable(file, what, { line, hint: "put all rows into one array" });
}

function recordsHint(head: string): string {
  const [first, ...others] = suggestRecords(head);
  if (first === undefined) return "set source.records to the path of the array, such as source.records: data.orders";
  const more = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  return `say where the rows are: source.records: ${first}${more}`;
}
