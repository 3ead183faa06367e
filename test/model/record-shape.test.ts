import { describe, expect, test } from "vitest";
import { noteColumns } from "../../src/model/failure-notes.ts";
import { endsWithNotes, fitsHeader, notesInPlace, recordShape } from "../../src/model/record-shape.ts";

const split = (text: string): readonly string[] => text.split(",");

describe("a record", () => {
  test.each([
    { header: "a,b", record: "1,2", fits: true },
    { header: "a,b", record: "1", fits: false },
    { header: "a,b", record: "1,2,3", fits: false },
    // Rather 1,5 without quotes and a blank cell.
    { header: "a,b", record: "1,5,", fits: false },
    { header: "a,b", record: "1,2,", padding: 1, fits: true },
    { header: "a,b", record: "1,2,,", padding: 1, fits: false },
    { header: "a,b", record: "1,2,3", padding: 1, fits: false },
    { header: "a,b,,", record: "1,2,,", fits: true },
    { header: "a,b,,", record: "1,2", fits: true },
    { header: "a,b,,", record: "1,2,,x", fits: false },
    { header: "a,b,,", record: "1", fits: false },
    { header: "a,,b", record: "1,2,3", fits: true },
    { header: ",a", record: "0,1", fits: true },
  ])("$record fits the header $header: $fits", ({ header, record, padding, fits }) => {
    expect(fitsHeader(split(record), recordShape(split(header)), padding)).toBe(fits);
  });
});

describe("a record of a failures file", () => {
  const notes = noteColumns.join(",");
  test.each([
    { header: `a,b,${notes}`, record: "1,2,failed,row 3,", fits: true },
    { header: `a,b,${notes}`, record: "1,2,,,", fits: true },
    // Spreadsheets leave out what is blank at the end of a line, and some add to it.
    { header: `a,b,${notes}`, record: "1,2,failed,row 3", fits: true },
    { header: `a,b,${notes}`, record: "1,2,failed", fits: true },
    { header: `a,b,${notes}`, record: "1,2", fits: true },
    { header: `a,b,${notes}`, record: "1,2,failed,row 3,,,", fits: true },
    { header: `a,b,,${notes}`, record: "1,2,,failed,row 3,", fits: true },
    // The rows that did not fit: their notes stand elsewhere.
    { header: `a,b,${notes}`, record: "1,invalid,row 3: ragged,", fits: false },
    { header: `a,b,${notes}`, record: "1,2,3,invalid,row 3: ragged,", fits: false },
    { header: `a,b,${notes}`, record: "1,2,,invalid,row 3: ragged,", fits: false },
    { header: `a,b,c,d,${notes}`, record: "1,invalid,row 3: ragged,", fits: false },
    { header: `a,b,,${notes}`, record: "1,2,x,invalid,row 3: ragged,", fits: false },
    { header: `a,b,${notes}`, record: "1", fits: false },
    // Notes that somebody moved to the front are not at the end, where cells get lost.
    { header: `${notes},a,b`, record: "failed,row 3,,1", fits: false },
    { header: `${notes},a,b`, record: "failed,row 3,,1,2", fits: true },
  ])("$record fits $header: $fits", ({ header, record, fits }) => {
    expect(fitsHeader(split(record), recordShape(split(header)))).toBe(fits);
  });

  test.each([
    { record: "1,invalid,row 3: ragged,", is: true },
    { record: "1,invalid,no label,", is: false },
    { record: "1,2,3,4", is: false },
    { record: "invalid,row 3: all that is left,", is: false },
  ])("$record ends with notes: $is", ({ record, is }) => {
    expect(endsWithNotes(split(record))).toBe(is);
  });

  test("whose notes are gone has none out of place", () => {
    expect(notesInPlace(["1", "2"], recordShape(split(`a,b,${notes}`)))).toBe(true);
  });
});
