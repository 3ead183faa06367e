// `notify:` in a job file: its normalised form, and its faults, all at once and without an address or a secret in them.
import { describe, expect, it } from "vitest";
import { loadJob } from "../../src/job/job.ts";
import { ImportError } from "../../src/model/error.ts";
import { jobFolder } from "../staging/job-folder.ts";

const job = (notify: string): string =>
  `version: 1\ninputs: [{ name: products, file: products.csv, mapping: products.yaml }]\nnotify:\n${notify}`;

async function load(notify: string) {
  await using folder = await jobFolder({ "import.yaml": job(notify), "products.csv": "SKU\n" });
  const { notify: settings } = await loadJob("import.yaml", { cwd: folder.path });
  return { settings, folder: folder.path };
}

async function faultsOf(notify: string): Promise<string> {
  try {
    await load(notify);
  } catch (error) {
    if (error instanceof ImportError) return error.message;
    throw error;
  }
  return "";
}

describe("notify in a job", () => {
  it("is one who is told, of failures, without values, within 30 seconds", async () => {
    expect((await load("  url: https://hooks.example.com/a\n")).settings).toEqual([
      {
        kind: "url",
        url: { text: "https://hooks.example.com/a" },
        secret: undefined,
        on: ["failure"],
        values: false,
        timeoutMs: 30_000,
      },
    ]);
  });

  it("is a list of them, with keys by variable or file, and programs that run in the job's folder", async () => {
    const { settings, folder } = await load(`  - { url_env: HOOK, secret_file: keys/hook, on: [always], values: true }
  - { url: http://127.0.0.1:9/x, secret_env: KEY }
  - { command: [./page-me, --team, imports], timeout_seconds: 2.5, on: [failure, success] }
`);
    expect(settings).toMatchObject([
      { url: { env: "HOOK" }, secret: { file: `${folder}/keys/hook` }, on: ["always"], values: true },
      { url: { text: "http://127.0.0.1:9/x" }, secret: { env: "KEY" } },
      { kind: "command", command: ["./page-me", "--team", "imports"], folder, timeoutMs: 2500 },
    ]);
  });

  it("is absent where nobody is told", async () => {
    await using folder = await jobFolder({ "import.yaml": job("").replace("notify:\n", ""), "products.csv": "SKU\n" });
    expect(await loadJob("import.yaml", { cwd: folder.path })).not.toHaveProperty("notify");
  });

  it("tells all its faults at once, and shows neither addresses nor secrets", async () => {
    const faults = await faultsOf(`  - { on: [failure] }
  - { url: https://hooks.example.com/CANARY, command: [page-me], secret_env: KEY, secret_file: key }
  - { url: http://hooks.example.com/CANARY }
  - { url: https://ann:CANARY@hooks.example.com/ }
  - { url: CANARY }
  - { command: [page-me], secret_env: KEY }
  - { url: https://hooks.example.com/CANARY, secret: CANARY-0123456789abcdef }
  - { url: https://hooks.example.com/CANARY, on: [failed] }
  - { url: https://hooks.example.com/CANARY, timeout_seconds: 0 }
`);
    expect(faults.split("\n")).toEqual([
      expect.stringMatching(/:4:\d+: notify\[0\]: needs url, url_env or command/),
      expect.stringMatching(/:5:\d+: notify\[1\]\.command: url is there too/),
      expect.stringMatching(/:5:\d+: notify\[1\]\.secret_env: is for an address/),
      expect.stringMatching(/:5:\d+: notify\[1\]\.secret_file: secret_env is there too/),
      expect.stringMatching(/:6:\d+: notify\[2\]\.url: must begin with https/),
      expect.stringMatching(/:7:\d+: notify\[3\]\.url: may hold no user and no password/),
      expect.stringMatching(/:8:\d+: notify\[4\]\.url: is not a web address/),
      expect.stringMatching(/:9:\d+: notify\[5\]\.secret_env: is for an address/),
      expect.stringMatching(/:10:\d+: notify\[6\]\.secret: a secret never belongs in a job file/),
      expect.stringMatching(/:11:\d+: notify\[7\]\.on\[0\]: must be one of failure, success, always/),
      expect.stringMatching(/:12:\d+: notify\[8\]\.timeout_seconds: must be greater than 0/),
    ]);
    expect(faults).not.toContain("CANARY");
  });

  it("that is text says what it must be", async () => {
    expect(await faultsOf("  https://hooks.example.com/CANARY\n")).toMatch(/notify: must be a map or a list/);
  });
});
