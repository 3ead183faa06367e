// Sends and lookups in words, one line each: `2026-11-21 01:29:32.123  create sent; no usable answer (HTTP 500), after 0.2 s`.
import type { StoryEvent } from "./explanation.ts";
import { durationText } from "./wording.ts";

/** A line for each event; what it waited for is told before it. */
export function eventLines(events: readonly StoryEvent[]): readonly string[] {
  return events.map((event) => `${moment(event.at)}  ${eventText(event)}${waited(event.waited_ms)}`);
}

function eventText(event: StoryEvent): string {
  if (event.kind === "lookup") return event.found ? "looked up by key: found" : "looked up by key: not found";
  const { plan, remote_id, result, http_status, took_ms, run_id } = event;
  const what = plan === "update" ? `update of id ${remote_id} sent` : `${plan} sent`;
  const by = run_id === null ? "" : ` (by run ${run_id})`;
  const status = http_status === null ? "" : ` (HTTP ${http_status})`;
  const after = took_ms === null ? "" : ` after ${precisely(took_ms)}`;
  return `${what}${by}: ${resultText(result, took_ms !== null)}${status}${after}`;
}

// `recovered` and `absent` say what a lookup made of a send that had no answer.
function resultText(result: Extract<StoryEvent, { kind: "send" }>["result"], hasEnd: boolean): string {
  switch (result) {
    case "accepted":
      return "accepted";
    case "refused":
      return "refused";
    case "throttled":
      return "refused by the rate limit, which is no attempt";
    case "held":
      return "not sent, because a pause began first";
    case "unavailable":
      return "the API was unavailable, and may have received it all the same";
    case "undelivered":
      return "not delivered";
    case "unanswered":
    case "recovered":
    case "absent":
      return hasEnd ? "no usable answer" : "the process ended before the answer came";
    case "open":
      return "how it ended is not known";
    default:
      return result satisfies never;
  }
}

function waited(ms: number | null): string {
  return ms === null || ms < 1 ? "" : `; ${precisely(ms)} after the step before`;
}

function precisely(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms);
}

/** ISO 8601 as people read it; always UTC. */
function moment(iso: string): string {
  return iso.replace("T", " ").replace("Z", " UTC");
}
