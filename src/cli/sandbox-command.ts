// The command `sandbox` with its options and its help.
import { type Command, Option } from "commander";
import { faultNames } from "../sandbox/world/faults.ts";
import { lieNames } from "../sandbox/world/lies.ts";
import { sandboxHelp } from "./commands/sandbox-help.ts";
import { example, positive, repeatable, suggesting, wholeNumber } from "./options.ts";
import type { CommandWorld } from "./world/world.ts";

/** Adds it. `done` receives the exit code. */
export function addSandbox(program: Command, world: CommandWorld, done: (exitCode: number) => void): void {
  program
    .command("sandbox")
    .description("a local stand-in for the API, with limits, faults and lies, to rehearse against")
    .addOption(
      new Option("--port <n>", "port on 127.0.0.1; 0 takes a free one")
        .argParser(wholeNumber("--port", 0))
        .default(4010),
    )
    .addOption(new Option("--token <token>", "the token that it accepts; it protects nothing").default("sandbox"))
    .addOption(new Option("--rate <n>", "requests per second before it answers 429").argParser(positive("--rate")))
    .addOption(new Option("--latency <ms>", "how long every answer takes").argParser(wholeNumber("--latency", 0)))
    .addOption(
      suggesting(
        repeatable("--fault <name=probability>", "faults to inject; can be given several times"),
        faultNames.map((name) => `${name}=`),
      ),
    )
    .addOption(
      suggesting(
        repeatable("--lie <name[=number]>", "what it gets wrong all the time; can be given several times"),
        lieNames,
      ),
    )
    .addOption(
      new Option("--duplicates <mode>", "what a second record with the same key gets")
        .choices(["accept", "reject", "conflict"])
        .default("reject"),
    )
    .addOption(repeatable("--company <name>", "a company that orders can name; can be given several times"))
    .option("--ignore-filters", "list filters do nothing: the lie filter-ignored")
    .addOption(new Option("--read-lag <ms>", "reads trail writes").argParser(wholeNumber("--read-lag", 0)))
    .addOption(
      new Option("--seed <n>", "makes faults and lies repeatable").argParser(wholeNumber("--seed", 0)).default(1),
    )
    .addHelpText("after", sandboxHelp)
    .addHelpText("after", example("luminous-import sandbox --rate 5 --fault error-after=0.05 --lie no-total"))
    .action(async (options: object) => {
      const { sandbox } = await import("./commands/sandbox.ts");
      done(await sandbox(options, world));
    });
}
