// A doctor against an account in which everything is as a run needs it, and against the same with one thing wrong.

import { writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { DoctorResult } from "../../src/doctor/doctor.ts";
import { lockState } from "../../src/ledger/sqlite/lock.ts";
import type { CheckName } from "../../src/model/finding.ts";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { command, type Ended } from "../cli/world.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";

const files: Files = {
  "import.yaml": `version: 1
limits: { requests_per_second: 200, read_lag_seconds: 0 }
channel: { label: Legacy, warehouse_group: Default }
inputs:
  - { name: products, file: products.csv, mapping: products.yaml }
  - { name: orders, file: orders.csv, mapping: orders.yaml }
`,
  "products.yaml": `version: 1
resource: products
fields:
  sku: SKU
  name: SKU
  category.name: { value: All }
  custom_fields.Material: Material
  custom_fields.Season: { from: Season, map: { s: Summer, w: Winter } }
`,
  "products.csv": "SKU,Material,Season\nCUP,Clay,s\nPOT,Iron,w\n",
  "orders.yaml": `version: 1
resource: sales_orders
group: { by: Number }
fields:
  channel_id: { from: Shop, optional: true, ref: { resource: channels, by: label } }
  company_id: { from: Customer, optional: true, ref: { resource: companies, by: name } }
  order_number: Number
  order_date: { value: 2019-05-01 }
  order_status: { value: shipped }
  custom_fields.Rack: Rack
children: { items: { each: rows, fields: { sku: { value: CUP }, quantity: { value: 1 }, unit_price: { value: 2 } } } }
`,
  "orders.csv": "Number,Shop,Customer,Rack\n1,Web,Acme,4\n2,,Acme,12\n",
};

const web: JsonObject = { label: "Web", channelType: "sales_channel", warehouseGroupId: 1 };
const season: JsonObject = {
  label: "Season",
  type: "dropdown",
  options: { choices: ["Summer", "Winter"] },
  object_types: ["products"],
};
const material: JsonObject = { label: "Material", type: "string", object_types: ["products"] };
const rack: JsonObject = { label: "Rack", type: "number", object_types: ["sales-orders"] };

/** An account, a job and the machine as they should be, with what a test makes of them. */
interface Parts {
  readonly options?: SandboxOptions;
  readonly channel?: JsonObject;
  readonly fields?: readonly JsonObject[];
  readonly files?: Files;
  readonly seed?: (sandbox: Sandbox) => void;
  readonly env?: (sandbox: Sandbox) => Readonly<Record<string, string>>;
  readonly before?: (folder: string) => Promise<AsyncDisposable>;
  readonly args?: readonly string[];
}

interface Seen extends Ended {
  readonly sandbox: { readonly writes: number };
}

async function doctor(parts: Parts = {}): Promise<Seen> {
  await using folder = await jobFolder({ ...files, ...parts.files });
  await using sandbox = await startSandbox({ companies: ["Acme"], ...parts.options });
  sandbox.seed("channels", "Web", { ...web, ...parts.channel });
  for (const field of parts.fields ?? [material, season, rack])
    sandbox.seed("custom_fields", String(field.label), field);
  parts.seed?.(sandbox);
  await using _held = await parts.before?.(folder.path);
  const env = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox", ...parts.env?.(sandbox) };
  const ended = await command(["doctor", "import.yaml", ...(parts.args ?? [])], { cwd: folder.path, env });
  const { requests } = sandbox.counts();
  const writes = Object.entries(requests).reduce(
    (sum, [route, count]) => (route.startsWith("GET") ? sum : sum + count),
    0,
  );
  return { ...ended, sandbox: { writes } };
}

async function found(parts: Parts = {}): Promise<DoctorResult & { readonly writes: number }> {
  const { stdout, sandbox } = await doctor({ ...parts, args: ["--json"] });
  return { ...(JSON.parse(stdout) as DoctorResult), writes: sandbox.writes };
}

interface Misconfiguration extends Parts {
  readonly what: string;
  readonly check: CheckName;
  readonly standing?: "warning" | "problem";
  readonly says: string;
  readonly exitCode: number;
}

const hour = 3_600_000;

const misconfigurations: readonly Misconfiguration[] = [
  {
    what: "a token that is not the account's",
    env: () => ({ LUMINOUS_API_KEY: "stale" }),
    check: "token",
    says: "HTTP 401",
    exitCode: 5,
  },
  {
    what: "no token at all",
    env: () => ({ LUMINOUS_API_KEY: "" }),
    check: "token",
    says: "no API token was found",
    exitCode: 2,
  },
  {
    what: "an address with another path",
    env: ({ url }) => ({ LUMINOUS_BASE_URL: url.replace("/external/api/v1", "/api/v1") }),
    check: "address",
    says: "has no API: HTTP 404",
    exitCode: 3,
  },
  {
    what: "an address where nothing listens",
    env: () => ({ LUMINOUS_BASE_URL: "http://127.0.0.1:9/external/api/v1" }),
    check: "address",
    says: "nothing listens at 127.0.0.1:9 (ECONNREFUSED)",
    exitCode: 4,
  },
  {
    what: "a clock that is two hours off",
    options: { nowMs: () => Date.now() + 2 * hour },
    check: "clock",
    standing: "warning",
    says: "this machine's clock is 2 h behind the API's",
    exitCode: 0,
  },
  {
    what: "a clock that is two days off",
    options: { nowMs: () => Date.now() - 48 * hour },
    check: "clock",
    says: "this machine's clock is 2 days ahead of the API's",
    exitCode: 3,
  },
  {
    what: "a rate above the one that the API tells",
    options: { ratePerSecond: 50 },
    check: "rate",
    standing: "warning",
    says: "RateLimit-Policy allows 50 requests a second (50 in 1 s), and the job asks for 200 a second",
    exitCode: 0,
  },
  {
    what: "lists whose filters do nothing",
    options: { ignoreFilters: true },
    seed: (sandbox) => sandbox.seed("products", "OLD", { sku: "OLD", name: "Old" }),
    check: "filters",
    standing: "warning",
    says: "sku[in] does not filter",
    exitCode: 0,
  },
  {
    what: "a channel that pushes orders to an OMS",
    channel: { pushOrdersToOms: true, pushOrderAppIntegrationAccountId: 7 },
    check: "channels",
    says: '"Web" (id 2), named in orders.yaml:5, pushes orders to an OMS (pushOrderIntegrationMapping is set)',
    exitCode: 3,
  },
  {
    what: "a channel that pushes orders, which the job allows",
    channel: { autoPushMode: "on_posting" },
    files: { "import.yaml": `${files["import.yaml"]}guard: { order_push: allow }\n` },
    check: "channels",
    standing: "warning",
    says: 'autoPushMode is "on_posting"',
    exitCode: 0,
  },
  {
    what: "a channel that is disabled",
    channel: { enabled: false },
    check: "channels",
    says: "cannot take orders: it is disabled",
    exitCode: 3,
  },
  {
    what: "a channel that is not there",
    files: { "orders.csv": "Number,Shop,Customer,Rack\n1,Wob,Acme,4\n" },
    check: "channels",
    says: 'there is no channel "Wob" (orders.yaml:5). Did you mean "Web"?',
    exitCode: 3,
  },
  {
    what: "a token that may not read channels",
    options: { forbidden: ["GET /channels"] },
    files: { "import.yaml": `${files["import.yaml"]}`.replace(/^channel:.*\n/m, "") },
    check: "channels",
    says: "the channels cannot be read (HTTP 403",
    exitCode: 3,
  },
  {
    what: "a warehouse group that is not there",
    files: { "import.yaml": `${files["import.yaml"]}`.replace("warehouse_group: Default", "warehouse_group: Defualt") },
    check: "warehouse group",
    says: 'there is no warehouse group "Defualt". Did you mean "Default"?',
    exitCode: 3,
  },
  {
    what: "a custom field that is not there",
    fields: [season, rack, { ...material, label: "Materials" }],
    check: "custom fields",
    says: 'Luminous has no custom field "Material" (products.yaml:7). Did you mean "Materials"?',
    exitCode: 3,
  },
  {
    what: "a custom field of another type",
    fields: [season, rack, { ...material, type: "number" }],
    check: "custom fields",
    says: '"Material" (products.yaml:7) takes a number, and column "Material" has "Clay" and 1 other value',
    exitCode: 3,
  },
  {
    what: "a choice that a dropdown does not have",
    fields: [material, rack, { ...season, options: { choices: ["Summer", "winter"] } }],
    check: "custom fields",
    says: '"Season" (products.yaml:8) takes one of "Summer", "winter", and the mapping has "Winter"',
    exitCode: 3,
  },
  {
    what: "a custom field of other records",
    fields: [material, season, { ...rack, object_types: ["products", "sales-order items"] }],
    check: "custom fields",
    says: 'the custom field "Rack" (orders.yaml:10) is not one of sales-orders: it belongs to products, sales-order items',
    exitCode: 3,
  },
  {
    what: "a company that is not there",
    options: { companies: ["Acme Ltd"] },
    check: "companies",
    standing: "warning",
    says: 'Luminous has no company "Acme"',
    exitCode: 0,
  },
  {
    what: "a column that the file does not have",
    files: { "products.csv": "SKU,Materials,Season\nCUP,Clay,s\n" },
    check: "inputs",
    says: 'Did you mean "Materials"?',
    exitCode: 3,
  },
  {
    what: "an input that is not there",
    files: { "import.yaml": `${files["import.yaml"]}`.replace("file: orders.csv", "file: order.csv") },
    check: "inputs",
    says: "order.csv",
    exitCode: 3,
  },
  {
    what: "a state folder that another run holds",
    before: (folder) => lockState(join(folder, ".luminous-import")),
    check: "state",
    standing: "warning",
    says: "is in use by process",
    exitCode: 0,
  },
  {
    what: "a state folder that is a file",
    before: async (folder) => {
      await writeFile(join(folder, ".luminous-import"), "");
      return { [Symbol.asyncDispose]: async () => undefined };
    },
    check: "state",
    says: "is a file, and a folder is needed there",
    exitCode: 3,
  },
];

describe("the doctor", () => {
  it("names nothing where everything is as a run needs it, and writes nothing", async () => {
    const { findings, exitCode, notLookedAt, writes } = await found();
    expect(findings.filter(({ standing }) => standing !== "ok")).toEqual([]);
    expect([exitCode, notLookedAt, writes]).toEqual([0, [], 0]);
    expect(findings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "agrees with the API's",
        '"Web" (id 2) takes orders and keeps them; "Legacy" does not exist yet; the run makes it, an internal one',
        '"Default" (id 1) for the channel "Legacy"',
        '"Material", "Season", "Rack" are there and take what the mappings send',
      ]),
    );
  });

  it("counts on companies that the job imports itself", async () => {
    const companies = {
      "companies.yaml": "version: 1\nresource: companies\nfields: { name: Name }\n",
      "companies.csv": "Name\nAcme\n",
      "import.yaml": `${files["import.yaml"]}  - { name: companies, file: companies.csv, mapping: companies.yaml }\n`,
    };
    const { findings, exitCode } = await found({ options: { companies: [] }, files: companies });
    expect(findings.filter(({ check }) => check === "companies")).toEqual([
      {
        check: "companies",
        standing: "ok",
        message: "1 looked for, 1 not there yet; the job imports companies itself",
      },
    ]);
    expect(exitCode).toBe(0);
  });

  test.each(misconfigurations)(
    "names $what, and that alone",
    async ({ check, standing = "problem", says, exitCode, ...parts }) => {
      const { findings, exitCode: ended, writes } = await found(parts);
      const bad = findings.filter((finding) => finding.standing !== "ok");
      expect(bad).toEqual([
        { check, standing, message: expect.stringContaining(says), hint: expect.stringMatching(/\w+.*[.?]$/) },
      ]);
      expect([ended, writes]).toEqual([exitCode, 0]);
      expect(JSON.stringify(findings)).not.toContain("stale");
    },
  );

  it("says at the terminal what to do, and what it could not look at", async () => {
    const { stdout, exitCode } = await doctor({ env: () => ({ LUMINOUS_API_KEY: "stale" }) });
    expect(exitCode).toBe(5);
    expect(stdout).toContain("\nproblem  token");
    expect(stdout).toContain("→ Make a new one in Luminous under /settings/api-tokens");
    expect(stdout).toMatch(
      /\nNot checked: clock, rate, filters, channels, custom fields, permission\.\n\n1 problem\.\n$/,
    );
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("cannot look at a job that is none: that is the error of every command", async () => {
    const { stderr, exitCode } = await doctor({ files: { "import.yaml": "version: 1\n" } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("inputs");
  });
});

describe("what answers at the address", () => {
  const answers: readonly {
    readonly what: string;
    readonly answer: (response: ServerResponse) => void;
    readonly says: string;
    readonly exitCode: number;
  }[] = [
    {
      what: "a web page",
      answer: (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html></html>"),
      says: "answers with a web page",
      exitCode: 3,
    },
    {
      what: "a redirect",
      answer: (response) => response.writeHead(302, { location: "/login?token=hush" }).end(),
      says: "/login (HTTP 302), and a redirect is never followed",
      exitCode: 3,
    },
    {
      what: "an API in trouble",
      answer: (response) => response.writeHead(503).end(),
      says: "answers with HTTP 503: the API itself has trouble",
      exitCode: 4,
    },
    {
      what: "another API",
      answer: (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"hello":"you"}'),
      says: "answers, but not as the API does",
      exitCode: 3,
    },
    {
      what: "one that lets nobody read",
      answer: (response) => response.writeHead(403, { "content-type": "application/json" }).end('{"message":"No."}'),
      says: "may not even read: HTTP 403, No.",
      exitCode: 5,
    },
  ];

  test.each(answers)("is told apart: $what", async ({ answer, says, exitCode }) => {
    const server = createServer((_request, response) => answer(response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const result = await found({ env: () => ({ LUMINOUS_BASE_URL: `http://127.0.0.1:${port}/external/api/v1` }) });
      const bad = result.findings.filter(({ standing }) => standing !== "ok");
      expect(bad.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
      expect(result.exitCode).toBe(exitCode);
      expect(JSON.stringify(result)).not.toContain("hush");
    } finally {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
});

describe("a run by itself", () => {
  const products = `${files["import.yaml"]}`.replace(/^channel:.*\n/m, "").replace(/^ {2}- \{ name: orders.*\n/m, "");

  test.each([
    { what: "nothing where all is well", options: {}, warns: [] },
    {
      what: "a clock that is off",
      options: { nowMs: () => Date.now() + 2 * hour },
      warns: ["is 2 h behind the API's"],
    },
    { what: "a limit below its rate", options: { ratePerSecond: 50 }, warns: ["allows 50 requests a second"] },
  ])("warns of $what, once, without a request of its own", async ({ options, warns }) => {
    await using folder = await jobFolder({ ...files, "import.yaml": products });
    await using sandbox = await startSandbox(options);
    const env = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox" };
    const { stdout } = await command(["run", "import.yaml", "--json"], { cwd: folder.path, env });
    const { warnings } = JSON.parse(stdout) as { readonly warnings: readonly string[] };
    expect(warnings).toEqual(warns.map((part) => expect.stringContaining(part)));
    // That the account is empty takes two lists and the export; what one record proves afterwards takes two questions.
    const lookups = { "GET /products": 4, "GET /products/export": 1 };
    expect(sandbox.counts().requests).toEqual({ "GET /warehouses": 1, ...lookups, "POST /products": 2 });
  });

  it("warns of a clock that was set since the last run, and a doctor tells what both learned", async () => {
    await using folder = await jobFolder({ ...files, "import.yaml": products });
    let shiftMs = 0;
    await using sandbox = await startSandbox({ nowMs: () => Date.now() + shiftMs, ratePerSecond: 50 });
    const env = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox" };
    const warningsOf = async () => {
      const { stdout } = await command(["run", "import.yaml", "--json", "--force"], { cwd: folder.path, env });
      const { warnings } = JSON.parse(stdout) as { readonly warnings: readonly string[] };
      return warnings.filter((text) => text.includes("was set"));
    };
    expect(await warningsOf()).toEqual([]);
    shiftMs = -hour;
    const set = "this machine's clock was set 60 min forward against the API's since ";
    expect(await warningsOf()).toEqual([expect.stringContaining(set)]);
    expect(await warningsOf()).toEqual([]);
    const { stdout } = await command(["doctor", "import.yaml", "--json"], { cwd: folder.path, env });
    const { findings } = JSON.parse(stdout) as Pick<DoctorResult, "findings">;
    const day = new Date().toISOString().slice(0, 10);
    expect(findings.find(({ check }) => check === "learned")).toEqual({
      check: "learned",
      standing: "ok",
      message: `products can be asked for by in; RateLimit-Policy told 50 a second; answers have a Date (${day})`,
    });
    // What was learned once would read as if the account had taken the token.
    const stale = { ...env, LUMINOUS_API_KEY: "stale" };
    const refused = await command(["doctor", "import.yaml", "--json"], { cwd: folder.path, env: stale });
    const checks = (JSON.parse(refused.stdout) as Pick<DoctorResult, "findings">).findings.map(({ check }) => check);
    expect(checks).toContain("token");
    expect(checks).not.toContain("learned");
  });
});
