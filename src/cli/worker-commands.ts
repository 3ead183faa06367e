// The commands for many machines, with their options and their help: `worker` and `stop`.
import { type Command, Option } from "commander";
import type { WorkerFlags } from "./commands/worker.ts";
import { example, globals, suggesting, withAddress, withJob, withJson, withProgress, withState } from "./options.ts";
import { namedJob } from "./world/named-job.ts";
import type { CommandWorld } from "./world/world.ts";

/** Adds them. `done` receives the exit code. */
export function addWorker(program: Command, world: CommandWorld, done: (exitCode: number) => void): void {
  withProgress(program.command("worker"))
    .description("send what run --workers submits: any number of workers, on any machines, with a ledger in PostgreSQL")
    .addOption(
      suggesting(new Option("--ledger <address>", "the database, without a password; LUMINOUS_LEDGER unless said"), [
        "postgres://",
      ]),
    )
    .option("--secrets <dir>", "a folder with the tokens: a file for each account, named as its host")
    .addOption(
      suggesting(new Option("--listen <host:port>", "serve /metrics for Prometheus, /healthz and /readyz there"), [
        "127.0.0.1:9464",
      ]),
    )
    .addHelpText("after", example("luminous-import worker", "luminous-import worker --secrets /etc/luminous-tokens"))
    .action(async (options: WorkerFlags, command: Command) => {
      const { worker } = await import("./commands/worker.ts");
      done(await worker(globals(command), options, world));
    });

  withAddress(withState(withJson(withJob(program.command("stop")), "what was stopped")))
    .description("end a run that run --workers has submitted, from anywhere; the same run again continues")
    .addHelpText("after", example("luminous-import stop import.yaml"))
    .action(async (_job: unknown, _options: object, command: Command) => {
      const { stop } = await import("./commands/stop.ts");
      done(await stop(await namedJob(command, world), globals(command), world));
    });
}
