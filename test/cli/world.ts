// The process as commands see it, for tests: what is written is kept, the environment is what the test says.
import { Readable } from "node:stream";
import { main } from "../../src/cli/main.ts";
import type { ProcessWorld } from "../../src/cli/world/world.ts";

/** What a test says of the outside. */
export interface WorldParts {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Both streams are a terminal. */
  readonly isTTY?: boolean;
  /** The width of the terminal; 100 unless said. */
  readonly columns?: number;
  readonly platform?: string;
  /** Called with the function that is Ctrl-C, once a command listens. */
  readonly onListening?: (interrupt: () => void) => void;
}

/** How a command ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in a world of its own, without a home folder and without a terminal. */
export async function command(argv: readonly string[], parts: WorldParts = {}): Promise<Ended> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const world: ProcessWorld = {
    argv,
    ...(parts.platform === undefined ? {} : { platform: parts.platform }),
    env: parts.env ?? {},
    home: "/nonexistent-home",
    cwd: parts.cwd ?? "/",
    stdin: Readable.from([parts.stdin ?? ""]),
    stdout: { write: (text) => stdout.push(text), columns: parts.columns ?? 100, isTTY: parts.isTTY ?? false },
    stderr: { write: (text) => stderr.push(text), isTTY: parts.isTTY ?? false },
    onInterrupt(listener) {
      parts.onListening?.(listener);
      return () => undefined;
    },
  };
  const exitCode = await main(argv, world);
  return { exitCode, stdout: stdout.join(""), stderr: stderr.join("") };
}
