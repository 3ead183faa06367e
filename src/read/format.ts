// Which format a file has: what the mapping says, else its name, else its first characters.
import { isJson } from "../model/json.ts";
import type { Format, SourceSettings } from "../model/row.ts";
import { suggestRecords } from "./records-hint.ts";
import type { Source } from "./source.ts";
import { peek } from "./text/byte-reader.ts";
import { pieceBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";

const byExtension: Readonly<Record<string, Format>> = {
  csv: "csv",
  tsv: "tsv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
};

/** The format, and what was detected when only the content could tell. Throws `INPUT_UNREADABLE` for HTML and XML. */
export async function chooseFormat(
  path: string,
  source: Source,
  settings: SourceSettings,
): Promise<{ readonly format: Format; readonly detected: readonly string[] }> {
  if (settings.format !== undefined) return { format: settings.format, detected: [] };
  const extension = /\.([^./\\]+)$/.exec(path.replace(/\.gz$/i, ""))?.[1]?.toLowerCase() ?? "";
  const named = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (named !== undefined) return { format: named, detected: [] };
  const head = await peek(source, pieceBytes);
  const text = head.toString("utf8").trimStart();
  if (/^<(?:!doctype|html|table|\?xml)/i.test(text)) {
    throw unreadable(source.file, "it is an HTML or XML page, not a table", { hint: "export it as CSV UTF-8" });
  }
  const format = formatOf(text, head.length < pieceBytes, settings);
  return { format, detected: [`format ${format}`] };
}

// `{` starts NDJSON, or a JSON file with its array further in. Several lines tell by the first of them; a single one is
// taken for JSON only when it holds an array of objects or goes on out of sight.
function formatOf(text: string, isAll: boolean, settings: SourceSettings): Format {
  if (text.startsWith("[")) return "json";
  if (!text.startsWith("{")) return "csv";
  if (settings.records !== undefined) return "json";
  const [first = "", ...rest] = text.trimEnd().split(/\r\n|\n|\r/);
  if (!isJson(first)) return "json";
  return rest.length === 0 && (!isAll || suggestRecords(first).length > 0) ? "json" : "ndjson";
}
