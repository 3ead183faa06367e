// The experiment behind "it names the cell": faults put into known cells of grouped and joined orders, found by our checks and by
// the server. What the program says of each is compared with where it was put.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { call, product } from "../sandbox/api.ts";
import { type Injected, injected, kindsFor } from "./injected/inject.ts";
import { judge, type Told, tallyOf, type Verdict } from "./injected/judge.ts";
import { closedChannel, constantKinds, kinds, rejects } from "./injected/kinds.ts";
import { carriers } from "./injected/mapping.ts";
import { knownSkus } from "./injected/orders.ts";
import { shapes } from "./injected/shapes.ts";
import { openProject } from "./program.ts";

const seed = 20260;

/** Jobs by name: of each shape one with every kind of fault, and of some those in which a constant is refused. */
const jobs: Readonly<Record<string, Injected>> = Object.fromEntries(
  shapes.flatMap((shape) => [
    [shape.name, injected(shape, kindsFor(shape, kinds), seed)],
    ...(["order", "item"] as const)
      .filter(() => ["continued", "both", "json"].includes(shape.name))
      .map((of) => [
        `${shape.name}, constant of the ${of}`,
        injected(shape, [constantKinds[of], constantKinds[of]], seed, of),
      ]),
  ]),
);

/** A job that was run. */
interface Ran {
  readonly verdicts: readonly Verdict[];
  readonly soundOutcomes: readonly (string | undefined)[];
}

describe("of faults put into single cells", () => {
  const ran = new Map<string, Ran>();
  beforeAll(async () => {
    for (const [name, job] of Object.entries(jobs)) ran.set(name, await run(job));
  });

  it.each(Object.keys(jobs))("none is said to be in another cell, and no sound order suffers: %s", (name) => {
    const { verdicts = [], soundOutcomes = [] } = ran.get(name) ?? {};
    expect(verdicts.filter(({ grade }) => grade === "wrong").map(({ said }) => said)).toEqual([]);
    expect(verdicts).toHaveLength(jobs[name]?.wanted.length ?? -1);
    expect(soundOutcomes).toEqual((jobs[name]?.sound ?? []).map(() => "accepted"));
  });

  it("at least 99 of 100 are named with file, line, column and payload path", () => {
    const all = [...ran.values()].flatMap(({ verdicts }) => verdicts);
    const inexact = all.filter(({ grade }) => grade !== "exact").map(({ said }) => said);
    const tallies = [...ran].map(([name, { verdicts }]) => `${name}: ${JSON.stringify(tallyOf(verdicts))}`);
    expect(all.length).toBeGreaterThanOrEqual(200);
    expect(1 - inexact.length / all.length, [...tallies, ...inexact].join("\n")).toBeGreaterThanOrEqual(0.99);
  });
});

async function run({ files, input, wanted, sound }: Injected): Promise<Ran> {
  await using sandbox = await openAccount();
  await using project = await openProject(sandbox, {
    ...files,
    "carriers.csv": carriers,
    "import.yaml": `version: 1
limits: { requests_per_second: 1000, concurrency: 4, read_lag_seconds: 0 }
inputs:
  - { name: orders, ${input}, mapping: orders.yaml }
`,
  });
  const { summary, rows } = await project.report(["run", "import.yaml", "--results", "ndjson"]);
  const text = await readFile(join(summary.results.folder, "results.ndjson"), "utf8");
  const told = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Told]));
  return {
    verdicts: wanted.map((each) => judge(each, told, rows)),
    soundOutcomes: sound.map(
      (place) => told.find(({ file, line }) => file === place.file && line === place.line)?.outcome,
    ),
  };
}

/** An account with products and a channel that is closed. */
async function openAccount(): Promise<Sandbox> {
  const sandbox = await startSandbox({ rejects });
  for (const sku of [...knownSkus, "PAN-9", "POT-9"]) await call(sandbox, "POST", "/products", product(sku));
  const id = sandbox.seed("channels", closedChannel.label, {
    label: closedChannel.label,
    channelType: "sales_channel",
    warehouseGroupId: 1,
  });
  expect(id).toBe(closedChannel.id);
  return sandbox;
}
