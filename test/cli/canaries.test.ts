// Canaries: the account's token, the address and the key of a notification, and cells. No command writes the secrets
// anywhere, and neither the log nor a notification has the cells.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";
import { startSandbox } from "../../src/sandbox/server.ts";
import { startReceiver } from "../notify/receiver.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

const secrets = {
  token: "12|CANARY-token-of-the-account",
  hook: "CANARY-hook-0123456789abcdef",
  key: "CANARY-hmac-key-0123456789",
};

/** Cells of every kind that a sentence may quote: wrong, damaged, in a key's neighbourhood, with quotes and brackets in them. */
const products = `SKU,Name,Price,Code
P-1,CELLA one,4.50,00123
P-2,"CELLB ""two"" (x)",CELLC,1E+05
P-3,CELLD,5,CELLE
P-3,CELLF,6,7
P-4,"CELLG
second ""line",7,#REF!
`;

describe("canaries", () => {
  it("of secrets are in no output and no file; of cells neither in the log nor in a notification", async () => {
    await using receiver = await startReceiver([{ status: 500, body: `${secrets.hook} ${secrets.key}` }]);
    await using sandbox = await startSandbox({
      token: secrets.token,
      rejects: [{ resource: "products", path: "name", equals: "CELLA one", message: "CELLA one is taken" }],
    });
    await using folder = await jobFolder({
      "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs: [{ name: products, file: products.csv, mapping: products.yaml }]
notify:
  - { url_env: HOOK, secret_env: HOOK_KEY, on: [always], timeout_seconds: 0.5 }
  - { command: [sh, -c, "env; cat; exit 1"], on: [failure] }
`,
      "nightly.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs: [{ name: products, match: "*.csv", mapping: products.yaml }]
drop: { inbox: in, quiet_seconds: 0 }
notify:
  - { url_env: HOOK, secret_env: HOOK_KEY, on: [always], timeout_seconds: 0.5 }
`,
      "in/nightly.csv": products.replaceAll("P-", "N-"),
      "products.yaml":
        "version: 1\nresource: products\nfields: { sku: SKU, name: Name, retail_price: Price, custom_fields.Code: Code, category.name: { value: All } }\n",
      "products.csv": products,
    });
    const log = join(folder.path, "all.log");
    const call = (argv: readonly string[]) =>
      command(argv, {
        cwd: folder.path,
        env: {
          PATH: process.env.PATH ?? "",
          LUMINOUS_BASE_URL: sandbox.url,
          LUMINOUS_API_KEY: secrets.token,
          HOOK: `${receiver.url}/hooks/${secrets.hook}`,
          HOOK_KEY: secrets.key,
        },
      });
    const calls = [
      ["doctor", "import.yaml"],
      ["doctor", "import.yaml", "--json"],
      ["check", "import.yaml", "--account", "--log-file", log],
      ["run", "import.yaml", "--log-file", log],
      ["run", "import.yaml", "--strict", "--log-file", log, "--json"],
      ["run", "import.yaml", "--input", "products=gone.csv", "--log-file", log],
      ["retry", "import.yaml", "--log-file", log],
      ["plan", "import.yaml", "--log-file", log],
      ["report", "import.yaml"],
      ["drop", "nightly.yaml", "--log-file", log],
      ["status", "import.yaml"],
      ["status", "import.yaml", "--runs", "--json"],
      ["explain", "import.yaml", "P-2"],
      ["audit", "import.yaml", "--verify", "all"],
      ["channels", "list"],
      ["channels", "show", "Default"],
      ["init", "products.csv", "--out", "made", "--yes"],
      ["state", "purge", "import.yaml", "--before", "2020-01-31", "--dry-run"],
      ["completion", "bash"],
    ];
    // What serves until it is stopped, or asks for no account, has tests of its own.
    const others = ["sandbox", "demo", "worker", "stop"];
    const known = buildProgram({} as CommandWorld, () => undefined).commands.map((each) => each.name());
    expect(known.filter((name) => !others.includes(name) && !calls.some(([first]) => first === name))).toEqual([]);
    const outputs: string[] = [];
    for (const argv of calls) {
      const { stdout, stderr } = await call(argv);
      expect(stderr, argv.join(" ")).not.toContain("defect");
      outputs.push(stdout, stderr);
    }
    const left: string[] = [];
    for (const name of await readdir(folder.path, { recursive: true })) {
      const path = join(folder.path, name);
      if ((await stat(path)).isFile()) left.push(await readFile(path, "latin1"));
    }
    const told = receiver.received.map(({ body }) => body);
    expect(told.length).toBeGreaterThan(3);
    const everything = [...outputs, ...left, ...told].join("\n");
    expect(everything).not.toContain("CANARY");
    expect(everything).toContain("***"); // they were quoted, and seen
    const logged = await readFile(log, "utf8");
    expect(logged).toContain("P-1"); // keys are there
    expect(logged.match(/.*CELL.*/g) ?? []).toEqual([]);
    expect(told.join("\n")).not.toMatch(/CELL|P-\d/);
    expect(outputs.join("\n")).toContain("CELLC"); // the terminal shows what to fix
  });
});
