#!/usr/bin/env node
// The entry point: hands the real world to the program. Nothing else in the project reads `process`.
import { homedir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { main } from "./main.ts";
import { exitCodeAfterLoss } from "./world/lost-output.ts";
import { createOutlet } from "./world/outlet.ts";

// Rows that stream by leave little behind, and V8 lets it pile up to four times what lives: collecting earlier takes a
// quarter off the peak of a large run, for a twentieth of its time (bench/scattered.ts).
setFlagsFromString("--heap-growing-percent=50");

const argv = process.argv.slice(2);
const stdout = createOutlet(process.stdout, 1);
const stderr = createOutlet(process.stderr, 2);

const exitCode = await main(argv, {
  argv,
  script: process.argv[1],
  platform: process.platform,
  env: process.env,
  home: known(homedir) ?? "/",
  cwd: known(process.cwd) ?? "/",
  stdin: process.stdin,
  stdout,
  stderr,
  onInterrupt(listener) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, listener);
    return () => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, listener);
    };
  },
});
process.exitCode = exitCodeAfterLoss(exitCode, argv, await stdout.settled(), stderr);
await stderr.settled();

// In a container a user may have no passwd entry and no HOME, and a working folder may have been removed. Containers call
// the root folder home then; so does this, and what is not there is told where it is needed.
function known(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
