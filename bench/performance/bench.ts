// What every bench is given, and how calls are repeated: one of each kind after the other, so that whatever else the machine does
// strikes all kinds alike.
import { type CallOptions, type Measured, measuredCall, root } from "../measured.ts";
import type { Receiver } from "../receiver/receiver.ts";
import type { Figure } from "./figure.ts";

/** How much is measured: in two minutes, as the table says, or with the sizes that take an hour. */
export type Length = "quick" | "usual" | "long";

/** What a bench works with. */
export interface Setting {
  /** A folder of its own, removed afterwards. */
  readonly folder: string;
  /** The built program: the path of its bin.js. */
  readonly program: string;
  readonly length: Length;
  readonly rows: number;
  readonly repetitions: number;
  readonly receiver: Receiver;
  /** Arguments of node for every call of the program. */
  readonly node: readonly string[];
}

/** Measures some figures of the table. */
export interface Bench {
  /** The figures that it gives; each can be asked for by name. */
  readonly figures: readonly string[];
  /** Left out by `--quick`, because it needs its time. */
  readonly takesLong?: boolean;
  measure(setting: Setting): Promise<readonly Figure[]>;
}

/** A program that a figure is held against: a file of bench/baselines. */
export function baseline(name: string): string {
  return `${root}/bench/baselines/${name}.mjs`;
}

/** Calls the program and waits; throws when it ends with none of `exitCodes`, because then nothing was measured. */
export async function callProgram(
  { program, receiver, node }: Setting,
  args: readonly string[],
  { exitCodes = [0], ...options }: CallOptions & { readonly exitCodes?: readonly (number | null)[] } = {},
): Promise<Measured> {
  const env = { LUMINOUS_BASE_URL: receiver.url, LUMINOUS_API_KEY: "sandbox", ...options.env };
  const call = await measuredCall(program, [...args, "--quiet"], { node, ...options, env });
  return checked(call, args.join(" "), exitCodes);
}

/** Calls a baseline and waits; throws when it fails or does not print `expected`. */
export async function callBaseline(name: string, args: readonly string[], expected: number): Promise<Measured> {
  const call = checked(await measuredCall(baseline(name), args), name, [0]);
  if (Number(call.stdout) !== expected) throw new Error(`${name} printed ${call.stdout.trim()}, not ${expected}`);
  return call;
}

function checked(call: Measured, what: string, exitCodes: readonly (number | null)[]): Measured {
  if (exitCodes.includes(call.exitCode)) return call;
  throw new Error(`${what}: exit code ${call.exitCode}\n${call.stdout}${call.stderr}`);
}

/** Calls each kind in turn, so many times; gives the calls of each kind in order. */
export async function interleaved<Kind extends string>(
  repetitions: number,
  kinds: Readonly<Record<Kind, (repetition: number) => Promise<Measured>>>,
): Promise<Readonly<Record<Kind, readonly Measured[]>>> {
  const names = Object.keys(kinds) as Kind[];
  const calls = {} as Record<Kind, Measured[]>;
  for (const name of names) calls[name] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const name of names) calls[name].push(await kinds[name](repetition));
  }
  return calls;
}
