// Reports of runs that nobody made: rows as a ledger would give them, through the real writer into a real file.
import { join } from "node:path";
import type { Problem } from "../../../src/model/problem.ts";
import { type FailedRowsOptions, gatherFailedRows, type KeptRows } from "../../../src/report/html/failed-rows.ts";
import { writeReport } from "../../../src/report/html/report-page.ts";
import { runFiles } from "../../../src/report/row-outcome.ts";
import { buildSummary, type Summary, type SummaryFacts } from "../../../src/report/summary.ts";
import { tallyRows } from "../../../src/report/tally-rows.ts";
import { entry, type FakeRow, fakeResults, resultRow, runRecord, stagedFile } from "../fake-results.ts";

export const files = [stagedFile(1, "orders"), stagedFile(2, "products", { file: "exports/products.csv" })];

export interface MadeReport {
  readonly path: string;
  readonly summary: Summary;
  readonly kept: KeptRows;
}

const facts: Omit<SummaryFacts, "failures"> = {
  account: "https://acme.api.example/external/api/v1",
  endedAtMs: Date.UTC(2024, 10, 21, 23, 47, 12),
  exitCode: 3,
  folder: "/srv/import/.luminous-import/runs/20241121-2300",
  warnings: ["the file's last line has no line end"],
  traffic: { requests: 4120, retries: 31, throttled: 12, lookups: 220, pauses: 3, waitingMs: 41_500 },
  timeline: {
    started_at: "2024-11-21T23:00:04.000Z",
    bucket_seconds: 16,
    requests: Array.from({ length: 176 }, (_, at) => (at < 60 ? 30 : at > 90 ? 26 - (at % 5) : at % 7)),
    throttled: Array.from({ length: 176 }, (_, at) => (at % 40 === 5 ? 3 : 0)),
    accepted: Array.from({ length: 176 }, (_, at) => (at < 60 ? 22 : at > 90 ? 18 - (at % 4) : 0)),
    pauses: [
      { from: 80, to: 95 },
      { from: 720, to: 733.5 },
    ],
    outages: [{ from: 960, to: 1440 }],
  },
};

/** The summary and the rows of a run with these rows. */
export async function madeReport(
  rows: Iterable<FakeRow>,
  parts: Partial<Omit<SummaryFacts, "failures">> = {},
  options: FailedRowsOptions = {},
): Promise<Omit<MadeReport, "path">> {
  const all = runFiles(files);
  const tally = tallyRows({ orders: "sales_orders", products: "products" });
  const failed = gatherFailedRows(options);
  let number = 0;
  for (const row of rows) {
    number += 1;
    const made = resultRow({ number, ...row });
    tally.see(made, all);
    failed.see(made, all);
  }
  const results = fakeResults(files, [], { agreements: async () => agreements, sends: async () => sends });
  const summary = await buildSummary(results, runRecord({ program: "0.2.0", job: "/srv/import/import.yaml" }), {
    ...facts,
    failures: [{ name: "failures/orders.csv", input: "orders", rows: 1 }],
    tallied: tally.tallied(),
    reasons: failed.reasons(),
    ...parts,
  });
  return { summary, kept: failed.kept() };
}

/** Writes its report. */
export async function makeReport(
  folder: string,
  rows: Iterable<FakeRow>,
  parts: Partial<Omit<SummaryFacts, "failures">> = {},
): Promise<MadeReport> {
  const made = await madeReport(rows, parts);
  const path = join(folder, "report.html");
  await writeReport(path, made.summary, made.kept, { words: ["run", "import.yaml"] });
  return { ...made, path };
}

const agreements = [
  { input: "orders", resource: "sales_orders", agreement: "agrees", entries: 1204 },
  { input: "orders", resource: "sales_orders", agreement: "differs", entries: 3 },
] as const;
const sends = [
  { result: "accepted", sends: 3100 },
  { result: "recovered", sends: 14 },
] as const;

/** Failed rows of several reasons among others that made it; every fourth of all rows failed. */
export function* manyRows(failures: number): Generator<FakeRow> {
  for (let at = 0; at < failures; at++) {
    for (let good = 0; good < 3; good++) yield { entry: entry("accepted", { action: "created" }) };
    yield failedRow(at);
  }
}

/** Every word that means something else to a replacement. */
export const dollars = "a$&b$'c$`d$$e";

function failedRow(at: number): FakeRow {
  const key = `SO-${String(at).padStart(6, "0")}`;
  if (at % 10 < 6) {
    const value = at === 20_004 ? dollars : `€${(at % 977) + 1}.90`;
    const problem = wrong("not_a_number", at, "Variant Price", value, `"${value}" is not a number`, "retail_price");
    return { fileId: 2, entry: entry("invalid", { key, problems: [problem] }) };
  }
  if (at % 10 < 8) {
    const message = `the product "LANTERN-${at % 7}" (exports/products.csv:8) is invalid`;
    const problem = wrong("reference_failed", at, "items.0.sku", `LANTERN-${at % 7}`, message, "items[0].sku");
    return { entry: entry("blocked", { key, problems: [problem] }) };
  }
  if (at % 10 === 8) {
    const message = "no answer after 4 attempts (HTTP 503)";
    return { entry: entry("failed", { key, attempts: 4, problems: [{ code: "api_failed", message }] }) };
  }
  const message = "Customer e-mail: the domain does not exist";
  return {
    entry: entry("rejected", {
      key,
      problems: [wrong("api_rejected", at, "Email", `a${at}@nowhere`, message, "email")],
    }),
  };
}

function wrong(
  code: Problem["code"],
  at: number,
  column: string,
  value: string,
  message: string,
  path: string,
): Problem {
  return {
    code,
    message,
    column,
    value,
    path,
    file: code === "not_a_number" ? "exports/products.csv" : "orders.csv",
    line: at * 4 + 5,
  };
}

export const hostileTexts = {
  script: "</script><script>document.title='broken'</script>",
  template: "</template></table><img src=x onerror=document.title='broken'>",
  comment: "<!-- --><!--<script>",
  attribute: `" onmouseover="document.title='broken'" style="color:red`,
  bidi: "abc\u202Egnp.exe\u2066\u2069",
  nul: "a\u0000b\u001B[31mc",
  half: "x\uD800y",
  tabs: "one\ttwo\nthree\r\nfour",
  entity: "&lt;b&gt; &amp;amp; &#x3c;",
  long: "long".repeat(262_144),
  mark: "\u0001\uE000\uFFFE",
} as const;

/** A row for each hostile text, which is its key, column, value, path and part of its message. */
export function* hostileRows(): Generator<FakeRow> {
  for (const [name, text] of Object.entries(hostileTexts)) {
    const message = `"${text}" is not a number (${name})`;
    const problem: Problem = {
      code: "not_a_number",
      message,
      column: text,
      value: text,
      path: text,
      file: text,
      line: 7,
    };
    yield { fileId: 1, entry: entry("invalid", { key: text, problems: [problem] }) };
  }
}
