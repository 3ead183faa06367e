// /metrics and /healthz over HTTP, fed with what real passes told.
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import type { DropResult } from "../../../src/drop/drop.ts";
import { followHealth } from "../../../src/drop/serve/watch-health.ts";
import { createWatchMetrics } from "../../../src/drop/serve/watch-metrics.ts";
import type { WatchEvent } from "../../../src/drop/watch/watch-event.ts";
import { ImportError } from "../../../src/model/error.ts";
import { version } from "../../../src/model/package.ts";
import { metricsPage, parseListen, type Serving, serve, statePage } from "../../../src/serve/serve.ts";
import { errorOf } from "../../staging/job-folder.ts";
import { dropFolder, goods, orders } from "../drop-folder.ts";

interface Served extends AsyncDisposable {
  readonly server: Serving;
  readonly metrics: ReturnType<typeof createWatchMetrics>;
  tell(event: WatchEvent<DropResult>): void;
  get(path: string, method?: string): Promise<Response>;
  /** The value of a series, by its name with labels. */
  value(series: string): Promise<number | undefined>;
}

async function served(): Promise<Served> {
  const metrics = createWatchMetrics();
  const health = followHealth();
  const server = await serve(
    { host: "127.0.0.1", port: 0 },
    {
      "/metrics": metricsPage(metrics),
      "/healthz": () => statePage(health.health(), health.health().healthy),
    },
  );
  const get = (path: string, method = "GET") => fetch(server.url + path, { method });
  return {
    server,
    metrics,
    tell(event) {
      metrics.seeWatch(event);
      health.see(event);
    },
    get,
    async value(series) {
      const lines = (await (await get("/metrics")).text()).split("\n");
      const line = lines.find((each) => each.startsWith(`luminous_import_${series} `));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it("counts passes, files, rows and requests as the passes' own results say", async () => {
  await using folder = await dropFolder();
  await using serving = await served();
  const job = await folder.folder.loadJob();
  const one = async (files: Readonly<Record<string, string>>): Promise<DropResult> => {
    serving.tell({ kind: "pass.started", atMs: 1_000_000 });
    expect(await serving.value("pass_under_way")).toBe(1);
    const end = await folder.pass(files, { onEvent: serving.metrics.seeRun });
    const { exitCode } = end;
    const times = { startedAtMs: 1_000_000, endedAtMs: 1_002_000, nextAtMs: undefined };
    serving.tell({ kind: "pass.ended", pass: { job, ...times, exitCode, end, error: undefined, isRepeated: false } });
    return end;
  };
  const first = await one({ "goods-1.csv": goods("A", "B"), "orders-1.csv": orders("1"), "notes.txt": "?" });
  await one({ "orders-2.csv": orders("1", "2"), "orders-3.csv": "Order,Customer,SKU,Qty,Price\n3,Ada,GONE,1,1\n" });
  await one({});
  const requests = Object.values(folder.sandbox.counts().requests).reduce((sum, count) => sum + count, 0);
  const series = (await (await serving.get("/metrics")).text()).match(/^luminous_import_requests_total\{.*/gm) ?? [];

  expect(first.quarantined).toHaveLength(1);
  expect(series.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)).toBe(requests);
  expect(await serving.value('passes_total{result="some_failed"}')).toBe(2);
  expect(await serving.value('passes_total{result="nothing_to_do"}')).toBe(1);
  expect(await serving.value('passes_total{result="stopped"}')).toBe(0);
  expect(await serving.value('files_total{fate="taken"}')).toBe(5);
  expect(await serving.value('files_total{fate="archived"}')).toBe(4);
  expect(await serving.value('files_total{fate="quarantined"}')).toBe(1);
  expect(await serving.value("files_waiting")).toBe(0);
  expect(await serving.value('rows_total{outcome="accepted"}')).toBe(4);
  expect(await serving.value('rows_total{outcome="blocked"}')).toBeGreaterThanOrEqual(1);
  expect(await serving.value("open_rows")).toBe(1);
  expect(await serving.value("last_pass_start_timestamp_seconds")).toBe(1000);
  expect(await serving.value("last_pass_end_timestamp_seconds")).toBe(1002);
  expect(await serving.value("last_pass_exit_code")).toBe(0);
  expect(await serving.value("pass_under_way")).toBe(0);
  expect(await serving.value(`build_info{version="${version}"}`)).toBe(1);
});

it("has the metrics and labels that docs/commands.md lists, and no others", async () => {
  const page = await readFile(join(import.meta.dirname, "../../../docs/commands.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(luminous_import_\w+)/gm)].map(([, name = ""]) => name);
  const text = await createWatchMetrics().text();
  const known = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
  expect(listed.toSorted()).toEqual(known.toSorted());
});

it("tells neither a file's name nor a cell nor a token", async () => {
  await using folder = await dropFolder();
  await using serving = await served();
  const end = await folder.pass({ "goods-secret.csv": goods("CANARY") }, { onEvent: serving.metrics.seeRun });
  const job = await folder.folder.loadJob();
  const times = { startedAtMs: 0, endedAtMs: 0, nextAtMs: undefined };
  serving.tell({ kind: "pass.ended", pass: { job, ...times, exitCode: 0, end, error: undefined, isRepeated: false } });
  for (const path of ["/metrics", "/healthz"])
    expect(await (await serving.get(path)).text()).not.toMatch(/CANARY|secret|sandbox|goods/);
});

it("is healthy until the account refuses the token, and says how it stands", async () => {
  await using folder = await dropFolder();
  await using serving = await served();
  const job = await folder.folder.loadJob();
  const stateOf = async () => {
    const response = await serving.get("/healthz");
    return [response.status, (await response.json()) as Record<string, unknown>] as const;
  };
  const failed = (code: "OUTAGE" | "ACCOUNT_REFUSED", exitCode: number, nextAtMs: number | undefined) =>
    serving.tell({
      kind: "pass.ended",
      pass: {
        job,
        startedAtMs: 0,
        endedAtMs: 60_000,
        exitCode,
        end: undefined,
        error: new ImportError(code, "no"),
        isRepeated: false,
        nextAtMs,
      },
    });
  expect(await stateOf()).toMatchObject([200, { state: "starting", last_pass: null }]);
  serving.tell({ kind: "loaded", job, isFirst: true });
  expect(await stateOf()).toMatchObject([200, { state: "idle" }]);
  serving.tell({ kind: "pass.started", atMs: 0 });
  expect(await stateOf()).toMatchObject([200, { state: "pass" }]);
  failed("OUTAGE", 4, 90_000);
  expect(await stateOf()).toMatchObject([
    200,
    { state: "pausing", last_pass: { exit_code: 4 }, next_pass_at: "1970-01-01T00:01:30.000Z" },
  ]);
  serving.tell({ kind: "broken", error: new ImportError("JOB_INVALID", "no") });
  expect(await stateOf()).toMatchObject([200, { state: "broken" }]);
  expect(await serving.value("job_broken")).toBe(1);
  failed("ACCOUNT_REFUSED", 5, undefined);
  expect(await stateOf()).toMatchObject([503, { state: "ended", healthy: false }]);
});

it("answers nothing else, and closes although somebody holds a connection", async () => {
  const serving = await served();
  expect((await serving.get("/")).status).toBe(404);
  expect((await serving.get("/metrics", "POST")).status).toBe(405);
  expect((await serving.get("/metrics")).headers.get("connection")).toBe("close");
  const socket = connect(Number(new URL(serving.server.url).port), "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  await serving[Symbol.asyncDispose]();
  await closed;
});

it("says that a port is taken", async () => {
  await using serving = await served();
  const port = Number(new URL(serving.server.url).port);
  const again = serve({ host: "127.0.0.1", port }, {});
  expect(await errorOf(again)).toMatchObject({ code: "USAGE", message: expect.stringContaining("the port is taken") });
});

test.each([
  { text: "127.0.0.1:9464", host: "127.0.0.1", port: 9464 },
  { text: "9464", host: "127.0.0.1", port: 9464 },
  { text: ":9464", host: "127.0.0.1", port: 9464 },
  { text: "0.0.0.0:0", host: "0.0.0.0", port: 0 },
  { text: "localhost:80", host: "localhost", port: 80 },
  { text: "[::1]:9464", host: "::1", port: 9464 },
])("--listen $text is port $port of $host", ({ text, ...address }) => {
  expect(parseListen(text)).toEqual(address);
});

test.each(["", "localhost", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "http://127.0.0.1:80", "a b:1"])(
  "--listen %j is refused",
  (text) => {
    expect(() => parseListen(text)).toThrow(ImportError);
  },
);
