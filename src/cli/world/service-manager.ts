// What a service manager is told (sd_notify(3)): that the watch is ready, what it does, that it lives. Node cannot send a
// datagram to a Unix socket, so systemd's own command does; a unit needs NotifyAccess=all for that. Whatever goes wrong here
// is said once and changes nothing.
import { execFile } from "node:child_process";
import { hrtime } from "node:process";
import type { CommandWorld } from "./world.ts";

/** A service manager, or nobody where none listens. Disposing waits for what is under way. */
export interface ServiceManager extends AsyncDisposable {
  /** After the first call also: a reload is over. */
  ready(status: string): void;
  status(text: string): void;
  reloading(): void;
  stopping(): void;
}

const command = "systemd-notify";
const mostMs = 5000;

/** The manager that `NOTIFY_SOCKET` names. With `WATCHDOG_USEC` it is told twice in that time that this process lives. */
export function serviceManager(
  { env, stderr }: { readonly env: CommandWorld["env"]; readonly stderr: { write(text: string): unknown } },
  pid: number,
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdogText, WATCHDOG_PID: watchdogPid, PATH } = env;
  if (socket === undefined || socket === "") return nobody;
  let isMissing = false;
  let isTold = false;
  let last: Promise<void> = Promise.resolve();
  let underWay = 0;

  const send = (...assignments: readonly string[]): void => {
    underWay += 1;
    last = last
      .then(() => (isMissing ? undefined : notify(assignments, { NOTIFY_SOCKET: socket, PATH })))
      .catch((cause: NodeJS.ErrnoException) => {
        isMissing = cause.code === "ENOENT";
        if (isTold) return;
        isTold = true;
        stderr.write(`NOTIFY_SOCKET is set, but ${command} does not work: ${cause.message.split("\n")[0] ?? ""}\n`);
      })
      .finally(() => {
        underWay -= 1;
      });
  };
  const everyMs = Number(watchdogText) / 2000;
  const isForUs = watchdogPid === undefined || Number(watchdogPid) === pid;
  const timer =
    isForUs && everyMs >= 1
      ? setInterval(() => {
          if (underWay === 0) send("WATCHDOG=1");
        }, everyMs)
      : undefined;
  timer?.unref();
  return {
    ready: (status) => send("READY=1", `STATUS=${oneLine(status)}`),
    status: (text) => send(`STATUS=${oneLine(text)}`),
    reloading: () => send("RELOADING=1", `MONOTONIC_USEC=${hrtime.bigint() / 1000n}`),
    stopping: () => send("STOPPING=1"),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await last;
    },
  };
}

const nobody: ServiceManager = {
  ready: () => undefined,
  status: () => undefined,
  reloading: () => undefined,
  stopping: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/** The command gets no more of the environment than it needs: the token is in ours. */
function notify(assignments: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, assignments, { env, timeout: mostMs, killSignal: "SIGKILL" }, (error) => {
      // Killed for its slowness, it may have said it all the same.
      if (error === null || error.killed === true) resolve();
      else reject(error);
    });
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
