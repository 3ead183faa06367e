// What a command sees of the outside, and the options that every command takes.
import type { Readable } from "node:stream";
import { createMask, isDistinct, type Mask } from "../../model/text/mask.ts";
import { visible } from "../../model/text/visible.ts";
import type { AccountSources } from "./account.ts";

/** A stream of the process. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** The process as it is; tests hand in another. */
export interface ProcessWorld {
  /** The words after the program's name, for saying how to go on. */
  readonly argv: readonly string[];
  /** The file that node was told to run, where there is one. */
  readonly script?: string | undefined;
  /** As Node calls the system. */
  readonly platform?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Calls the listener on each Ctrl-C or SIGTERM; gives what takes it off again. */
  onInterrupt(listener: () => void): () => void;
}

/** Where a command writes. No secret that is known gets through. */
export interface Terminal {
  /** Text of any origin: what would act on a terminal, or on its reader, is shown instead. */
  write(text: string): void;
  /** Text with control sequences of our own; what came from elsewhere was made visible before. */
  control(text: string): void;
  /** For whoever draws in place here: called before each `write` of others. Undefined when nothing is drawn any more. */
  makeWay(clear: (() => void) | undefined): void;
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** The process as commands see it. */
export interface CommandWorld extends Omit<ProcessWorld, "stdout" | "stderr"> {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** From now on this is masked wherever a command writes, in every form. */
  keepSecret(secret: string): void;
  /** The text without the secrets that are known. */
  hide(text: string): string;
  /** Runs a command in this process with another environment, and keeps what it prints on stdout. */
  call(
    argv: readonly string[],
    env: ProcessWorld["env"],
  ): Promise<{ readonly exitCode: number; readonly printed: string }>;
}

/** What stands between a command and the terminal: text that came from cells, files and servers is only ever shown. */
export type Border = Pick<CommandWorld, "stdout" | "stderr" | "keepSecret" | "hide">;

/** A border that knows no secret yet. */
export function createBorder({ stdout, stderr }: Pick<ProcessWorld, "stdout" | "stderr">): Border {
  const masks = new Map<string, Mask>();
  const hide = (text: string): string => [...masks.values()].reduce((shown, mask) => mask(shown), text);
  const terminal = (stream: OutputStream): Terminal => {
    let clearDrawing: (() => void) | undefined;
    return {
      write(text) {
        clearDrawing?.();
        stream.write(visible(hide(text)));
      },
      control: (text) => void stream.write(hide(text)),
      makeWay(clear) {
        clearDrawing = clear;
      },
      get isTTY() {
        return stream.isTTY === true;
      },
      get columns() {
        return stream.columns;
      },
      get rows() {
        return stream.rows;
      },
    };
  };
  return {
    stdout: terminal(stdout),
    stderr: terminal(stderr),
    keepSecret(secret) {
      if (isDistinct(secret)) masks.set(secret, createMask(secret));
    },
    hide,
  };
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
export function accountSources(
  { env, home, keepSecret }: CommandWorld,
  { profile, tokenFile }: GlobalOptions,
): AccountSources {
  return {
    env,
    home,
    keepSecret,
    ...(profile === undefined ? {} : { profile }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}
