// What the built program does when the API goes away, comes back, refuses the account, or refuses everything: how it ends,
// what it says, and by the sandbox's own counts what it sent.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, outcomesOf, type Project, productsCsv, readReport, writesOf } from "./program.ts";

const input = { products: { file: "products.csv", mapping: "products" } };
const limits =
  "requests_per_second: 100, concurrency: 4, attempts: 3, timeout_seconds: 1, read_lag_seconds: 0.2, outage_patience_minutes: ";

describe.concurrent("an API that goes away in the middle of a run", () => {
  it("is waited for: the run goes on when it is back, and no entry has lost an attempt to it", async () => {
    await using sandbox = await startSandbox({ latencyMs: 5, duplicates: "accept" });
    await using front = await startFront(sandbox);
    await using project = await projectOf(60, `${limits}1`);
    const { ended } = project.start(["run", "import.yaml", "--json"], { env: front.env });
    await until(() => writesOf(sandbox) >= 15);
    front.mode = "dead";
    await wait(3500); // longer than three attempts of an entry would take
    front.mode = "open";
    const run = await readReport(await ended);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(outcomesOf(run.rows)).toEqual({ accepted: 60 });
    expect(run.stderr).toContain("The API stopped answering (");
    expect(run.stderr).toContain("The API answers again");
    expect(Math.max(...run.rows.map(({ attempts }) => Number(attempts)))).toBeLessThanOrEqual(3);
    expect(sandbox.counts()).toMatchObject({ created: { products: 60 }, duplicates: { products: 0 } });
    // Once it is known to be dead nothing but probes leaves, each a second or more after the answer to the one before.
    const firstProbe = front.cut.findIndex(({ isProbe }) => isProbe);
    const probes = front.cut.slice(firstProbe);
    expect(firstProbe).toBeGreaterThan(0);
    expect(probes.filter(({ isProbe }) => !isProbe)).toEqual([]);
    for (const [index, { atMs }] of probes.slice(1).entries()) {
      expect(atMs - (probes[index]?.atMs ?? 0)).toBeGreaterThanOrEqual(1000);
    }
  });

  it("ends the run with exit code 4 when it stays away longer than the job's patience; the same command continues", async () => {
    await using sandbox = await startSandbox({ latencyMs: 5, duplicates: "accept" });
    await using front = await startFront(sandbox);
    await using project = await projectOf(60, `${limits}0.03`);
    const { ended } = project.start(["run", "import.yaml", "--json"], { env: front.env });
    await until(() => writesOf(sandbox) >= 15);
    front.mode = "dead";
    const run = await readReport(await ended);
    expect(run.exitCode, run.stderr).toBe(4);
    expect(run.summary.stopped).toMatchObject({ code: "OUTAGE" });
    expect(run.summary.stopped?.message).toContain(
      `${front.env.LUMINOUS_BASE_URL} (LUMINOUS_BASE_URL) stopped answering`,
    );
    expect(run.summary.stopped?.message).toContain("within 2 s");
    expect(
      Object.keys(outcomesOf(run.rows)).filter((each) => !["accepted", "pending", "in_doubt"].includes(each)),
    ).toEqual([]);
    front.mode = "open";
    const again = await project.report(["run", "import.yaml"], { env: front.env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(sandbox.counts()).toMatchObject({ created: { products: 60 }, duplicates: { products: 0 } });
  });

  it("also when it answers reads and no write: no entry burns its attempts on it", async () => {
    await using sandbox = await startSandbox({ faults: { "error-before": 1 } });
    sandbox.seed("products", "OLD", { name: "Old", sku: "OLD", category: { name: "Tools" } });
    await using project = await projectOf(60, `${limits}0.05`, sandbox);
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode, run.stderr).toBe(4);
    expect(run.summary.stopped).toMatchObject({ code: "OUTAGE" });
    expect(Object.keys(outcomesOf(run.rows)).filter((each) => !["pending", "in_doubt"].includes(each))).toEqual([]);
  });

  it("of an account that is still empty one entry at a time is tried, and two at most fail before it shows", async () => {
    await using sandbox = await startSandbox({ faults: { "error-before": 1 } });
    await using project = await projectOf(60, `${limits}0.05`, sandbox);
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode, run.stderr).toBe(4);
    expect(run.summary.stopped).toMatchObject({ code: "OUTAGE" });
    const { failed = 0, pending = 0, in_doubt = 0, ...others } = outcomesOf(run.rows);
    expect(others).toEqual({});
    expect(failed).toBeLessThanOrEqual(2);
    expect(failed + pending + in_doubt).toBe(60);
  });
});

describe.concurrent("an account that is refused", () => {
  it("in the middle of a run ends it with exit code 5, a few requests later, and fails no entry", async () => {
    await using sandbox = await startSandbox({ latencyMs: 20 });
    await using front = await startFront(sandbox);
    await using project = await projectOf(60, `${limits}1`);
    const { ended } = project.start(["run", "import.yaml", "--json"], { env: front.env });
    await until(() => writesOf(sandbox) >= 10);
    front.mode = 401;
    const run = await readReport(await ended);
    expect(run.exitCode).toBe(5);
    expect(run.summary.stopped?.message).toContain("401");
    const { accepted = 0, pending = 0, ...others } = outcomesOf(run.rows);
    expect([others, accepted + pending, accepted]).toEqual([{}, 60, sandbox.counts().created.products]);
    expect(front.refused).toBeGreaterThan(0);
    expect(front.refused).toBeLessThanOrEqual(1 + 4); // the first, and what was in flight
    front.mode = "open";
    const again = await project.report(["run", "import.yaml"], { env: front.env });
    expect([again.exitCode, sandbox.counts().created.products]).toEqual([0, 60]);
  });

  it("by 403 on everything ends it with exit code 5 before anything is written", async () => {
    await using sandbox = await startSandbox();
    await using front = await startFront(sandbox);
    front.mode = 403;
    await using project = await projectOf(10, `${limits}1`);
    const run = await project.report(["run", "import.yaml"], { env: front.env });
    expect([run.exitCode, outcomesOf(run.rows), writesOf(sandbox)]).toEqual([5, { pending: 10 }, 0]);
  });

  it("by 403 on some entries only is about these: they are rejected, the others go", async () => {
    await using sandbox = await startSandbox();
    await using front = await startFront(sandbox);
    front.mode = { forbidden: /"P[357]"/ };
    await using project = await projectOf(10, `${limits}1`);
    const run = await project.report(["run", "import.yaml"], { env: front.env });
    expect([run.exitCode, outcomesOf(run.rows)]).toEqual([3, { accepted: 7, rejected: 3 }]);
    expect(run.rows.find(({ key }) => key === "P5")).toMatchObject({ outcome: "rejected", http_status: "403" });
  });
});

describe.concurrent("an API that refuses what is sent", () => {
  it("stops the run after twenty refusals alike, with their signature and count", async () => {
    await using sandbox = await startSandbox();
    await using front = await startFront(sandbox);
    front.mode = { forbidden: /"sku"/, status: 422 };
    await using project = await projectOf(60, `${limits}1`);
    const run = await project.report(["run", "import.yaml"], { env: front.env });
    expect(run.exitCode).toBe(4);
    expect(run.summary.stopped).toMatchObject({ code: "TOO_MANY_ERRORS" });
    expect(run.summary.stopped?.message).toMatch(/first 20 answered entries all ended alike \(.+\)/);
    expect(run.summary.stopped?.message).toContain("not today");
    expect(outcomesOf(run.rows).rejected).toBeLessThanOrEqual(20 + 4);
  });

  it("stops it at --max-errors, however the others went", async () => {
    await using sandbox = await startSandbox();
    await using front = await startFront(sandbox);
    front.mode = { forbidden: /"P\d*[02468]"/, status: 422 };
    await using project = await projectOf(60, `${limits}1`);
    const run = await project.report(["run", "import.yaml", "--max-errors", "4"], { env: front.env });
    expect(run.exitCode).toBe(4);
    expect(run.summary.stopped?.message).toContain("5 entries were refused or not answered, more than --max-errors 4");
    const { rejected = 0, pending = 0, accepted = 0 } = outcomesOf(run.rows);
    expect(rejected).toBeGreaterThanOrEqual(5);
    expect(rejected).toBeLessThanOrEqual(5 + 4);
    expect(rejected + pending + accepted).toBe(60);
  });
});

function projectOf(products: number, pace: string, sandbox?: Sandbox): Promise<Project> {
  return openProject(sandbox, { "import.yaml": jobText(input, "", pace), "products.csv": productsCsv(products) });
}

/** `open` passes on; `dead` cuts every connection; a status is the answer to everything; else writes that match get one. */
type Mode = "open" | "dead" | number | { readonly forbidden: RegExp; readonly status?: number };

interface Front extends AsyncDisposable {
  mode: Mode;
  /** Requests that it did not pass on. */
  readonly refused: number;
  /** Requests whose connection it cut, in the order of their arrival. */
  readonly cut: readonly { readonly isProbe: boolean; readonly atMs: number }[];
  readonly env: { readonly LUMINOUS_BASE_URL: string };
}

/** Stands before a sandbox and can be told to refuse. */
async function startFront(sandbox: Sandbox): Promise<Front> {
  let refused = 0;
  const cut: { isProbe: boolean; atMs: number }[] = [];
  const front = { mode: "open" as Mode };
  const refuse = (response: ServerResponse, status: number) => {
    refused += 1;
    const errors = status === 422 ? { errors: { name: ["not today"] } } : {};
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ message: "not today", ...errors }));
  };
  const pass = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const { method, url: path, headers } = request;
    const onward = httpRequest({ host: "127.0.0.1", port: sandbox.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    onward.end(body);
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const { mode } = front;
      if (mode === "dead") {
        refused += 1;
        cut.push({ isProbe: request.url?.includes("/warehouses?") === true, atMs: performance.now() });
        request.socket.destroy();
      } else if (typeof mode === "number") refuse(response, mode);
      else if (mode !== "open" && request.method !== "GET" && mode.forbidden.test(body))
        refuse(response, mode.status ?? 403);
      else pass(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    get mode() {
      return front.mode;
    },
    set mode(mode) {
      front.mode = mode;
    },
    get refused() {
      return refused;
    },
    cut,
    env: { LUMINOUS_BASE_URL: `http://127.0.0.1:${port}/external/api/v1` },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(5);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
