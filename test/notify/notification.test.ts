// What is told: sentences that a person can act on, numbers of the summary, and no cell, key or answer of the API.
import { describe, expect, it, test } from "vitest";
import type { ErrorCode } from "../../src/model/error.ts";
import { notificationOf } from "../../src/notify/notification.ts";
import { toldRun } from "./told.ts";

describe("the sentence", () => {
  test.each([
    {
      of: "a run that made everything",
      told: toldRun({ rows: { accepted: 1200, unchanged: 3 } }),
      event: "run.finished",
      text: "luminous-import run of import.yaml: finished (exit code 0). 1,203 rows: 1,200 accepted and 3 unchanged. Next: nothing is left to do.",
    },
    {
      of: "a run with failures",
      told: toldRun({
        exitCode: 3,
        rows: { accepted: 7, invalid: 2, blocked: 1 },
        summary: {
          results: { ...toldRun().summary?.results, failures: [{ name: "failures/orders.csv", rows: 3 }] } as never,
        },
      }),
      event: "run.finished",
      text: "luminous-import run of import.yaml: finished, and 3 rows of 10 rows did not make it (exit code 3): 2 invalid and 1 blocked. Next: fix failures/orders.csv and run: luminous-import retry import.yaml",
    },
    {
      of: "a run that an outage ended",
      told: toldRun({
        exitCode: 4,
        rows: { accepted: 5, pending: 5 },
        summary: { ended: "stopped", stopped: { code: "OUTAGE", message: "the API did not answer for 15 min" } },
      }),
      event: "run.stopped",
      text: "luminous-import run of import.yaml: stopped before the end (exit code 4): the API did not answer for 15 min. 10 rows: 5 accepted and 5 pending. Next: to continue: luminous-import run import.yaml",
    },
    {
      of: "a command that started nothing",
      told: unstarted("STATE_LOCKED", "another run holds /srv/state (pid 12)", "Wait until it has ended."),
      event: "run.not_started",
      text: "luminous-import run of import.yaml: was not started (exit code 2): another run holds /srv/state (pid 12). Next: Wait until it has ended. (luminous-import run import.yaml)",
    },
    {
      of: "nothing to do",
      told: toldRun({ command: "drop" }),
      event: "run.nothing_to_do",
      text: "luminous-import drop of import.yaml: there was nothing to do (exit code 0). Next: nothing is left to do.",
    },
    {
      of: "a pass with a file in quarantine",
      told: toldRun({
        command: "drop",
        exitCode: 3,
        rows: { accepted: 2, failed: 1 },
        pass: {
          pass: "p1",
          taken: 2,
          archived: ["a.csv"],
          quarantined: [{ file: "b.bin", reason: "CANARY" }],
          waiting: 0,
        },
      }),
      event: "run.finished",
      text: "luminous-import drop of import.yaml: finished, and 1 row of 3 rows did not make it (exit code 3): 1 failed. 1 file went to quarantine. Next: run the same command again: luminous-import run import.yaml",
    },
  ])("of $of says what happened and what to do", ({ told, event, text }) => {
    const notification = notificationOf(told, { values: false });
    expect(notification).toMatchObject({ event, text, content: text, allowed_mentions: { parse: [] } });
    expect(JSON.stringify(notification)).not.toContain("CANARY");
  });

  it("mentions nobody, links nowhere and stays on one line, whatever a message says", () => {
    const told = unstarted("STATE_UNUSABLE", "<!channel> @here \u001b[2J <https://evil.example|click>\nmore");
    const { text } = notificationOf(told, { values: false });
    expect(text).not.toMatch(/[<>@\n]|\p{Cc}/u);
    expect(text).toContain("‹!channel› ＠here");
  });

  it("is short enough for every chat", () => {
    const { text } = notificationOf(unstarted("USAGE", "x".repeat(5000)), { values: false });
    expect([...text].length).toBeLessThanOrEqual(2000);
  });
});

describe("without values", () => {
  test.each<{ readonly code: ErrorCode; readonly message: string; readonly says: string }>([
    {
      code: "GUARD",
      message: 'orders go to the channel "CANARY", which pushes CANARY',
      says: "a guard of the job refused to start",
    },
    {
      code: "TOO_MANY_ERRORS",
      message: "the first 20 all ended alike (api_rejected | name | CANARY)",
      says: "too many entries were refused",
    },
    { code: "ACCOUNT_REFUSED", message: "refused the account: CANARY", says: "Luminous refused the account" },
    {
      code: "MAPPING_INVALID",
      message: 'maps/orders.yaml:10:3: no column "SKU": it has CANARY\norders.yaml:12:1: CANARY',
      says: "does not fit the columns of its file (maps/orders.yaml:10:3, orders.yaml:12:1)",
    },
    {
      code: "INPUT_UNREADABLE",
      message: 'orders.csv:1: the first line looks like data, not like a header: "CANARY", "a "CANARY" b", "7"',
      says: "orders.csv:1: the first line looks like data, not like a header: …",
    },
    { code: "INPUT_UNREADABLE", message: 'orders.csv:9: a quote "CANARY\nCANARY', says: "orders.csv:9: a quote …" },
    { code: "INPUT_UNREADABLE", message: 'no file matches "exports/*.csv"', says: 'no file matches "exports/*.csv"' },
  ])("the reason $code keeps what files and servers said to itself", ({ code, message, says }) => {
    const told = { ...unstarted(code, message, "fix CANARY"), exitCode: 2 };
    const notification = notificationOf(told, { values: false });
    if (/CANARY/.test(message)) expect(JSON.stringify(notification)).not.toContain("CANARY");
    expect(notification.verdict).toContain(says);
    const ofRun = toldRun({
      exitCode: 4,
      rows: { pending: 1 },
      summary: { ended: "stopped", stopped: { code, message, hint: "fix CANARY" } },
    });
    if (/CANARY/.test(message))
      expect(JSON.stringify(notificationOf(ofRun, { values: false }))).not.toContain("CANARY");
    expect(JSON.stringify(notificationOf(told, { values: true }))).toContain(message.split("\n")[0]?.slice(0, 12));
  });

  it("problems have code, path, column and places; with values the message and the cell too", () => {
    const examples = [
      {
        code: "not_a_number",
        message: '"CANARY" is no number',
        path: "retry[0].price",
        file: "a.csv",
        line: 4,
        column: "Price",
        value: "CANARY",
      },
      {
        code: "not_a_number",
        message: '"CANARY" is no number',
        path: "price",
        file: "a.csv",
        line: 9,
        column: "Price",
        value: "CANARY",
      },
    ] as const;
    const odd = { code: "api_rejected", message: "CANARY", path: "what the server likes CANARY" } as const;
    const told = toldRun({
      exitCode: 3,
      rows: { invalid: 2 },
      summary: {
        warnings: ["CANARY"],
        problems: {
          top: [
            { signature: "s", code: "not_a_number", severity: "error", count: 2, examples },
            { signature: "CANARY", code: "api_rejected", severity: "error", count: 1, examples: [odd] },
          ],
          signatures: 2,
          errors: 3,
          warnings: 0,
          ungrouped: 0,
        },
      },
    });
    const without = notificationOf(told, { values: false });
    expect(JSON.stringify(without)).not.toContain("CANARY");
    expect(without).toMatchObject({
      warnings: 1,
      problem_kinds: 2,
      problems: [
        { code: "not_a_number", count: 2, path: "retry[0].price", column: "Price", file: "a.csv", lines: [4, 9] },
        { code: "api_rejected", count: 1, path: null },
      ],
    });
    expect(notificationOf(told, { values: true })).toMatchObject({
      warnings: ["CANARY"],
      problems: [{ message: '"CANARY" is no number', value: "CANARY" }, { message: "CANARY" }],
    });
  });
});

function unstarted(code: ErrorCode, message: string, hint?: string) {
  const { summary: _, ...told } = toldRun({
    exitCode: 2,
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
  });
  return told;
}
