// What a run left behind against what the ledger knows: results.csv, results.ndjson and the summary. The files are read
// as anybody would read them, in one pass beside the ledger's own rows. Invariants within the ledger are in
// ledger/sqlite/invariants.ts.

import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "csv-parse";
import { isPlainObject } from "../model/json.ts";
import { type Invariant, mostExamples } from "../model/ledger/audit.ts";
import type { ResultRow, Results } from "../model/ledger/results.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { compareRows, isSameRow, type RowRef } from "../model/row.ts";
import { countText } from "../model/text/count-text.ts";
import { resultFileNames } from "../report/results.ts";
import { inputName } from "../report/row-outcome.ts";
import { fromSpreadsheet } from "../report/spreadsheet-cell.ts";

/** The invariants over the files of a run. A run that ended before anything could be sent wrote none. */
export async function resultInvariants(
  results: Results,
  run: RunRecord,
  folder: string,
): Promise<readonly Invariant[]> {
  const csv = { law: "results_csv", claim: "results.csv has one line for each row, with the ledger's outcome" };
  const ndjson = { law: "results_ndjson", claim: "results.ndjson says the same" };
  const { summary } = run;
  if (!isSummary(summary)) {
    return [csv, ndjson].map((law) => ({
      ...law,
      numbers: "none: the run stopped before anything was sent",
      breaches: 0,
      examples: [],
    }));
  }
  return [
    { ...csv, ...(await compareLines(results, run, csvLines(join(folder, resultFileNames.csv)), resultFileNames.csv)) },
    ...(isPlainObject(summary.results) && summary.results.results_ndjson === null
      ? []
      : [
          {
            ...ndjson,
            ...(await compareLines(
              results,
              run,
              ndjsonLines(join(folder, resultFileNames.ndjson)),
              resultFileNames.ndjson,
            )),
          },
        ]),
    await summaryLaw(results, run),
  ];
}

/** A line of either file; every value as text, `""` for none. */
type Line = Readonly<Record<string, string>>;
type Found = Pick<Invariant, "numbers" | "breaches" | "examples">;

// Both are in input order, so whoever is behind is missing from the other side. A line twice is behind at once.
async function compareLines(
  results: Results,
  run: RunRecord,
  lines: AsyncIterable<Line>,
  name: string,
): Promise<Found> {
  const files = await results.files(run.id);
  const fileIds = new Map<string, number[]>();
  for (const file of files) {
    const name = JSON.stringify([inputName(file), file.file]);
    fileIds.set(name, [...(fileIds.get(name) ?? []), file.id]);
  }
  const names = new Map(files.map(({ id, file }) => [id, file]));
  const rows = flat(results.rows(run.id));
  const found = createFindings();
  let lineCount = 0;
  let rowCount = 0;
  const nextRow = async (): Promise<ResultRow | undefined> => {
    const { value, done } = await rows.next();
    if (done === true) return undefined;
    rowCount += 1;
    return value;
  };
  let row = await nextRow();
  try {
    for await (const line of lines) {
      lineCount += 1;
      const place = `${line.file ?? ""}:${line.line ?? ""}`;
      // Tonight's file may be called as the one was that open rows came in: then it is the next row with this number.
      const refs = (fileIds.get(JSON.stringify([line.input, line.file])) ?? []).map(
        (file): RowRef => ({ file, number: Number(line.row) }),
      );
      const at = row?.ref;
      const ref = refs.find((each) => at === undefined || compareRows(each, at) >= 0) ?? refs.at(-1);
      if (ref === undefined) {
        found.add(`${name}: ${place} belongs to no file of the run`);
        continue;
      }
      while (row !== undefined && compareRows(row.ref, ref) < 0) {
        found.add(`${names.get(row.ref.file) ?? ""}:${row.line} has no line in ${name}`);
        row = await nextRow();
      }
      if (row !== undefined && isSameRow(row.ref, ref)) {
        for (const difference of differences(line, row)) found.add(`${name}: ${place} ${difference}`);
        row = await nextRow();
      } else found.add(`${name}: ${place} has another line already, or is not a row of the run`);
    }
  } catch (error) {
    found.add(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  for (; row !== undefined; row = await nextRow()) {
    found.add(`${names.get(row.ref.file) ?? ""}:${row.line} has no line in ${name}`);
  }
  const numbers = `rows ${countText(rowCount)} = result lines ${countText(lineCount)}`;
  return { numbers, ...found.result() };
}

function differences(line: Line, { outcome, entry }: ResultRow): readonly string[] {
  const knows = { outcome, key: entry?.key ?? "", action: entry?.action ?? "", remote_id: entry?.remoteId ?? "" };
  return Object.entries(knows).flatMap(([column, value]) =>
    (line[column] ?? "") === value ? [] : [`has ${column} "${line[column] ?? ""}", the ledger "${value}"`],
  );
}

async function summaryLaw(results: Results, { id, summary }: RunRecord): Promise<Invariant> {
  const tallies = await results.tallies(id);
  const rows = tallies.reduce((sum, tally) => sum + tally.rows, 0);
  const said = isSummary(summary) && isPlainObject(summary.totals) ? Number(summary.totals.rows) : Number.NaN;
  const numbers = `rows in the ledger ${countText(rows)} = rows in the summary ${countText(said)}`;
  return {
    law: "summary",
    claim: "the summary counts every row",
    numbers,
    breaches: said === rows ? 0 : 1,
    examples: said === rows ? [] : [numbers.replace("=", "≠")],
  };
}

function isSummary(summary: unknown): summary is Record<string, unknown> {
  return isPlainObject(summary) && summary.version === 1;
}

async function* csvLines(path: string): AsyncGenerator<Line> {
  const input = createReadStream(path);
  const parser = parse({ columns: true });
  // A stream that fails does not end the one it is piped into.
  input.on("error", (error) => parser.destroy(error));
  for await (const line of input.pipe(parser) as AsyncIterable<Line>)
    yield Object.fromEntries(Object.entries(line).map(([column, cell]) => [column, fromSpreadsheet(cell)]));
}

async function* ndjsonLines(path: string): AsyncGenerator<Line> {
  const input = createReadStream(path, "utf8");
  const failed = new Promise<never>((_, reject) => input.once("error", reject));
  failed.catch(() => undefined);
  await Promise.race([failed, new Promise<void>((opened) => input.once("ready", () => opened()))]);
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const value: unknown = JSON.parse(text);
    if (!isPlainObject(value)) throw new Error(`"${text.slice(0, 40)}" is not an object`);
    yield Object.fromEntries(
      Object.entries(value).map(([column, cell]) => [column, cell === null ? "" : String(cell)]),
    );
  }
}

async function* flat(batches: AsyncIterable<readonly ResultRow[]>): AsyncGenerator<ResultRow> {
  for await (const batch of batches) yield* batch;
}

function createFindings(): { add(example: string): void; result(): Pick<Invariant, "breaches" | "examples"> } {
  const examples: string[] = [];
  let breaches = 0;
  return {
    add(example) {
      breaches += 1;
      if (examples.length < mostExamples) examples.push(example);
    },
    result: () => ({ breaches, examples }),
  };
}
