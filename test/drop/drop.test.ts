// A pass over a drop folder: what is taken, what is imported, and where every file lies afterwards.
import { chmod, mkdir, readFile, rename, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { inboxJob } from "../../src/drop/inbox-job.ts";
import { ledgersIn } from "../../src/ledger/host.ts";
import { systemClock } from "../../src/model/clock.ts";
import { check } from "../../src/run/check.ts";
import { run } from "../../src/run/run.ts";
import { errorOf } from "../staging/job-folder.ts";
import { dropFiles, dropFolder, filesBelow, goods, orders, textBelow } from "./drop-folder.ts";

const sales = "Sale,Name\nS1,Ada\n";
const lines = "Sale,SKU,Qty,Price\nS1,A,2,1.50\n";

describe("a pass", () => {
  it("imports all files as one run, products before orders, and archives them with the results", async () => {
    await using there = await dropFolder();
    const ended = await there.pass({
      "orders-1.csv": orders("O1", "O2"),
      "goods.csv": goods("A"),
      "sales.csv": sales,
      "lines.csv": lines,
    });
    expect([ended.exitCode, ended.taken, ended.waiting, ended.quarantined]).toEqual([0, 4, 0, []]);
    expect(ended.result?.summary.command).toBe("drop");
    expect(there.held()).toEqual(["A", "O1", "O2", "S1"]);
    expect(await there.lie("in", "done", "failed")).toEqual([
      "done/DAY/PASS/goods.csv",
      "done/DAY/PASS/lines.csv",
      "done/DAY/PASS/orders-1.csv",
      "done/DAY/PASS/sales.csv",
    ]);
    expect(ended.archived.length).toBe(4);
    const summary = await textBelow(there.folder.path, "done", "results/summary.json");
    expect(JSON.parse(summary).run_id).toBe(ended.result?.summary.run_id);
    expect(await textBelow(there.folder.path, "done", "results/results.csv")).toContain("orders-1.csv");
  });

  it("costs no write for content that was imported before, under whatever name", async () => {
    await using there = await dropFolder();
    await there.pass({ "goods.csv": goods("A"), "orders-1.csv": orders("O1") });
    const before = there.sandbox.counts().requests;
    const ended = await there.pass({ "goods.csv": goods("A"), "orders-2.csv": orders("O1") });
    expect([ended.exitCode, ended.result?.summary.outcomes.unchanged.entries]).toEqual([0, 2]);
    const after = there.sandbox.counts().requests;
    const writes = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).filter(([route]) => !route.startsWith("GET"));
    expect(writes(after)).toEqual(writes(before));
  });

  it("does nothing over an empty inbox", async () => {
    await using there = await dropFolder();
    expect(await there.pass()).toEqual({
      exitCode: 0,
      pass: undefined,
      result: undefined,
      taken: 0,
      archived: [],
      quarantined: [],
      returned: 0,
      waiting: 0,
    });
    expect(there.sandbox.counts().requests).toEqual({});
  });

  it("takes older files first, and names that end in the same second as people count", async () => {
    await using there = await dropFolder();
    await there.put({ "goods-10.csv": goods("A"), "goods-9.csv": goods("A"), "goods-1.csv": goods("A") });
    for (const name of ["goods-10.csv", "goods-9.csv"]) await utimes(there.path("in", name), 1000, 1000);
    const ended = await there.pass();
    expect(ended.result?.summary.files.map(({ file }) => file)).toEqual(["goods-9.csv", "goods-10.csv", "goods-1.csv"]);
  });

  it("quarantines a file that no input takes, with the reason and the way back, and ends with 3", async () => {
    await using there = await dropFolder();
    const ended = await there.pass({ "notes.txt": "hello\n", "goods.csv": goods("A") });
    expect([ended.exitCode, ended.result?.exitCode, ended.taken]).toEqual([3, 0, 2]);
    expect(ended.quarantined[0]?.reason).toBe(
      "notes.txt: no input takes a file of this name (goods: goods*.csv, orders: orders*.csv*, sales: sales*.csv, sales.lines: lines*.csv)",
    );
    expect(await there.lie("in", "failed")).toEqual(["failed/DAY/PASS/notes.txt", "failed/DAY/PASS/notes.txt.txt"]);
    const reason = await textBelow(there.folder.path, "failed", "notes.txt.txt");
    const back = /^ {2}mv (\S+) (\S+)$/m.exec(reason);
    await rename(back?.[1] ?? "", join(back?.[2] ?? "", "goods-notes.csv"));
    expect(await there.lie("in")).toEqual(["in/goods-notes.csv"]);
  });

  it("has nothing to import where every file is quarantined", async () => {
    await using there = await dropFolder();
    const ended = await there.pass({ "notes.txt": "hello\n" });
    expect([ended.exitCode, ended.result, ended.taken, ended.quarantined.length]).toEqual([3, undefined, 1, 1]);
  });

  test.each([
    { name: "is not text", bytes: Buffer.from([0x53, 0x4b, 0x55, 0x0a, 0, 0, 0, 0]), says: /NUL|not text|UTF/i },
    { name: "is empty", bytes: Buffer.from(""), says: /empty|header/ },
    { name: "lacks a column", bytes: Buffer.from("SKU,Titel,Price\nB,Cup,1\n"), says: /column "Name"/ },
  ])("quarantines a file that $name alone, and imports the others", async ({ bytes, says }) => {
    await using there = await dropFolder();
    await writeFile(there.path("in", "goods-bad.csv"), bytes);
    const ended = await there.pass({ "goods.csv": goods("A"), "orders-1.csv": orders("O1") });
    expect(ended.quarantined.map(({ file }) => file.endsWith("goods-bad.csv"))).toEqual([true]);
    expect([ended.exitCode, ended.archived.length]).toEqual([3, 2]);
    expect(await textBelow(there.folder.path, "failed", "goods-bad.csv.txt")).toMatch(says);
    expect(there.held()).toEqual(["A", "O1"]);
  });

  it("quarantines a join's file whose columns do not fit, and gives back what needs it", async () => {
    await using there = await dropFolder();
    const ended = await there.pass({ "sales.csv": sales, "lines.csv": "Sale,Item\nS1,A\n", "goods.csv": goods("A") });
    expect(await there.lie("in", "done", "failed")).toEqual([
      "in/sales.csv",
      "done/DAY/PASS/goods.csv",
      "failed/DAY/PASS/lines.csv",
      "failed/DAY/PASS/lines.csv.txt",
    ]);
    expect([ended.exitCode, ended.waiting]).toEqual([3, 1]);
  });

  it("lets orders wait for their lines and lines for their orders, and says so", async () => {
    await using there = await dropFolder();
    const ended = await there.pass({ "sales.csv": sales, "goods.csv": goods("A") });
    expect([ended.exitCode, ended.waiting, ended.taken]).toEqual([0, 1, 1]);
    expect(ended.result?.summary.warnings).toContain(
      "sales.csv waits in the inbox: it needs lines*.csv (sales.lines), and no such file is there",
    );
    expect(await there.lie("in")).toEqual(["in/sales.csv"]);
    const next = await there.pass({ "lines.csv": lines });
    expect([next.exitCode, next.waiting, next.taken]).toEqual([0, 0, 2]);
    expect(there.held()).toEqual(["A", "S1"]);
    const alone = await there.pass({ "lines.csv": lines });
    expect([alone.exitCode, alone.waiting, alone.taken]).toEqual([0, 1, 0]);
  });

  it("lets the heading decide where two patterns fit, and quarantines what it cannot decide", async () => {
    const both = String(dropFiles["import.yaml"])
      .replace("name: goods, mapping", 'name: goods, match: "*.csv", mapping')
      .replace('match: "orders*.csv*"', 'match: "*.csv"');
    await using there = await dropFolder({ "import.yaml": both });
    const ended = await there.pass({
      "a.csv": goods("A"),
      "b.csv": orders("O1"),
      "c.csv": "Colour\nred\n",
      "d.csv": "Order,Customer,SKU,Qty,Price,Name\nO2,Ada,A,1,1.50,Cup A\n",
    });
    expect(there.held()).toEqual(["A", "O1"]);
    expect(ended.quarantined.map(({ reason }) => reason.split("\n")[0])).toEqual([
      "c.csv: its name fits goods and orders, and its content fits neither:",
      "d.csv: its name fits goods and orders, and so do its columns, so nothing tells which input it is for",
    ]);
  });

  it("leaves links, folders and what is still being written alone", async () => {
    await using there = await dropFolder();
    await there.put({ "goods.csv.part": goods("A"), "goods.tmp": goods("A"), ".goods.csv": goods("A") });
    await mkdir(there.path("in", "old"));
    await symlink(there.path("goods.yaml"), there.path("in", "goods-link.csv"));
    const ended = await there.pass();
    expect([ended.exitCode, ended.taken, ended.waiting]).toEqual([0, 0, 2]);
    expect(there.events.flatMap((event) => (event.kind === "warning" ? [event.message] : []))).toEqual([
      "goods-link.csv in the inbox is a link and is left alone: only files are taken",
      "old in the inbox is a folder and is left alone: only files are taken",
    ]);
  });

  it("keeps mode and time of a file, in the archive too", async () => {
    await using there = await dropFolder();
    await there.put({ "goods.csv": goods("A") });
    await chmod(there.path("in", "goods.csv"), 0o640);
    await utimes(there.path("in", "goods.csv"), 1_000_000, 1_000_000);
    const ended = await there.pass();
    const { mode, mtimeMs } = await stat(ended.archived[0] ?? "");
    expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_000_000_000]);
  });
});

describe("what goes wrong", () => {
  it("a broken mapping, a join that is missing or an input without a pattern ends a pass with nothing claimed", async () => {
    await using there = await dropFolder();
    await there.put({ "goods.csv": goods("A") });
    const broken = [
      {
        "goods.yaml":
          "version: 1\nresource: products\nsource: { match: goods*.csv }\nfields: { sku: SKU, colour: X }\n",
      },
      { "goods.yaml": String(dropFiles["goods.yaml"]).replace('source: { match: "goods*.csv" }\n', "") },
      {
        "sales.yaml": String(dropFiles["sales.yaml"])
          .replace("lines: {", "parts: {")
          .replace("each: lines", "each: parts"),
      },
    ];
    for (const change of broken) {
      for (const [name, text] of Object.entries({ ...dropFiles, ...change })) await writeFile(there.path(name), text);
      const error = await errorOf(there.pass());
      expect(["MAPPING_INVALID", "JOB_INVALID"]).toContain(error.code);
      expect(await there.lie("in", "done", "failed")).toEqual(["in/goods.csv"]);
    }
  });

  it("says what to do about an input that nothing gives a pattern", async () => {
    await using there = await dropFolder({
      "goods.yaml": String(dropFiles["goods.yaml"]).replace('source: { match: "goods*.csv" }\n', ""),
    });
    const error = await errorOf(there.pass());
    expect([error.message, error.hint]).toEqual([
      'input "goods": nothing says which files of the inbox are its own',
      'Add match: "goods*.csv" to it in the job, or source: { match: "goods*.csv" } to goods.yaml.',
    ]);
  });

  it("a refused account leaves everything in the inbox", async () => {
    await using there = await dropFolder();
    const account = { baseUrl: there.sandbox.url, baseUrlFrom: "the test", token: "another" };
    const error = await errorOf(there.pass({ "goods.csv": goods("A") }, { account }));
    expect(error.code).toBe("ACCOUNT_REFUSED");
    expect(await there.lie("in")).toEqual(["in/goods.csv"]);
  });

  it("files of a pass that was stopped stay claimed, and the next pass takes them with the new ones", async () => {
    await using there = await dropFolder();
    const stop = new AbortController();
    const stopped = await there.pass(
      { "goods.csv": goods("A"), "orders-1.csv": orders("O1", "O2", "O3") },
      {
        stop: stop.signal,
        onEvent: (event) => {
          if (event.kind === "dispatch" && event.event.type === "entry.settled") stop.abort();
        },
      },
    );
    expect([stopped.exitCode, stopped.archived]).toEqual([4, []]);
    expect(await there.lie("in", "done")).toEqual(["in/.claimed/PASS/goods.csv", "in/.claimed/PASS/orders-1.csv"]);
    const next = await there.pass({ "orders-1.csv": orders("O4") });
    expect([next.exitCode, next.taken]).toEqual([0, 3]);
    expect(there.held()).toEqual(["A", "O1", "O2", "O3", "O4"]);
    expect(await there.lie("in", "done")).toEqual([
      "done/DAY/PASS/goods.csv",
      "done/DAY/PASS/orders-1-2.csv",
      "done/DAY/PASS/orders-1.csv",
    ]);
  });

  it("what all or nothing held back is in the inbox again, where people find it, and holds up no later file", async () => {
    await using there = await dropFolder();
    const bad = "SKU,Name,Price\nA,Cup,many\n";
    const ended = await there.pass({ "goods.csv": bad, "goods-2.csv": goods("B") }, { allOrNothing: true });
    expect([ended.exitCode, ended.taken, ended.returned, ended.waiting, ended.archived]).toEqual([2, 2, 2, 2, []]);
    expect(await there.lie("in")).toEqual(["in/goods-2.csv", "in/goods.csv"]);
    expect(there.events.flatMap((event) => (event.kind === "warning" ? [event.message] : [])).at(-1)).toBe(
      `nothing was sent, so 2 files are back in the inbox: goods-2.csv and goods.csv. Which rows to fix, and why, stands in ${ended.result?.folder}/failures`,
    );
    expect(await filesBelow(ended.result?.folder ?? "", "failures")).toEqual(["failures/goods.goods.csv"]);
    await rename(there.path("in", "goods.csv"), there.path("goods-bad.csv"));
    expect((await there.pass({}, { allOrNothing: true })).exitCode).toBe(0);
    expect(there.held()).toEqual(["B"]);
  });

  it("rows that did not make it end a pass with 3, and its files are archived", async () => {
    await using there = await dropFolder();
    const ended = await there.pass({ "goods.csv": "SKU,Name,Price\nA,Cup,many\nB,Cup,1\n" });
    expect([ended.exitCode, ended.archived.length, there.held()]).toEqual([3, 1, ["B"]]);
    expect(await filesBelow(there.path(), "done")).toEqual(["done/DAY/PASS/goods.csv"]);
    expect(await textBelow(there.folder.path, "done", "results/failures/goods.csv")).toContain("many");
  });

  it("a second drop at the same time ends at once, and touches nothing", async () => {
    await using there = await dropFolder();
    await using _lock = await ledgersIn(await there.folder.loadJob()).lock();
    const error = await errorOf(there.pass({ "goods.csv": goods("A") }));
    expect(error.code).toBe("STATE_LOCKED");
    expect(await there.lie("in")).toEqual(["in/goods.csv"]);
  });

  it("files that another job has claimed are left to it", async () => {
    await using there = await dropFolder();
    await mkdir(there.path("in", ".claimed", "20261127-000000-0000"), { recursive: true });
    await writeFile(there.path("in", ".claimed", "20261127-000000-0000", "goods.csv"), goods("B"));
    await writeFile(
      there.path("in", ".claimed", "20261127-000000-0000", ".pass.json"),
      '{"version":1,"job":"/other/import.yaml"}',
    );
    const ended = await there.pass({ "goods.csv": goods("A") });
    expect(ended.result?.summary.warnings.join()).toContain("they belong to /other/import.yaml");
    expect(there.held()).toEqual(["A"]);
  });

  it("a missing inbox is made inside the job's folder, and an error elsewhere: it may be a share that is not mounted", async () => {
    await using there = await dropFolder();
    const near = String(dropFiles["import.yaml"]).replace("inbox: in", "inbox: new/in");
    await writeFile(there.path("import.yaml"), near);
    expect((await there.pass()).exitCode).toBe(0);
    expect((await stat(there.path("new/in"))).isDirectory()).toBe(true);
    const far = String(dropFiles["import.yaml"]).replace("inbox: in", `inbox: ${there.path()}-share/in`);
    await writeFile(there.path("import.yaml"), far);
    const error = await errorOf(there.pass());
    expect([error.code, error.message]).toEqual([
      "INPUT_UNREADABLE",
      `the inbox ${there.path()}-share/in is not there`,
    ]);
    expect(error.hint).toContain("mounted");
  });
});

describe("other commands over a drop job", () => {
  it("run refuses, and names drop", async () => {
    await using there = await dropFolder();
    const account = { baseUrl: there.sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
    const error = await errorOf(run(await there.folder.loadJob(), { account }));
    expect([error.code, error.hint]).toEqual([
      "USAGE",
      `Import what lies in ${there.path("in")}: luminous-import drop import.yaml`,
    ]);
  });

  it("check looks at what lies complete in the inbox, in place", async () => {
    await using there = await dropFolder();
    await there.put({
      "goods.csv": "SKU,Name,Price\nA,Cup,many\n",
      "goods-bad.csv": "SKU\nB\n",
      "notes.txt": "hello\n",
      "sales.csv": sales,
    });
    const seen = await inboxJob(await there.folder.loadJob(), {});
    expect(seen.unfit.map(({ file }) => file).sort()).toEqual(["goods-bad.csv", "notes.txt"]);
    expect(seen.waiting).toBe(1);
    const { exitCode, summary } = await check(seen.job);
    expect([exitCode, summary.outcomes.invalid.rows]).toEqual([3, 1]);
    expect(await there.lie("in")).toEqual(["in/goods-bad.csv", "in/goods.csv", "in/notes.txt", "in/sales.csv"]);
  });
});

it("reference data cannot come out of the inbox: a retry would need it again", async () => {
  await using there = await dropFolder({
    "sales.yaml": String(dropFiles["orders.yaml"])
      .replace("fields:", "join: { lines: { on: { Id: Customer }, one: true } }\nfields:")
      .replaceAll(".name: Customer", ".name: lines.Name"),
  });
  const error = await errorOf(there.pass({ "sales.csv": sales }));
  expect([error.code, error.hint]).toEqual([
    "JOB_INVALID",
    "Keep the file elsewhere and name it: join: { lines: lists/lines.csv }.",
  ]);
  expect(await readFile(there.path("in", "sales.csv"), "utf8")).toBe(sales);
});

describe("rows that an earlier pass left open", () => {
  it("go along in the pass that brings their product, and the file stays in the archive", async () => {
    await using there = await dropFolder();
    const first = await there.pass({ "orders-1.csv": orders("O1") });
    expect([first.exitCode, first.archived.length, there.held()]).toEqual([3, 1, []]);
    expect(first.result?.summary.outcomes.blocked.rows).toBe(1);
    const second = await there.pass({ "goods.csv": goods("A") });
    expect([second.exitCode, second.taken, there.held()]).toEqual([0, 1, ["A", "O1"]]);
    expect(second.result?.summary.files.map(({ file }) => file).sort()).toEqual(["goods.csv", "orders-1.csv"]);
  });

  it("wait for a file: an empty inbox makes no pass", async () => {
    await using there = await dropFolder();
    await there.pass({ "orders-1.csv": orders("O1") });
    const later = { ...systemClock, nowMs: () => systemClock.nowMs() + 3_700_000 };
    const empty = await there.pass({}, { clock: later });
    expect([empty.exitCode, empty.pass, empty.result]).toEqual([0, undefined, undefined]);
  });
});
