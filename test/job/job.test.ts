import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { loadJob } from "../../src/job/job.ts";
import { writtenJob } from "../../src/job/job-schema.ts";
import type { ImportError } from "../../src/model/error.ts";
import { errorOf, type Files, jobFolder } from "../staging/job-folder.ts";

const minimal = "version: 1\ninputs:\n  - { name: orders, file: orders.csv, mapping: orders.yaml }\n";

async function refusal(job: string, files: Files = {}): Promise<ImportError> {
  await using folder = await jobFolder({ "import.yaml": job, ...files });
  return await errorOf(folder.loadJob());
}

async function faultsOf(job: string): Promise<readonly string[]> {
  const error = await refusal(job);
  expect(error.code).toBe("JOB_INVALID");
  expect(error.hint).toBeDefined();
  return error.message.split("\n");
}

describe("a job that says the least", () => {
  it("gets careful limits and every default", async () => {
    await using folder = await jobFolder({ "import.yaml": minimal });
    expect(await folder.loadJob()).toEqual({
      file: { path: join(folder.path, "import.yaml"), shown: "import.yaml" },
      company: undefined,
      baseUrl: undefined,
      limits: {
        requestsPerSecond: 4,
        maxRequestsPerSecond: 20,
        concurrency: 4,
        attempts: 5,
        timeoutMs: 30_000,
        outagePatienceMs: 900_000,
        readLagMs: 3000,
        secondSendMs: 20_000,
      },
      inputs: [
        {
          name: "orders",
          files: [{ path: join(folder.path, "orders.csv"), shown: "orders.csv" }],
          joins: {},
          mapping: { path: join(folder.path, "orders.yaml"), shown: "orders.yaml" },
        },
      ],
      existing: { channels: "update", products: "update", companies: "update", sales_orders: "skip" },
      missingReferences: "block",
      channel: undefined,
      orderPush: "refuse",
      openOrderDays: 30,
      state: join(folder.path, ".luminous-import"),
    });
  });
});

it("says what it says: units become what their names promise", async () => {
  await using folder = await jobFolder({
    "import.yaml": `${minimal}limits: { requests_per_second: auto, max_requests_per_second: 9.5, concurrency: 2, attempts: 1, timeout_seconds: 0.5, outage_patience_minutes: 0.1, read_lag_seconds: 0.25, second_send_seconds: 1.5 }
existing: { products: skip, sales_orders: fail, channels: fail, companies: skip }
guard: { missing_references: send }
state: ../ledgers
api: { base_url: "http://127.0.0.1:4010/external/api/v1" }
`,
  });
  const job = await folder.loadJob();
  expect(job.limits).toEqual({
    requestsPerSecond: "auto",
    maxRequestsPerSecond: 9.5,
    concurrency: 2,
    attempts: 1,
    timeoutMs: 500,
    outagePatienceMs: 6000,
    readLagMs: 250,
    secondSendMs: 1500,
  });
  expect(job.existing).toEqual({ products: "skip", sales_orders: "fail", channels: "fail", companies: "skip" });
  expect(job.missingReferences).toBe("send");
  expect(job.state).toBe(join(folder.path, "../ledgers"));
  expect(job.baseUrl).toBe("http://127.0.0.1:4010/external/api/v1");
});

describe("a job that is wrong", () => {
  it("is told all its faults at once, in the order of the file, with line, column and the nearest name", async () => {
    const faults = await faultsOf(
      [
        "version: 2",
        "limts: {}",
        "inputs:",
        "  - { name: a, file: a.csv, maping: m.yaml }",
        "  - { name: a b, file: a.csv, mapping: m.yaml }",
        "limits: { attempts: 0, concurrency: many }",
        "existing: { products: upate, sales_orders: replace }",
      ].join("\n"),
    );
    expect(faults).toEqual([
      "import.yaml:1:10: version: must be 1, not the number 2",
      'import.yaml:2:1: limts: unknown key. Did you mean "limits"?',
      "import.yaml:4:5: inputs[0].mapping: is missing",
      'import.yaml:4:29: inputs[0].maping: unknown key. Did you mean "mapping"?',
      "import.yaml:5:13: inputs[1].name: may hold letters, digits, - and _ only",
      "import.yaml:6:21: limits.attempts: must be at least 1",
      'import.yaml:6:37: limits.concurrency: must be a number, not "many"',
      'import.yaml:7:23: existing.products: must be one of update, skip, fail, not "upate". Did you mean "update"?',
      'import.yaml:7:44: existing.sales_orders: must be one of skip, fail, update, not "replace"',
    ]);
  });

  test.each([
    {
      name: "two inputs with one name",
      job: `${minimal}  - { name: orders, file: b.csv, mapping: orders.yaml }\n`,
      fault: 'import.yaml:4:13: inputs[1].name: two inputs are called "orders"',
    },
    {
      name: "two inputs from standard input",
      job: 'version: 1\ninputs:\n  - { name: a, file: "-", mapping: m.yaml }\n  - { name: b, file: "-", mapping: m.yaml }\n',
      fault: "import.yaml:4:22: inputs[1].file: only one input can be standard input",
    },
    {
      name: "a join from standard input",
      job: 'version: 1\ninputs:\n  - { name: a, file: a.csv, mapping: m.yaml, join: { b: "-" } }\n',
      fault: "import.yaml:3:57: inputs[0].join.b: a join cannot be standard input",
    },
    {
      name: "two addresses",
      job: `${minimal}api: { company: acme, base_url: "https://acme.test/v1" }\n`,
      fault: "import.yaml:4:17: api.company: company and base_url both name the account: take one of them away",
    },
    {
      name: "a company that is an address",
      job: `${minimal}api: { company: acme.test }\n`,
      fault: "import.yaml:4:17: api.company: must be the company's subdomain, such as acme",
    },
    {
      name: "what to do with warehouses, which nothing imports",
      job: `${minimal}existing: { warehouses: skip }\n`,
      fault:
        "import.yaml:4:13: existing.warehouses: unknown key. Known here: channels, products, companies, sales_orders",
    },
    {
      name: "a rate of nothing",
      job: `${minimal}limits: { requests_per_second: 0 }\n`,
      fault: "import.yaml:4:32: limits.requests_per_second: must be greater than 0",
    },
    { name: "no inputs", job: "version: 1\ninputs: []\n", fault: "import.yaml:2:1: inputs: must not be empty" },
  ])("is refused for $name", async ({ job, fault }) => {
    expect(await faultsOf(job)).toEqual([fault]);
  });

  test.each(["token", "api_key", "key"])(
    "is refused for a token in it (%s), and the token is not repeated",
    async (key) => {
      const error = await refusal(`${minimal}api: { company: acme, ${key}: s3cr3t-t0ken }\n`);
      expect(error.message).toMatch(new RegExp(`^import\\.yaml:4:23: api\\.${key}: unknown key\\.`));
      expect(error.hint).toContain("LUMINOUS_API_KEY");
      expect(`${error.message}${error.hint}`).not.toContain("s3cr3t");
    },
  );

  it("is refused when it is not there, with the path as it was given", async () => {
    await using folder = await jobFolder({});
    const error = await errorOf(folder.loadJob());
    expect(error.code).toBe("JOB_INVALID");
    expect(error.message).toMatch(/^the job file import\.yaml cannot be read: there is no such file/);
    expect(error.hint).toContain("import.yaml");
  });
});

describe("the files of an input", () => {
  const withFile = (file: string): string => `version: 1\ninputs:\n  - { name: a, file: "${file}", mapping: m.yaml }\n`;
  const shownOf = async (file: string, files: Files, cwd = "."): Promise<readonly string[]> => {
    await using folder = await jobFolder({ [`${cwd}/import.yaml`]: withFile(file), ...files });
    const job = await folder.loadJob({ cwd: join(folder.path, cwd) });
    return (job.inputs[0]?.files ?? []).map(({ shown }) => shown);
  };

  test.each<{ readonly name: string; readonly file: string; readonly files: Files; readonly shown: readonly string[] }>(
    [
      { name: "a plain name, there or not", file: "gone.csv", files: {}, shown: ["gone.csv"] },
      { name: "standard input", file: "-", files: {}, shown: ["-"] },
      {
        name: "a glob, in the order of names",
        file: "in/*.csv",
        files: { "in/b.csv": "", "in/a.csv": "", "in/c.txt": "" },
        shown: ["in/a.csv", "in/b.csv"],
      },
      {
        name: "a glob through folders",
        file: "in/**/*.csv",
        files: { "in/x/b.csv": "", "in/a.csv": "" },
        shown: ["in/a.csv", "in/x/b.csv"],
      },
      {
        name: "alternatives",
        file: "{a,b}.csv",
        files: { "a.csv": "", "b.csv": "", "c.csv": "" },
        shown: ["a.csv", "b.csv"],
      },
      {
        name: "a name that only looks like a glob",
        file: "orders {a,b}.csv",
        files: { "orders {a,b}.csv": "" },
        shown: ["orders {a,b}.csv"],
      },
      {
        name: "not what lies in a folder that matches",
        file: "in?",
        files: { in1: "", "in2/a.csv": "" },
        shown: ["in1"],
      },
    ],
  )("can be $name", async ({ file, files, shown }) => {
    expect(await shownOf(file, files)).toEqual(shown);
  });

  it("can stand outside of the job's folder", async () => {
    expect(await shownOf("../exports/*.csv", { "exports/a.csv": "" }, "jobs")).toEqual(["../exports/a.csv"]);
  });

  it("must match something when they are a glob", async () => {
    const error = await refusal(withFile("in/*.csv"));
    expect(error).toMatchObject({ code: "INPUT_UNREADABLE", message: 'no file matches "in/*.csv"' });
    expect(error.hint).toMatch(/^Looked in /);
  });

  it("of joins are found in the same way", async () => {
    await using folder = await jobFolder({
      "import.yaml": 'version: 1\ninputs:\n  - { name: a, file: a.csv, mapping: m.yaml, join: { d: "d-*.csv" } }\n',
      "d-2.csv": "",
      "d-1.csv": "",
    });
    const { inputs } = await folder.loadJob();
    expect(inputs[0]?.joins.d?.map(({ shown }) => shown)).toEqual(["d-1.csv", "d-2.csv"]);
  });
});

describe("the command line", () => {
  it("replaces the file of an input and the state folder, from where it was called", async () => {
    await using folder = await jobFolder({ "jobs/import.yaml": minimal });
    const replaced = await loadJob("jobs/import.yaml", {
      cwd: folder.path,
      inputs: { orders: "today.csv" },
      state: "here",
    });
    expect(replaced.inputs[0]?.files).toEqual([{ path: join(folder.path, "today.csv"), shown: "today.csv" }]);
    expect(replaced.inputs[0]?.mapping.path).toBe(join(folder.path, "jobs/orders.yaml"));
    expect(replaced.state).toBe(join(folder.path, "here"));
  });

  it("can name inputs that the job has, and no others", async () => {
    await using folder = await jobFolder({ "import.yaml": minimal });
    const error = await errorOf(folder.loadJob({ inputs: { ordres: "a.csv", x: "b.csv" } }));
    expect(error).toMatchObject({
      code: "USAGE",
      message: 'the job has no input "ordres". Did you mean "orders"?\nthe job has no input "x".',
      hint: "Its inputs are orders.",
    });
  });

  it("can give standard input to one input only", async () => {
    await using folder = await jobFolder({
      "import.yaml": `${minimal}  - { name: b, file: b.csv, mapping: m.yaml }\n`,
    });
    const error = await errorOf(folder.loadJob({ inputs: { orders: "-", b: "-" } }));
    expect(error).toMatchObject({ code: "USAGE", message: "only one input can be standard input, not orders and b" });
    expect((await folder.loadJob({ inputs: { orders: "-" } })).inputs[0]?.files).toEqual([{ path: "-", shown: "-" }]);
  });
});

it("describes every key, for editors and for the reader", () => {
  const bare: string[] = [];
  const visit = (schema: object, path: string): void => {
    const { properties = {}, items } = schema as { properties?: Record<string, object>; items?: object };
    for (const [name, inner] of Object.entries(properties)) {
      if (!("description" in inner)) bare.push(`${path}${name}`);
      visit(inner, `${path}${name}.`);
    }
    if (items !== undefined) visit(items, path);
  };
  visit(writtenJob.toJSONSchema({ io: "input", unrepresentable: "any" }), "");
  expect(bare).toEqual([]);
});
