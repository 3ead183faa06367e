// From events to what a person reads while it runs: a line for what is worth a line. How far it is, is the panel's business.
import { certificateFault } from "../../model/certificate-fault.ts";
import { clockText, counted, durationText } from "../../report/wording.ts";
import type { RunEvent } from "../../run/events.ts";

type DispatchEvent = Extract<RunEvent, { readonly kind: "dispatch" }>["event"];

/** A function that follows the events of one run and says lines. */
export function createNarrator(say: (line: string) => void, nowMs: () => number): (event: RunEvent) => void {
  const follow = (event: DispatchEvent): void => {
    switch (event.type) {
      case "lookup.fallback":
        say(`The list of ${event.resource} cannot be searched (${event.cause}): everything is read once instead.`);
        break;
      case "channel.made":
        say(`The channel "${event.label}" was made (id ${event.remoteId}): it neither pulls nor pushes orders.`);
        break;
      case "outage.opened": {
        const [next, end] = [durationText(event.nextProbeAtMs - nowMs()), clockText(event.givesUpAtMs, nowMs())];
        const what = event.answered ? "The API stopped answering" : "The API does not answer";
        say(
          `${what} (${causeText(event.cause)}). Paused: next try in ${next}, giving up at ${end} (exit 4; the same command continues).`,
        );
        break;
      }
      case "outage.closed":
        say(`The API answers again after ${durationText(Math.max(1000, event.afterMs))}.`);
        break;
      case "phase.started":
      case "phase.resolved":
      case "phase.finished":
      case "entry.settled":
      case "entries.settled":
      case "entry.retry":
      case "entry.doubt":
      case "request.started":
      case "request":
      case "throttled":
      case "waiting":
      case "lookup":
      case "outage.probe":
      case "stopping":
      case "warning":
        break;
      default:
        event satisfies never;
    }
  };
  return (event) => {
    switch (event.kind) {
      case "detected":
        say(`${event.file}: detected ${event.what}`);
        break;
      case "warning":
        say(`warning: ${event.message}`);
        break;
      case "upgraded":
        say(
          `The ledger was brought from version ${event.from} to ${event.to}. As it was before: ${event.copy} (the run after this one removes it).`,
        );
        break;
      case "asking":
        say(`Asking ${event.account} about ${counted(event.entries, "entry")}; nothing is written.`);
        break;
      case "inbox":
        say(
          `${counted(event.files, "file")} in the inbox: waiting ${durationText(event.waitMs)} to see that nobody writes to ${event.files === 1 ? "it" : "them"} any more.`,
        );
        break;
      case "moved":
        if (event.became === "quarantined") say(`quarantined: ${event.reason ?? event.file}`);
        if (event.became === "returned") say(`back in the inbox: ${event.reason ?? event.file}`);
        break;
      case "dispatch":
        follow(event.event);
        break;
      case "inspecting":
      case "begun":
      case "reading":
      case "staged":
      case "reporting":
        break;
      default:
        event satisfies never;
    }
  };
}

// The line after the run's end says what to do.
function causeText(code: string): string {
  const certificate = certificateFault(code, "");
  return certificate === undefined ? code : `${certificate.what}: ${code}`;
}
