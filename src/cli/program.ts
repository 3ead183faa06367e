// The command line: every command with its options and its help. Each command is loaded when it is called.
import { Argument, Command, Option } from "commander";
import { ImportError } from "../model/error.ts";
import { version } from "../model/package.ts";
import type { Shell } from "./commands/completion.ts";
import type { DropFlags } from "./commands/drop.ts";
import type { WatchFlags } from "./commands/drop-watch.ts";
import type { InitFlags } from "./commands/init.ts";
import type { PlanFlags } from "./commands/plan.ts";
import type { ReportFlags } from "./commands/report.ts";
import type { RetryFlags } from "./commands/retry.ts";
import type { RunFlags } from "./commands/run.ts";
import {
  example,
  globals,
  limitOption,
  maxErrorsOption,
  ownFirst,
  positive,
  repeatable,
  suggesting,
  suggestionsOf,
  wholeNumber,
  withAccount,
  withAddress,
  withJob,
  withJson,
  withProgress,
  withReport,
  withResults,
  withState,
} from "./options.ts";
import { addSandbox } from "./sandbox-command.ts";
import { addWorker } from "./worker-commands.ts";
import { namedEntry, namedJob } from "./world/named-job.ts";
import type { CommandWorld } from "./world/world.ts";

// That there are options need not be said of every command: the place is for what it does.
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...operands].join(" ");
}

// Texts stand still in a wide window, and fit into a small one.
function helpWidth(columns: number | undefined): number {
  return Math.min(columns ?? 80, 100);
}

const completionHelp = `
The line that turns it on, for a shell's own start file:
  bash  source <(luminous-import completion bash)           in ~/.bashrc
  zsh   source <(luminous-import completion zsh)            in ~/.zshrc,
                                                            after compinit
  fish  luminous-import completion fish | source            in config.fish
`;

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
      getOutHelpWidth: () => helpWidth(world.stdout.columns),
      getErrHelpWidth: () => helpWidth(world.stderr.columns),
      // What stands behind a misspelt `--api-kye=` may be a secret, and so may what is no command at all.
      outputError: (text, write) =>
        write(
          text.replace(/(unknown option '[^'=]*=).*'/, "$1…'").replace(/(unknown command) '(?![a-z-]{1,20}').*'/, "$1"),
        ),
    })
    .configureHelp({ visibleOptions: ownFirst, subcommandTerm, minWidthToWrap: 30 })
    .showHelpAfterError("(--help shows what there is)")
    .addHelpText(
      "after",
      example("luminous-import demo", "luminous-import init products.csv", "luminous-import check"),
    );

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

  withAccount(withState(withProgress(withResults(withJson(withJob(program.command("check")), "the summary")))))
    .description("read, map and validate; sends nothing; every problem down to the cell")
    .option("--account", "ask the account too, read-only: what exists, what would be refused or blocked")
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
        "luminous-import check import.yaml --account",
      ),
    )
    .action(async (_job: unknown, options: object, command: Command) => {
      const { check } = await import("./commands/check.ts");
      done(await check(await namedJob(command, world), globals(command), options, world));
    });

  withAccount(withState(withProgress(withJson(withJob(program.command("plan")), "the plan"))))
    .description("what a run would create, update, skip and block, the requests, the time; the account is only read")
    .option("--only <input>", "this input alone")
    .addOption(repeatable("--input <name=path>", "replace the file of an input; can be given several times"))
    .option("--strict", "warnings count as errors")
    .addOption(
      new Option("--show <n>", "print the first N valid entries of each phase as they would be sent")
        .argParser(wholeNumber("--show", 0))
        .default(3),
    )
    .option("--out <file>", "write plan.json there too")
    .addHelpText(
      "after",
      example("luminous-import plan import.yaml", "luminous-import plan import.yaml --out plan.json"),
    )
    .action(async (_job: unknown, options: PlanFlags, command: Command) => {
      const { plan } = await import("./commands/plan.ts");
      done(await plan(await namedJob(command, world), globals(command), options, world));
    });

  withAccount(withState(withProgress(withResults(withJson(withJob(program.command("run")), "the summary")))))
    .description("do it; the same command again continues")
    .addOption(limitOption("a pilot: the first N orders with all that they need; the rest stays pending"))
    .option("--only <input>", "this input alone")
    .addOption(repeatable("--input <name=path>", "replace the file of an input; can be given several times"))
    .option("--all-or-nothing", "send nothing when anything is invalid")
    .addOption(maxErrorsOption())
    .option("--strict", "warnings count as errors")
    .option("--force", "ask the API again even for what was accepted")
    .option("--dry-run", "the same as check")
    .option("--plan <file>", "do just what this plan.json says, or nothing where it does not hold any more")
    .option("--workers", "stage it here and have workers send it; needs a ledger in PostgreSQL")
    .addHelpText(
      "after",
      example(
        "luminous-import run import.yaml --limit 10",
        "luminous-import run import.yaml",
        "luminous-import run import.yaml --plan plan.json",
      ),
    )
    .action(async (_job: unknown, options: RunFlags & { readonly dryRun?: boolean }, command: Command) => {
      const job = await namedJob(command, world);
      if (options.dryRun === true) {
        if (options.plan !== undefined)
          throw new ImportError("USAGE", "--dry-run sends nothing, and --plan says what is sent", {
            hint: "Leave one of them out.",
          });
        const { check } = await import("./commands/check.ts");
        return done(await check(job, globals(command), options, world));
      }
      if (options.workers === true) {
        const { submit } = await import("./commands/submit.ts");
        return done(await submit(job, globals(command), options, world));
      }
      const { run } = await import("./commands/run.ts");
      done(await run(job, globals(command), options, world));
    });

  withAccount(withState(withProgress(withResults(withJson(withJob(program.command("retry")), "the summary")))))
    .description("what no run has made good yet, read from the failures files, edited or not")
    .addOption(limitOption("the first N orders with all that they need; the rest stays pending"))
    .option("--only <input>", "this input alone")
    .option("--all-or-nothing", "send nothing when anything is invalid")
    .addOption(maxErrorsOption())
    .option("--strict", "warnings count as errors")
    .addHelpText("after", example("luminous-import retry import.yaml"))
    .action(async (_job: unknown, options: RetryFlags, command: Command) => {
      const { retry } = await import("./commands/retry.ts");
      done(await retry(await namedJob(command, world), globals(command), options, world));
    });

  withAccount(
    withState(
      withProgress(withResults(withJson(withJob(program.command("drop")), "the summary and where the files went"))),
    ),
  )
    .description("import what lies complete in the job's drop folder, all of it as one run, and archive it")
    .option("--all-or-nothing", "send nothing when anything is invalid")
    .addOption(maxErrorsOption())
    .option("--strict", "warnings count as errors")
    .option("--force", "ask the API again even for what was accepted")
    .option("--watch", "stay and import whenever files come; Ctrl-C or SIGTERM ends")
    .addOption(
      new Option(
        "--poll <seconds>",
        "with --watch: how often to look where the system tells of no changes; 30 unless said",
      ).argParser(positive("--poll")),
    )
    .addOption(
      suggesting(new Option("--listen <host:port>", "with --watch: serve /metrics for Prometheus and /healthz there"), [
        "127.0.0.1:",
      ]),
    )
    .addHelpText(
      "after",
      example("luminous-import drop import.yaml", "luminous-import drop import.yaml --watch --listen 127.0.0.1:9464"),
    )
    .action(async (_job: unknown, options: DropFlags & WatchFlags, command: Command) => {
      const job = await namedJob(command, world);
      const { dropWatch, refuseIdleFlags } = await import("./commands/drop-watch.ts");
      refuseIdleFlags(options);
      if (options.watch === true) return done(await dropWatch(job, globals(command), options, world));
      const { drop } = await import("./commands/drop.ts");
      done(await drop(job, globals(command), options, world));
    });

  withAddress(withState(withJson(withJob(program.command("status")), "the summary, or the list of runs,")))
    .description("how far the run is that is under way, or how the last one ended; no network")
    .option("--watch", "follow the run that is under way to its end; Ctrl-C ends the watching, not the run")
    .option("--runs", "a table of all runs, newest first")
    .addHelpText(
      "after",
      example("luminous-import status", "luminous-import status --watch", "luminous-import status acme.yaml --runs"),
    )
    .action(async (_job: unknown, options: object, command: Command) => {
      const { status } = await import("./commands/status.ts");
      done(await status(await namedJob(command, world), globals(command), options, world));
    });

  withAddress(withState(withJson(withJob(program.command("explain")), "the story")))
    .argument("[key-or-line]", "a key, or a row as file:line, for example orders.csv:12")
    .usage("[options] [job] <key-or-line>")
    .description("the whole story of one entry, by its key or as file:line; no network")
    .addHelpText("after", example("luminous-import explain CUP-1", "luminous-import explain acme.yaml orders.csv:1043"))
    .action(async (_job: unknown, _what: unknown, _options: object, command: Command) => {
      const { explain } = await import("./commands/explain.ts");
      const { job, what } = await namedEntry(command, world);
      done(await explain(job, what, globals(command), world));
    });

  withAccount(withState(withJson(withJob(program.command("audit")), "the laws")))
    .description("prove that every row has one fate; --verify compares with the API")
    .option("--run <id>", "this run instead of the newest that ended")
    .addOption(
      new Option(
        "--verify [n]",
        "read N accepted entries (20 unless said), or all, back from the API and compare them field by field",
      ).preset("20"),
    )
    .addHelpText("after", example("luminous-import audit import.yaml", "luminous-import audit import.yaml --verify 50"))
    .action(async (_job: unknown, options: object, command: Command) => {
      const { audit } = await import("./commands/audit.ts");
      done(await audit(await namedJob(command, world), globals(command), options, world));
    });

  withAddress(withState(withReport(withJob(program.command("report")))))
    .description("write the report of a run again, also of one that was killed; no network")
    .option("--run <id>", "this run instead of the newest")
    .option("--out <file>", "write it there instead of the run's folder")
    .addHelpText(
      "after",
      example(
        "luminous-import report --open",
        "luminous-import report import.yaml --no-values --out for-the-vendor.html",
      ),
    )
    .action(async (_job: unknown, options: ReportFlags, command: Command) => {
      const { report } = await import("./commands/report.ts");
      done(await report(await namedJob(command, world), globals(command), options, world));
    });

  withAccount(withState(withJson(withJob(program.command("doctor")), "the findings")))
    .description("is the machine, the job and the account as a run needs it? Only reads; each line says what to do")
    .addHelpText("after", example("luminous-import doctor import.yaml"))
    .action(async (_job: unknown, _options: object, command: Command) => {
      const { doctor } = await import("./commands/doctor.ts");
      done(await doctor(await namedJob(command, world), globals(command), world));
    });

  program
    .command("demo [folder]")
    .description("a small example from check to explain, against a sandbox of its own; needs no account")
    .option("--force", "write into a folder that holds something else")
    .addHelpText("after", example("luminous-import demo", "luminous-import demo /tmp/tryout"))
    .action(async (folder: string | undefined, options: object) => {
      const { demo } = await import("./commands/demo.ts");
      done(await demo(folder, options, world));
    });

  addWorker(program, world, done);

  const channels = program.command("channels").description("what the account's channels would do with orders");
  withAccount(withJson(channels.command("list"), "the channels"))
    .description("all channels, a line each")
    .addHelpText("after", example("luminous-import channels list"))
    .action(async (_options: object, command: Command) => {
      const { list } = await import("./commands/channels.ts");
      done(await list(globals(command), world));
    });
  withAccount(withJson(channels.command("show <label>"), "the channel"))
    .description("everything that the API says of one channel, but never its credentials")
    .addHelpText("after", example('luminous-import channels show "Legacy 2024"'))
    .action(async (label: string, _options: object, command: Command) => {
      const { show } = await import("./commands/channels.ts");
      done(await show(label, globals(command), world));
    });

  const state = program.command("state").description("what runs leave behind: state purge removes old ones");
  withState(withJson(state.command("purge [job]"), "what was removed"))
    .description("remove old runs; what was accepted stays known")
    .option("--before <date>", "runs that began before this day (YYYY-MM-DD, UTC)")
    .option("--dry-run", "only say what would go")
    .addHelpText("after", example("luminous-import state purge import.yaml --before 2026-01-31"))
    .action(async (job: string | undefined, options: object, command: Command) => {
      const { purge } = await import("./commands/state.ts");
      done(await purge(job, globals(command), options, world));
    });

  addSandbox(program, world, done);

  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell that is to complete").choices(["bash", "zsh", "fish"]))
    .description("print what makes a shell complete commands, options, values and job files")
    .addHelpText("after", completionHelp)
    .action(async (shell: Shell) => {
      const { completion } = await import("./commands/completion.ts");
      done(completion(shell, program, suggestionsOf, world));
    });

  return program;
}
