// What a report keeps of rows: all that fit, the first of each reason beyond that, and no cell where cells are to be left out.
import { describe, expect, it } from "vitest";
import { reportPage } from "../../../src/report/html/report-page.ts";
import { hostileRows, hostileTexts, madeReport, manyRows } from "./made-reports.ts";

const words = ["run", "import.yaml", "--limit", "10"];

async function pageOf(rows: Parameters<typeof madeReport>[0], parts = {}, options = {}): Promise<string> {
  const { summary, kept } = await madeReport(rows, parts, options);
  return [...reportPage(summary, kept, { words })].join("");
}

describe("the rows that are kept", () => {
  it("are all of them where they fit, in input order", async () => {
    const { kept } = await madeReport(manyRows(1500));
    expect(kept.lines).toHaveLength(1500);
    expect(kept.mostOfReason).toBeUndefined();
    const numbers = kept.lines.map((line) => /SO-(\d+)/.exec(line)?.[1]);
    expect(numbers).toEqual(numbers.toSorted());
  });

  it("are the first thousand of each reason beyond so many rows, and counts stay exact", async () => {
    const { kept, summary } = await madeReport(manyRows(4000), {}, { mostRows: 3500 });
    expect(kept.mostOfReason).toBe(1000);
    expect(summary.reasons?.groups.map(({ rows }) => rows)).toEqual([2400, 800, 400, 400]);
    expect(kept.lines).toHaveLength(1000 + 800 + 400 + 400);
    const page = await pageOf(manyRows(4000), {}, { mostRows: 3500 });
    expect(page).toContain('the first <span class="n" data-of="page.of_reason">1,000</span> of each reason');
  });

  it("are fewer where a thousand of each are too many bytes: memory does not grow with the rows", async () => {
    const { kept } = await madeReport(manyRows(3000), {}, { mostBytes: 20_000 });
    const bytes = kept.lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    expect(bytes).toBeLessThanOrEqual(20_000);
    expect(kept.mostOfReason).toBe(125);
  });

  it("say messages once for a reason, and give each back with its own value", async () => {
    const { kept } = await madeReport(manyRows(20));
    const [price] = kept.reasons;
    expect(price?.pattern).toBe('"\u0001" is not a number');
    expect(kept.lines.filter((line) => line.endsWith("\t"))).toHaveLength(20);
    expect(await pageOf(manyRows(20))).toContain("<td>&quot;€12.90&quot; is not a number</td>");
  });
});

describe("hostile texts", () => {
  it("stand in a page as text: they open and end nothing", async () => {
    const page = await pageOf(hostileRows(), { warnings: Object.values(hostileTexts) });
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page.match(/<template /g)).toHaveLength(2);
    expect(page.match(/<\/template>/g)).toHaveLength(2);
    expect(page).not.toMatch(/<img|<!--|\son\w+="|\sstyle="/);
    for (const acting of ["\u0000", "\u202E", "\uD800", "\u001B"]) expect(page).not.toContain(acting);
    expect(page).toContain("(1,048,576 characters)");
    expect(page.length).toBeLessThan(200_000);
  });
});

describe("a report without values", () => {
  const secret = "secret-of-a-cell";
  const problem = {
    code: "not_a_number",
    message: `"${secret}" is no price of ${secret}`,
    column: "Price",
    value: secret,
    path: "retail_price",
    file: "orders.csv",
    line: 12,
  } as const;
  const rows = (): Parameters<typeof madeReport>[0] => [
    { entry: { ...entryOf(secret), problems: [problem, { ...problem, severity: "warning" }] } },
  ];
  const quoting = {
    warnings: [`the cell ${secret} is odd`],
    stopped: { code: "MAX_ERRORS", message: `refused: ${secret}`, hint: `look at ${secret}` },
  };

  it("has nothing of a cell, a key, a message, a warning or a hint, in any part of the page", async () => {
    expect(await pageOf(rows(), quoting)).toContain(secret);
    const page = await pageOf(rows(), quoting, { values: false });
    expect(page).not.toContain(secret);
    expect(page).toContain("left out (--no-values)");
  });

  it("still says where, in which column, and what is wrong in words that quote nothing", async () => {
    const page = await pageOf(rows(), quoting, { values: false });
    expect(page).toContain("orders.csv:12");
    expect(page).toContain("<bdi>Price</bdi>: not a number");
    expect(page).not.toContain('data-field="value"');
  });
});

function entryOf(key: string) {
  return {
    id: 1,
    resource: "sales_orders",
    phase: "sales_orders",
    key,
    outcome: "invalid",
    action: undefined,
    remoteId: undefined,
    attempts: 0,
    httpStatus: undefined,
  } as const;
}
