// The command line as a table: what is typed, how it ends, what is said.
import { describe, expect, it, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { buildProgram } from "../../src/cli/program.ts";

import type { CommandWorld, ProcessWorld } from "../../src/cli/world/world.ts";

import { ImportError } from "../../src/model/error.ts";

import { version } from "../../src/model/package.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

const commands = ["check", "run", "status", "sandbox"];

describe("help", () => {
  test.each([[], ...commands.map((name) => [name])])("of %s shows an example and goes to stdout", async (...words) => {
    const { exitCode, stdout, stderr } = await command([...words.filter((word) => word !== undefined), "--help"]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Usage: luminous-import/);
    expect(stdout).toContain(`Example:\n  $ luminous-import ${words[0] ?? "demo"}`);
  });

  it("of a command is also under help", async () => {
    expect((await command(["help", "run"])).stdout).toBe((await command(["run", "--help"])).stdout);
  });

  it("names every command", async () => {
    const { stdout } = await command(["--help"]);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  it("describes every option that it shows", () => {
    const program = buildProgram({} as CommandWorld, () => undefined);
    const shown = program.commands.flatMap(({ options }) => options.filter(({ hidden }) => !hidden));
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter(({ description }) => description === "").map(({ long }) => long)).toEqual([]);
  });

  it("does not advertise flags that are refused", async () => {
    expect((await command(["run", "--help"])).stdout).not.toMatch(/--token\b(?!-file)|--api-key/);
  });
});

it("says its version", async () => {
  expect(await command(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});

describe("Windows outside WSL", () => {
  it("is refused in a sentence, before anything is read", async () => {
    const { exitCode, stdout, stderr } = await command(["run", "gone.yaml"], { platform: "win32" });
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^luminous-import does not support Windows outside WSL\n.*WSL.*\n$/);
  });

  it("still gets help and the version", async () => {
    expect((await command(["--version"], { platform: "win32" })).exitCode).toBe(0);
    expect((await command(["run", "--help"], { platform: "win32" })).stdout).toContain("Usage: luminous-import run");
  });
});

describe("what makes no sense ends with 2, says what, and where help is", () => {
  test.each<{ readonly argv: readonly string[]; readonly says: string; readonly hint: string }>([
    { argv: [], says: "Usage: luminous-import", hint: "Example:" },
    { argv: ["frobnicate"], says: "unknown command 'frobnicate'", hint: "--help" },
    { argv: ["chekc", "import.yaml"], says: "unknown command 'chekc'", hint: "(Did you mean check?)" },
    { argv: ["run", "a.yaml", "b.yaml"], says: "run takes one job, and 2 files are named", hint: "Name the job alone" },
    { argv: ["run", "import.yaml", "--frobnicate"], says: "unknown option '--frobnicate'", hint: "--help" },
    { argv: ["run", "import.yaml", "--strcit"], says: "unknown option '--strcit'", hint: "(Did you mean --strict?)" },
    { argv: ["check", "import.yaml", "--limit", "3"], says: "unknown option '--limit'", hint: "--help" },
    {
      argv: ["run", "import.yaml", "--limit", "abc"],
      says: '--limit takes a whole number from 1, not "abc"',
      hint: "Such as --limit 10.",
    },
    {
      argv: ["run", "import.yaml", "--limit", "0"],
      says: '--limit takes a whole number from 1, not "0"',
      hint: "Such as --limit 10.",
    },
    {
      argv: ["run", "import.yaml", "--limit=-5"],
      says: '--limit takes a whole number from 1, not "-5"',
      hint: "Such as --limit 10.",
    },
    {
      argv: ["run", "import.yaml", "--limit", "1e3"],
      says: '--limit takes a whole number from 1, not "1e3"',
      hint: "Such as --limit 10.",
    },
    {
      argv: ["run", "import.yaml", "--max-errors", "-1"],
      says: '--max-errors takes a whole number from 0, not "-1"',
      hint: "Such as --max-errors 10.",
    },
    { argv: ["sandbox", "--rate", "0"], says: '--rate takes a number above 0, not "0"', hint: "Such as --rate 2.5." },
    {
      argv: ["sandbox", "--duplicates", "often"],
      says: "Allowed choices are accept, reject, conflict",
      hint: "--help",
    },
    {
      argv: ["sandbox", "--fault", "error-after"],
      says: '--fault takes name=probability, not "error-after"',
      hint: "--fault error-after=0.05",
    },
    {
      argv: ["sandbox", "--fault", "error-after=2"],
      says: '--fault takes name=probability, not "error-after=2"',
      hint: "--fault error-after=0.05",
    },
    { argv: ["check", "gone.yaml"], says: "the job file gone.yaml cannot be read", hint: "import.yaml" },
    {
      argv: ["check", "gone.yaml", "--input", "orders"],
      says: '--input takes name=path, not "orders"',
      hint: "--input orders=todays-orders.csv",
    },
    {
      argv: ["check", "gone.yaml", "--input", "orders="],
      says: '--input takes name=path, not "orders="',
      hint: "--input",
    },
    {
      argv: ["check", "gone.yaml", "--input", "=a.csv"],
      says: '--input takes name=path, not "=a.csv"',
      hint: "--input",
    },
  ])("$argv", async ({ argv, says, hint }) => {
    const { exitCode, stdout, stderr } = await command(argv, { cwd: "/nonexistent" });
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
  });
});

it("an error is told though closing something failed after it", async () => {
  await using folder = await jobFolder({
    "import.yaml": "version: 1\ninputs: [{ name: a, file: a.csv, mapping: a.yaml }]\n",
  });
  const onListening = (): never => {
    const suppressed = new ImportError("OUTAGE", "the first error", { hint: "what to do" });
    throw Object.assign(new Error("closing failed"), {
      name: "SuppressedError",
      error: new Error("closing"),
      suppressed,
    });
  };
  const { exitCode, stderr } = await command(["check", "import.yaml"], { cwd: folder.path, onListening });
  expect([exitCode, stderr]).toEqual([4, "the first error\nwhat to do\n"]);
});

describe("a token on the command line is refused, and never repeated", () => {
  test.each([
    ["run", "import.yaml", "--token", "s3cr3t"],
    ["run", "import.yaml", "--token=s3cr3t"],
    ["check", "--api-key", "s3cr3t", "import.yaml"],
    ["status", "import.yaml", "--api-key=s3cr3t"],
  ])("%s %s %s %s", async (...argv) => {
    const { exitCode, stdout, stderr } = await command(argv.filter((word) => word !== undefined));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("a token on the command line is refused");
    expect(stderr).toContain("LUMINOUS_API_KEY, --token-file or --profile");
    expect(stdout + stderr).not.toContain("s3cr3t");
  });

  test.each([
    ["run", "import.yaml", "--apikey=s3cr3t"],
    ["run", "import.yaml", "--apikey", "s3cr3t"],
    ["run", "import.yaml", "--api-key=s3cr3t's"],
    ["--token=s3cr3t", "run", "import.yaml"],
    ["--token", "s3cr3t", "run", "import.yaml"],
  ])("nor is what stands behind a flag that nobody knows: %s %s %s", async (...argv) => {
    const { exitCode, stdout, stderr } = await command(argv);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).not.toContain("s3cr3t");
  });
});

describe("the flags of a command", () => {
  it("may stand before its job and be given several times", async () => {
    await using folder = await jobFolder({
      "import.yaml":
        "version: 1\ninputs:\n  - { name: a, file: gone.csv, mapping: m.yaml }\n  - { name: b, file: gone.csv, mapping: m.yaml }\n",
      "m.yaml": "version: 1\nresource: products\nfields: { sku: SKU, name: Name }\n",
      "a.csv": "SKU,Name\nA,Cup\n",
      "b.csv": "SKU,Name\nB,Pot\n",
    });
    const argv = ["check", "--input", "a=a.csv", "--input", "b=b.csv", "import.yaml"];
    const { exitCode, stderr } = await command(argv, { cwd: folder.path });
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  it("--only names an input that there is", async () => {
    await using folder = await jobFolder({
      "import.yaml": "version: 1\ninputs: [{ name: orders, file: a.csv, mapping: m.yaml }]\n",
    });
    const { exitCode, stderr } = await command(["check", "import.yaml", "--only", "ordres"], { cwd: folder.path });
    expect(exitCode).toBe(2);
    expect(stderr).toBe('the job has no input "ordres". Did you mean "orders"?\nIts inputs are orders.\n');
  });
});

it("calls a defect a defect, with the stack, and ends with 1", async () => {
  const stderr: string[] = [];
  const world = {
    cwd: "/",
    stderr: { write: (text: string) => stderr.push(text) },
    get env(): never {
      throw new TypeError("no environment");
    },
  } as unknown as ProcessWorld;
  await using folder = await jobFolder({
    "import.yaml": "version: 1\ninputs: [{ name: a, file: a.csv, mapping: m.yaml }]\n",
  });
  expect(await main(["run", `${folder.path}/import.yaml`], world)).toBe(1);
  expect(stderr.join("")).toMatch(
    /^This is a defect of luminous-import, not of your files:\nTypeError: no environment\n +at /,
  );
});
