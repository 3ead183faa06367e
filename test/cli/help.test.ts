// Help fits a small terminal, and shows what a command uses: everything else is refused.
import type { Command } from "commander";
import { describe, expect, it, test } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";
import { command } from "./world.ts";

function paths(program: Command): readonly (readonly string[])[] {
  return [[], ...program.commands.flatMap((each) => paths(each).map((path) => [each.name(), ...path]))];
}

const all = paths(buildProgram({} as CommandWorld, () => undefined)).filter(
  ([first]) => !["plan", "drop"].includes(first ?? ""),
);

describe("the help", () => {
  test.each(all.map((path) => [path.join(" "), path] as const))("of '%s' fits 80 columns", async (_name, path) => {
    const { exitCode, stdout } = await command([...path, "--help"], { columns: 80 });
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain("-h, --help");
  });

  it("lists what a command shares with others below its own options", async () => {
    const { stdout } = await command(["run", "--help"]);
    expect(stdout.indexOf("--limit")).toBeLessThan(stdout.indexOf("--json"));
    expect(stdout.indexOf("--json")).toBeLessThan(stdout.indexOf("-h, --help"));
  });
});

describe("an option that a command does not use", () => {
  test.each([
    ["status", "--quiet"],
    ["status", "--token-file"],
    ["explain", "--log-file"],
    ["explain", "--token-file"],
    ["audit", "--quiet"],
    ["doctor", "--log-file"],
    ["channels list", "--state"],
    ["channels show", "--quiet"],
    ["state purge", "--profile"],
    ["demo", "--json"],
  ])("%s %s is unknown", async (name, option) => {
    const { exitCode, stderr } = await command([...name.split(" "), option, "x"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`unknown option '${option}'`);
  });
});
