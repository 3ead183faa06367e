import { defineConfig } from "vitest/config";

// Not for the inner loop, so `npm run test:quick` leaves them out: the built program, crashes, properties that take many runs,
// and whole runs that wait by a real clock.
const thorough = [
  "test/e2e/**/*.test.ts",
  "test/docs/readme.test.ts",
  "test/docs/console-blocks.test.ts",
  "test/ledger/sqlite/crash.test.ts",
  "test/ledger/sqlite/old-ledgers.test.ts",
  "test/**/*-properties.test.ts",
  "test/dispatch/never-blind.test.ts",
  "test/init/invents-nothing.test.ts",
  "test/ledger/never-twice.test.ts",
  "test/report/failure-round-trip.test.ts",
  "test/run/exactness.test.ts",
  "test/staging/columns-taken-away.test.ts",
  "test/staging/scattered.test.ts",
  "test/dispatch/faults.test.ts",
  "test/dispatch/limiter-truth.test.ts",
  "test/dispatch/stopping.test.ts",
  "test/history/explain.test.ts",
  "test/run/moving-files.test.ts",
  // Whole commands, one after the other.
  "test/demo/demo.test.ts",
  "test/doctor/doctor.test.ts",
  "test/drop/drop.test.ts",
  "test/drop/writers.test.ts",
  "test/run/retry.test.ts",
  "test/run/hostile-names.test.ts",
  "test/staging/odd-names.test.ts",
  "test/cli/commands.test.ts",
  "test/cli/drop.test.ts",
  "test/cli/init.test.ts",
  "test/cli/report.test.ts",
  "test/cli/secrets.test.ts",
  "test/cli/wrong-files.test.ts",
  "test/ledger/sqlite/trust.test.ts",
  "test/model/text/mask.test.ts",
  "test/sandbox/lies.test.ts",
  "test/docs/public-types.test.ts",
  // A browser.
  "test/report/html/*-browser.test.ts",
];
const all = ["test/**/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: "forks",
    // Many tests wait for a process or a pause rather than compute, so every core is used.
    maxWorkers: "100%",
    projects: [
      // No test changes what another sees, so the files of a worker share their modules.
      { extends: true, test: { name: "quick", include: all, exclude: thorough, isolate: false } },
      { extends: true, test: { name: "thorough", include: thorough } },
    ],
  },
});
