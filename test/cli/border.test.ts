// What gets to a terminal: text of cells, files, keys and servers is shown and never acts, while our own colours and the
// progress line do.
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { openDoor } from "../e2e/door.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";
import { command, type Ended } from "./world.ts";

/** Clears the screen, names the window, moves the cursor, turns text round, ends lines in ways that are not seen. */
const esc = "\u001B";
const hostile =
  "\u001B[2J\u001B]0;pwned\u0007\u009B31m\u202Eevil\u202C\u2066\u2069\u200E\u200F\u061C\u2028\u2029\u0085\u007F\b";

const inYaml = (text: string): string =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

/** Everything but line ends that a terminal, or the eye, would take for something else. */
const acting = /[^\P{C}\n]|[\u2028\u2029]/u;

const filesWith = (text: string, name: string): Files => ({
  "import.yaml": `version: 1
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
inputs:
  - { name: products, file: "products ${inYaml(name)}.csv", mapping: products.yaml }
  - { name: orders, file: orders.csv, mapping: orders.yaml }
`,
  "products.yaml": `version: 1
resource: products
fields: { sku: SKU, name: Name, category.name: { value: All }, retail_price: Price }
`,
  [`products ${name}.csv`]: `SKU,Name,Price\n"CUP ${text}","Cup ${text}",4\nPOT,Pot,"dear ${text}"\nPAN,Pan,3\n`,
  "orders.yaml": `version: 1
resource: sales_orders
group: { by: No }
fields:
  channel_id: { from: Shop, ref: { resource: channels, by: label } }
  order_number: No
  order_date: { value: 2019-05-01 }
  order_status: { value: shipped }
  bill_to.name: { value: Ada }
  ship_to.name: { value: Ada }
children: { items: { each: rows, fields: { sku: { value: PAN }, quantity: { value: 1 }, unit_price: { value: 2 } } } }
`,
  "orders.csv": `No,Shop\n1,"Web ${text}"\n2,"None ${text}"\n`,
});

interface Setting extends AsyncDisposable {
  readonly call: (argv: readonly string[], isTTY?: boolean) => Promise<Ended>;
}

/** A job full of hostile text, and an account that has some too and answers with it. */
async function setting(text: string, name = text): Promise<Setting> {
  const folder = await jobFolder(filesWith(text, name));
  const sandbox = await startSandbox();
  const label = `Web ${text}`;
  sandbox.seed("channels", label, { label, channelType: "sales_channel", warehouseGroupId: 1, description: text });
  const door = await openDoor(sandbox, ({ method }, body) =>
    method === "POST" && body.includes('"PAN"') && body.includes('"name"')
      ? {
          status: 422,
          body: JSON.stringify({
            message: `No ${text}`,
            errors: { name: [`taken ${text}`], [`x${text}`]: ["odd"] },
          }),
        }
      : undefined,
  );
  const env = { LUMINOUS_BASE_URL: door.url, LUMINOUS_API_KEY: "sandbox" };
  return {
    call: (argv, isTTY = false) => command(argv, { cwd: folder.path, env, isTTY }),
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Every way to have something of it said. */
const commandsOn = (text: string): readonly (readonly string[])[] => [
  ["check", "import.yaml", "--show", "3"],
  ["check", "import.yaml", "--json"],
  ["run", "import.yaml", "--log-file", "-"],
  ["run", "import.yaml", "--json"],
  ["status", "import.yaml"],
  ["status", "import.yaml", "--runs"],
  ["explain", "import.yaml", `CUP ${text}`],
  ["explain", "import.yaml", `none ${text}`],
  ["explain", "import.yaml", "PAN"],
  ["audit", "import.yaml"],
  ["audit", "import.yaml", "--verify", "all"],
  ["doctor", "import.yaml"],
  ["doctor", "import.yaml", "--json"],
  ["channels", "list"],
  ["channels", "show", `Web ${text}`],
  ["channels", "show", `None ${text}`],
  ["init", "products*.csv", "--out", `out${text}`],
  ["retry", "import.yaml"],
  ["state", "purge", "import.yaml", "--before", text],
  ["run", `none ${text}.yaml`],
  ["run", "import.yaml", "--limit", text],
  ["run", "import.yaml", "--only", text],
  [text],
  ["run", `--${text}`],
];

describe("hostile text", () => {
  it("of cells and servers is shown and does nothing, in the output of every command", async () => {
    await using at = await setting(hostile);
    const seen: Record<string, string> = {};
    for (const argv of commandsOn(hostile)) {
      const { stdout, stderr } = await at.call(argv);
      seen[argv.join(" ")] = stdout + stderr;
      expect(acting.exec(stdout + stderr)?.input, argv.join(" ")).toBeUndefined();
    }
    // It really came through: each of them shows it by its numbers.
    for (const [argv, text] of Object.entries(seen)) {
      if (!/^(check import.yaml --show|run import.yaml|explain|doctor|channels)/.test(argv)) continue;
      expect(text, argv).toMatch(/\\u202e/);
    }
    expect(seen["run import.yaml --log-file -"]).toContain("\\u001b[2J");
  });

  it("stays itself in JSON", async () => {
    await using at = await setting(hostile);
    await at.call(["run", "import.yaml", "--quiet"]);
    const { stdout } = await at.call(["channels", "show", `Web ${hostile}`, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject([{ record: { description: hostile } }]);
  });

  it("does nothing on a terminal, where our own colours and the panel do", async () => {
    await using at = await setting(hostile);
    const { stdout, stderr } = await at.call(["run", "import.yaml"], true);
    const ours = new RegExp(`${esc}\\[(?:0|3[123])m`, "g");
    expect(stdout).toMatch(ours);
    expect(acting.exec(stdout.replace(ours, ""))?.input).toBeUndefined();
    const panels = new RegExp(`\r|${esc}\\[(?:2?K|J|\\d+A|(?:2|22|3[1239])m)`, "g");
    expect(stderr).toMatch(panels);
    expect(acting.exec(stderr.replace(panels, ""))?.input).toBeUndefined();
    expect(stdout).toContain("\\u202e");
    const again = await at.call(["status", "import.yaml"], true);
    expect(acting.exec(again.stdout.replace(ours, ""))?.input).toBeUndefined();
  });

  it("makes no lines of its own, wherever it stands", async () => {
    const text = "\nAll is well: FORGED\r\nAll is well: FORGED";
    await using at = await setting(text, "of today");
    // What somebody types is theirs; keys and labels that are found come from elsewhere.
    const isTyped = (argv: readonly string[]) =>
      argv.some((word) => word.includes(text) && ![`CUP ${text}`, `Web ${text}`].includes(word));
    for (const argv of commandsOn(text).filter((words) => !isTyped(words))) {
      const { stdout, stderr } = await at.call(argv);
      expect(stdout + stderr, argv.join(" ")).not.toMatch(/^\s*All is well: FORGED/m);
    }
  });
});
