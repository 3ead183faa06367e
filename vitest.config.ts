import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Not for the inner loop, so `npm run test:quick` leaves them out: the built program, crashes, properties that take many runs,
// and whole runs that wait by a real clock.
const perNode = [
  "test/e2e/**/*.test.ts",
  "test/ledger/sqlite/crash.test.ts",
  "test/ledger/sqlite/old-ledgers.test.ts",
  "test/dispatch/never-blind.test.ts",
  "test/ledger/never-twice.test.ts",
  "test/dispatch/faults.test.ts",
  "test/dispatch/stopping.test.ts",
  // Whole commands, one after the other.
  "test/cli/commands.test.ts",
  "test/cli/drop.test.ts",
  "test/drop/drop.test.ts",
  "test/drop/refusals.test.ts", // stands in for the file system, so it shares no modules
  "test/drop/writers.test.ts",
  "test/cli/secrets.test.ts",
  "test/ledger/sqlite/trust.test.ts",
];
// Thorough as well, but they end the same on every Node: which cell becomes which field, what is said, what is asked and what is
// proven. On the second Node, .ci/run leaves them out. What a Node can change (SQLite, processes, signals, streams, sockets, watched
// files, the package) is tested by the others, which it runs on both.
const once = [
  "test/deploy/**/*.test.ts",
  "test/**/*-properties.test.ts",
  "test/**/*browser.test.ts",
  "test/bench/init-corpus.test.ts",
  "test/cli/init.test.ts",
  "test/cli/report.test.ts",
  "test/cli/wrong-files.test.ts",
  "test/demo/demo.test.ts",
  "test/dispatch/limiter-truth.test.ts",
  "test/docs/console-blocks.test.ts",
  "test/docs/public-types.test.ts",
  "test/docs/readme.test.ts",
  "test/doctor/doctor.test.ts",
  "test/e2e/audit.test.ts",
  "test/e2e/bad-input.test.ts",
  "test/e2e/cells-named.test.ts",
  "test/e2e/channel-fields.test.ts",
  "test/e2e/channels.test.ts",
  "test/e2e/companies.test.ts",
  "test/e2e/demo.test.ts",
  "test/e2e/existing.test.ts",
  "test/e2e/explain.test.ts",
  "test/e2e/guard.test.ts",
  "test/e2e/library-types.test.ts",
  "test/e2e/lie-judge.test.ts",
  "test/e2e/lies-matrix.test.ts",
  "test/e2e/northwind-exports.test.ts",
  "test/e2e/postgres.test.ts",
  "test/e2e/retry.test.ts",
  "test/e2e/run-options.test.ts",
  "test/e2e/shipped-mappings.test.ts",
  "test/e2e/shop-exports.test.ts",
  "test/e2e/shopify-exports.test.ts",
  "test/e2e/week.test.ts",
  "test/e2e/workers.test.ts",
  "test/history/explain.test.ts",
  "test/init/written-corpus.test.ts",
  "test/ledger/postgres/**/*.test.ts", // each starts a server
  "test/init/invents-nothing.test.ts",
  "test/model/text/mask.test.ts",
  "test/report/failure-round-trip.test.ts",
  "test/run/exactness.test.ts",
  "test/run/hostile-names.test.ts",
  "test/run/moving-files.test.ts",
  "test/run/retry.test.ts",
  "test/sandbox/lies.test.ts",
  "test/staging/columns-taken-away.test.ts",
  "test/staging/odd-names.test.ts",
  "test/staging/scattered.test.ts",
];
// Long, and what another Node could change in them (killed programs, outages, what stands in the state folder), crash-matrix,
// crash.test, never-blind, pipes and runs-anywhere show on both.
const long = [
  "test/e2e/account-and-state.test.ts",
  "test/e2e/continuing.test.ts",
  "test/e2e/drop-chaos.test.ts",
  "test/e2e/drop-kills.test.ts",
  "test/e2e/order-updates.test.ts",
  "test/e2e/outage.test.ts",
  "test/e2e/status.test.ts",
];
// Quick, and the same on every Node too: computing on texts and values, without dates, files, SQLite or a network.
const pure = [
  "test/damage/**/*.test.ts",
  "test/init/columns/**/*.test.ts",
  "test/map/amounts.test.ts",
  "test/map/children.test.ts",
  "test/map/columns/check-columns.test.ts",
  "test/map/definition/**/*.test.ts",
  "test/map/expression/**/*.test.ts",
  "test/map/fields.test.ts",
  "test/map/group.test.ts",
  "test/map/row-index.test.ts",
  "test/map/shopify.test.ts",
  "test/map/totals.test.ts",
  "test/map/trace.test.ts",
  "test/map/values/{coerce,decimal,line-prices,number-evidence,strip-html}.test.ts",
  "test/model/**/!(mask).test.ts",
  "test/money/money.test.ts",
];
const all = ["test/**/*.test.ts"];

export default defineConfig({
  test: {
    // A bound for what hangs, not for what is slow: a busy machine takes several times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    setupFiles: ["test/seed.ts"],
    // Many tests wait for a process or a pause rather than compute: three files at a time keep two cores busy.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      // No test changes what another sees, so the files of a worker share their modules.
      {
        extends: true,
        test: { name: "quick", include: all, exclude: [...perNode, ...once, ...long, ...pure], isolate: false },
      },
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      { extends: true, test: { name: "thorough", include: perNode, exclude: [...once, ...long] } },
      { extends: true, test: { name: "long", include: long } },
      { extends: true, test: { name: "once", include: once, isolate: false } },
    ],
  },
});
