#!/usr/bin/env node
// The entry point: hands the real world to the program. Nothing else in the project reads `process`.
import { homedir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { main } from "./main.ts";

// Rows that stream by leave little behind, and V8 lets it pile up to four times what lives: collecting earlier takes a
// quarter off the peak of a large run, for a twentieth of its time (bench/scattered.ts).
setFlagsFromString("--heap-growing-percent=50");

// Whoever read the output has gone (`| head`): the run goes on, and its results are in files.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const argv = process.argv.slice(2);

process.exitCode = await main(argv, {
  argv,
  env: process.env,
  home: homedir(),
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(listener) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, listener);
    return () => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, listener);
    };
  },
});
