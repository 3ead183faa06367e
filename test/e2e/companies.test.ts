// Companies and the orders that name them, in one job: made, changed, found by name, and sent before the orders.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject, repository } from "./program.ts";

const fixture = join(repository, "fixtures/companies");
const job = join(fixture, "import.yaml");

const input = { companies: { file: "companies.csv", mapping: "./companies.yaml" } };
const mapping = `version: 1
resource: companies
fields: { name: Company, city: City, parent_company_id: { from: Parent, optional: true, ref: { resource: companies, by: name } } }
`;

function stored(sandbox: Sandbox) {
  const byKey = (resource: "companies" | "sales_orders") =>
    Object.fromEntries(sandbox.records(resource).map(({ key, content }) => [key, content]));
  return { companies: byKey("companies"), sales_orders: byKey("sales_orders") };
}

describe.concurrent("companies of a job", () => {
  it("are made or changed as the fixture says, parents first, and its orders get their ids", async () => {
    await using sandbox = await startSandbox({ companies: ["Old Supply"] });
    await using project = await openProject(sandbox);
    const run = await project.report(["run", job, "--state", "state"]);
    expect(run.exitCode).toBe(3);
    expect(
      run.rows
        .filter(({ input }) => input !== "products")
        .map((row) => [row.key, row.outcome, row.action, row.message]),
    ).toEqual([
      ["C-1", "accepted", "created", ""],
      ["C-2", "accepted", "created", ""],
      ["C-3", "accepted", "created", ""],
      ["C-4", "blocked", "", 'the company "Lost AB" (companies.csv:6) is blocked'],
      ["Holm North", "accepted", "created", ""],
      ["Holm, Inc.", "accepted", "created", ""],
      ["Old Supply", "accepted", "updated", ""],
      ["Holm, Inc.", "accepted", "created", ""],
      ["Lost AB", "blocked", "", 'Luminous has no company "Nobody"; every letter and space counts'],
      ["Loop AS", "blocked", "", expect.stringContaining('the company "Loop AS" (companies.csv:7) waits for this one')],
    ]);
    expect(stored(sandbox)).toEqual(JSON.parse(await readFile(join(fixture, "expected.json"), "utf8")));
    expect(sandbox.counts()).toMatchObject({ defects: 0, duplicates: { companies: 0, sales_orders: 0 } });

    const audit = await project.call(["audit", job, "--state", "state", "--verify"]);
    expect(audit.stdout).toContain("entries 9 of 9, compared 9");
    expect(audit.stdout).toContain("differences 0");
    const writes = sandbox.counts().requests["POST /companies"];
    const again = await project.report(["run", job, "--state", "state"]);
    expect(again.rows.filter(({ key }) => key === "Holm North").map(({ outcome }) => outcome)).toEqual(["unchanged"]);
    expect(sandbox.counts().requests["POST /companies"]).toBe(writes);
  });

  it.each([
    { existing: "update", outcome: "accepted", code: "", city: "Austin" },
    { existing: "skip", outcome: "skipped", code: "", city: undefined },
    { existing: "fail", outcome: "invalid", code: "already_exists", city: undefined },
  ])("that exist are $outcome where the job says $existing", async ({ existing, outcome, code, city }) => {
    await using sandbox = await startSandbox({ companies: ["Holm, Inc."] });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(input, `existing: { companies: ${existing} }`),
      "companies.yaml": mapping,
      "companies.csv": lines("Company,City", '"Holm, Inc.",Austin', "New,Boston"),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.rows.map((row) => [row.key, row.outcome, row.code])).toEqual([
      ["Holm, Inc.", outcome, code],
      ["New", "accepted", ""],
    ]);
    expect(sandbox.records("companies", "Holm, Inc.").map(({ content }) => content.city)).toEqual([city]);
  });

  it("are left alone where two have the name: which one is meant is not for us to say", async () => {
    await using sandbox = await startSandbox({ companies: ["Nordisk", "Nordisk"] });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(input),
      "companies.yaml": mapping,
      "companies.csv": lines("Company,City", "Nordisk,Oslo"),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.rows.map(({ outcome, code, message }) => [outcome, code, message])).toEqual([
      ["invalid", "several_found", expect.stringContaining('Luminous has 2 companies called "Nordisk", ids 1 and 2')],
    ]);
    expect(sandbox.counts()).toMatchObject({ created: { companies: 0 }, updated: { companies: 0 } });
  });

  it("are made once each, whatever becomes of the answers", async () => {
    const names = Array.from({ length: 4 }, (_, index) => `Company ${index}`);
    await using sandbox = await startSandbox({
      companies: ["Known"],
      duplicates: "accept",
      faults: { "reset-after": 0.3, "error-after": 0.3 },
    });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(input, "", "requests_per_second: 1000, read_lag_seconds: 0"),
      "companies.yaml": mapping,
      "companies.csv": lines("Company,City,Parent", ...names.map((name) => `${name},Austin,Known`)),
    });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.rows.map(({ outcome }) => outcome)).toEqual(names.map(() => "accepted"));
    expect(Object.keys(sandbox.counts().faults).length).toBeGreaterThan(1);
    expect(sandbox.counts()).toMatchObject({ records: { companies: 5 }, duplicates: { companies: 0 } });
    expect(
      sandbox
        .records("companies")
        .slice(1)
        .map(({ content }) => content.parent_company_id),
    ).toEqual(names.map(() => 1));
  });
});
