// From events to what a person sees while it runs: one progress state, and a line for what is worth a line.
import { certificateFault } from "../../model/certificate-fault.ts";
import type { Progress, ProgressState } from "../../report/progress.ts";
import { words } from "../../report/wording.ts";
import type { RunEvent } from "../../run/run.ts";

type DispatchEvent = Extract<RunEvent, { readonly kind: "dispatch" }>["event"];

/** A function that follows the events of one run. */
export function createNarrator(progress: Progress, say: (line: string) => void): (event: RunEvent) => void {
  let state: ProgressState = { phase: "", done: 0 };
  const show = (next: ProgressState): void => {
    state = next;
    progress.update(state);
  };
  const follow = (event: DispatchEvent): void => {
    switch (event.type) {
      case "phase.started":
        show({ phase: words(event.phase), done: event.entries - event.open, total: event.entries });
        break;
      case "entry.settled":
        show(moved(state, 1));
        break;
      case "entries.settled":
        show(moved(state, event.entries));
        break;
      case "lookup":
        show({ ...state, waiting: "asking what Luminous has already" });
        break;
      case "throttled":
        show({ ...state, waiting: `the API asked for a pause of ${seconds(event.waitMs)}` });
        break;
      case "waiting":
        show({ ...state, waiting: "the time to try again" });
        break;
      case "lookup.fallback":
        say(`The list of ${event.resource} cannot be searched (${event.cause}): everything is read once instead.`);
        break;
      case "channel.made":
        say(`The channel "${event.label}" was made (id ${event.remoteId}): it neither pulls nor pushes orders.`);
        break;
      case "outage.opened":
        say(`The API does not answer (${causeText(event.cause)}). Sending stops; it is asked now and then.`);
        show({ ...state, waiting: "the API to answer" });
        break;
      case "outage.closed":
        say(`The API answers again after ${seconds(event.afterMs)}.`);
        break;
      case "stopping":
        show({ ...state, waiting: "what is under way to end" });
        break;
      case "phase.resolved":
      case "phase.finished":
      case "request":
      case "entry.retry":
      case "entry.doubt":
      case "outage.probe":
      case "warning":
        if (state.phase !== "") progress.update(state); // the first question comes before there is anything to show
        break;
      default:
        event satisfies never;
    }
  };
  return (event) => {
    switch (event.kind) {
      case "inspecting":
        show({ phase: `looking at ${event.input}`, done: event.rows });
        break;
      case "reading":
        show(
          event.of === undefined
            ? { phase: `reading ${event.input}`, done: event.rows }
            : { phase: `grouping ${event.input}`, done: event.rows, total: event.of },
        );
        break;
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
      case "staged":
        show({ phase: "sending", done: event.entries - event.open, total: event.entries });
        break;
      case "reporting":
        show({ phase: "writing results", done: state.done });
        break;
      case "dispatch":
        follow(event.event);
        break;
      default:
        event satisfies never;
    }
  };
}

function moved({ phase, done, total }: ProgressState, by: number): ProgressState {
  return { phase, done: done + by, ...(total === undefined ? {} : { total }) };
}

// The line after the run's end says what to do.
function causeText(code: string): string {
  const certificate = certificateFault(code, "");
  return certificate === undefined ? code : `${certificate.what}: ${code}`;
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`;
}
