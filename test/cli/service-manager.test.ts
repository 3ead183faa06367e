// What a service manager hears: with a stand-in for systemd's command everywhere, and with the real one and a real socket where
// both are there.
import { execFileSync, spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serviceManager } from "../../src/cli/world/service-manager.ts";

interface Heard extends AsyncDisposable {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** A line for each notification. */
  lines(): Promise<readonly string[]>;
}

/** A folder with a `systemd-notify` that notes what it is told and what of the environment it sees. */
async function standIn(
  script = `printf '%s|' "$@" >> "$0.heard"; echo "$NOTIFY_SOCKET \${LUMINOUS_API_KEY-none}" >> "$0.heard"`,
): Promise<Heard> {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-notify-"));
  const command = join(folder, "systemd-notify");
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  return {
    folder,
    env: { PATH: `${folder}:${process.env.PATH ?? ""}`, NOTIFY_SOCKET: "/run/notify", LUMINOUS_API_KEY: "CANARY" },
    lines: async () =>
      (await readFile(`${command}.heard`, "utf8").catch(() => "")).split("\n").filter((line) => line !== ""),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function silent() {
  const written: string[] = [];
  return { written, stderr: { write: (text: string) => written.push(text) } };
}

it("hears in order that the watch is ready, reloads and stops, and never the token", async () => {
  await using heard = await standIn();
  const { stderr, written } = silent();
  const manager = serviceManager({ env: heard.env, stderr }, 1);
  manager.ready("watching\n/srv/in");
  manager.reloading();
  manager.ready("watching /srv/in");
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  expect((await heard.lines()).map((line) => line.replace(/USEC=\d+/, "USEC=N"))).toEqual([
    "READY=1|STATUS=watching /srv/in|/run/notify none",
    "RELOADING=1|MONOTONIC_USEC=N|/run/notify none",
    "READY=1|STATUS=watching /srv/in|/run/notify none",
    "STOPPING=1|/run/notify none",
  ]);
  expect(written).toEqual([]);
});

it("hears a sign of life within the time of its watchdog, where that is meant for this process", async () => {
  await using heard = await standIn();
  const env = { ...heard.env, WATCHDOG_USEC: "40000", WATCHDOG_PID: "17" };
  await using _ = serviceManager({ env, ...silent() }, 17);
  await using _other = serviceManager({ env: { ...env, NOTIFY_SOCKET: "/run/other" }, ...silent() }, 18);
  while ((await heard.lines()).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  for (const line of await heard.lines()) expect(line).toBe("WATCHDOG=1|/run/notify none");
});

it("is nobody without a socket, and without the command a sentence", async () => {
  await using heard = await standIn();
  const manager = serviceManager({ env: { ...heard.env, NOTIFY_SOCKET: "" }, ...silent() }, 1);
  manager.ready("x");
  await manager[Symbol.asyncDispose]();
  expect(await heard.lines()).toEqual([]);

  const { stderr, written } = silent();
  const missing = serviceManager({ env: { NOTIFY_SOCKET: "/run/notify", PATH: "/nowhere" }, stderr }, 1);
  missing.ready("x");
  missing.stopping();
  await missing[Symbol.asyncDispose]();
  expect(written).toHaveLength(1);
  expect(written[0]).toContain("NOTIFY_SOCKET is set, but systemd-notify does not work");
});

it("is told on although the command failed before", async () => {
  await using heard = await standIn(`echo "$*" >> "$0.heard"; exit 1`);
  const { stderr, written } = silent();
  const manager = serviceManager({ env: heard.env, stderr }, 1);
  manager.ready("x");
  manager.stopping();
  await manager[Symbol.asyncDispose]();
  expect(await heard.lines()).toEqual(["READY=1 STATUS=x", "STOPPING=1"]);
  expect(written).toHaveLength(1);
});

function has(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const receiver = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
s.bind("\\0" + name[1:] if name.startswith("@") else name)
print("bound", flush=True)
while True:
    print(s.recv(4096).decode().replace("\\n", "|"), flush=True)
`;
// Not everywhere: then the stand-in above is all that is tried.
const canReceive = has("systemd-notify", "--version") && has("python3", "-c", "import socket");

it.skipIf(!canReceive).each(["path", "abstract"])("hears systemd's own command on a socket (%s)", async (kind) => {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-notify-"));
  const socket = kind === "path" ? join(folder, "s") : `@${folder}`;
  const child = spawn("python3", ["-c", receiver, socket], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const until = async (part: string): Promise<void> => {
    while (!text.includes(part)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  try {
    await until("bound");
    const manager = serviceManager({ env: { PATH: process.env.PATH, NOTIFY_SOCKET: socket }, ...silent() }, 1);
    manager.ready("watching in");
    manager.stopping();
    await manager[Symbol.asyncDispose]();
    await until("STOPPING=1");
    expect(text).toContain("READY=1|STATUS=watching in");
  } finally {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
