// A server that quotes the token wherever it can, in whatever form: no output, no file of a run and no byte of the ledger
// has it. What is sent here is written by model/text/echoes.ts, which knows nothing of the mask.
import { readdir, readFile, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { type DoorAnswer, openDoor } from "../e2e/door.ts";
import { escapes, forms } from "../model/text/echoes.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

/** As Luminous makes them: an id, a bar, forty letters and digits; or something with more signs in it. */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const tokens = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 1, max: 9999 }),
      fc.string({ unit: fc.constantFrom(...letters), minLength: 40, maxLength: 40 }),
    )
    .map(([id, secret]) => `${id}|${secret}`),
  fc
    .string({ unit: fc.constantFrom(...letters, ..."-_.~+/=|:!&%\"'\\<"), minLength: 16, maxLength: 50 })
    .filter((token) => !token.endsWith("\\")),
);
const echo = fc.tuple(fc.constantFrom(...forms), fc.array(fc.constantFrom(...escapes), { maxLength: 2 })).map(
  ([form, around]) =>
    (token: string) =>
      around.reduce((text, { write }) => write(text), form.write(token)),
);
type Echo = (token: string) => string;

/** Every way to answer a product, with the echo in it. */
const answers: Readonly<Record<string, (said: string) => DoorAnswer>> = {
  "P-refused": (said) => ({
    status: 422,
    body: JSON.stringify({ message: `no: ${said}`, errors: { name: [`not ${said}`] } }),
  }),
  "P-path": (said) => ({
    status: 422,
    body: JSON.stringify({ message: "no", errors: { [said]: ["odd"], list: [{ field: said, message: said }] } }),
  }),
  "P-bad": (said) => ({ status: 400, body: JSON.stringify({ message: said }) }),
  "P-page": (said) => ({ status: 404, body: `<html>${said}</html>`, headers: { "content-type": "text/html" } }),
  "P-moved": (said) => ({
    status: 302,
    body: "",
    headers: { location: `https://other.example/${encodeURI(said)}/login?was=${encodeURIComponent(said)}` },
  }),
  "P-conflict": (said) => ({ status: 409, body: JSON.stringify({ message: said }) }),
  "P-trouble": (said) => ({ status: 500, body: JSON.stringify({ message: said, error: said }) }),
  "P-error": (said) => ({ status: 200, body: JSON.stringify({ error: said, message: said }) }),
  "P-odd": (said) => ({ status: 201, body: JSON.stringify({ data: { id: said, sku: "P-odd", debug: said } }) }),
  // In the body as a server writes it that escapes everything, or nothing.
  "P-escaped": (said) => ({
    status: 422,
    body: `{"message":"no ${[...said].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"}`,
  }),
};

const keys = Object.keys(answers);

function filesFor(): Readonly<Record<string, string>> {
  return {
    "import.yaml": `version: 1
limits: { requests_per_second: 1000, attempts: 1, timeout_seconds: 0.3, read_lag_seconds: 0 }
inputs:
  - { name: products, file: products.csv, mapping: products.yaml }
  - { name: orders, file: orders.csv, mapping: orders.yaml }
`,
    "products.yaml":
      "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: All }, custom_fields.Colour: { value: red } }\n",
    "products.csv": `SKU\n${[...keys, "P-old", "P-good"].map((key) => `${key}\n`).join("")}`,
    "orders.yaml": `version: 1
resource: sales_orders
group: { by: No }
fields:
  channel_id: { from: Shop, ref: { resource: channels, by: label } }
  company_id: { from: Customer, ref: { resource: companies, by: name } }
  order_number: No
  order_date: { value: 2019-05-01 }
  order_status: { value: shipped }
children: { items: { each: rows, fields: { sku: { value: P-good }, quantity: { value: 1 }, unit_price: { value: 2 } } } }
`,
    "orders.csv": "No,Shop,Customer\n1,Web,Acme\n2,Push,Acme\n3,None,Nobody\n",
  };
}

/** Everything that a run has left in a folder, and what commands said. */
async function traceOf(token: string, said: readonly string[], said2xx: readonly string[]): Promise<string> {
  await using folder = await jobFolder({ ...filesFor(), "the-token": token });
  await using sandbox = await startSandbox({ token, companies: [`Acme ${said2xx[0]}`] });
  const seed = { channelType: "sales_channel", warehouseGroupId: 1 };
  sandbox.seed("channels", "a", { ...seed, label: `Web ${said2xx[1]}`, description: said2xx[0] ?? "" });
  sandbox.seed("channels", "b", { ...seed, label: "Push", autoPushMode: `on ${said2xx[0]}` });
  sandbox.seed("products", "P-old", { sku: "P-old", name: `Old ${said2xx[1]}` });
  sandbox.seed("custom_fields", "c", { label: `Colour ${said2xx[0]}`, type: "string", object_types: ["products"] });
  await using door = await openDoor(sandbox, (request: IncomingMessage, body) => {
    const at = request.method === "POST" ? keys.findIndex((key) => body.includes(`"${key}"`)) : -1;
    return at < 0 ? undefined : answers[keys[at] ?? ""]?.(said[at % said.length] ?? "");
  });
  // By file, so that only what was masked before is masked for commands that need no token.
  const env = { LUMINOUS_BASE_URL: door.url };
  const log = join(folder.path, "run.log");
  const outputs: string[] = [];
  for (const argv of [
    ["doctor", "import.yaml"],
    ["doctor", "import.yaml", "--json"],
    ["channels", "list"],
    ["channels", "list", "--json"],
    ["channels", "show", "None"],
    ["run", "import.yaml", "--log-file", log],
    ["retry", "import.yaml", "--log-file", "-", "--json"],
    ["audit", "import.yaml", "--verify", "all"],
    ["status", "import.yaml"],
    ["status", "import.yaml", "--json"],
    ...keys.map((key) => ["explain", "import.yaml", key]),
    ["explain", "import.yaml", "P-old", "--json"],
  ]) {
    const { stdout, stderr } = await command([...argv, "--token-file", join(folder.path, "the-token")], {
      cwd: folder.path,
      env,
    });
    expect(stderr).not.toContain("defect");
    outputs.push(stdout, stderr);
  }
  outputs.push(await readFile(log, "latin1"));
  const state = join(folder.path, ".luminous-import");
  for (const name of await readdir(state, { recursive: true })) {
    if ((await stat(join(state, name))).isFile()) outputs.push(await readFile(join(state, name), "latin1"));
  }
  return outputs.join("\n");
}

/** No form of the token and nothing of what the server sent stands in the text, also where that is JSON in JSON. */
function expectNothingOf(token: string, sent: readonly string[], trace: string): void {
  const simple = forms.flatMap(({ write }) => [write(token), ...escapes.map((outer) => outer.write(write(token)))]);
  const folded = (text: string) => text.toLowerCase().replace(/\\+/g, "\\");
  const [written, unquoted] = [folded(trace), folded(trace.replaceAll('\\"', '"'))];
  const found = [...simple, ...sent].map(folded).filter((text) => written.includes(text) || unquoted.includes(text));
  expect(found).toEqual([]);
}

describe("a token that a server quotes", () => {
  it("is in no output and in no file, in whatever form and wherever it was quoted", async () => {
    await fc.assert(
      fc.asyncProperty(
        tokens,
        fc.array(echo, { minLength: 4, maxLength: 10 }),
        fc.tuple(echo, echo),
        async (token, inRefusals, inData) => {
          const write = (echoes: readonly Echo[]) => echoes.map((each) => each(token));
          const [said, said2xx] = [write(inRefusals), write(inData)];
          const trace = await traceOf(token, said, said2xx);
          expectNothingOf(token, [...said, ...said2xx], trace);
          expect(trace).toContain("***"); // it was quoted, and seen
        },
      ),
      { numRuns: 8 },
    );
  });

  it("would be found if it were there", async () => {
    const token = "12|AbCdEfGhIjKlMnOpQrStUvWx";
    for (const { write } of forms) expect(() => expectNothingOf(token, [], `x ${write(token)} y`)).toThrow();
    const inJson = JSON.stringify(JSON.stringify({ message: escapes[2]?.write(token) }));
    expect(() => expectNothingOf(token, [], inJson)).toThrow();
  });
});
