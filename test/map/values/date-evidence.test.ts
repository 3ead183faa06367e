import { describe, expect, it, test } from "vitest";
import { type DateFinding, dateEvidence } from "../../../src/map/values/date-evidence.ts";
import { dateFormatFault, parseDate } from "../../../src/map/values/dates.ts";

function findingOf(cells: readonly string[]): DateFinding {
  const evidence = dateEvidence();
  for (const [index, text] of cells.entries()) evidence.see(text, { file: "in.csv", line: index + 2 });
  return evidence.finding();
}

describe("the cells of a column prove", () => {
  test.each([
    { cells: ["13/02/2024", "01/02/2024"], dates: ["d/M/yyyy"], read: "2024-02-01" },
    { cells: ["1/2/2024", "2/13/2024", "3/4/2024"], dates: ["M/d/yyyy"], read: "2024-03-04" },
    { cells: ["31.12.24", "01.02.24"], dates: ["d.M.yy"], read: "2024-02-01" },
    { cells: ["12/31/24", "01/02/24"], dates: ["M/d/yy"], read: "2024-01-02" },
    { cells: ["99-12-31", "24-02-13"], dates: ["yy-M-d"], read: "2024-02-13" },
    { cells: ["2024/02/01"], dates: ["yyyy/M/d"], read: "2024-02-01" },
    { cells: ["20240201"], dates: ["yyyyMMdd"], read: "2024-02-01" },
    { cells: ["3 Mar 2024"], dates: ["d MMM yyyy"], read: "2024-03-03" },
    { cells: ["Mar 3, 2024"], dates: ["MMM d, yyyy"], read: "2024-03-03" },
    { cells: ["March 3, 2024 2:30 PM"], dates: ["MMMM d, yyyy h:mm a"], read: "2024-03-03" },
    { cells: ["03-Mar-24"], dates: ["d-MMM-yy"], read: "2024-03-03" },
    {
      cells: ["13.2.2024 14:30", "1.2.2024 9:05:07"],
      dates: ["d.M.yyyy H:mm", "d.M.yyyy H:mm:ss"],
      read: "2024-02-01",
    },
    { cells: ["3/19/2024, 2:30:00 PM"], dates: ["M/d/yyyy, h:mm:ss a"], read: "2024-03-19" },
    { cells: ["01/01/2024", "02/02/2024"], dates: ["d/M/yyyy"], read: "2024-02-02" },
    { cells: ["13/02/2024", "2024-02-01T10:00:00+01:00"], dates: ["d/M/yyyy"], read: "2024-02-01" },
    { cells: ["12/31/24", "31/12/2024", "01/02/2024"], dates: ["d/M/yyyy", "M/d/yy"], read: "2024-02-01" },
  ])("$dates by $cells", ({ cells, dates, read }) => {
    expect(findingOf(cells)).toMatchObject({ kind: "found", dates });
    expect(dates.map(dateFormatFault)).toEqual(dates.map(() => undefined));
    const style = { dates, timezone: "UTC", unsaid: { numbers: false, dates: true } };
    expect(parseDate(cells.at(-1) ?? "", style)).toMatchObject({ ok: true, date: read });
  });

  test.each([
    "2024-02-13",
    "2024-02-13T10:00Z",
    "45231",
    "soon",
    "13/13/2024",
    "1/2",
    "3 Mai 2024",
    "20241399",
    "1/2/024",
  ])("nothing by %s", (cell) => {
    expect(findingOf([cell])).toEqual({ kind: "nothing" });
  });
});

describe("a column is ambiguous", () => {
  test.each([
    { cells: ["01/02/2024", "05/05/2024"], formats: ["d/M/yyyy", "M/d/yyyy"], count: 1 },
    { cells: ["13/02/24", "01/02/24"], formats: ["d/M/yy", "yy/M/d"], count: 2 },
    { cells: ["1-2-2024", "01/13/2024"], formats: ["d-M-yyyy", "M-d-yyyy"], count: 1 },
  ])("between $formats by $cells", ({ cells, formats, count }) => {
    expect(findingOf(cells)).toMatchObject({
      kind: "ambiguous",
      readings: formats.map((format) => ({ format })),
      cells: { count },
    });
  });

  it("with every format that the column needs, for each reading", () => {
    const cells = ["01/02/2024 9:30", "2024-02-13 10:00:00", "13.2.2024", "3/4/24"];
    expect(findingOf(cells)).toMatchObject({
      readings: [
        { dates: ["d/M/yyyy H:mm", "d.M.yyyy", "d/M/yy"] },
        { dates: ["M/d/yyyy H:mm", "d.M.yyyy", "M/d/yy"] },
      ],
      clear: 3,
    });
  });

  it("not where a part of one digit can be no year", () => {
    expect(findingOf(["13/2/24", "3/2/24"])).toMatchObject({ kind: "found", dates: ["d/M/yy"] });
  });
});

it("names the two cells that no order reads", () => {
  expect(findingOf(["01/02/2024", "13/02/2024", "02/14/2024"])).toMatchObject({
    kind: "contradictory",
    cells: [
      { text: "02/14/2024", line: 4 },
      { text: "13/02/2024", line: 3 },
    ],
  });
});
