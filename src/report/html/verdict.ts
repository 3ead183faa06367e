// The top of a report: how it ended in one sentence, and the next command.
import { type Summary, sendsNothing } from "../summary.ts";
import { nextStep } from "../terminal-summary.ts";
import { durationText, words } from "../wording.ts";
import { type Html, html, shownLine } from "./kit/markup.ts";
import { command, count, moment } from "./kit/parts.ts";
import type { NextCommands } from "./next-commands.ts";

/** How far a run has come: one that is under way, or was killed, has a report of what is known so far. */
export type RunState = "ended" | "under_way" | "cut_off";

/** What the verdict needs beside the summary. */
export interface VerdictFacts {
  readonly commands: NextCommands;
  readonly state: RunState;
  readonly jobName: string;
}

/** The page's header. */
export function verdict(summary: Summary, { commands, state, jobName }: VerdictFacts): Html {
  const isGood = summary.exit_code === 0;
  const { command: name, started_at, run_id, account, stopped, duration_seconds } = summary;
  const took = durationText(duration_seconds * 1000);
  return html`<header>
<div class="over"><span class="badge ${isGood ? "good" : "bad"}">${stateWord(summary, state)}</span><span>${words(name as "pending")} of <bdi>${jobName}</bdi>${run_id === name ? "" : html` · ${run_id}`}</span>${
    account === null ? "" : html`<span><bdi>${account}</bdi></span>`
  }<span>${moment(started_at)}</span></div>
<h1>${sentence(summary)}</h1>
<p>${stopped === null ? `It took ${took}.` : html`Stopped after ${took}: <bdi>${ended(stopped.message)}</bdi>`}${alsoOpen(summary)}</p>
<p class="next${isGood ? "" : " bad"}"><b>Next:</b>${withCommands(nextStep(summary, commands), commands)}</p>
</header>
`;
}

function stateWord(summary: Summary, state: RunState): string {
  if (state === "under_way") return "Under way";
  if (state === "cut_off") return "Cut off";
  return summary.stopped !== null ? "Stopped" : sendsNothing(summary) ? "Checked" : "Finished";
}

/** The title of the window: the same without numbers that would have to be checked. */
export function titleOf({ command: name, run_id }: Summary, jobName: string): string {
  return shownLine(`${jobName}: ${name === run_id ? name : `${name} ${run_id}`}`);
}

function sentence(summary: Summary): Html {
  const { totals, reasons, outcomes, ended: how } = summary;
  const failed = reasons?.rows ?? 0;
  const pending = outcomes.pending.rows;
  const all = count("totals.rows", totals.rows);
  const isCheck = sendsNothing(summary);
  if (totals.rows === 0) return html`No row was read`;
  if (failed > 0) {
    const of = html`${count("reasons.rows", failed)} of ${all} rows`;
    return isCheck ? html`${of} cannot be sent as they are` : html`${of} did not make it`;
  }
  if (isCheck) return totals.rows === 1 ? html`The row can be sent` : html`All ${all} rows can be sent`;
  if (pending > 0) return html`${count("outcomes.pending.rows", pending)} of ${all} rows were not reached`;
  if (how === "stopped") return html`It was stopped, and all ${all} rows are settled`;
  return totals.rows === 1 ? html`The row made it` : html`All ${all} rows made it`;
}

function alsoOpen(summary: Summary): Html {
  const { outcomes, reasons, open_failures } = summary;
  const pending = outcomes.pending.rows;
  const earlier = open_failures?.earlier_rows ?? 0;
  return html`${
    pending > 0 && (reasons?.rows ?? 0) > 0 && !sendsNothing(summary)
      ? html` ${count("outcomes.pending.rows", pending)} ${pending === 1 ? "row was" : "rows were"} not reached.`
      : ""
  }${
    earlier > 0
      ? html` ${count("open_failures.earlier_rows", earlier)} ${earlier === 1 ? "row" : "rows"} from earlier runs ${earlier === 1 ? "is" : "are"} still open.`
      : ""
  }`;
}

function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** The sentence with its commands set apart, so that they can be copied. */
function withCommands(text: string, commands: NextCommands): Html {
  const known = [...new Set(Object.values(commands))].sort((a, b) => b.length - a.length);
  const found = known.find((known) => text.includes(known));
  const shown = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  if (found === undefined) return html` ${shown}`;
  const at = shown.indexOf(found);
  if (at < 0) return html` ${shown}`;
  return html` ${shown.slice(0, at)}${command(found)}${shown.slice(at + found.length)}`;
}
