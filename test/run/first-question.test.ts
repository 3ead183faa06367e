// The question before anything is read: a refused token ends the run there, everything else is a warning.

import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { ImportError } from "../../src/model/error.ts";
import { exitCodeOf } from "../../src/model/exit-codes.ts";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { retry } from "../../src/run/retry.ts";
import { ordersJob, type SandboxJob, sandboxJob } from "./sandbox-job.ts";

const files = ordersJob("");

const shopsWithoutGroup =
  "version: 1\nresource: channels\nfields: { channelType: { value: sales_channel }, label: Label }\n";

/** An API that answers every request in one way; `url` ends as an account's address does. */
async function answering(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<AsyncDisposable & { readonly url: string; readonly asked: () => number }> {
  let asked = 0;
  const server: Server = createServer((_request, response) => {
    asked += 1;
    if (status > 0) response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/external/api/v1`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const accountAt = (baseUrl: string, token = "sandbox") => ({ baseUrl, baseUrlFrom: "the test", token });

/** The job after a first run of all of it: nothing is left to send. */
async function doneJob(): Promise<SandboxJob> {
  const job = await sandboxJob(files);
  expect((await job.run()).exitCode).toBe(0);
  return job;
}

describe("a refused token", () => {
  it("ends run and retry with exit code 5 before a row is read, and no run was begun", async () => {
    await using job = await sandboxJob({ ...files, "shops.yaml": shopsWithoutGroup });
    const account = accountAt(job.sandbox.url, "wrong");
    const events: RunEvent[] = [];
    const refused = await job.run({}, { account, onEvent: (event) => events.push(event) }).catch((error) => error);
    expect(refused).toBeInstanceOf(ImportError);
    expect(exitCodeOf(refused.code)).toBe(5);
    expect(refused.message).toContain(`${job.sandbox.url} (the test) refused the account: HTTP 401`);
    expect(refused.hint).toContain("/settings/api-tokens");
    expect(events.map((event) => (event.kind === "dispatch" ? event.event.type : event.kind))).toEqual([
      "request.started",
      "request",
    ]);
    expect(job.sandbox.counts().started).toBe(1);
    await expect(readdir(join(job.folder.path, ".luminous-import", "runs"))).rejects.toThrow("ENOENT");

    expect((await job.run()).exitCode).toBe(3);
    const again = await retry(await job.folder.loadJob(), { account }).catch((error) => error);
    expect(again.code).toBe("ACCOUNT_REFUSED");
  });

  it("that shows late still ends the run before anything is sent", async () => {
    await using job = await sandboxJob(files);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let writes = 0;
    const server = createServer(async ({ method }, response) => {
      if (method !== "GET") writes += 1;
      await held;
      response.writeHead(401, { "content-type": "application/json" }).end('{"message":"Unauthenticated."}');
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const warnings: string[] = [];
    const run = await job
      .run(
        {},
        {
          account: accountAt(`http://127.0.0.1:${port}/api`),
          onEvent(event) {
            if (event.kind === "warning") warnings.push(event.message);
            if (event.kind === "staged") release();
          },
        },
      )
      .finally(() => server.closeAllConnections());
    server.close();
    expect(warnings).toEqual([expect.stringContaining("has not answered within 3 s. The files are read meanwhile")]);
    expect([run.exitCode, run.stopped?.code]).toEqual([5, "ACCOUNT_REFUSED"]);
    expect(run.summary.outcomes.pending.entries).toBe(4);
    expect(writes).toBe(0);
  });
});

describe("a run with nothing left to send", () => {
  it("asks one question, writes nothing, counts it and says so", async () => {
    await using job = await doneJob();
    const [writes, started] = [job.writes(), job.sandbox.counts().started];
    const idle = await job.run();
    expect([idle.exitCode, job.writes(), job.sandbox.counts().started]).toEqual([0, writes, started + 1]);
    expect(idle.summary.traffic).toMatchObject({ requests: 1, lookups: 0 });
    expect(terminalSummary(idle.summary, { width: 200, again: "run" })).toContain(
      "Nothing was left to send: 1 request asked, none wrote.",
    );
  });

  test.each([
    { what: "a page", status: 200, headers: { "content-type": "text/html" }, says: "answers with a web page" },
    { what: "a 404 page", status: 404, headers: { "content-type": "text/html" }, says: "has no API: HTTP 404" },
    { what: "another address", status: 302, headers: { location: "/login" }, says: "redirects to " },
    { what: "403", status: 403, headers: {}, says: "the token may not even read: HTTP 403" },
    { what: "503", status: 503, headers: {}, says: "the API itself has trouble" },
  ])("succeeds, with a warning, while the address answers $what", async ({ status, headers, says }) => {
    await using job = await doneJob();
    await using api = await answering(status, headers, "<html>");
    // Another address has a ledger of its own, in which nothing is accepted: the files have to be empty.
    const run = await job.run({ "goods.tsv": "SKU\n", "shops.tsv": "Label\n" }, { account: accountAt(api.url) });
    expect(run.exitCode).toBe(0);
    expect(run.summary.warnings.filter((warning) => warning.includes(says))).toHaveLength(1);
    expect(api.asked()).toBe(1);
  });

  it("succeeds, with a warning, while the API is down", async () => {
    await using job = await doneJob();
    await job.sandbox[Symbol.asyncDispose]();
    const run = await job.run();
    expect([run.exitCode, run.summary.outcomes.unchanged.entries]).toEqual([0, 4]);
    expect(run.summary.warnings).toEqual([
      expect.stringMatching(/cannot be reached: nothing listens at .*ECONNREFUSED/),
    ]);
  });
});

it("is not asked twice: the first write needs no other proof of the account", async () => {
  await using job = await sandboxJob(files);
  await job.run();
  expect(job.sandbox.counts().requests["GET /warehouses"]).toBe(1);
});
