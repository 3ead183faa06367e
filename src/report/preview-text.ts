// Payloads as `check --show` prints them: each below a line that says whose it is and where it came from.
import type { Json } from "../model/json.ts";
import type { ResourceName } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import { visibleLine } from "../model/text/visible.ts";
import { counted } from "./wording.ts";

/** A valid entry as it would be sent. The keys are a contract: `--show --json` prints it. */
export interface ShownEntry {
  readonly input: string;
  readonly resource: ResourceName;
  readonly key: string;
  /** Its rows in input order, those of joins after its own. */
  readonly rows: readonly { readonly file: string; readonly line: number }[];
  readonly payload: Json;
  /** Payload paths that an update empties. */
  readonly clears: readonly string[];
}

/** `order 1001 from orders.csv:2, 3 and details.csv:5`, the payload, and a blank line between two. */
export function shownText(entries: readonly ShownEntry[]): string {
  if (entries.length === 0) return "No entry is valid yet, so there is nothing to show.";
  return entries
    .map(({ resource, key, rows, payload, clears }) => {
      const head = visibleLine(`${resources[resource].singular} ${key} from ${places(rows)}`);
      const cleared = clears.length === 0 ? "" : `\n${visibleLine(`An update empties ${clears.join(", ")}.`)}`;
      return `${head}\n${JSON.stringify(payload, null, 2)}${cleared}`;
    })
    .join("\n\n");
}

const maxLines = 5;

function places(rows: ShownEntry["rows"]): string {
  const files = [...new Set(rows.map(({ file }) => file))];
  return files
    .map((name) => {
      const lines = rows.filter(({ file }) => file === name).map(({ line }) => line);
      const more = lines.length - maxLines;
      return `${name}:${lines.slice(0, maxLines).join(", ")}${more > 0 ? ` and ${counted(more, "more row")}` : ""}`;
    })
    .join(" and ");
}
