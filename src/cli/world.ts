// What a command sees of the outside, and the options that every command takes.
import type { Readable } from "node:stream";
import type { AccountSources } from "./account.ts";

/** A stream of the terminal. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
}

/** The process as commands see it; tests hand in another. */
export interface CommandWorld {
  /** The words after the program's name, for saying how to go on. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Calls the listener on each Ctrl-C or SIGTERM; gives what takes it off again. */
  onInterrupt(listener: () => void): () => void;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly logFile?: string;
  readonly state?: string;
  readonly profile?: string;
  readonly tokenFile?: string;
}

/** Where an account may come from, for these options. */
export function accountSources({ env, home }: CommandWorld, { profile, tokenFile }: GlobalOptions): AccountSources {
  return {
    env,
    home,
    ...(profile === undefined ? {} : { profile }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}
