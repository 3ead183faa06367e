// The fields of an event as the log has them: snake case, moments as ISO times, and without the cells that sentences quote.
import { isSettledWell } from "../../model/outcome.ts";
import type { RunEvent } from "../../run/events.ts";

/** The fields under the log's names: `entryId` is `entry`, `untilMs` (since the epoch) is `until` as an ISO time. */
export function logFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const name in fields) {
    const value = fields[name];
    const { key, isMoment, isSentence } = named(name);
    if (isMoment && typeof value === "number") shown[key] = new Date(value).toISOString();
    else if (isSentence && typeof value === "string") shown[key] = withoutCells(value);
    else shown[key] = Array.isArray(value) ? value.map(inner) : value;
  }
  return shown;
}

/** `warn` for what somebody may want to see alone. It decides nothing. */
export function levelOf(event: RunEvent): "info" | "warn" {
  if (event.kind === "warning") return "warn";
  if (event.kind === "ended") return event.exitCode === 0 ? "info" : "warn";
  if (event.kind !== "dispatch") return "info";
  switch (event.event.type) {
    case "entry.settled":
    case "entries.settled":
      return isSettledWell(event.event.outcome) || event.event.outcome === "pending" ? "info" : "warn";
    case "entry.retry":
    case "entry.doubt":
    case "outage.opened":
    case "lookup.fallback":
    case "stopping":
    case "warning":
      return "warn";
    default:
      return "info";
  }
}

function inner(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? logFields(value as Readonly<Record<string, unknown>>)
    : value;
}

interface Named {
  readonly key: string;
  readonly isMoment: boolean;
  readonly isSentence: boolean;
}

const names = new Map<string, Named>();

// There are a few dozen names, and a million events.
function named(name: string): Named {
  const known = names.get(name);
  if (known !== undefined) return known;
  const isMoment = /AtMs$|^untilMs$/.test(name);
  const key = name === "entryId" ? "entry" : snakeCase(isMoment ? name.replace(/Ms$/, "") : name);
  const made = { key, isMoment, isSentence: name === "message" || name === "what" };
  names.set(name, made);
  return made;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Sentences show cells in quotes, mostly behind the lines that they stand on. A cell may hold quotes itself, so everything
 * from the first quote to the last goes; the name of a column is one too, and stays where it comes first.
 */
function withoutCells(text: string): string {
  const short = text.replace(/ \((lines? [\d, ]+[ …]*): .*\)/gs, " ($1)");
  const [head = ""] = /^[^"]*column "[^"]*"/.exec(short) ?? [];
  const rest = short.slice(head.length);
  const [first, last] = [rest.indexOf('"'), rest.lastIndexOf('"')];
  return first < 0 ? short : `${head}${rest.slice(0, first)}…${first === last ? "" : rest.slice(last + 1)}`;
}
