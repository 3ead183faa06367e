import { defineConfig } from "vitest/config";

export default defineConfig({
  // Many tests wait for a process or a pause rather than compute, so every core is used.
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 30_000, pool: "forks", maxWorkers: "100%" },
});
