// What the options of `run` change, and what they leave alone.
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobText, lines, openProject, outcomesOf, productsCsv } from "./program.ts";

const products = { products: { file: "products.csv", mapping: "products" } };
const kits = { kits: { file: "kits.csv", mapping: "kits" } };
const kitsCsv = lines("kit_sku,kit_name,component_sku,quantity", "K1,Kit,P4,1", "K2,Kit,P2,1", "K3,Kit,P3,1");
const oneInvalid = lines("sku,name,category,price", "A,Alpha,Tools,1", "B,Beta,Tools,x", "C,Gamma,Tools,3");

describe.concurrent("run", () => {
  it("--limit sends the first of each phase with what they need and leaves the rest pending; without it the rest follows", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({ ...kits, ...products }),
      "products.csv": productsCsv(5),
      "kits.csv": kitsCsv,
    });
    const pilot = await project.report(["run", "import.yaml", "--limit", "2"]);
    expect(pilot.exitCode).toBe(4);
    expect(pilot.rows.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
      "K1 accepted",
      "K2 accepted",
      "K3 pending",
      "P1 pending",
      "P2 accepted",
      "P3 pending",
      "P4 accepted",
      "P5 pending",
    ]);
    expect(pilot.summary.pilot?.phases.map(({ phase, taken, entries }) => `${entries} ${phase} ${taken}`)).toEqual([
      "2 kits first",
      "2 products needed",
    ]);
    const rest = await project.report(["run", "import.yaml"]);
    expect(rest.exitCode).toBe(0);
    expect(outcomesOf(rest.rows)).toEqual({ unchanged: 4, accepted: 4 });
    const requests = sandbox.counts().started;
    const idle = await project.call(["run", "import.yaml"]);
    expect(idle.exitCode).toBe(0);
    expect(idle.stdout).toContain("Nothing was left to send: 1 request asked, none wrote.");
    expect(sandbox.counts().started).toBe(requests + 1);
    expect(sandbox.counts()).toMatchObject({ created: { products: 8 }, updated: { products: 0 }, defects: 0 });
  });

  it("--only takes one input, --input another file for one", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({ ...products, ...kits }),
      "products.csv": productsCsv(1),
      "kits.csv": "not looked at",
      "elsewhere/today.csv": productsCsv(3),
    });
    const args = ["run", "import.yaml", "--only", "products", "--input", "products=elsewhere/today.csv"];
    const run = await project.report(args);
    expect(run.exitCode).toBe(0);
    expect(run.rows.map(({ input, file, key }) => [input, file, key])).toEqual([
      ["products", "elsewhere/today.csv", "P1"],
      ["products", "elsewhere/today.csv", "P2"],
      ["products", "elsewhere/today.csv", "P3"],
    ]);
    const unknown = await project.call(["run", "import.yaml", "--only", "product"]);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain(`Did you mean "products"?`);
    const nowhere = await project.call(["run", "import.yaml", "--input", "orders=x.csv"]);
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.stderr).toContain(`the job has no input "orders"`);
  });

  it("--all-or-nothing sends nothing while anything is invalid", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": jobText(products), "products.csv": oneInvalid });
    const refused = await project.report(["run", "import.yaml", "--all-or-nothing"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.rows.map(({ key, outcome }) => `${key} ${outcome}`)).toEqual([
      "A pending",
      "B invalid",
      "C pending",
    ]);
    expect(refused.summary.stopped?.message).toContain("1 row is invalid, so nothing was sent");
    expect(sandbox.counts().started).toBe(1); // the question whether the account takes the token

    await project.write("products.csv", oneInvalid.replace(",x", ",2"));
    const sent = await project.report(["run", "import.yaml", "--all-or-nothing"]);
    expect([sent.exitCode, outcomesOf(sent.rows)]).toEqual([0, { accepted: 3 }]);
  });

  it("--dry-run is a check: no request, no account needed", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": jobText(products), "products.csv": oneInvalid });
    const none = { LUMINOUS_API_KEY: "", LUMINOUS_BASE_URL: "" };
    const checked = await project.report(["run", "import.yaml", "--dry-run"], { env: none });
    expect(checked.exitCode).toBe(3);
    expect(checked.summary.command).toBe("check");
    expect(outcomesOf(checked.rows)).toEqual({ pending: 2, invalid: 1 });
    expect(Object.keys(checked.failures)).toEqual(["products.csv"]);
    expect(sandbox.counts().started).toBe(0);
    expect((await project.report(["run", "import.yaml"])).rows.map(({ outcome }) => outcome)).toEqual([
      "accepted",
      "invalid",
      "accepted",
    ]);
  });

  it("--max-errors bears so many refusals of the API and stops at the next one", async () => {
    const refused = ["P1", "P2", "P3", "P4"].map(
      (sku) => ({ resource: "products", path: "sku", equals: sku }) as const,
    );
    await using sandbox = await startSandbox({ rejects: refused });
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products, "", "requests_per_second: 1000, concurrency: 1, read_lag_seconds: 0"),
      "products.csv": productsCsv(6),
    });
    const run = await project.report(["run", "import.yaml", "--max-errors", "2"]);
    expect(run.summary.stopped).toMatchObject({ code: "TOO_MANY_ERRORS" });
    expect(run.exitCode).toBe(4);
    expect(outcomesOf(run.rows)).toEqual({ rejected: 3, pending: 3 });
  });

  it("--strict makes warnings errors", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": lines("sku,name,category", "ab-1,Alpha,Tools", "AB-1,Beta,Tools", "C,Gamma,Tools"),
    });
    const strict = await project.report(["check", "import.yaml", "--strict"]);
    expect(strict.exitCode).toBe(3);
    expect(strict.rows.filter(({ outcome }) => outcome === "invalid").map(({ code }) => code)).toContain(
      "case_variant",
    );
    const lenient = await project.report(["run", "import.yaml"]);
    expect([lenient.exitCode, outcomesOf(lenient.rows)]).toEqual([0, { accepted: 3 }]);
    expect(lenient.rows[0]).toMatchObject({ code: "case_variant", outcome: "accepted" });
  });

  it("a second time asks one question and writes nothing; --force asks the API again, and finds all as it was", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": productsCsv(4),
    });
    const first = await project.report(["run", "import.yaml"]);
    const after = sandbox.counts().started;
    const second = await project.report(["run", "import.yaml"]);
    expect([second.exitCode, outcomesOf(second.rows)]).toEqual([0, { unchanged: 4 }]);
    expect(second.rows.map(({ remote_id }) => remote_id)).toEqual(first.rows.map(({ remote_id }) => remote_id));
    expect(first.rows.every(({ remote_id }) => remote_id !== "")).toBe(true);
    expect(sandbox.counts().started).toBe(after + 1);

    const forced = await project.report(["run", "import.yaml", "--force"]);
    expect(forced.exitCode).toBe(0);
    expect(outcomesOf(forced.rows)).toEqual({ unchanged: 4 });
    expect(sandbox.counts().started).toBe(after + 3);
    expect(sandbox.counts()).toMatchObject({ created: { products: 4 }, updated: { products: 0 } });
  });

  it("writes progress to stderr and the closing to stdout; --quiet keeps stderr empty, --json only the summary", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, {
      "import.yaml": jobText(products),
      "products.csv": oneInvalid.replaceAll(",", ";"),
    });
    const plain = await project.call(["run", "import.yaml"]);
    expect(plain.stderr).toContain(`detected delimiter ";"`);
    expect(plain.stdout).toMatch(/^run finished .*3 rows, 3 entries/);
    expect(plain.stdout).toContain(`products.csv:3 column "price" = "x" → retail_price:`);
    expect(plain.stdout).toContain("failures/products.csv");
    expect(plain.stdout).toContain("Next: ");
    const quiet = await project.call(["run", "import.yaml", "--quiet"]);
    expect([quiet.stderr, quiet.exitCode]).toEqual(["", 3]);
    const json = await project.call(["run", "import.yaml", "--json", "--quiet"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, exit_code: 3, totals: { rows: 3, entries: 3 } });
    const status = await project.call(["status", "import.yaml"]);
    expect(status.stdout).toContain("3 rows, 3 entries");
  });

  it("refuses words that it does not know", async () => {
    await using project = await openProject(undefined, { "import.yaml": jobText(products) });
    for (const args of [
      ["run"],
      ["run", "import.yaml", "--limit", "none"],
      ["run", "import.yaml", "--frce"],
      ["rum"],
    ]) {
      const { exitCode, stderr } = await project.call(args);
      expect([args, exitCode]).toEqual([args, 2]);
      expect(stderr).not.toBe("");
    }
  });
});

it("goes on when whoever read its output has gone", async () => {
  await using sandbox = await startSandbox();
  await using project = await openProject(sandbox, {
    "import.yaml": jobText(products),
    "products.csv": productsCsv(30),
  });
  const { child, ended } = project.start(["run", "import.yaml", "--log-file", "-"]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  expect((await ended).exitCode).toBe(0);
  expect(sandbox.counts().created.products).toBe(30);
});
