// The fields of an event as the log has them: snake case, moments as ISO times, and without the cells that sentences quote.
import { isSettledWell, outcomes } from "../../model/outcome.ts";
import type { RunEvent } from "../../run/events.ts";

/** The fields under the log's names: `entryId` is `entry`, `untilMs` (since the epoch) is `until` as an ISO time. */
export function logFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const name in fields) {
    const value = fields[name];
    const { key, kind } = named(name);
    if (kind === "moment" && typeof value === "number") shown[key] = new Date(value).toISOString();
    else if (kind === "duration" && typeof value === "number") shown[key] = Math.round(value);
    else if (kind === "sentence" && typeof value === "string") shown[key] = withoutCells(value);
    else if (kind === "detection" && typeof value === "string") shown[key] = withoutEvidence(value);
    else shown[key] = Array.isArray(value) ? value.map(inner) : value;
  }
  return shown;
}

type ToldOfRun = Exclude<RunEvent, { readonly kind: "dispatch" }>;
type ToldOfDispatch = Extract<RunEvent, { readonly kind: "dispatch" }>["event"];
type Level = "info" | "warn";

/** Every event of the log, and whether somebody may want to see it alone. A level decides nothing. */
export const eventLevels = {
  "command.failed": "warn",
  "run.inspecting": "info",
  "run.begun": "info",
  "run.upgraded": "info",
  "run.detected": "info",
  "run.warning": "warn",
  "run.reading": "info",
  "run.staged": "info",
  "run.asking": "info",
  "run.inbox": "info",
  "run.moved": "info",
  "run.reporting": "info",
  "run.ended": "info",
  "phase.started": "info",
  "phase.resolved": "info",
  "phase.finished": "info",
  "entry.planned": "info",
  "entry.parked": "info",
  "entry.sending": "info",
  "entry.doubt": "warn",
  "entry.absent": "info",
  "entry.retry": "warn",
  "entry.settled": "info",
  "entries.settled": "info",
  request: "info",
  lookup: "info",
  "lookup.fallback": "warn",
  "channel.made": "info",
  throttled: "info",
  waiting: "info",
  "outage.opened": "warn",
  "outage.probe": "info",
  "outage.closed": "info",
  stopping: "warn",
  warning: "warn",
  "watch.loaded": "info",
  "watch.broken": "warn",
  "watch.pass_ended": "info",
  "watch.stopping": "info",
  "notify.delivered": "info",
  "notify.failed": "warn",
} as const satisfies Readonly<
  Record<
    | `run.${ToldOfRun["kind"]}`
    | Exclude<ToldOfDispatch["type"], "request.started">
    | "command.failed"
    | `watch.${"loaded" | "broken" | "pass_ended" | "stopping"}`
    | `notify.${"delivered" | "failed"}`,
    Level
  >
>;
/** The name of an event in the log. */
export type LoggedEvent = keyof typeof eventLevels;

/** The level of a line: that of its event, and `warn` for an end that is not well. */
export function levelOf(event: LoggedEvent, fields: Readonly<Record<string, unknown>>): Level {
  const { outcome, exitCode } = fields;
  const isBad = typeof exitCode === "number" && exitCode !== 0;
  const isLost = outcomes.some((name) => name === outcome && name !== "pending" && !isSettledWell(name));
  return isBad || isLost ? "warn" : eventLevels[event];
}

function inner(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? logFields(value as Readonly<Record<string, unknown>>)
    : value;
}

interface Named {
  readonly key: string;
  readonly kind: "moment" | "duration" | "sentence" | "detection" | "other";
}

const names = new Map<string, Named>();

// There are a few dozen names, and a million events.
function named(name: string): Named {
  const known = names.get(name);
  if (known !== undefined) return known;
  const kind = kindOf(name);
  const made = {
    key: name === "entryId" ? "entry" : snakeCase(kind === "moment" ? name.replace(/Ms$/, "") : name),
    kind,
  };
  names.set(name, made);
  return made;
}

function kindOf(name: string): Named["kind"] {
  if (/AtMs$|^untilMs$/.test(name)) return "moment";
  if (/Ms$/.test(name)) return "duration";
  return name === "message" ? "sentence" : name === "what" ? "detection" : "other";
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Sentences show cells in quotes, mostly behind the lines that they stand on. A cell may hold quotes itself, so everything
 * from the first quote to the last goes; the name of a column is one too, and stays where it comes first.
 */
function withoutCells(text: string): string {
  const short = withoutEvidence(text);
  const [head = ""] = /^[^"]*column "[^"]*"/.exec(short) ?? [];
  const rest = short.slice(head.length);
  const [first, last] = [rest.indexOf('"'), rest.lastIndexOf('"')];
  return first < 0 ? short : `${head}${rest.slice(0, first)}…${first === last ? "" : rest.slice(last + 1)}`;
}

/** `decimal "," (line 2: "4,50")`: the cell that shows it. */
function withoutEvidence(text: string): string {
  return text.replace(/ \((lines? [\d, ]+[ …]*): .*\)/gs, " ($1)");
}
