// Telling others, over real HTTP and with real programs: signed, tried again, bounded, and without secrets.
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { Clock } from "../../src/model/clock.ts";
import type { Notification } from "../../src/notify/notification.ts";
import { notify, wantedBy } from "../../src/notify/notify.ts";
import { type ReceiverAnswer, startReceiver } from "./receiver.ts";
import { addressSettings, commandSettings, toldRun } from "./told.ts";

const failed = toldRun({ exitCode: 3, rows: { accepted: 7, invalid: 2, blocked: 1 } });

/** A clock on which waiting takes no time, and what was waited for. */
function hastyClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  let aheadMs = 0;
  return {
    waits,
    nowMs: () => Date.UTC(2026, 0, 31) + aheadMs,
    monotonicMs: () => aheadMs,
    sleep: async (ms) => {
      waits.push(ms);
      aheadMs += ms;
    },
  };
}

describe("an address", () => {
  it("gets JSON with a signature over time and body, as the documents say how to check it", async () => {
    await using receiver = await startReceiver();
    const settings = addressSettings(`${receiver.url}/hook?room=7`, { secret: { env: "KEY" } });
    const { told } = await notify(settings, failed, { env: { KEY: "s3cret-of-the-hook\n" } });
    expect(told).toEqual([
      { to: receiver.url, kind: "url", delivered: true, tries: 1, status: 200, durationMs: expect.any(Number) },
    ]);
    const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = receiver.received;
    expect([path, headers["content-type"]]).toEqual(["/hook?room=7", "application/json"]);
    const timestamp = String(headers["luminous-import-timestamp"]);
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(300);
    const own = createHmac("sha256", "s3cret-of-the-hook").update(`${timestamp}.${body}`).digest("hex");
    expect(headers["luminous-import-signature"]).toBe(`v1=${own}`);
    expect((JSON.parse(body) as Notification).outcomes?.invalid).toEqual({ rows: 2, entries: 2 });
  });

  it("gets the key of the environment where the settings name none, and no signature where there is none", async () => {
    await using receiver = await startReceiver();
    await notify(addressSettings(receiver.url), failed, { env: { LUMINOUS_NOTIFY_SECRET: "usual-key" } });
    await notify(addressSettings(receiver.url), failed, { env: {} });
    const signatures = receiver.received.map(({ headers }) => headers["luminous-import-signature"]);
    expect(signatures).toEqual([expect.stringMatching(/^v1=[0-9a-f]{64}$/), undefined]);
  });

  test.each<{
    readonly answers: readonly ReceiverAnswer[];
    readonly tries: number;
    readonly ok: boolean;
    readonly why?: string;
  }>([
    { answers: [{ status: 500 }, { status: 503 }, { status: 204 }], tries: 3, ok: true },
    { answers: ["close", { status: 429 }, { status: 200 }], tries: 3, ok: true },
    { answers: [{ status: 500 }], tries: 4, ok: false, why: "HTTP 500" },
    { answers: [{ status: 404 }], tries: 1, ok: false, why: "HTTP 404" },
    {
      answers: [{ status: 302, headers: { location: "/other" } }],
      tries: 1,
      ok: false,
      why: "HTTP 302, and redirects are not followed",
    },
  ])("that answers $answers is asked $tries times", async ({ answers, tries, ok, why }) => {
    await using receiver = await startReceiver(answers);
    const clock = hastyClock();
    const { told } = await notify(addressSettings(receiver.url), failed, { env: {}, clock, random: () => 1 });
    expect(told).toMatchObject([{ delivered: ok, tries, ...(why === undefined ? {} : { why }) }]);
    expect(receiver.received).toHaveLength(tries);
    expect(clock.waits).toEqual([1000, 3000, 9000].slice(0, tries - 1));
    const ids = new Set(receiver.received.map(({ headers }) => headers["luminous-import-delivery"]));
    expect(ids.size).toBe(1);
  });

  it("that asks for patience gets it, but no more than there is", async () => {
    await using patient = await startReceiver([{ status: 429, headers: { "retry-after": "7" } }, { status: 200 }]);
    const clock = hastyClock();
    await notify(addressSettings(patient.url), failed, { env: {}, clock, random: () => 0 });
    expect(clock.waits).toEqual([7000]);
    await using busy = await startReceiver([{ status: 503, headers: { "retry-after": "3600" } }]);
    const { told } = await notify(addressSettings(busy.url), failed, { env: {}, clock: hastyClock() });
    expect(told).toMatchObject([{ delivered: false, tries: 1, why: "HTTP 503" }]);
  });

  it("that never answers is given up, within its time or at once when somebody says so", async () => {
    await using receiver = await startReceiver(["hang"]);
    const late = await notify(addressSettings(receiver.url, { timeoutMs: 50 }), failed, { env: {} });
    expect(late.told).toMatchObject([{ delivered: false, tries: 1, why: "no answer within 1 s" }]);
    const stop = new AbortController();
    const telling = notify(addressSettings(receiver.url), failed, { env: {}, signal: stop.signal });
    stop.abort();
    expect((await telling).told).toMatchObject([{ delivered: false, why: "interrupted" }]);
  });

  it("that nobody listens on is told by its host and the system's code alone", async () => {
    const receiver = await startReceiver();
    await receiver[Symbol.asyncDispose]();
    const url = `${receiver.url}/services/T0000/B0000/abcdefghijkl1234`;
    const { told } = await notify(addressSettings(url), failed, { env: {}, clock: hastyClock() });
    expect(told).toMatchObject([{ to: receiver.url, why: "ECONNREFUSED", tries: 4 }]);
    expect(JSON.stringify(told)).not.toContain("abcdefghijkl1234");
  });

  it("that quotes its own secrets quotes none of them here", async () => {
    const [path, key] = ["Zx81-secret-path-77", "hmac-key-0123456789"];
    await using receiver = await startReceiver([{ status: 400, body: `no hook ${path}, key ${key}` }]);
    const settings = addressSettings(`${receiver.url}/hooks/${path}`, { secret: { env: "KEY" } });
    const { told } = await notify(settings, failed, { env: { KEY: key } });
    expect(told).toMatchObject([{ why: "HTTP 400", said: "no hook ***, key ***" }]);
  });

  test.each([
    { what: "the variable of the address is not set", more: { url: { env: "HOOK" } }, why: "HOOK is not set" },
    {
      what: "the address in it is none",
      env: { HOOK: "hooks" },
      more: { url: { env: "HOOK" } },
      why: "HOOK is not a web address: it begins with https://",
    },
    { what: "the variable of the key is not set", more: { secret: { env: "KEY" } }, why: "KEY is not set" },
    {
      what: "the file of the key is not there",
      more: { secret: { file: "/nowhere/key" } },
      why: "the file key of secret_file cannot be read",
    },
  ])("gets nothing when $what, and it is said", async ({ env = {}, more, why }) => {
    await using receiver = await startReceiver();
    const { told } = await notify(addressSettings(receiver.url, more), failed, { env });
    expect(told).toMatchObject([{ delivered: false, tries: 0, why }]);
    expect(receiver.received).toEqual([]);
  });
});

describe("a program", () => {
  it("gets the same JSON on its standard input, a few variables, and no secret", async () => {
    await using at = await folder();
    const script = `cat > told.json; env > told.env; pwd >> told.env`;
    const env = {
      PATH: process.env.PATH,
      LUMINOUS_API_KEY: "12|the-token-of-the-account",
      LUMINOUS_NOTIFY_SECRET: "the-key",
      MY_COPY: "12|the-token-of-the-account",
      KEPT: "yes",
    };
    const { told } = await notify(commandSettings(["sh", "-c", script], at.path), failed, { env });
    expect(told).toMatchObject([{ to: "sh", kind: "command", delivered: true }]);
    const json = JSON.parse(await readFile(join(at.path, "told.json"), "utf8")) as Notification;
    const seen = await readFile(join(at.path, "told.env"), "utf8");
    expect(json.exit_code).toBe(3);
    for (const line of [
      `LUMINOUS_IMPORT_EXIT_CODE=3`,
      `LUMINOUS_IMPORT_RUN_ID=${json.run_id}`,
      `LUMINOUS_IMPORT_FOLDER=${json.folder}`,
      "KEPT=yes",
    ])
      expect(seen).toContain(line);
    expect(seen).not.toMatch(/the-token|the-key|LUMINOUS_API_KEY|MY_COPY/);
  });

  test.each([
    { what: "that fails", script: "echo no such room >&2; exit 7", why: "exit code 7", said: "no such room\n" },
    { what: "that reads nothing and prints much", script: "yes abcdefg | head -c 300000; exit 1", why: "exit code 1" },
  ])("$what is told with the end of what it printed", async ({ script, why, said }) => {
    await using at = await folder();
    const { told } = await notify(commandSettings(["sh", "-c", script], at.path), failed, {
      env: { PATH: process.env.PATH },
    });
    expect(told).toMatchObject([{ delivered: false, why, ...(said === undefined ? {} : { said }) }]);
    expect(told[0]?.said?.length).toBeLessThanOrEqual(2000);
  });

  it("that is not there is told", async () => {
    const { told } = await notify(commandSettings(["./nothing-here"], tmpdir()), failed, { env: {} });
    expect(told).toMatchObject([{ delivered: false, why: "no such program" }]);
  });

  it("that does not end is ended with all that it started, also when it does not listen", async () => {
    await using at = await folder();
    // The shell ignores the request to end; its child would live on by itself.
    const script = "trap '' TERM; sleep 300 & echo $! > child; sleep 300; sleep 300";
    const settings = commandSettings(["sh", "-c", script], at.path, 300);
    const { told } = await notify(settings, failed, { env: { PATH: process.env.PATH } });
    expect(told).toMatchObject([{ delivered: false, why: "killed: it had not ended after 1 s" }]);
    const child = Number(await readFile(join(at.path, "child"), "utf8"));
    await expect.poll(() => isAlive(child)).toBe(false);
  });
});

describe("who is told", () => {
  const idle = toldRun();
  const good = toldRun({ rows: { accepted: 3 } });
  const stopped = toldRun({ exitCode: 4, rows: { pending: 3 } });
  const { summary: _, ...unstarted } = toldRun({ exitCode: 2, error: { code: "STATE_LOCKED", message: "locked" } });
  test.each([
    { on: ["failure"] as const, idle: false, good: false, failed: true, stopped: true, unstarted: true },
    { on: ["success"] as const, idle: false, good: true, failed: false, stopped: false, unstarted: false },
    { on: ["failure", "success"] as const, idle: false, good: true, failed: true, stopped: true, unstarted: true },
    { on: ["always"] as const, idle: true, good: true, failed: true, stopped: true, unstarted: true },
  ])("on $on", ({ on, ...expected }) => {
    const settings = addressSettings("https://hooks.example.com", { on });
    const wants = (told: typeof good) => wantedBy(settings, told).length > 0;
    expect({
      idle: wants(idle),
      good: wants(good),
      failed: wants(failed),
      stopped: wants(stopped),
      unstarted: wants(unstarted),
    }).toEqual(expected);
  });

  it("is everybody at once: one who is silent keeps no word from the others", async () => {
    await using silent = await startReceiver(["hang"]);
    await using other = await startReceiver();
    const settings = [...addressSettings(silent.url, { timeoutMs: 100 }), ...addressSettings(other.url)];
    const { told } = await notify(settings, failed, { env: {} });
    expect(told.map(({ delivered }) => delivered)).toEqual([false, true]);
  });
});

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "luminous-notify-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A process that ended and that nobody has asked about is as good as gone. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z /.test(stat);
}
