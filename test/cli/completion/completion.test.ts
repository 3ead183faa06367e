// What a shell offers after some words, asked from the shells themselves. One that is not on this machine is skipped.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bashCompletion } from "../../../src/cli/completion/bash.ts";
import { commandWords } from "../../../src/cli/completion/command-words.ts";
import { fishCompletion } from "../../../src/cli/completion/fish.ts";
import { zshCompletion } from "../../../src/cli/completion/zsh.ts";
import { suggestionsOf } from "../../../src/cli/options.ts";
import { buildProgram } from "../../../src/cli/program.ts";
import type { CommandWorld } from "../../../src/cli/world/world.ts";
import { faultNames } from "../../../src/sandbox/world/faults.ts";
import { lieNames } from "../../../src/sandbox/world/lies.ts";
import { jobFolder } from "../../staging/job-folder.ts";
import { command } from "../world.ts";

const words = commandWords(
  buildProgram({} as CommandWorld, () => undefined),
  suggestionsOf,
);

type Shell = "bash" | "zsh" | "fish";

const asks: Readonly<Record<Shell, (line: string, folder: string) => readonly string[]>> = {
  bash(line, cwd) {
    const ask = `COMP_LINE=$1; COMP_POINT=\${#COMP_LINE}; _luminous_import; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run("bash", ["-c", `${bashCompletion("luminous-import", words)}\n${ask}`, "bash", line], cwd);
  },
  // Its own completion needs a terminal; what the script asks of it is answered by functions that print.
  zsh(line, cwd) {
    const stubs = `
compdef() { : }
compset() { words[CURRENT]=\${words[CURRENT]#*=} }
offer() { print -l -- \${(M)@:#$words[CURRENT]*} }
_describe() { [[ $1 == -o ]] && shift; local -a list=(\${(P)2}); offer \${list%%:*} }
compadd() { local -a list=("$@"); offer \${list[(($list[(i)--] + 1)),-1]} }
_files() { [[ $1 == -g ]] && offer *.(yaml|yml)(N) || { [[ $1 == -/ ]] && offer *(/N) || offer *(N) } }`;
    const ask = `words=("\${(@s: :)1}"); CURRENT=\${#words}; _luminous-import`;
    return run("zsh", ["-f", "-c", `${stubs}\n${zshCompletion("luminous-import", words)}\n${ask}`, "zsh", line], cwd);
  },
  fish(line, cwd) {
    const ask = `complete -C ${JSON.stringify(line)}`;
    const offered = run("fish", ["--no-config", "-c", `${fishCompletion("luminous-import", words)}\n${ask}`], cwd);
    return offered.map((each) => each.split("\t")[0] ?? "");
  },
};

function run(shell: Shell, args: readonly string[], cwd: string): readonly string[] {
  const env = { PATH: process.env.PATH, HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd };
  const printed = execFileSync(shell, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return printed.split("\n").filter((each) => each !== "");
}

const isThere = (shell: Shell): boolean => spawnSync(shell, ["--version"]).status === 0;

describe.each(["bash", "zsh", "fish"] as const)("%s", (shell) => {
  it.skipIf(!isThere(shell)).each<{
    readonly line: string;
    readonly offers: readonly string[];
    readonly not?: readonly string[];
  }>([
    { line: "luminous-import ", offers: ["check", "demo", "channels", "worker"], not: ["list", "orders.csv"] },
    { line: "luminous-import re", offers: ["retry"], not: ["run"] },
    { line: "luminous-import channels ", offers: ["list", "show"], not: ["run"] },
    { line: "luminous-import run --li", offers: ["--limit"], not: ["--log-file"] },
    { line: "luminous-import channels list --", offers: ["--json", "--profile"], not: ["--quiet", "--state"] },
    { line: "luminous-import run ", offers: ["import.yaml"], not: ["orders.csv"] },
    { line: "luminous-import run --limit 3 ", offers: ["import.yaml"], not: ["orders.csv"] },
    { line: "luminous-import init ", offers: ["orders.csv"] },
    { line: "luminous-import run --log-file ", offers: ["orders.csv"] },
    { line: "luminous-import sandbox --duplicates ", offers: ["accept", "reject", "conflict"] },
    { line: "luminous-import sandbox --fault ", offers: faultNames.map((name) => `${name}=`) },
    { line: "luminous-import sandbox --lie ", offers: lieNames },
    { line: "luminous-import completion ", offers: ["bash", "fish", "zsh"] },
    { line: "luminous-import help ru", offers: ["run"] },
  ])("offers after '$line'", async ({ line, offers, not = [] }) => {
    await using folder = await jobFolder({ "import.yaml": "", "orders.csv": "" });
    await mkdir(join(folder.path, "exports"));
    const offered = asks[shell](line, folder.path);
    expect(offered).toEqual(expect.arrayContaining([...offers]));
    for (const word of not) expect(offered).not.toContain(word);
  });
});

describe("bash", () => {
  it("completes a value behind =, in the way that bash cuts words", async () => {
    await using folder = await jobFolder({ "my job.yaml": "" });
    const offered = (line: string) => asks.bash(line, folder.path);
    expect(offered("luminous-import sandbox --duplicates=re")).toEqual(["reject"]);
    expect(offered("luminous-import sandbox --fault=error-a")).toEqual(["error-after="]);
    await writeFile(join(folder.path, "a.csv"), "");
    expect(offered("luminous-import check m")).toEqual(["my job.yaml"]);
  });
});

it("refuses a shell that it does not know, and says which there are", async () => {
  const { exitCode, stdout, stderr } = await command(["completion", "tcsh"]);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});

it("prints the script alone", async () => {
  const { exitCode, stdout, stderr } = await command(["completion", "bash"]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^# bash completion/);
});
