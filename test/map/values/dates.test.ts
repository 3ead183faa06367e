import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { dateFormatFault, parseDate, rereadsDates } from "../../../src/map/values/dates.ts";

const iso = { dates: [] };

describe("without formats", () => {
  test.each([
    { text: "2024-01-05", is: "2024-01-05" },
    { text: " 2024-01-05 ", is: "2024-01-05" },
    { text: "1996-07-04 00:00:00.000", is: "1996-07-04" },
    { text: "2024-01-05T23:59", is: "2024-01-05" },
    { text: "2024-02-29", is: "2024-02-29" },
    { text: "2024-01-05T10:00:00Z", is: "2024-01-05" },
    { text: "2024-01-05 10:00:00 +0200", is: "2024-01-05" },
    { text: "2024-01-05 00:30:00 +0200", is: "2024-01-05" },
    { text: "2024-01-05 23:30:00 -05:00", is: "2024-01-05" },
    { text: "2024-01-05T23:30:00.000-10", is: "2024-01-05" },
    { text: "2024-01-05 10:00:00 UTC", is: "2024-01-05" },
  ])("reads $text as $is", ({ text, is }) => {
    expect(parseDate(text, iso)).toMatchObject({ ok: true, date: is });
  });

  test.each([
    { text: "2024-02-30", says: "not a day that exists" },
    { text: "2023-02-29", says: "not a day that exists" },
    { text: "0000-00-00", says: "not a day that exists" },
    { text: "2024-01-05T24:30:00", says: "not a day that exists" },
    { text: "2024-01-05T24:00:00", says: "not a day that exists" },
    { text: "2024-01-05T10:00:00+99:00", says: "not a day that exists" },
    { text: "1/5/2024", says: "source: dates:" },
    { text: "2024-1-5", says: "source: dates:" },
    { text: "20240105", says: "source: dates:" },
    { text: "45296", says: "spreadsheet's day number" },
    { text: "soon", says: '"soon" is not a date' },
    { text: "5 Maj 2024", says: "source: dates:" },
    { text: "2024-01-05 and more", says: "source: dates:" },
    { text: "2024-01-05".repeat(20), says: "is not a date" },
  ])("refuses $text and says why", ({ text, says }) => {
    const parsed = parseDate(text, iso);
    expect(parsed.ok ? parsed.date : parsed.message).toContain(says);
  });
});

describe("time zones", () => {
  it("keep the calendar day of a date-time without offset", () => {
    for (const timezone of ["UTC", "America/Los_Angeles", "Pacific/Apia"]) {
      expect(parseDate("2011-12-30 23:30:00", { dates: [], timezone })).toEqual({ ok: true, date: "2011-12-30" });
      expect(parseDate("30.12.2011 23:30", { dates: ["dd.MM.yyyy HH:mm"], timezone })).toEqual({
        ok: true,
        date: "2011-12-30",
      });
    }
  });

  it("leave the day that a date-time with an offset shows, and tell the day in UTC, where none is said", () => {
    const shown = { ok: true, date: "2024-03-09", otherwise: "2024-03-10" };
    expect(parseDate("2024-03-09 23:59:59 -0500", iso)).toEqual(shown);
    expect(parseDate("9.3.2024 23:59 -0500", { dates: ["d.M.yyyy HH:mm ZZZ"] })).toEqual(shown);
    expect(parseDate("9.3.2024 23:59 America/New_York", { dates: ["d.M.yyyy HH:mm z"] })).toEqual(shown);
    expect(parseDate("2024-03-09", iso)).toEqual({ ok: true, date: "2024-03-09" });
  });

  it("decide the day of a date-time with an offset where one is said, and the day that it shows is told", () => {
    const berlin = { dates: [], timezone: "Europe/Berlin" };
    expect(parseDate("2024-01-05T23:30:00Z", berlin)).toEqual({
      ok: true,
      date: "2024-01-06",
      otherwise: "2024-01-05",
    });
    const formatted = { dates: ["yyyy-MM-dd HH:mm ZZZ"], timezone: "America/New_York" };
    expect(parseDate("2024-01-05 03:00 +0000", formatted)).toMatchObject({ ok: true, date: "2024-01-04" });
  });
});

describe("with formats", () => {
  const us = { dates: ["M/d/yyyy", "M/d/yy H:mm"], timezone: "UTC" };

  test.each([
    { text: "1/5/2024", is: "2024-01-05" },
    { text: "01/05/2024", is: "2024-01-05" },
    { text: "1/5/24 9:05", is: "2024-01-05" },
    { text: "2024-01-05", is: "2024-01-05" },
    { text: "2024-01-05T10:00:00Z", is: "2024-01-05" },
    { text: "1996-07-16 00:00:00.000", is: "1996-07-16" },
  ])("reads $text as $is", ({ text, is }) => {
    expect(parseDate(text, us)).toMatchObject({ ok: true, date: is });
  });

  test.each([
    { text: "13/5/2024", says: "not a day that exists" },
    { text: "2/30/2024", says: "not a day that exists" },
    { text: "5.1.2024", says: 'is not a date as "M/d/yyyy" or "M/d/yy H:mm"' },
    { text: "2024-13-05 10:00", says: "not a day that exists" },
    { text: "NULL", says: '"NULL" is not a date' },
  ])("refuses $text and says why", ({ text, says }) => {
    const parsed = parseDate(text, us);
    expect(parsed.ok ? parsed.date : parsed.message).toContain(says);
  });

  it("does not read by ISO what a format reads as a day that does not exist", () => {
    expect(parseDate("2024-05-13", { dates: ["yyyy-dd-MM"], timezone: "UTC" }).ok).toBe(false);
  });

  it("tries them in order", () => {
    expect(parseDate("1/2/2024", { dates: ["d/M/yyyy", "M/d/yyyy"], timezone: "UTC" })).toEqual({
      ok: true,
      date: "2024-02-01",
    });
    expect(parseDate("1/22/2024", { dates: ["d/M/yyyy", "M/d/yyyy"], timezone: "UTC" })).toEqual({
      ok: true,
      date: "2024-01-22",
    });
  });

  it("read month names in English whatever the machine speaks", () => {
    expect(parseDate("5 Jan 2024", { dates: ["d MMM yyyy"], timezone: "UTC" })).toEqual({
      ok: true,
      date: "2024-01-05",
    });
  });
});

describe("dateFormatFault", () => {
  test.each([
    "yyyy-MM-dd",
    "M/d/yy H:mm",
    "d MMM yyyy",
    "dd.MM.yyyy",
    "yyyy-MM-dd'T'HH:mm:ssZZ",
    "EEE, d LLL yyyy",
    "'Day' d.M.yyyy",
  ])("takes %s", (format) => expect(dateFormatFault(format)).toBeUndefined());

  test.each([
    { format: "YYYY-MM-DD", says: "years are yyyy" },
    { format: "dd.MM.YY", says: "years are yyyy" },
    { format: "yyyy-MM", says: "does not name" },
    { format: "HH:mm", says: "does not name" },
    { format: "M/d", says: "does not name" },
    { format: "yyyy-mm-dd", says: "does not name" },
    { format: "date", says: "does not name" },
    { format: "", says: "does not name" },
  ])("refuses $format", ({ format, says }) => {
    expect(dateFormatFault(format)).toContain(says);
  });
});

it("knows a format that reads an ISO date as another day", () => {
  expect(rereadsDates({ dates: ["yyyy-dd-MM"], timezone: "UTC" })).toBe(true);
  expect(rereadsDates({ dates: ["M/d/yy"], timezone: "UTC" })).toBe(false);
});

it("leaves every day with every offset as it is shown when no zone is said", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date("1900-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }),
      fc.integer({ min: -12 * 60, max: 14 * 60 }),
      (instant, minutes) => {
        const [day = "", time = ""] = instant.toISOString().slice(0, 19).split("T");
        const two = (number: number) => String(number).padStart(2, "0");
        const away = Math.abs(minutes);
        const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
        expect(parseDate(`${day}T${time}${offset}`, { dates: [] })).toMatchObject({ ok: true, date: day });
        const written = { dates: ["yyyy/MM/dd HH:mm:ss ZZ"] };
        const slashed = `${day.replaceAll("-", "/")} ${time} ${offset}`;
        expect(parseDate(slashed, written)).toMatchObject({ ok: true, date: day });
      },
    ),
  );
});

it("reads back every calendar day in every zone", () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date("1900-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }),
      fc.constantFrom("UTC", "Asia/Kathmandu", "America/Sao_Paulo"),
      (instant, timezone) => {
        const day = instant.toISOString().slice(0, 10);
        const slashed = `${Number(day.slice(5, 7))}/${Number(day.slice(8))}/${day.slice(0, 4)}`;
        expect(parseDate(day, { dates: [], timezone })).toEqual({ ok: true, date: day });
        expect(parseDate(`${day} 23:59:59`, { dates: [], timezone })).toEqual({ ok: true, date: day });
        expect(parseDate(slashed, { dates: ["M/d/yyyy"], timezone })).toEqual({ ok: true, date: day });
      },
    ),
  );
});
