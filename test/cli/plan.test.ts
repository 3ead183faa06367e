// The plan command: what it says and writes, and that the command which it names does just that.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { valueAt } from "../../src/model/payload-path.ts";
import type { PlanContent } from "../../src/report/plan/plan-content.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { command, type Ended } from "./world.ts";

const token = "s3cr3t-T0ken";
const files = {
  "import.yaml":
    "version: 1\nlimits: { requests_per_second: 500, read_lag_seconds: 0 }\ninputs: [{ name: products, file: products.csv, mapping: products.yaml }]\n",
  "products.yaml":
    'version: 1\nresource: products\nwhere: \'row["Name"] != "test"\'\nfields: { sku: SKU, name: Name, retail_price: Price, description: { from: Text, blank: clear }, category.name: { value: Kitchen } }\n',
  "products.csv": "SKU,Name,Price,Text\nCUP-1,Blue cup,4.50,\nPOT-1,Big pot,9,</script><b>\nPAN-1,Pan,3,x\nT,test,1,\n",
};

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly call: (argv: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
}

async function setting(): Promise<Setting> {
  const folder = await jobFolder(files);
  const sandbox = await startSandbox({ token });
  const account = { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: token };
  const seed = { name: "Blue cup", category: { name: "Kitchen" }, retail_price: 4 };
  sandbox.seed("products", "CUP-1", { ...seed, sku: "CUP-1", description: "old" });
  sandbox.seed("products", "PAN-1", { ...seed, sku: "PAN-1", name: "Pan", retail_price: 3, description: "x" });
  return {
    folder: folder.path,
    sandbox,
    call: (argv, env = {}) => command(argv, { cwd: folder.path, env: { ...account, ...env } }),
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

it("says what a run would do and how to do just that", async () => {
  await using at = await setting();
  const planned = await at.call(["plan", "import.yaml", "--show", "1", "--out", "out/agreed.json"]);
  expect(planned.exitCode).toBe(0);
  expect(planned.stdout).toContain('product CUP-1 from products.csv:2\n{\n  "sku": "CUP-1",');
  const [, id = ""] = /plans\/(plan-[\w-]+)\/plan\.html/.exec(planned.stdout) ?? [];
  expect(
    planned.stdout.slice(planned.stdout.indexOf("plan of")),
  ).toBe(`plan of 4 rows, 3 entries for ${at.sandbox.url}: asked, nothing written

          create  update  unchanged  excluded
products       1       1          1         1

Updates empty description of 1 product.

The run makes 5 requests: the first question, 2 lookups and 2 writes (2 for products); 1 s at 500 a
second, when nothing goes wrong.

The plan is out/agreed.json, and to read or pass on .luminous-import/plans/${id}/plan.html

Next: to do just this: luminous-import run import.yaml --plan out/agreed.json
`);
  const asked = at.sandbox.counts().started;
  const ran = await at.call(["run", "import.yaml", "--plan", "out/agreed.json", "--json"]);
  expect([ran.exitCode, at.sandbox.counts().started - asked]).toEqual([0, 5]);
  const again = await at.call(["run", "import.yaml", "--plan", "out/agreed.json"]);
  expect([again.exitCode, again.stderr]).toEqual([2, expect.stringMatching(/has done it already\n.*Make a new plan/)]);
  const purged = await at.call(["state", "purge", "import.yaml", "--before", "2999-01-01"]);
  expect(purged.stdout).toContain("removed 1 plan");
  expect(await readdir(join(at.folder, ".luminous-import/plans"))).toEqual([]);
  expect((await at.call(["run", "import.yaml", "--plan", "out/agreed.json"])).stderr).toContain("does not have it");
});

it("leaves plan.json and a page whose numbers are those of plan.json, for their owner only, without the token", async () => {
  await using at = await setting();
  const { stdout } = await at.call(["plan", "--json"]);
  const plan: PlanContent = JSON.parse(stdout);
  const folder = join(at.folder, ".luminous-import/plans", plan.plan_id);
  expect((await readdir(folder)).sort()).toEqual(["plan.html", "plan.json", "results.csv", "summary.json"]);
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), "utf8");
    expect(text).not.toContain(token);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  }
  expect(JSON.parse(await readFile(join(folder, "plan.json"), "utf8"))).toEqual(plan);
  expect(plan.examples.map(({ key, decision, changes, clears }) => ({ key, decision, changes, clears }))).toEqual([
    {
      key: "CUP-1",
      decision: "update",
      changes: [
        { path: "retail_price", from: 4, to: 4.5 },
        { path: "description", from: "old", to: "" },
      ],
      clears: ["description"],
    },
    { key: "POT-1", decision: "create", changes: [], clears: [] },
    { key: "PAN-1", decision: "unchanged", changes: [], clears: [] },
  ]);

  const page = await readFile(join(folder, "plan.html"), "utf8");
  const numbers = [...page.matchAll(/data-of="([^"]+)">([\d,]+)</g)];
  expect(numbers.length).toBeGreaterThan(6);
  for (const [, path = "", shown = ""] of numbers)
    expect(
      `${path} ${valueAt(
        plan,
        path.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      )}`,
    ).toBe(`${path} ${shown.replaceAll(",", "")}`);
  expect(page).toContain("retail_price: 4 → 4.5");
  expect(page).not.toMatch(/<script|<\/script/);
});

it("ends as a check does where something would not make it, the token is refused, or nobody answers", async () => {
  await using at = await setting();
  const wrong = await at.call(["plan"], { LUMINOUS_API_KEY: "wrong" });
  expect([wrong.exitCode, wrong.stdout]).toEqual([5, ""]);
  const gone = await at.call(["plan"], { LUMINOUS_BASE_URL: "http://127.0.0.1:9/external/api/v1" });
  expect([gone.exitCode, gone.stdout]).toEqual([2, ""]);
  const piped = await at.call(["plan", "--input", "products=-"]);
  expect([piped.exitCode, piped.stderr]).toEqual([2, expect.stringContaining("standard input")]);
  const fail = await at.call(["plan", "--only", "nothing"]);
  expect([fail.exitCode, fail.stderr]).toEqual([2, expect.stringContaining('no input "nothing"')]);
  expect(Object.values(at.sandbox.counts().created).every((count) => count === 0)).toBe(true);
});
