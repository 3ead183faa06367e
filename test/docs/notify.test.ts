// docs/notify.md and docs/logs.md: their tables list what there is, the snippets check real signatures, and a real log has no
// event and no field that the documents do not name.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventLevels } from "../../src/cli/world/log-fields.ts";
import { writtenNotify } from "../../src/job/notify-schema.ts";
import { notificationOf } from "../../src/notify/notification.ts";
import { commandVariables, notify } from "../../src/notify/notify.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { command } from "../cli/world.ts";
import { startReceiver } from "../notify/receiver.ts";
import { addressSettings, toldRun } from "../notify/told.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { code, codes, marked, only, tableOf } from "./documents.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const [notifyDoc, logsDoc] = [read("docs/notify.md"), read("docs/logs.md")];
const failed = toldRun({ exitCode: 3, rows: { invalid: 1 } });

describe("docs/notify.md", () => {
  it("lists every key, with its default", () => {
    const target = z.toJSONSchema(writtenNotify, { io: "input" }).anyOf?.[0]?.properties ?? {};
    const told = tableOf(only(notifyDoc, "notify keys")).map(
      ([key, , fallback = ""]) => [code(key), fallback] as const,
    );
    expect(told.map(([key]) => key)).toEqual(Object.keys(target));
    for (const [key, fallback] of told) {
      const { default: usual } = target[key] as { readonly default?: unknown };
      if (usual !== undefined) expect(fallback, key).toBe(`\`${String(Array.isArray(usual) ? `[${usual}]` : usual)}\``);
    }
  });

  it("lists every key of what is told, every event and every variable", () => {
    const told = tableOf(only(notifyDoc, "notification"));
    expect(told.flatMap(([keys]) => codes(keys)).sort()).toEqual(
      Object.keys(notificationOf(failed, { values: false })).sort(),
    );
    for (const name of Object.keys(commandVariables(notificationOf(failed, { values: false }))))
      expect(notifyDoc).toContain(`\`${name}\``);
  });

  it("checks signatures with snippets that take the right one and no other", async () => {
    await using receiver = await startReceiver();
    await notify(addressSettings(receiver.url), failed, { env: { LUMINOUS_NOTIFY_SECRET: "the-key" } });
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    await using folder = await jobFolder({});
    const path = join(folder.path, "verify.mjs");
    await writeFile(path, blockOf("verify node", "js"));
    const { isFromImport } = (await import(path)) as {
      isFromImport(secret: string, headers: object, body: string, nowSeconds?: number): boolean;
    };
    expect(isFromImport("the-key", headers, body)).toBe(true);
    expect(isFromImport("another-key", headers, body)).toBe(false);
    expect(isFromImport("the-key", headers, `${body} `)).toBe(false);
    expect(isFromImport("the-key", headers, body, Date.now() / 1000 + 1000)).toBe(false);
    expect(isFromImport("the-key", {}, body)).toBe(false);
  });

  it("has a snippet for Python too", async ({ skip }) => {
    await using receiver = await startReceiver();
    await notify(addressSettings(receiver.url), failed, { env: { LUMINOUS_NOTIFY_SECRET: "the-key" } });
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const sent = new Headers(headers as Record<string, string>);
    const names = ["Luminous-Import-Timestamp", "Luminous-Import-Signature"];
    const given = Object.fromEntries(names.map((name) => [name, sent.get(name)]));
    const script = `${blockOf("verify python", "python")}
import json, sys
headers, body = json.loads(sys.argv[1]), sys.argv[2]
print(is_from_import("the-key", headers, body), is_from_import("no", headers, body), is_from_import("the-key", headers, body + " "), is_from_import("the-key", {}, body))
`;
    const run = promisify(execFile)("python3", ["-c", script, JSON.stringify(given), body]);
    const { stdout } = await run.catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") skip("there is no python3");
      throw error;
    });
    expect(stdout).toBe("True False False False\n");
  });
});

describe("docs/logs.md", () => {
  const events = new Map(tableOf(only(logsDoc, "events")).map(([name, , fields]) => [code(name), codes(fields)]));

  it("lists every event", () => {
    expect([...events.keys()].sort()).toEqual(Object.keys(eventLevels).sort());
  });

  it("names every field of a log, and every line of a run says which run it is", async () => {
    await using receiver = await startReceiver([{ status: 200 }, { status: 404 }]);
    await using folder = await jobFolder({
      "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0, second_send_seconds: 0, timeout_seconds: 5 }
channel: { label: Old, warehouse_group: Default }
inputs:
  - { name: products, file: products.csv, mapping: products.yaml }
  - { name: orders, file: orders.csv, mapping: orders.yaml }
notify: { url: "${receiver.url}" }
`,
      "products.yaml":
        "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: All } }\n",
      "products.csv": `SKU\n${Array.from({ length: 40 }, (_, at) => `P-${at}\n`).join("")}`,
      "orders.yaml": `version: 1
resource: sales_orders
group: { by: No }
fields: { order_number: No, order_date: { value: 2019-05-01 }, order_status: { value: shipped }, bill_to.name: { value: A }, ship_to.name: { value: A } }
children: { items: { each: rows, fields: { sku: SKU, quantity: { value: 1 }, unit_price: { value: 2 } } } }
`,
      "orders.csv": "No,SKU\n1,P-1\n2,P-2\n3,gone\n",
    });
    await using sandbox = await startSandbox({ faults: { "error-after": 0.3, throttle: 0.05 }, seed: 3 });
    const log = join(folder.path, "run.log");
    const call = (argv: readonly string[]) =>
      command([...argv, "--log-file", log], {
        cwd: folder.path,
        env: { LUMINOUS_BASE_URL: sandbox.url, LUMINOUS_API_KEY: "sandbox" },
      });
    const run = await call(["run", "import.yaml"]);
    expect(run.exitCode, run.stderr).toBe(3);
    await call(["run", "import.yaml", "--input", "orders=nowhere.csv"]);
    const lines = (await readFile(log, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const everywhere = ["level", "time", "event", "run_id"];
    const unnamed = lines.flatMap(({ event, ...fields }) =>
      Object.keys(fields).flatMap((field) =>
        everywhere.includes(field) || events.get(String(event))?.includes(field) ? [] : [`${event}: ${field}`],
      ),
    );
    expect([...new Set(unnamed)]).toEqual([]);
    for (const { time } of lines) expect(time).toBe(new Date(String(time)).toISOString());
    const [begun, ended] = ["run.begun", "run.ended"].map((name) => lines.findIndex(({ event }) => event === name));
    const ofRun = lines.slice(begun, (ended ?? 0) + 1);
    expect(new Set(ofRun.map(({ run_id }) => run_id)).size).toBe(1);
    expect(ofRun[0]).toHaveProperty("run_id");
    // Each entry that was sent has its states in their order, under one number.
    const seen = new Set(lines.map(({ event }) => event));
    for (const event of [
      "entry.planned",
      "entry.sending",
      "entry.doubt",
      "entry.settled",
      "channel.made",
      "throttled",
      "run.ended",
      "notify.delivered",
      "notify.failed",
      "command.failed",
    ])
      expect([...seen], event).toContain(event);
    const first = lines.filter(({ key, entry }) => key === "P-1" && entry !== undefined);
    expect(new Set(first.map(({ entry }) => entry)).size).toBe(1);
    const states = first.map(({ event }) => event);
    expect([states[0], states[1], states.at(-1)]).toEqual(["entry.planned", "entry.sending", "entry.settled"]);
  });
});

function blockOf(mark: string, language: string): string {
  const [, kind = "", name = ""] = /^(\w+) (\w+)$/.exec(mark) ?? [];
  const { text } = marked(notifyDoc, kind).find((part) => part.name === name) ?? { text: "" };
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? "";
}
