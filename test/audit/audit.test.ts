// An audit holds what a run left behind against itself: a good one breaks no law, and whatever is changed in it afterwards
// is named.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { type AuditResult, audit } from "../../src/audit/audit.ts";
import { Database } from "../../src/ledger/sqlite/storage/database.ts";
import { auditText } from "../../src/report/audit-text.ts";
import { run } from "../../src/run/run.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { value } from "../ledger/sqlite/values.ts";
import { errorOf, type JobFolder } from "../staging/job-folder.ts";
import { accountAt, type Copy, copyOf, ranJob } from "./audited.ts";

let sandbox: Sandbox;
let original: JobFolder;
beforeAll(async () => {
  sandbox = await startSandbox();
  original = await ranJob(sandbox);
});
afterAll(async () => {
  await original[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

const auditCopy = ({ job }: Copy): Promise<AuditResult> => audit(job, { baseUrl: sandbox.url });

function broken({ laws }: AuditResult): readonly string[] {
  return laws.filter(({ breaches }) => breaches > 0).map(({ law }) => law);
}

describe("a run that nobody touched", () => {
  it("breaks no law, and each law shows its numbers", async () => {
    await using copy = await copyOf(original.path);
    const result = await auditCopy(copy);
    expect(result.laws.filter(({ breaches }) => breaches > 0)).toEqual([]);
    expect(result.exitCode).toBe(0);
    const numbers = Object.fromEntries(result.laws.map(({ law, numbers }) => [law, numbers]));
    expect(numbers).toMatchObject({
      results_csv: "rows 12 = result lines 12",
      results_ndjson: "rows 12 = result lines 12",
      file_rows: "rows 12 = row numbers up to 12",
      row_fates: "rows 12 = of entries 11 + of their own 1",
      entry_outcomes: "entries 9 = outcomes 9",
      accepted_sent: "accepted 7 = sent 7 = with remote id 7",
      one_creation: "creations 7, keys 7, proved gone 0",
      one_key_per_id: "created keys 7, ids 7",
      accepted_known: "accepted keys 7 = known 7",
    });
    expect(auditText(result)).toContain("ok      results.csv has one line for each row");
    expect(auditText(result)).toContain("Every law holds.");
  });

  it("breaks none after a second run either, after payloads are gone and after one that sent things again with --force", async () => {
    await using own = await startSandbox();
    await using folder = await ranJob(own);
    const job = await folder.loadJob();
    await run(job, { account: accountAt(own) });
    await run(job, { account: accountAt(own), force: true });
    await using copy = await copyOf(folder.path);
    const result = await audit(copy.job, { baseUrl: own.url });
    expect(result.laws.filter(({ breaches }) => breaches > 0)).toEqual([]);
  });

  it("is audited as the newest that ended, or by its id; what is not there is said", async () => {
    await using copy = await copyOf(original.path);
    const { runId } = await auditCopy(copy);
    expect((await audit(copy.job, { baseUrl: sandbox.url, run: runId })).exitCode).toBe(0);
    expect(await errorOf(audit(copy.job, { baseUrl: sandbox.url, run: "20000101-000000-0000" }))).toMatchObject({
      code: "USAGE",
      message: "there is no run 20000101-000000-0000",
    });
    copy.sql("update runs set ended_at_ms = null");
    expect(await errorOf(auditCopy(copy))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("has ended yet"),
    });
    expect(await errorOf(audit(copy.job, { baseUrl: sandbox.url, run: runId }))).toMatchObject({ code: "USAGE" });
  });
});

const entryOf = (key: string) => `(select id from entries where key = (select id from keys where key = '${key}'))`;
const keyOf = (key: string) =>
  `(select id from keys where key = '${key}' and resource in ('products', 'sales_orders'))`;
const sendOf = (key: string) => `(select min(id) from sends where key = ${keyOf(key)})`;

describe("what is changed in a ledger afterwards is named", () => {
  test.each<{ name: string; sql: string; laws: readonly string[]; example: string }>([
    {
      name: "a row that is gone",
      sql: `delete from rows where id = (select min(row) from entry_rows where entry = ${entryOf("O-2")})`,
      laws: ["results_csv", "results_ndjson", "summary", "file_rows", "entry_rows"],
      example: "sales_orders O-2 has 1 rows, not all of this run",
    },
    {
      name: "a row that its entry lost",
      sql: `delete from entry_rows where entry = ${entryOf("A-6")}`,
      laws: ["results_csv", "results_ndjson", "row_fates", "entry_rows"],
      example: "products.csv:8 has no outcome",
    },
    {
      name: "a row of two entries",
      sql: `insert into entry_rows select row, ${entryOf("A-6")} from entry_rows where entry = ${entryOf("A-1")}`,
      laws: ["row_claims"],
      example: "products.csv:2 belongs to 2 entries",
    },
    {
      name: "an entry without an outcome",
      sql: `update entries set outcome = null where id = ${entryOf("A-6")}`,
      laws: ["results_csv", "results_ndjson", "entry_outcomes"],
      example: "products A-6 is still open",
    },
    {
      name: "an outcome that there is not",
      sql: `update entries set outcome = 'fine' where id = ${entryOf("A-6")}`,
      laws: ["results_csv", "results_ndjson", "entry_outcomes"],
      example: 'products A-6 is "fine"',
    },
    {
      name: "a send that vanished",
      sql: `delete from sends where key = ${keyOf("O-1")}`,
      laws: ["attempts", "accepted_sent", "accepted_journal"],
      example: "sales_orders O-1: attempts 1, sends 0",
    },
    {
      name: "an attempt that nobody wrote down",
      sql: `update entries set attempts = attempts + 1 where id = ${entryOf("O-1")}`,
      laws: ["attempts"],
      example: "sales_orders O-1: attempts 2, sends 1",
    },
    {
      name: "a send that is closed without a result",
      sql: `update sends set result = null where id = ${sendOf("O-1")}`,
      laws: ["sends", "accepted_sent"],
      example: "sales_orders O-1: send",
    },
    {
      name: "a creation without an answer that is not reported",
      sql: `update sends set open = 1, result = 'unanswered' where id = ${sendOf("O-1")}`,
      laws: ["doubts", "accepted_sent"],
      example: "sales_orders O-1 is accepted, and send",
    },
    {
      name: "an accepted entry without a remote id",
      sql: `update entries set remote_id = null where id = ${entryOf("A-6")}`,
      laws: ["results_csv", "results_ndjson", "accepted_sent"],
      example: "products A-6 was created and has no remote id",
    },
    {
      name: "an invalid entry that was accepted",
      sql: `update entries set outcome = 'invalid' where id = ${entryOf("A-6")}`,
      laws: ["results_csv", "results_ndjson", "unsent"],
      example: "products A-6 is invalid, and send",
    },
    {
      name: "two accepted entries with one key",
      sql: `update entry_keys set key = ${keyOf("A-5")} where key = ${keyOf("A-6")}`,
      laws: ["one_entry_per_key"],
      example: "products A-5 was accepted in 2 entries",
    },
    {
      name: "a key that was created twice",
      sql: `insert into sends (run, entry, key, plan, hash, sent_at_ms, result, open)
        select run, 0, key, plan, hash, sent_at_ms, result, 0 from sends where id = ${sendOf("O-1")}`,
      laws: ["one_creation"],
      example: "sales_orders O-1 was created by send",
    },
    {
      name: "two orders with one id",
      sql: `update entries set remote_id = '1' where id in (${entryOf("O-1")}, ${entryOf("O-2")});
        update accepted set remote_id = '1', created_id = '1' where key in (${keyOf("O-1")}, ${keyOf("O-2")})`,
      laws: ["results_csv", "results_ndjson", "one_key_per_id"],
      example: "sales_orders O-2 was created as 1, and so was O-1",
    },
    {
      name: "two open sends of a key",
      sql: `drop index sends_open; insert into sends (run, entry, key, plan, plan_remote_id, hash, sent_at_ms, open)
        select 99, 0, key, 'update', '1', hash, 1, 1 from sends where id = ${sendOf("O-1")} union all
        select 99, 0, key, 'update', '1', hash, 1, 1 from sends where id = ${sendOf("O-1")}`,
      laws: ["one_open_send"],
      example: "sales_orders O-1 has 2 open sends",
    },
    {
      name: "an acceptance that the next run would not know",
      sql: `delete from accepted where key = ${keyOf("O-1")}`,
      laws: ["accepted_known"],
      example: "sales_orders O-1 was accepted, and the next run would not know",
    },
    {
      name: "an acceptance under another id",
      sql: `update accepted set remote_id = '99999' where key = ${keyOf("O-1")}`,
      laws: ["accepted_known"],
      example: "the next run takes it for 99999",
    },
    {
      name: "an acceptance of content that was never sent",
      sql: `update accepted set hash = 'x' where key = ${keyOf("O-1")}`,
      laws: ["accepted_journal"],
      example: "with content that was never sent",
    },
    {
      name: "a link to nothing",
      sql: `delete from keys where key = 'O-1'`,
      laws: ["file"],
      example: "what it names in keys is not there",
    },
  ])("$name", async ({ sql, laws, example }) => {
    await using copy = await copyOf(original.path);
    copy.sql(sql);
    const result = await auditCopy(copy);
    expect(broken(result).toSorted()).toEqual(laws.toSorted());
    expect(result.laws.flatMap(({ examples }) => examples).join("\n")).toContain(example);
    expect(result.exitCode).toBe(3);
    expect(auditText(result)).toContain("BROKEN");
  });

  it("a page of it, and then nothing else is said", async () => {
    await using copy = await copyOf(original.path);
    const page = rootPage(copy.ledger, "entry_rows_of_entry");
    const bytes = await readFile(copy.ledger);
    bytes.fill(0xff, (page - 1) * 4096, page * 4096);
    await writeFile(copy.ledger, bytes);
    const result = await auditCopy(copy);
    expect(result.laws.map(({ law }) => law)).toEqual(["file"]);
    expect(result.exitCode).toBe(3);
    expect((await readFile(copy.ledger)).equals(bytes)).toBe(true);
  });

  it("names five of many, and counts the others", async () => {
    await using copy = await copyOf(original.path);
    copy.sql("update entries set outcome = null");
    const invariant = (await auditCopy(copy)).laws.find(({ law }) => law === "entry_outcomes");
    expect([invariant?.breaches, invariant?.examples.length]).toEqual([9, 5]);
    expect(auditText(await auditCopy(copy))).toContain("and 4 more");
  });
});

describe("a creation after another", () => {
  it.each([
    {
      proof: "a lookup that found the key gone",
      sql: `insert into gone (key, run) select key, run from sends where id = ${sendOf("O-1")}`,
    },
    {
      proof: "an update that was answered 404",
      sql: `insert into sends (run, entry, key, plan, plan_remote_id, hash, sent_at_ms, result, http_status, open)
        select run, 0, key, 'update', '1', hash, 1, 'refused', 404, 0 from sends where id = ${sendOf("O-1")}`,
    },
  ])("is no breach with $proof in between", async ({ sql }) => {
    await using copy = await copyOf(original.path);
    copy.sql(sql);
    copy.sql(`insert into sends (run, entry, key, plan, hash, sent_at_ms, result, open)
      select run, 0, key, plan, hash, sent_at_ms, result, 0 from sends where id = ${sendOf("O-1")}`);
    expect(broken(await auditCopy(copy))).toEqual([]);
  });
});

describe("what is changed in the results is named", () => {
  const edit = (change: (lines: string[]) => readonly string[]) => (text: string) =>
    `${change(text.trimEnd().split("\n")).join("\n")}\n`;
  test.each<{ name: string; file: string; change: ((text: string) => string) | undefined; example: string }>([
    {
      name: "a line that is missing",
      file: "results.csv",
      change: edit((lines) => lines.toSpliced(2, 1)),
      example: "products.csv:3 has no line in results.csv",
    },
    {
      name: "the last line",
      file: "results.ndjson",
      change: edit((lines) => lines.slice(0, -1)),
      example: "has no line in results.ndjson",
    },
    {
      name: "a line that is there twice",
      file: "results.csv",
      change: edit((lines) => lines.toSpliced(2, 0, lines[1] ?? "")),
      example: "results.csv: products.csv:2 has another line already",
    },
    {
      name: "another outcome",
      file: "results.csv",
      change: (text) => text.replace("O-1,accepted", "O-1,failed"),
      example: 'has outcome "failed", the ledger "accepted"',
    },
    {
      name: "another remote id",
      file: "results.ndjson",
      change: (text) => text.replace(/"remote_id":"(\d+)"/, '"remote_id":"x$1"'),
      example: "results.ndjson: products.csv:2 has remote_id",
    },
    {
      name: "a line of another file",
      file: "results.csv",
      change: (text) => text.replace("products,products.csv,2", "products,other.csv,2"),
      example: "results.csv: other.csv:2 belongs to no file of the run",
    },
    {
      name: "a quote that never closes",
      file: "results.csv",
      change: (text) => `${text}"oops\n`,
      example: "results.csv: Quote Not Closed",
    },
    { name: "half a line", file: "results.ndjson", change: (text) => text.slice(0, -20), example: "results.ndjson: " },
    { name: "the whole file", file: "results.ndjson", change: undefined, example: "ENOENT" },
  ])("$name", async ({ file, change, example }) => {
    await using copy = await copyOf(original.path);
    const path = join(copy.runFolder, file);
    if (change === undefined) await rm(path);
    else await writeFile(path, change(await readFile(path, "utf8")));
    const result = await auditCopy(copy);
    expect(broken(result)).toEqual([file === "results.csv" ? "results_csv" : "results_ndjson"]);
    expect(result.laws.flatMap(({ examples }) => examples).join("\n")).toContain(example);
  });
});

function rootPage(file: string, name: string): number {
  const database = new Database(file, "read");
  try {
    return Number(value(database, "select rootpage from sqlite_schema where name = ?", name));
  } finally {
    database.close();
  }
}
