// A job that is given as an object is the job that the same YAML makes.
import { expect, it } from "vitest";
import { type JobObject, loadJob, makeJob } from "../../src/job/job.ts";
import { check } from "../../src/run/check.ts";
import { run } from "../../src/run/run.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { jobFolder } from "../staging/job-folder.ts";

const goods = {
  version: 1,
  resource: "products",
  fields: { sku: "SKU", name: "SKU", "category.name": { value: "All" } },
} as const;
const job: JobObject = {
  version: 1,
  limits: { requests_per_second: 1000, read_lag_seconds: 0 },
  inputs: [{ name: "goods", file: "goods.csv", mapping: goods }],
};

it("runs with a mapping that is an object too, and runs again to nothing", async () => {
  await using folder = await jobFolder({ "goods.csv": "SKU\nCUP\nPOT\n" });
  await using sandbox = await startSandbox();
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  const made = await makeJob(job, { folder: folder.path, name: "nightly" });
  const first = await run(made, { account });
  expect([first.exitCode, first.summary.outcomes.accepted.entries]).toEqual([0, 2]);
  const second = await run(made, { account });
  expect([second.exitCode, second.summary.outcomes.unchanged.entries]).toEqual([0, 2]);
});

it("is the same as the job of the same YAML, but for its names", async () => {
  await using folder = await jobFolder({
    "goods.csv": "SKU\n",
    "import.yaml":
      "version: 1\nlimits: { requests_per_second: 1000, read_lag_seconds: 0 }\ninputs: [{ name: goods, file: goods.csv, mapping: map.yaml }]\n",
  });
  const {
    file: _file,
    inputs,
    ...made
  } = await makeJob(
    { ...job, inputs: [{ name: "goods", file: "goods.csv", mapping: "map.yaml" }] },
    { folder: folder.path },
  );
  const { file: _other, inputs: theirs, ...loaded } = await loadJob("import.yaml", { cwd: folder.path });
  expect(made).toEqual(loaded);
  expect(inputs).toEqual(theirs);
});

it("names every fault of the job and of the mapping", async () => {
  await using folder = await jobFolder({ "goods.csv": "SKU\nCUP\n" });
  const wrong = { ...job, existing: { products: "replace" } } as unknown as JobObject;
  await expect(makeJob(wrong, { folder: folder.path })).rejects.toThrow(/^job:\d+:\d+: existing\.products: /);
  const field = { ...goods, fields: { sku: "SKU", colour: "SKU" } };
  const made = await makeJob(
    { ...job, inputs: [{ name: "goods", file: "goods.csv", mapping: field }] },
    { folder: folder.path },
  );
  await expect(check(made)).rejects.toThrow(/mapping of goods:\d+:\d+: fields\.colour/);
});
