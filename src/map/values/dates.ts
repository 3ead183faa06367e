// Dates: from a source's text to YYYY-MM-DD. A day is the one that the text shows. Only where the style has a time zone, a
// time of day with an offset is an instant, and falls on a day of that zone.
import { DateTime } from "luxon";
import { quote } from "../../model/text/quote.ts";
import type { ValueStyle } from "./style.ts";

/** A day as YYYY-MM-DD, or why there is none. */
export type ParsedDate =
  | {
      readonly ok: true;
      readonly date: string;
      /** Of a date with an offset: the day that it would be with a time zone where none is said (UTC), or without one. */
      readonly otherwise?: string;
    }
  | { readonly ok: false; readonly message: string };

type DateStyle = Pick<ValueStyle, "dates" | "timezone">;

/**
 * The calendar day that the text names, by the style's formats in order, else by ISO 8601: what is written so (`2024-03-09`,
 * `2024-03-09 14:30`) is taken as what it is, whatever the formats. Days that do not exist are refused, never moved.
 */
export function parseDate(text: string, style: DateStyle): ParsedDate {
  const trimmed = text.trim();
  if (trimmed.length > maxLength) return { ok: false, message: `${quote(trimmed)} is not a date` };
  let impossible = false;
  for (const format of style.dates) {
    const parsed = readBy(trimmed, format, style.timezone);
    if (parsed.ok) return parsed;
    impossible ||= parsed.impossible;
  }
  // What a format reads as a day that does not exist is not taken the other way round: 2024-05-13 by yyyy-dd-MM.
  const iso = impossible ? undefined : readIso(trimmed, style.timezone);
  if (iso?.ok === true) return iso;
  const isNoDay = impossible || iso?.impossible === true;
  return { ok: false, message: isNoDay ? `${quote(trimmed)} is not a day that exists` : faultOf(trimmed, style) };
}

/** What is wrong with a date format, or undefined: it must be luxon's and name a year, a month and a day. */
export function dateFormatFault(format: string): string | undefined {
  if (/Y|DD/.test(format.replace(/'[^']*'/g, ""))) {
    return `date format ${quote(format)}: years are yyyy and days dd (luxon's tokens)`;
  }
  const back = DateTime.fromFormat(sample.toFormat(format, { locale }), format, { zone: "UTC", locale });
  return back.isValid && back.toISODate() === sample.toISODate()
    ? undefined
    : `date format ${quote(format)} does not name a year, a month and a day`;
}

/** True when a format of the style reads `2001-02-03` as another day, so that a date once parsed cannot pass again. */
export function rereadsDates(style: DateStyle): boolean {
  const parsed = parseDate("2001-02-03", style);
  return !parsed.ok || parsed.date !== "2001-02-03";
}

const maxLength = 100;
const locale = "en-US";
const sample = DateTime.utc(2003, 11, 27, 21, 46, 53);

type Attempt = Extract<ParsedDate, { ok: true }> | { readonly ok: false; readonly impossible: boolean };

type FormatParser = ReturnType<typeof DateTime.buildFormatParser>;
const parsers = new Map<string, { readonly parser: FormatParser; readonly hasOffset: boolean }>();

function readBy(text: string, format: string, timezone: string | undefined): Attempt {
  const { parser, hasOffset } = parserOf(format);
  // Without an offset the day must stay: in UTC no local time is missing. With one, `setZone` keeps to the text.
  const read = DateTime.fromFormatParser(text, parser, { zone: "UTC", locale, setZone: hasOffset });
  if (!read.isValid) return { ok: false, impossible: read.invalidReason === "unit out of range" };
  return hasOffset ? chosen(read.toISODate(), read, timezone) : { ok: true, date: read.toISODate() };
}

/** The day that an instant is taken for, and the one that it is otherwise. */
function chosen(shown: string, instant: DateTime, timezone: string | undefined): Attempt {
  const there = instant.setZone(timezone ?? "UTC").toISODate();
  if (there === null) return { ok: false, impossible: false };
  return timezone === undefined
    ? { ok: true, date: shown, otherwise: there }
    : { ok: true, date: there, otherwise: shown };
}

function parserOf(format: string) {
  const known = parsers.get(format);
  if (known !== undefined) return known;
  const hasOffset = /[zZ]/.test(format.replace(/'[^']*'/g, ""));
  const made = { parser: DateTime.buildFormatParser(format, { locale }), hasOffset };
  parsers.set(format, made);
  return made;
}

const isoDateTime =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?: ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?$/i;

function readIso(text: string, timezone: string | undefined): Attempt {
  const match = isoDateTime.exec(text);
  const day = match?.[1];
  if (match === null || day === undefined) return { ok: false, impossible: false };
  const [hour = "00", minute = "00", second = "00"] = match.slice(2, 5);
  const instant = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  // Date.parse moves 30 February to March, and takes 24:00 as the next day.
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== day)
    return { ok: false, impossible: true };
  const offset = match[5];
  if (offset === undefined) return { ok: true, date: day };
  const offsetMs = offsetMsOf(offset);
  if (offsetMs === undefined) return { ok: false, impossible: true };
  return chosen(day, DateTime.fromMillis(instant - offsetMs, { zone: "UTC" }), timezone);
}

function offsetMsOf(offset: string): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? "0");
  if (minutes > 18 * 60 || Number(match[3] ?? "0") > 59) return undefined;
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}

function faultOf(text: string, { dates }: DateStyle): string {
  const shown = quote(text);
  if (/^\d{5}(\.\d+)?$/.test(text))
    return `${shown} looks like a spreadsheet's day number${dayOfSerial(text)}; export the column as dates`;
  if (!/\d/.test(text)) return `${shown} is not a date`;
  if (dates.length > 0) return `${shown} is not a date as ${dates.map((format) => `"${format}"`).join(" or ")}`;
  return `${shown} is not an ISO date (YYYY-MM-DD); name its format under source: dates:, such as ["M/d/yyyy"]`;
}

// Day 1 is the first of January 1900, and day 60 a 29 February that never was.
function dayOfSerial(text: string): string {
  const day = Math.floor(Number(text));
  return day < 61
    ? ""
    : ` (${new Date(Date.UTC(1899, 11, 30 + day)).toISOString().slice(0, 10)}, if it counts from 1900)`;
}
