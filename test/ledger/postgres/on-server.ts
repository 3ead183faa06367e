// Tests that need a PostgreSQL.
import { afterAll, describe, it } from "vitest";
import { startServer } from "./server.ts";

/** Declares tests that need a server; where there is none, one that is skipped and says why. */
export async function describeOnServer(name: string, declare: (url: string) => void): Promise<void> {
  const server = await startServer();
  describe(name, () => {
    if (typeof server === "string") return it.skip(`is not tested: ${server}`);
    afterAll(() => server[Symbol.asyncDispose]());
    declare(server.url);
  });
}
