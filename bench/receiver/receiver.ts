// The receiver as benches use it: a server in a process of its own, so that what it costs is nobody else's.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Answered, Arrived, Asked, ReceiverSettings } from "./messages.ts";

/** A running receiver; disposing it ends its process. */
export interface Receiver extends AsyncDisposable {
  /** The base address, as the program takes it. */
  readonly url: string;
  /** Forgets everything and behaves so from now on. */
  reset(settings?: ReceiverSettings): Promise<void>;
  arrived(): Promise<Arrived>;
}

/** Starts a receiver on a free port of 127.0.0.1. */
export async function startReceiver(): Promise<Receiver> {
  const child = fork(join(import.meta.dirname, "server.ts"), {
    execArgv: ["--import", "tsx"],
    serialization: "advanced",
  });
  const ask = async (asked: Asked): Promise<Answered> => {
    const answered = once(child, "message") as Promise<[Answered]>;
    child.send(asked);
    const [answer] = await answered;
    return answer;
  };
  const [started] = (await once(child, "message")) as [Answered];
  if (!("url" in started)) throw new Error("the receiver did not say where it listens");
  return {
    url: started.url,
    async reset(settings = {}) {
      await ask({ reset: settings });
    },
    async arrived() {
      const answer = await ask({});
      if ("url" in answer) throw new Error("the receiver started again");
      return answer;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}
