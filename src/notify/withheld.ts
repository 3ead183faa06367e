// Why a run ended early, as it may leave the machine: messages quote cells, headings and answers of the API, so without
// `values: true` those are left out, and what is left says where to look.
import type { ErrorCode } from "../model/error.ts";
import type { StopReason } from "../report/summary.ts";

/** The reason without what files and servers say; the hint is kept where it is all our own words. */
export function withheld({ code, message, hint }: StopReason): StopReason {
  const said = ownWords(code, message);
  return { code, message: said, ...(hint === undefined || said !== message ? {} : { hint }) };
}

function ownWords(code: string, message: string): string {
  const known = ofOthers[code as ErrorCode];
  if (known === undefined) return message;
  return known === "quotes" ? withoutQuoted(message) : `${known}${placesIn(message)}`;
}

/** Codes whose messages say what files or servers said: what is told instead, or that it stands in quotes. */
const ofOthers: Readonly<Partial<Record<ErrorCode, string>>> = {
  INPUT_UNREADABLE: "quotes",
  MAPPING_INVALID: "a mapping cannot be used, or does not fit the columns of its file",
  GUARD: "a guard of the job refused to start: a channel that orders go to cannot take them, or could ship them again",
  TOO_MANY_ERRORS: "too many entries were refused or not answered",
  ACCOUNT_REFUSED: "Luminous refused the account",
};

/** ` (orders.yaml:10:3)`: where the faults stand, at most three of them. */
function placesIn(message: string): string {
  const places = [...message.matchAll(/^[\w./-]{1,200}\.ya?ml:\d+:\d+/gm)].slice(0, 3).map(([place]) => place);
  return places.length === 0 ? "" : ` (${places.join(", ")})`;
}

/** Its first line, without everything from the first quote to the last: a cell may hold quotes itself. */
function withoutQuoted(message: string): string {
  const [line = ""] = message.split("\n");
  if (/^no file matches "[^"]*"$/.test(line)) return line; // the pattern is the job's own
  const [first, last] = [line.indexOf('"'), line.lastIndexOf('"')];
  if (first < 0) return line;
  return `${line.slice(0, first)}…${first === last ? "" : line.slice(last + 1)}`;
}
