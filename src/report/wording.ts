// The words and numbers that people read at the terminal: one place, so that table, progress and advice agree.
import type { Action, Outcome } from "../model/outcome.ts";
import type { Phase } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";

/** How a row or entry ended, as the terminal's table lists it: accepted is shown by what was done. */
export type Fate = Exclude<Outcome, "accepted"> | "accepted" | Action;

/** All fates in the order of the terminal's table: what is done first, then what was left out, then what is wrong. */
export const fates = [
  "created",
  "updated",
  "recovered",
  "accepted",
  "unchanged",
  "skipped",
  "excluded",
  "invalid",
  "blocked",
  "rejected",
  "failed",
  "in_doubt",
  "pending",
] as const satisfies readonly Fate[];

/** The fate of an outcome: for an accepted one the action, when it is known. */
export function fateOf(outcome: Outcome, action: Action | null | undefined): Fate {
  return outcome === "accepted" ? (action ?? "accepted") : outcome;
}

/** `in_doubt` → `in doubt`, `sales_orders` → `sales orders`. */
export function words(name: Fate | Phase): string {
  return name.replaceAll("_", " ");
}

/** `1,204`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** `1 row`, `1,204 rows`, `2 entries`. */
export function counted(count: number, one: string, many: string = plural(one)): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `10 orders`, `1 kit`: entries of a phase as people call them. */
export function phaseAmount({ phase, entries }: { readonly phase: Phase; readonly entries: number }): string {
  const own = Object.values(resources).find(({ phases }) => phases[0] === phase);
  return counted(entries, own?.singular ?? words(phase).replace(/s$/, ""));
}

function plural(one: string): string {
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(texts: readonly string[]): string {
  return texts.length < 2 ? (texts[0] ?? "") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

/** `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`: as exact as a person needs. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return twoUnits(hours, "h", minutes % 60, "min");
  return twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A moment as the clock on the wall shows it: `10:31:05`, with the day when it is another. */
export function clockText(ms: number, nowMs: number): string {
  const [at, now] = [new Date(ms), new Date(nowMs)];
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
  return at.toDateString() === now.toDateString() ? time : `${dayText(at)} ${time}`;
}

/** A moment by the local clock: `2026-11-27 10:15`. */
export function momentText(ms: number): string {
  const at = new Date(ms);
  return `${dayText(at)} ${[at.getHours(), at.getMinutes()].map(twoDigits).join(":")}`;
}

function dayText(at: Date): string {
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join("-");
}

/** Cut to `width` characters, the last one an ellipsis where something is missing. */
export function cutTo(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

function twoUnits(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
