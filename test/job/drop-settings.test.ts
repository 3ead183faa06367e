// The drop folder in a job file: its settings and defaults, and every fault of it with its place.
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { makeJob } from "../../src/job/job.ts";
import { errorOf, jobFolder } from "../staging/job-folder.ts";

const inputs = "inputs:\n  - { name: orders, mapping: orders.yaml }\n";

async function faultsOf(yaml: string): Promise<readonly string[]> {
  await using folder = await jobFolder({ "import.yaml": yaml });
  const error = await errorOf(folder.loadJob());
  expect(error.code).toBe("JOB_INVALID");
  return error.message.split("\n");
}

it("needs an inbox and has a default for everything else", async () => {
  await using folder = await jobFolder({ "import.yaml": `version: 1\ndrop: { inbox: in }\n${inputs}` });
  const job = await folder.loadJob();
  expect(job.drop).toEqual({
    inbox: join(folder.path, "in"),
    archive: join(folder.path, "drop/done"),
    quarantine: join(folder.path, "drop/failed"),
    quietMs: 5000,
    keepOpenDays: 14,
  });
  expect(job.inputs.map(({ name, files, joins }) => ({ name, files, joins }))).toEqual([
    { name: "orders", files: [], joins: {} },
  ]);
});

it("says which files of the inbox are an input's and its joins', and keeps files that lie elsewhere", async () => {
  await using folder = await jobFolder({
    "import.yaml": `version: 1
drop: { inbox: in, archive: /var/done, quarantine: ../failed, quiet_seconds: 0.5, keep_open_days: 0 }
inputs:
  - { name: orders, match: "orders*.csv", join: { details: { match: "details*.csv" }, customers: lists/customers.csv }, mapping: orders.yaml }
`,
  });
  const job = await folder.loadJob();
  expect(job.drop).toMatchObject({ archive: "/var/done", quarantine: join(folder.path, "../failed"), quietMs: 500 });
  expect(job.drop?.keepOpenDays).toBe(0);
  expect(job.inputs[0]).toMatchObject({
    files: [],
    match: "orders*.csv",
    joinMatch: { details: "details*.csv" },
    joins: {
      details: [],
      customers: [{ path: join(folder.path, "lists/customers.csv"), shown: "lists/customers.csv" }],
    },
  });
});

it("is the same in a job that is given as an object", async () => {
  await using folder = await jobFolder({});
  const job = await makeJob(
    {
      version: 1,
      drop: { inbox: "in" },
      inputs: [{ name: "orders", match: "o*.csv", join: { details: { match: "d*.csv" } }, mapping: "m.yaml" }],
    },
    { folder: folder.path },
  );
  expect(job.drop?.inbox).toBe(join(folder.path, "in"));
  expect(job.inputs[0]).toMatchObject({ match: "o*.csv", joinMatch: { details: "d*.csv" }, files: [] });
});

it("names every fault at once, with its place", async () => {
  expect(
    await faultsOf(
      [
        "version: 1",
        "drop: { archiv: done, quiet_seconds: -1, keep_open_days: soon }",
        "inputs:",
        "  - { name: a, file: a.csv, mapping: m.yaml }",
        "  - { name: b, match: in/b.csv, join: { details: { pattern: d.csv } }, mapping: m.yaml }",
      ].join("\n"),
    ),
  ).toEqual([
    "import.yaml:2:1: drop.inbox: is missing",
    'import.yaml:2:9: drop.archiv: unknown key. Did you mean "archive"?',
    "import.yaml:2:38: drop.quiet_seconds: must be at least 0",
    'import.yaml:2:58: drop.keep_open_days: must be a number, not "soon"',
    "import.yaml:4:16: inputs[0].file: a job with drop: takes its files from the inbox. Say match: with a pattern for their names instead",
    "import.yaml:5:23: inputs[1].match: is a pattern for a file's name: it may hold no / and no \\",
    "import.yaml:5:41: inputs[1].join.details.match: is missing",
    "import.yaml:5:52: inputs[1].join.details.pattern: unknown key. Known here: match",
  ]);
});

test.each([
  { drop: "inbox: in, archive: in", fault: "1:29: drop.archive: must lie outside the inbox" },
  { drop: "inbox: in, archive: in/done", fault: "1:29: drop.archive: must lie outside the inbox" },
  { drop: "inbox: in, quarantine: ./in/../in/x", fault: "1:32: drop.quarantine: must lie outside the inbox" },
  { drop: "inbox: in, archive: out, quarantine: out/", fault: "1:46: drop.quarantine: must not be the archive" },
  { drop: "inbox: in, archive: input", fault: undefined },
])("lets no file come back, and imported files not lie among refused ones: $drop", async ({ drop, fault }) => {
  const yaml = `drop: { ${drop} }\nversion: 1\n${inputs}`;
  if (fault !== undefined) return expect(await faultsOf(yaml)).toEqual([`import.yaml:${fault}`]);
  await using folder = await jobFolder({ "import.yaml": yaml });
  expect((await folder.loadJob()).drop?.archive).toBe(join(folder.path, "input"));
});

test.each([
  {
    name: "an input without a file",
    input: "{ name: orders, mapping: orders.yaml }",
    faults: ["import.yaml:3:5: inputs[0].file: is missing"],
  },
  {
    name: "a pattern for the names of dropped files",
    input: '{ name: orders, match: "o*.csv", file: o.csv, mapping: orders.yaml }',
    faults: [
      "import.yaml:3:21: inputs[0].match: is for a job with a drop folder: name the file (file: exports/orders.csv), or add drop: { inbox: … }",
    ],
  },
])("refuses in a job without a drop folder $name", async ({ input, faults }) => {
  expect(await faultsOf(`version: 1\ninputs:\n  - ${input}\n`)).toEqual(faults);
});

it("takes no other file for an input on the command line: the inbox is where files go", async () => {
  await using folder = await jobFolder({ "import.yaml": `version: 1\ndrop: { inbox: in }\n${inputs}` });
  const error = await errorOf(folder.loadJob({ inputs: { orders: "today.csv" } }));
  expect([error.code, error.message, error.hint]).toEqual([
    "USAGE",
    "--input does not go with a job that has a drop folder",
    "Put the file into in: `luminous-import drop` takes what lies there.",
  ]);
});
