import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, test } from "vitest";
import type { Problem } from "../../src/model/problem.ts";
import type { Format } from "../../src/model/row.ts";
import { problemList } from "../../src/report/problem-list.ts";
import { tallyProblems } from "../../src/report/problems.ts";
import { buildSummary, type Summary, type SummaryFacts } from "../../src/report/summary.ts";
import { systemicIn } from "../../src/report/systemic-problems.ts";
import type { Tally } from "../../src/report/tally-rows.ts";
import { fateTable, nextStep, terminalSummary } from "../../src/report/terminal-summary.ts";
import { fakeResults, runRecord } from "./fake-results.ts";

const again = "luminous-import run job.yaml";
const retry = "luminous-import retry job.yaml";

const wrong: Problem = {
  code: "too_small",
  message: "must be greater than 0",
  path: "items[1].quantity",
  file: "orders.csv",
  line: 1043,
  row: 900,
  column: "Qty",
  value: "0",
};

describe("the closing", () => {
  it("tells a tired person everything", async () => {
    const summary = await summaryOf({
      tallies: [
        tally("products", "accepted", 1204, 1300, "created"),
        tally("products", "accepted", 33, 33, "updated"),
        tally("products", "unchanged", 812, 812),
        tally("kits", "accepted", 20, 41, "created"),
        tally("sales_orders", "accepted", 9120, 31_000, "created"),
        tally("sales_orders", "accepted", 2, 5, "recovered"),
        tally("sales_orders", "invalid", 12, 57),
        tally("sales_orders", "in_doubt", 1, 3),
        tally(null, "excluded", 0, 14),
      ],
      problems: [
        ...Array.from({ length: 1043 }, (_, index) => ({ ...wrong, line: 1043 + index })),
        { ...wrong, column: "Price", path: "items[1].unit_price", message: "is not a number", code: "not_a_number" },
        { code: "in_doubt", message: "sent, and no answer and no lookup could tell", severity: "warning" },
      ],
      failures: [{ name: "failures/orders.csv", input: "orders", rows: 60 }],
    });
    expect(terminalSummary(summary, { width: 80, again, retry })).toBe(
      `
run finished in 3 h 20 min: 33,265 rows, 11,204 entries

           products  kits  sales orders  entries    rows
created       1,204    20         9,120   10,344  32,341
updated          33                           33      33
recovered                             2        2       5
unchanged       812                          812     812
excluded                                              14
invalid                              12       12      57
in doubt                              1        1       3
total         2,049    20         9,135   11,204  33,265

What was wrong
  1,043 × orders.csv:1043 column "Qty" = "0" → items[1].quantity: must be
          greater than 0
          also lines 1044, 1045 and 1,040 more
      1 × orders.csv:1043 column "Price" = "0" → items[1].unit_price: is not a
          number
      1 × warning: sent, and no answer and no lookup could tell

Files in .luminous-import/runs/20241121-2300
  report.html          all of this as a page, to open or send on
  results.csv          every row and what became of it
  failures/orders.csv  60 rows that did not make it, with the reason
  summary.json         the numbers

Next: fix failures/orders.csv and run: luminous-import retry job.yaml
`.trim(),
    );
  });

  it("is short when there is nothing to say", async () => {
    const summary = await summaryOf({ tallies: [tally("products", "unchanged", 1, 1)] });
    expect(terminalSummary(summary, { width: 80, again })).toBe(
      `
run finished in 3 h 20 min: 1 row, 1 entry

           products  rows
unchanged         1     1

Files in .luminous-import/runs/20241121-2300
  report.html   all of this as a page, to open or send on
  results.csv   every row and what became of it
  summary.json  the numbers

Next: nothing is left to do.
`.trim(),
    );
  });

  it("counts what was not reached, and what earlier runs left open", async () => {
    const tallies = [tally("products", "accepted", 1, 1), tally("products", "pending", 1204, 1204)];
    const stopped = { code: "STOPPED", message: "stopped by a signal" };
    const text = terminalSummary(await summaryOf({ tallies, stopped, open: { rows: 3, earlierRows: 3 } }), {
      width: 80,
      again,
      retry,
    });
    expect(text).toContain(
      "1,204 rows were not reached.\n3 rows from earlier runs still open: luminous-import retry job.yaml\n",
    );
  });

  it("says why a run stopped", async () => {
    const stopped = { code: "OUTAGE", message: "the API did not answer for 15 minutes" };
    const summary = await summaryOf({ tallies: [tally("products", "pending", 5, 5)], stopped });
    expect(terminalSummary(summary, { width: 50, again }).split("\n").slice(0, 2)).toEqual([
      "run stopped after 3 h 20 min: the API did not",
      "answer for 15 minutes (5 rows, 5 entries)",
    ]);
  });
});

describe("the table", () => {
  it("drops the phases where the terminal is too narrow for them", async () => {
    const tallies = [
      tally("products", "accepted", 10, 10, "created"),
      tally("sales_orders", "failed", 2_000_000, 3, null),
    ];
    expect(fateTable(await summaryOf({ tallies }), { width: 40 })).toBe(
      [
        "           entries  rows",
        "created         10    10",
        "failed   2,000,000     3",
        "total    2,000,010    13",
      ].join("\n"),
    );
  });

  it("colours lines by how bad they are, without moving a column", async () => {
    const tallies = [
      tally("products", "accepted", 1, 1, "created"),
      tally("products", "pending", 1, 1),
      tally("products", "failed", 1, 1),
    ];
    const summary = await summaryOf({ tallies });
    const coloured = fateTable(summary, { width: 80, colour: true });
    const colours = new Map([
      ["created", "32"],
      ["failed", "31"],
      ["pending", "33"],
    ]);
    for (const [word, code] of colours) expect(coloured).toContain(`\u001B[${code}m${word}`);
    expect(stripVTControlCharacters(coloured)).toBe(fateTable(summary, { width: 80 }));
  });

  it("calls what a check leaves pending ready", async () => {
    const table = fateTable(await summaryOf({ tallies: [tally("products", "pending", 7, 9)], command: "check" }), {
      width: 80,
    });
    expect(table).toBe(["       products  rows", "ready         7     9"].join("\n"));
  });
});

describe("the next step", () => {
  const oneFile = [{ name: "failures/orders.csv", input: "orders", rows: 1 }];
  const fourFiles = ["a", "b", "c", "d"].map((input) => ({ name: `failures/${input}.csv`, input, rows: 1 }));
  test.each<
    {
      readonly claim: string;
      readonly is: string;
      readonly withRetry?: boolean;
      readonly isWatched?: boolean;
    } & SummaryParts
  >([
    { claim: "nothing after a success", tallies: [tally("products", "accepted", 1, 1)], is: "nothing is left to do." },
    {
      claim: "to fix and retry",
      tallies: [tally("products", "rejected", 1, 1), tally("products", "failed", 1, 1)],
      failures: oneFile,
      withRetry: true,
      is: "fix failures/orders.csv and run: luminous-import retry job.yaml",
    },
    {
      claim: "to fix the source where there is no retry",
      tallies: [tally("products", "invalid", 1, 1)],
      failures: fourFiles,
      is:
        "fix the rows that failures/a.csv, failures/b.csv and 2 more files lists where they come from, then run: " +
        "luminous-import run job.yaml (what was accepted is not sent again)",
    },
    {
      claim: "to run again when only the API failed",
      tallies: [tally("products", "failed", 1, 1), tally("products", "in_doubt", 1, 1)],
      is: "run the same command again: luminous-import run job.yaml",
    },
    {
      claim: "to continue after a stop, hint first",
      tallies: [tally("products", "pending", 1, 1), tally("products", "invalid", 1, 1)],
      stopped: { code: "STATE_FULL", message: "the disk is full", hint: "free some space" },
      is: "free some space (luminous-import run job.yaml)",
    },
    {
      claim: "to continue first and to fix and retry then, where some were not reached and some failed",
      tallies: [tally("products", "pending", 1, 1), tally("products", "invalid", 1, 1)],
      failures: oneFile,
      stopped: { code: "STOPPED", message: "stopped" },
      withRetry: true,
      is: "to continue: luminous-import run job.yaml. After that, fix failures/orders.csv and run: luminous-import retry job.yaml",
    },
    {
      claim: "what failed in earlier runs when this one has nothing left to do",
      tallies: [tally("products", "accepted", 1, 1)],
      open: { rows: 3, earlierRows: 3 },
      withRetry: true,
      is: "fix the failures files of the earlier runs and run: luminous-import retry job.yaml",
    },
    {
      claim: "the key, when the account was refused",
      exitCode: 5,
      stopped: { code: "ACCOUNT_REFUSED", message: "401" },
      is: "check the company and the API key of the account, then run: luminous-import run job.yaml",
    },
    {
      claim: "to fix the cells after a check",
      command: "check",
      tallies: [tally("products", "invalid", 1, 1), tally("products", "pending", 1, 1)],
      is: "fix the cells named above, or the mapping (results.csv has every row), then check again: luminous-import run job.yaml",
    },
    {
      claim: "to send it after a good check",
      command: "check",
      tallies: [tally("products", "pending", 1, 1)],
      is: "nothing stands in the way. To send it: luminous-import run job.yaml",
    },
    {
      claim: "nothing by hand where a watch comes again by itself",
      tallies: [tally("products", "pending", 1, 1)],
      stopped: {
        code: "OUTAGE",
        message: "out",
        hint: "run the same command again when the API is back: it continues",
      },
      isWatched: true,
      is: "the watch makes another pass by itself",
    },
    {
      claim: "what a watch cannot do by itself",
      tallies: [tally("products", "pending", 1, 1)],
      stopped: { code: "OUTAGE", message: "out", hint: "check the address, then run the same command again" },
      isWatched: true,
      is: "check the address; the watch makes another pass by itself",
    },
    {
      claim: "the command itself where the watch was told to stop",
      tallies: [tally("products", "pending", 1, 1)],
      stopped: { code: "STOPPED", message: "stopped" },
      isWatched: true,
      is: "to continue: luminous-import run job.yaml",
    },
  ])("is $claim", async ({ is, withRetry = false, isWatched = false, ...parts }) => {
    expect(nextStep(await summaryOf(parts), { again, isWatched, ...(withRetry ? { retry } : {}) })).toBe(is);
  });
});

it("keeps a command that it proposes on one line, whatever the width", async () => {
  const failures = [{ name: "failures/orders.csv", input: "orders", rows: 60 }];
  const summary = await summaryOf({ tallies: [tally("sales_orders", "invalid", 1, 1)], failures });
  for (const width of [20, 40, 61, 80])
    expect(terminalSummary(summary, { width, again, retry }).split("\n").at(-1)).toContain(retry);
});

describe("what every row has", () => {
  const read = {
    input: "orders",
    file: "orders.csv",
    kind: "input",
    carried_from: null,
    format: "csv",
    rows: 30,
    detected: [],
  } as const;
  const file = { ...read, fingerprint: null, mapping_hash: null };
  const tallies = [tally("sales_orders", "invalid", 10, 30), tally(null, "excluded", 0, 5)];
  const seen = (count: number, path: string) => Array.from({ length: count }, () => ({ ...wrong, path }));

  test.each<{
    readonly claim: string;
    readonly problems: readonly Problem[];
    readonly is: boolean;
    readonly format?: Format;
    readonly name?: string;
  }>([
    { claim: "a field of every entry", problems: seen(10, "order_date"), is: true },
    { claim: "a field of most entries", problems: seen(9, "order_date"), is: false },
    { claim: "an item of every row", problems: seen(30, "items[0].quantity"), is: true },
    { claim: "an item of every entry, and not of every row", problems: seen(29, "items[0].quantity"), is: false },
    { claim: "nested items, which nobody counts", problems: seen(30, "items[0].quantity"), format: "json", is: false },
    {
      claim: "what earlier runs made of the rows",
      problems: seen(10, "order_date").map((problem) => ({ ...problem, code: "accepted_by_retry" as const })),
      is: false,
    },
    { claim: "a file that is none of the run", problems: seen(30, "order_date"), name: "other.csv", is: false },
  ])("is $is of $claim", async ({ problems, is, format = "csv", name = "orders.csv" }) => {
    const summary = { ...(await summaryOf({ tallies, problems })), files: [{ ...file, format, file: name }] };
    expect(summary.problems.top.map(systemicIn(summary))).toEqual([is]);
    expect(
      terminalSummary(summary, { width: 80, again }).includes(
        "the others all have this too: look at the mapping first",
      ),
    ).toBe(is);
  });
});

describe("the list of problems", () => {
  it("shows each kind with its count and first examples, and says what it leaves out", async () => {
    const problems = [
      ...[1043, 1050, 1051, 1052, 1053].map((line) => ({ ...wrong, line })),
      ...["A", "B", "C"].map((column) => ({ ...wrong, column })),
    ];
    const { problems: found } = await summaryOf({ problems });
    expect(problemList(found, { width: 100, maxGroups: 2, maxExamples: 2 })).toBe(
      [
        '5 × orders.csv:1043 column "Qty" = "0" → items[1].quantity: must be greater than 0',
        '    orders.csv:1050 column "Qty" = "0" → items[1].quantity: must be greater than 0',
        "    +3 more",
        '1 × orders.csv:1043 column "A" = "0" → items[1].quantity: must be greater than 0',
        "    +2 more kinds of problem",
      ].join("\n"),
    );
  });

  it("names a line once, however many of its problems are alike", async () => {
    const { problems } = await summaryOf({ problems: [8, 8, 9, 9, 9].map((line) => ({ ...wrong, line })) });
    const [, also] = problemList(problems, { width: 100, maxGroups: 1, maxExamples: 1 }).split("\n");
    expect(also).toBe("    also line 9 and 2 more");
  });

  it("is empty without problems", async () => {
    expect(problemList((await summaryOf({})).problems, { width: 80, maxGroups: 5, maxExamples: 1 })).toBe("");
  });
});

interface SummaryParts {
  readonly tallies?: readonly Tally[];
  readonly problems?: readonly Problem[];
  readonly failures?: Summary["results"]["failures"];
  readonly stopped?: NonNullable<Summary["stopped"]>;
  readonly exitCode?: number;
  readonly command?: string;
  readonly open?: SummaryFacts["open"];
}

// A real summary of tallies that are said instead of made.
async function summaryOf({
  tallies = [],
  problems = [],
  failures = [],
  stopped,
  exitCode = 0,
  command = "run",
  open,
}: SummaryParts): Promise<Summary> {
  const run = runRecord({ command });
  const tallied = tallyProblems();
  for (const problem of problems) tallied.add(problem);
  return await buildSummary(fakeResults([], []), run, {
    endedAtMs: run.startedAtMs + 12_000_000,
    exitCode,
    folder: ".luminous-import/runs/20241121-2300",
    failures,
    tallied: { tallies, rowsOfFile: new Map(), filesWithFailures: new Set(), problems: tallied.groups() },
    ...(stopped === undefined ? {} : { stopped }),
    ...(open === undefined ? {} : { open }),
  });
}

function tally(
  phase: Tally["phase"],
  outcome: Tally["outcome"],
  entries: number,
  rows: number,
  action: Tally["action"] = null,
): Tally {
  return { input: "orders", phase, outcome, action, rows, entries };
}
