// The command line: every command with its options and its help. Each command is loaded when it is called.
import { Command, Option } from "commander";
import { ImportError } from "../model/error.ts";
import { version } from "../model/package.ts";
import type { InitFlags } from "./commands/init.ts";
import type { RetryFlags } from "./commands/retry.ts";
import type { RunFlags } from "./commands/run.ts";
import { sandboxHelp } from "./commands/sandbox-help.ts";
import { example, globals, positive, repeatable, wholeNumber, withGlobals } from "./options.ts";
import type { CommandWorld } from "./world/world.ts";

/** Commands that the design describes and a later version brings: refused by name rather than unknown. */
export const laterCommands = ["plan", "drop", "report"] as const;

/** The command line, as a commander program. `done` receives the exit code of the command that ran. */
export function buildProgram(world: CommandWorld, done: (exitCode: number) => void): Command {
  const program = new Command("luminous-import")
    .description(
      "Moves products and sales orders from CSV and JSON files into Luminous: every row ends with one proven fate.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      // What stands behind a misspelt `--api-kye=` may be a secret, and so may what is no command at all.
      outputError: (text, write) =>
        write(
          text.replace(/(unknown option '[^'=]*=).*'/, "$1…'").replace(/(unknown command) '(?![a-z-]{1,20}').*'/, "$1"),
        ),
    })
    .showHelpAfterError("(--help shows what there is)")
    .addHelpText("after", example("luminous-import check import.yaml", "luminous-import run import.yaml"));

  program
    .command("init [exports...]")
    .description("look at export files; write a job, and a mapping for each with every guess marked")
    .option("--out <folder>", "where to write; default: here")
    .option("--force", "write over files that are there")
    .option("--yes", "ask nothing; without a terminal nothing is asked anyway")
    .option("--json", "what was guessed as JSON on stdout, and nothing else there")
    .option("--profile <name>", "a profile of the vendor's own CLI names the account")
    .addHelpText(
      "after",
      example(
        "luminous-import init products.csv",
        "luminous-import init orders.csv order-lines.csv customers.csv --out acme",
      ),
    )
    .action(async (exports: readonly string[], options: InitFlags, command: Command) => {
      const { init } = await import("./commands/init.ts");
      done(await init(exports, globals(command), options, world));
    });

  withGlobals(program.command("check <job>"))
    .description("read, map and validate; no network; every problem down to the cell")
    .option("--only <input>", "this input alone")
    .addOption(repeatable("--input <name=path>", "replace the file of an input; can be given several times"))
    .option("--strict", "warnings count as errors")
    .addOption(
      new Option("--show <n>", "print the first N valid entries of each phase as they would be sent").argParser(
        wholeNumber("--show", 1),
      ),
    )
    .option("--watch", "check again whenever the job, a mapping or an export changes; Ctrl-C ends")
    .addHelpText(
      "after",
      example(
        "luminous-import check import.yaml",
        "luminous-import check import.yaml --watch --show 1",
        "luminous-import check import.yaml --input orders=todays-orders.csv",
      ),
    )
    .action(async (job: string, options: object, command: Command) => {
      const { check } = await import("./commands/check.ts");
      done(await check(job, globals(command), options, world));
    });

  withGlobals(program.command("run <job>"))
    .description("do it; the same command again continues")
    .addOption(
      new Option(
        "--limit <n>",
        "a pilot: the first N orders with all that they need; the rest stays pending",
      ).argParser(wholeNumber("--limit", 1)),
    )
    .option("--only <input>", "this input alone")
    .addOption(repeatable("--input <name=path>", "replace the file of an input; can be given several times"))
    .option("--all-or-nothing", "send nothing when anything is invalid")
    .addOption(
      new Option("--max-errors <n>", "stop when the API has refused or failed more than N entries").argParser(
        wholeNumber("--max-errors", 0),
      ),
    )
    .option("--strict", "warnings count as errors")
    .option("--force", "ask the API again even for what was accepted")
    .option("--dry-run", "the same as check")
    .addHelpText("after", example("luminous-import run import.yaml --limit 10", "luminous-import run import.yaml"))
    .action(async (job: string, options: RunFlags & { readonly dryRun?: boolean }, command: Command) => {
      if (options.dryRun === true) {
        const { check } = await import("./commands/check.ts");
        return done(await check(job, globals(command), options, world));
      }
      const { run } = await import("./commands/run.ts");
      done(await run(job, globals(command), options, world));
    });

  withGlobals(program.command("retry <job>"))
    .description("only what did not make it, read from the last run's failures files, edited or not")
    .addOption(
      new Option("--limit <n>", "the first N orders with all that they need; the rest stays pending").argParser(
        wholeNumber("--limit", 1),
      ),
    )
    .option("--only <input>", "this input alone")
    .option("--all-or-nothing", "send nothing when anything is invalid")
    .addOption(
      new Option("--max-errors <n>", "stop when the API has refused or failed more than N entries").argParser(
        wholeNumber("--max-errors", 0),
      ),
    )
    .option("--strict", "warnings count as errors")
    .addHelpText("after", example("luminous-import retry import.yaml"))
    .action(async (job: string, options: RetryFlags, command: Command) => {
      const { retry } = await import("./commands/retry.ts");
      done(await retry(job, globals(command), options, world));
    });

  withGlobals(program.command("status <job>"))
    .description("the last run's tallies")
    .option("--runs", "list all runs")
    .addHelpText("after", example("luminous-import status import.yaml", "luminous-import status import.yaml --runs"))
    .action(async (job: string, options: object, command: Command) => {
      const { status } = await import("./commands/status.ts");
      done(await status(job, globals(command), options, world));
    });

  withGlobals(program.command("explain <job> <key-or-line>"))
    .description("the whole story of one entry, by its key or as file:line; no network")
    .addHelpText(
      "after",
      example("luminous-import explain import.yaml CUP-1", "luminous-import explain import.yaml orders.csv:1043"),
    )
    .action(async (job: string, what: string, _options: object, command: Command) => {
      const { explain } = await import("./commands/explain.ts");
      done(await explain(job, what, globals(command), world));
    });

  withGlobals(program.command("audit <job>"))
    .description("prove that every row has one fate; --verify compares with the API")
    .option("--run <id>", "this run instead of the newest that ended")
    .addOption(
      new Option(
        "--verify [n]",
        "read N accepted entries (20 unless said), or all, back from the API and compare them field by field",
      ).preset("20"),
    )
    .addHelpText("after", example("luminous-import audit import.yaml", "luminous-import audit import.yaml --verify 50"))
    .action(async (job: string, options: object, command: Command) => {
      const { audit } = await import("./commands/audit.ts");
      done(await audit(job, globals(command), options, world));
    });

  withGlobals(program.command("doctor <job>"))
    .description("is the machine, the job and the account as a run needs it? Only reads; each line says what to do")
    .addHelpText("after", example("luminous-import doctor import.yaml"))
    .action(async (job: string, _options: object, command: Command) => {
      const { doctor } = await import("./commands/doctor.ts");
      done(await doctor(job, globals(command), world));
    });

  const channels = program.command("channels").description("what the account's channels would do with orders");
  withGlobals(channels.command("list"))
    .description("all channels, a line each")
    .addHelpText("after", example("luminous-import channels list"))
    .action(async (_options: object, command: Command) => {
      const { list } = await import("./commands/channels.ts");
      done(await list(globals(command), world));
    });
  withGlobals(channels.command("show <label>"))
    .description("everything that the API says of one channel, but never its credentials")
    .addHelpText("after", example('luminous-import channels show "Legacy 2024"'))
    .action(async (label: string, _options: object, command: Command) => {
      const { show } = await import("./commands/channels.ts");
      done(await show(label, globals(command), world));
    });

  const state = program.command("state").description("what runs leave behind: state purge removes old ones");
  withGlobals(state.command("purge [job]"))
    .description("remove old runs; what was accepted stays known")
    .option("--before <date>", "runs that began before this day (YYYY-MM-DD, UTC)")
    .option("--dry-run", "only say what would go")
    .addHelpText("after", example("luminous-import state purge import.yaml --before 2026-01-31"))
    .action(async (job: string | undefined, options: object, command: Command) => {
      const { purge } = await import("./commands/state.ts");
      done(await purge(job, globals(command), options, world));
    });

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
    .addOption(repeatable("--fault <name=probability>", "faults to inject; can be given several times"))
    .addOption(repeatable("--lie <name[=number]>", "what it gets wrong all the time; can be given several times"))
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
    .addHelpText("after", example("luminous-import sandbox --rate 5 --fault error-after=0.05 --fault hang-after=0.02"))
    .action(async (options: object) => {
      const { sandbox } = await import("./commands/sandbox.ts");
      done(await sandbox(options, world));
    });

  const known = program.commands.map((command) => command.name());
  for (const name of laterCommands) {
    program
      .command(`${name} [words...]`, { hidden: true })
      .allowUnknownOption()
      .action(() => {
        throw new ImportError("NOT_YET", `"${name}" is not built yet`, {
          hint: `This version knows ${known.join(", ")}.`,
        });
      });
  }
  return program;
}
