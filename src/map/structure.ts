// Nested JSON that goes to the API as it is: cells keep every leaf as text, so the row's own text says what was a number,
// true, false or null.
import { cellAt } from "../model/cells.ts";
import { isPlainObject, type Json } from "../model/json.ts";
import type { Cells } from "../model/row.ts";
import { parseJson } from "../model/text/parse-json.ts";
import type { Reading } from "./scope.ts";

/** The nested value of a reading with its leaves typed as in the file; a number that would lose digits stays text. */
export function typedStructure(value: Json, reading: Reading | undefined): Json {
  const raw = reading?.source.row.raw ?? "";
  if (reading === undefined || !raw.trimStart().startsWith("{")) return value;
  try {
    return typed(value, cellAt(parseJson(raw) as Cells, reading.column));
  } catch {
    return value; // the row was no JSON after all
  }
}

function typed(value: Json, written: unknown): Json {
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => typed(item, Array.isArray(written) ? written[index] : undefined));
  }
  if (isPlainObject(value)) {
    const of = (name: string): unknown =>
      isPlainObject(written) && Object.hasOwn(written, name) ? written[name] : undefined;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, typed(inner as Json, of(name))]));
  }
  if (written === null || typeof written === "boolean") return written;
  return typeof written === "number" && String(written) === value ? written : value;
}
