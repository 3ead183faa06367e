// docs/ is a contract as the README is: its examples are run, and its tables list what there is, no less and no more.
// `<!-- test: NAME -->` before a block or table says what it is held to; it reaches to the next such mark or heading.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { mappablePaths } from "../../build/json-schemas.ts";
import { buildProgram } from "../../src/cli/program.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";
import { allocating } from "../../src/dispatch/open-orders.ts";
import { checkNames } from "../../src/doctor/check-names.ts";
import { sampledRows } from "../../src/doctor/mapping-uses.ts";
import { sampleRows } from "../../src/init/init.ts";
import { loadJob } from "../../src/job/job.ts";
import { writtenJob } from "../../src/job/job-schema.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { mappingSchema } from "../../src/map/definition/mapping-schema.ts";
import { compileExpression } from "../../src/map/expression/expression.ts";
import { expressionEnvironment, safeNames, variablesOf } from "../../src/map/expression/language.ts";
import { coerce } from "../../src/map/values/coerce.ts";
import { dateFormatFault, parseDate } from "../../src/map/values/dates.ts";
import { compileTransform, type TransformSpec, transformNames } from "../../src/map/values/transforms.ts";
import { lengthUnits, weightUnits } from "../../src/map/values/units.ts";
import { damageKinds } from "../../src/model/damage.ts";
import { exitCodes } from "../../src/model/exit-codes.ts";
import type { Json, JsonObject } from "../../src/model/json.ts";
import { parsePath, valueAt, withValueAt } from "../../src/model/payload-path.ts";
import { channelStanding } from "../../src/model/resources/channel-standing.ts";
import { type Field, type FieldType, fieldAt } from "../../src/model/resources/field.ts";
import { resourceNames, resources } from "../../src/model/resources/resources.ts";
import type { Cells } from "../../src/model/row.ts";
import { accountRoutes } from "../../src/sandbox/endpoints/account-endpoints.ts";
import { channelRoutes } from "../../src/sandbox/endpoints/channel-endpoints.ts";
import { companyRoutes } from "../../src/sandbox/endpoints/company-endpoints.ts";
import { orderRoutes } from "../../src/sandbox/endpoints/order-endpoints.ts";
import { productRoutes } from "../../src/sandbox/endpoints/product-endpoints.ts";
import { faults } from "../../src/sandbox/world/faults.ts";
import { lieGroups, lieLines } from "../../src/sandbox/world/lies.ts";
import { sandboxSettings } from "../../src/sandbox/world/options.ts";
import { readLies } from "../../src/sandbox/world/read-lies.ts";
import { createWorld } from "../../src/sandbox/world/world.ts";
import { compiled, draftOf, sourceRow } from "../map/rows.ts";
import { type Files, jobFolder, type StagedJob, stagedJob } from "../staging/job-folder.ts";
import {
  code,
  codes,
  expanded,
  keysOf,
  leavesOf,
  type Marked,
  marked,
  only,
  type SchemaNode,
  tableOf,
} from "./documents.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const mappingDoc = ["mapping", "mapping-recipes", "mapping-reference"]
  .map((name) => read(`docs/${name}.md`))
  .join("\n");
const jobDoc = read("docs/job.md");
const payloadDoc = read("docs/payload-fields.md");
const initDoc = read("docs/init.md");
const channelsDoc = read("docs/channels.md");
const doctorDoc = read("docs/doctor.md");
const sandboxDoc = read("docs/sandbox.md");

interface Example extends Marked {
  readonly mapping: string;
  readonly files: Files;
  readonly payloads: Json;
  readonly problems: readonly string[];
}

/** yaml, then the files under their names, then the payloads and the problems that they make. */
function exampleOf({ name, text }: Marked): Example {
  const blocks = [...text.matchAll(/(?:^`([^`\n]+)`:\n)?```(\w+)\n([\s\S]*?)```/gm)].map(
    ([, file, kind, body = ""]) => ({
      file,
      kind,
      body,
    }),
  );
  const unnamed = (kind: string) => blocks.find((block) => block.file === undefined && block.kind === kind)?.body;
  return {
    name,
    text,
    mapping: unnamed("yaml") ?? "",
    files: Object.fromEntries(blocks.flatMap(({ file, body }) => (file === undefined ? [] : [[file, body]]))),
    payloads: JSON.parse(unnamed("json") ?? "null"),
    problems: (unnamed("text") ?? "").split("\n").filter((line) => line !== ""),
  };
}

/** The job that an example leaves out: a file called after a join is its file. */
function jobOf({ mapping, files }: Example): string {
  const [main] = Object.keys(files);
  const joins = loadMapping(mapping, "mapping.yaml").joins.map(({ name }) => [name, `${name}.csv`]);
  const input = { name: "input", file: main, mapping: "mapping.yaml", join: Object.fromEntries(joins) };
  return JSON.stringify({ version: 1, inputs: [input] });
}

/** As they are sent; an id that only Luminous knows is `<id of KEY>`. */
async function payloadsOf({ open, ledger }: StagedJob): Promise<Json> {
  const references = new Map<
    number,
    readonly { readonly path: string; readonly key: string; readonly fill: boolean }[]
  >();
  for await (const batch of ledger.queue.openReferences(1, "sales_orders"))
    for (const { entry, references: found } of batch) references.set(entry.id, found);
  return (await open()).map(({ id, payload }) =>
    (references.get(id) ?? [])
      .filter(({ fill }) => fill)
      .reduce<JsonObject>(
        (filled, { path, key }) => withValueAt(filled, parsePath(path), `<id of ${key}>`) as JsonObject,
        payload,
      ),
  );
}

describe("docs/mapping.md, its recipes and its reference", () => {
  const examples = marked(mappingDoc, "mapping").map(exampleOf);

  it("has its examples", () => {
    expect(examples.map(({ name }) => name)).toContain("three lines");
    expect(examples.length).toBeGreaterThan(5);
  });

  test.each(examples)('makes of the example "$name" what it says', async (example) => {
    await using staged = await stagedJob({
      "import.yaml": jobOf(example),
      "mapping.yaml": example.mapping,
      ...example.files,
    });
    expect(await payloadsOf(staged)).toEqual(example.payloads);
    expect(await staged.problems()).toEqual(example.problems);
    expect(staged.warnings).toEqual([]);
  });

  const recipes = tableOf(only(mappingDoc, "recipes")).flatMap(([to = "", write = "", cells = "", makes = ""]) =>
    write === "" ? [] : [{ to, write: code(write), cells: parse(code(cells)) as Record<string, string>, makes }],
  );

  test.each(recipes)("has a recipe to $to", ({ write, cells, makes }) => {
    const [path = ""] = Object.keys(parse(write) as object);
    const [resource, key] = fieldAt(resources.products.schema, path)
      ? ["products", "sku"]
      : ["sales_orders", "order_number"];
    const others = path === key ? "" : `${key}: { value: K }\n  `;
    const mapping = compiled(`version: 1\nresource: ${resource}\nfields:\n  ${others}${write}\n`);
    const { payload, problems } = draftOf(mapping, [sourceRow(cells)]);
    expect(problems).toEqual([]);
    expect(valueAt(payload, parsePath(path))).toEqual(makes === "nothing" ? undefined : JSON.parse(code(makes)));
  });

  it("knows the complaints as the program words them", () => {
    const source = sourceFiles(join(root, "src")).join("\n");
    const told = tableOf(only(mappingDoc, "complaints")).flatMap(([says]) => codes(says));
    expect(told.length).toBeGreaterThan(15);
    expect(told.filter((words) => !source.includes(words))).toEqual([]);
  });

  it("lists every key, with its default", () => {
    const ofField = /^(children\.\*\.(fields|amounts\.(line|order_discount))|totals\.(order|items|line|currency))\./;
    const known = keysOf(mappingSchema).filter((path) => !ofField.test(path));
    const isInline = (path: string) =>
      /(\.otherwise\.value|\.by\.(expr|from|fill)|\.head\.first|\.each\.(from|split|optional|expr))$/.test(path);
    const told = marked(mappingDoc, "keys of").flatMap(({ name, text }) =>
      tableOf(text).flatMap(([keys]) => codes(keys).map((key) => `${name === "the mapping" ? "" : name}${key}`)),
    );
    expect([...told].sort()).toEqual(known.filter((path) => !isInline(path)).sort());
    for (const inline of known.filter(isInline))
      expect(mappingDoc).toMatch(new RegExp(`\\{[^}\n]*\\b${inline.split(".").at(-1)}[:,]`));
  });

  test.each([
    { table: "source.", key: "decimal", is: (said: string) => expect(said).toBe(minimal.style.decimal) },
    { table: "group.", key: "rows", is: (said: string) => expect(said).toBe(minimal.group?.rows) },
    {
      table: "totals.",
      key: "tolerance",
      is: (said: string) => expect(said).toBe(String(minimal.totals?.tolerance)),
    },
    { table: "totals.", key: "mismatch", is: (said: string) => expect(said).toBe(minimal.totals?.mismatch) },
    { table: "group.", key: "conflict", is: (said: string) => expect(said).toBe(minimal.group?.conflict) },
  ])("tells the default of $table$key", ({ table, key, is }) => {
    const { text } = marked(mappingDoc, "keys of").find(({ name }) => name === table) ?? { text: "" };
    const row = tableOf(text).find(([keys]) => codes(keys).includes(key));
    is(code(row?.[2]));
  });

  test.each(
    tableOf(only(mappingDoc, "cells")).map(([type = "", cell, becomes = ""]) => ({ type, cell: code(cell), becomes })),
  )("reads $cell as a $type: $becomes", ({ type, cell, becomes }) => {
    const style = { decimal: ".", thousands: ",", dates: [] } as const;
    const read = coerce(cell, fieldOf(type), style);
    expect(read.ok ? read.value : "problem").toEqual(becomes === "problem" ? becomes : JSON.parse(code(becomes)));
  });

  it("lists every kind of damage", () => {
    const kinds = tableOf(only(mappingDoc, "damage")).map(([kind]) => code(kind));
    expect(kinds.toSorted()).toEqual(damageKinds.toSorted());
  });

  it("names the units", () => {
    const [sentence = ""] = /^`unit:` is .*\. In cells/m.exec(mappingDoc) ?? [];
    expect(codes(sentence).slice(1)).toEqual([...weightUnits, ...lengthUnits]);
  });

  test.each(tableOf(only(mappingDoc, "dates")).map(([format, text]) => ({ format: code(format), text: code(text) })))(
    "the date format $format reads $text",
    ({ format, text }) => {
      expect(dateFormatFault(format)).toBeUndefined();
      expect(parseDate(text, { dates: [format], timezone: "UTC" })).toMatchObject({ ok: true, date: "2024-03-09" });
    },
  );

  const transforms = tableOf(only(mappingDoc, "transforms")).map(([write, , from, to]) => ({
    write: code(write),
    from: unquoted(code(from)),
    to: code(to),
  }));

  it("lists every transform", () => {
    const names = transforms.map(({ write }) => nameOf(parse(write) as TransformSpec));
    expect([...names].sort()).toEqual([...transformNames].sort());
  });

  test.each(transforms)("$write makes $to of $from", ({ write, from, to }) => {
    const compiled = compileTransform(parse(write) as TransformSpec, plain);
    const made = compiled.ok ? compiled.transform(from) : compiled;
    expect(made.ok ? String(made.value) : made.message).toBe(to);
  });

  const functions = tableOf(only(mappingDoc, "functions")).map(([names, example, gives]) => ({
    names: codes(names).map((name) => name.replace(/^cel\./, "")),
    example: code(example),
    gives: JSON.parse(code(gives)) as Json,
  }));

  it("lists every function of expressions", () => {
    const { functions: known } = expressionEnvironment("child", plain).getDefinitions();
    const safe = new Set(safeNames.values());
    // Optional values are not switched on, has() is refused, and the safe functions are called by the names of those that they replace.
    const callable = known.filter(
      ({ name, receiverType }) => !/^optional/i.test(receiverType ?? "") && name !== "has" && !safe.has(name),
    );
    expect([...functions.flatMap(({ names }) => names)].sort()).toEqual(
      [...new Set(callable.map(({ name }) => name))].sort(),
    );
  });

  it("lists every variable of expressions", () => {
    const table = tableOf((mappingDoc.split("## Expressions")[1] ?? "").split("Joined files")[0] ?? "");
    expect(table.map(([name]) => code(name)).sort()).toEqual([...variablesOf.child].sort());
  });

  test.each(functions)("$example gives $gives", ({ names, example, gives }) => {
    expect(names.some((name) => example.includes(`${name}(`))).toBe(true);
    expect(evaluated(example)).toEqual(gives);
  });

  test.each(
    tableOf(only(mappingDoc, "differences")).map(([what = "", example, gives = ""]) => ({
      what,
      example: code(example),
      gives,
    })),
  )("$what: $example is $gives", ({ example, gives }) => {
    expect(evaluated(example)).toEqual(/^\w+$/.test(gives) ? gives : JSON.parse(code(gives)));
  });
});

describe("docs/payload-fields.md", () => {
  test.each(resourceNames.map((name) => ({ name, resource: resources[name] })))(
    "lists every field of $name",
    ({ name, resource }) => {
      const { text } = marked(payloadDoc, "fields of").find((section) => section.name === name) ?? { text: "" };
      const told = tableOf(text).flatMap((row) => row.flatMap((cell) => codes(cell)));
      const choices = new Set(mappablePaths(name).flatMap((path) => fieldAt(resource.schema, path)?.choices ?? []));
      expect(told).toEqual(expect.arrayContaining([...choices]));
      const isList = (path: string) => fieldAt(resource.schema, path)?.type === "objects";
      const listed = told.flatMap(expanded).filter((path) => !choices.has(path) && !isList(path));
      // Most of what variants have is what products have: there the table says so in words.
      const asProducts = (path: string) => path.startsWith("variants.") && mappablePaths(name).includes(path.slice(9));
      expect(listed.filter((path) => !mappablePaths(name).includes(path))).toEqual([]);
      expect(mappablePaths(name).filter((path) => !listed.includes(path) && !asProducts(path))).toEqual([]);
      const bold = [...text.matchAll(/\*\*`([^`]+)`\*\*/g)].map(([, path]) => path);
      const eitherOr = resource.eitherOr({}).map(({ paths }) => paths[0]);
      const needed = [...((z.toJSONSchema(resource.schema) as SchemaNode).required ?? []), ...eitherOr];
      const isInList = (path = "") => isList(path.split(".")[0] ?? "") && path.includes(".");
      expect(bold.filter((path) => !isInList(path)).sort()).toEqual([...needed].sort());
    },
  );
});

describe("docs/job.md", () => {
  it("lists every key, with its default", () => {
    const told = tableOf(only(jobDoc, "keys")).map(([key, , fallback = ""]) => ({ key: code(key), fallback }));
    expect(told.map(({ key }) => key).sort()).toEqual(jobKeys.map(({ path }) => path).sort());
    for (const { path, fallback, required } of jobKeys) {
      const said = told.find(({ key }) => key === path)?.fallback;
      if (fallback !== undefined) expect(said, path).toBe(`\`${String(fallback)}\``);
      else expect(said === "required", path).toBe(required);
    }
  });

  test.each([...marked(jobDoc, "job"), ...marked(channelsDoc, "job")])('the job "$name" is one', async ({ text }) => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    await using folder = await jobFolder({
      "import.yaml": yaml,
      "exports/orders-1.csv": "",
      "exports/orders-2.csv.gz": "",
    });
    const job = await loadJob("import.yaml", { cwd: folder.path });
    expect(job.inputs.length).toBeGreaterThan(0);
  });
});

describe("docs/init.md", () => {
  it("lists every option of init, and how many rows it looks at", () => {
    const { commands } = buildProgram({} as CommandWorld, () => undefined);
    const options = commands.find((command) => command.name() === "init")?.options ?? [];
    expect(options.length).toBeGreaterThan(0);
    expect(tableOf(initDoc).map(([option]) => code(option))).toEqual(options.map(({ flags }) => flags));
    expect(initDoc).toContain(`first ${sampleRows.toLocaleString("en-US")} rows`);
  });
});

describe("docs/channels.md", () => {
  it("names settings that channels have, and open statuses as the guard takes them", () => {
    const table = tableOf((channelsDoc.split("## Settings that matter")[1] ?? "").split("\n## ")[0] ?? "");
    const judged = table.map(([setting, wish]) => ({ setting: code(setting), wish: wish ?? "" }));
    expect(judged.length).toBeGreaterThan(5);
    const refused: Readonly<Record<string, Json>> = {
      channelType: "fulfillment_channel",
      pushOrdersToOms: true,
      autoPushMode: "on_posting",
      isCustomerSpecific: true,
      enabled: false,
    };
    for (const [setting, value] of Object.entries(refused)) {
      const { pushes, unfit } = channelStanding({ [setting]: value });
      expect([...pushes, ...unfit], setting).toHaveLength(1);
      expect(judged.map((row) => row.setting)).toContain(setting);
    }
    const [sentence = ""] = /^An order that is imported as .*$/m.exec(channelsDoc) ?? [];
    expect([...codes(sentence)].sort()).toEqual([...allocating].sort());
  });
});

describe("docs/doctor.md", () => {
  it("lists everything that is looked at, in its order, and how it ends", () => {
    expect(tableOf(only(doctorDoc, "checks")).map(([name]) => code(name))).toEqual([...checkNames]);
    const codesThere = tableOf(only(doctorDoc, "exit codes")).map(([number]) => Number(number));
    expect(codesThere).toEqual(
      Object.values(exitCodes)
        .filter((number) => number !== exitCodes.defect)
        .sort(),
    );
    expect(doctorDoc).toContain(`first ${sampledRows.toLocaleString("en-US")} rows`);
  });
});

describe("docs/sandbox.md", () => {
  it("lists every option, with its default", () => {
    const { commands } = buildProgram({} as CommandWorld, () => undefined);
    const options = commands.find((command) => command.name() === "sandbox")?.options ?? [];
    const told = tableOf(only(sandboxDoc, "sandbox options")).map(([flags, , fallback = ""]) => [
      code(flags),
      fallback,
    ]);
    expect(told.map(([flags]) => flags)).toEqual(options.map(({ flags }) => flags));
    for (const { flags, defaultValue } of options.filter((option) => option.defaultValue !== undefined))
      expect(told).toContainEqual([flags, `\`${defaultValue}\``]);
  });

  it("lists every fault and every lie as the program words them", () => {
    const toldOf = (mark: string) => tableOf(only(sandboxDoc, mark)).map(([name, says]) => [code(name), says]);
    expect(toldOf("sandbox faults")).toEqual(Object.entries(faults));
    const told = Object.values(lieGroups).flatMap((title) =>
      tableOf((sandboxDoc.split(`### ${title}\n`)[1] ?? "").split("\n#")[0] ?? ""),
    );
    const lies = (Object.keys(lieGroups) as (keyof typeof lieGroups)[]).flatMap(lieLines);
    expect(told.map(([name, says]) => [code(name), says])).toEqual(lies.map(({ term, says }) => [term, says]));
  });

  it("lists every endpoint", () => {
    const world = createWorld(sandboxSettings({}), readLies([], 1));
    const endpoints = [productRoutes, orderRoutes, channelRoutes, companyRoutes, accountRoutes].flatMap((of) =>
      of(world),
    );
    const told = tableOf(only(sandboxDoc, "sandbox endpoints")).flatMap(([names]) => codes(names));
    expect(told.toSorted()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).toSorted());
  });
});

function sourceFiles(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(folder, name), "utf8"));
}

const plain = { decimal: ".", dates: [] } as const;
const minimal = loadMapping(
  "version: 1\nresource: sales_orders\nfields: { order_number: A }\ngroup: { by: A }\ntotals: {}\n",
  "minimal.yaml",
);

const jobKeys = leavesOf(z.toJSONSchema(writtenJob, { io: "input" }) as SchemaNode, "");

const typeOf: Readonly<Record<string, FieldType>> = {
  text: "text",
  number: "decimal",
  "whole number": "integer",
  "true or false": "boolean",
  date: "date",
  "one of a few words": "choice",
  list: "texts",
  weight: "weight",
  length: "length",
};

function fieldOf(type: string): Field {
  const known = typeOf[type];
  if (known === undefined) throw new Error(`no type is called "${type}"`);
  return { type: known, nullable: false, choices: ["shipped"] };
}

function unquoted(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function nameOf(spec: TransformSpec): string {
  return typeof spec === "string" ? spec : Object.keys(spec).join();
}

function cellsOf(cells: Readonly<Record<string, string>>): Cells {
  return Object.assign(Object.create(null) as Cells, cells);
}

/** The value, `refused` when it does not compile, `problem` when it fails on the row. */
function evaluated(source: string): unknown {
  const row = cellsOf({ Title: "Blue cup", Price: "12.50", Qty: "3", Note: "", Shipped: "2024-01-05" });
  const compiled = compileExpression(source, "child", plain);
  if (!compiled.ok) return "refused";
  const result = compiled.expression({
    row,
    rows: [row, cellsOf({ Title: "Lid", Qty: "1" })],
    parent: row,
    item: "piece",
  });
  return result.ok ? result.value : "problem";
}
