// `luminous-import sandbox`: the stand-in for the API as a program of its own, until Ctrl-C.
import { ImportError } from "../../model/error.ts";
import { shownUnlessToken } from "../../model/text/mask.ts";
import { startSandbox } from "../../sandbox/server.ts";
import type { DuplicateMode } from "../../sandbox/world/options.ts";
import { checkedLies } from "../../sandbox/world/read-lies.ts";
import type { CommandWorld } from "../world/world.ts";

/** The flags of `sandbox`, as commander gives them. */
export interface SandboxFlags {
  readonly port?: number;
  readonly token?: string;
  readonly rate?: number;
  readonly latency?: number;
  readonly fault?: readonly string[];
  readonly lie?: readonly string[];
  readonly duplicates?: DuplicateMode;
  readonly company?: readonly string[];
  readonly ignoreFilters?: boolean;
  readonly readLag?: number;
  readonly seed?: number;
}

/** Serves until it is interrupted; says where it listens and how to point a job at it. */
export async function sandbox(flags: SandboxFlags, world: CommandWorld): Promise<number> {
  await using server = await startSandbox({
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.token === undefined ? {} : { token: flags.token }),
    ...(flags.rate === undefined ? {} : { ratePerSecond: flags.rate }),
    ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    ...(flags.duplicates === undefined ? {} : { duplicates: flags.duplicates }),
    ...(flags.company === undefined ? {} : { companies: flags.company }),
    ...(flags.ignoreFilters === undefined ? {} : { ignoreFilters: flags.ignoreFilters }),
    ...(flags.readLag === undefined ? {} : { readLagMs: flags.readLag }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    faults: parseFaults(flags.fault ?? []),
    lies: checkedLies(flags.lie ?? []),
  });
  world.stdout.write(
    [
      `The sandbox listens on ${server.url}`,
      "It keeps everything in memory and forgets it when it stops. Point a job at it with",
      `  export LUMINOUS_BASE_URL=${server.url} LUMINOUS_API_KEY=${flags.token ?? "sandbox"}`,
      `What it saw: ${new URL("/__sandbox", server.url).href}`,
      "Ctrl-C stops it.",
      "",
    ].join("\n"),
  );
  await new Promise<void>((resolve) => {
    const off = world.onInterrupt(() => {
      off();
      resolve();
    });
  });
  return 0;
}

function parseFaults(texts: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name, probability] = text.split("=");
      if (name === undefined || probability === undefined || !/^(0|1|0?\.\d+|0\.\d+|1\.0*)$/.test(probability)) {
        throw new ImportError("USAGE", `--fault takes name=probability, not ${shownUnlessToken(text)}`, {
          hint: "Such as --fault error-after=0.05.",
        });
      }
      return [name, Number(probability)];
    }),
  );
}
