// `notify:` of the job file: who is told how a run ended. What people write, what is wrong with it, and its normalised form.
// No secret stands here: addresses may hold one and are never shown whole, and the key of the signature is named, not given.
import { z } from "zod";
import { isLoopback } from "../model/loopback.ts";

/** When somebody is told: anything but exit code 0, exit code 0 with something done, or every time. */
export type NotifyWhen = "failure" | "success" | "always";

/** Where the key of the signature is: a variable of the environment, or a file by its absolute path. */
export type NotifySecret = { readonly env: string } | { readonly file: string };

/** When, with what and for how long. */
export interface NotifyTerms {
  readonly on: readonly NotifyWhen[];
  /** Whether cell values may be in it. */
  readonly values: boolean;
  /** For all tries together. */
  readonly timeoutMs: number;
}

/** Somebody who is told by POST. */
export interface NotifyAddress extends NotifyTerms {
  readonly kind: "url";
  /** The address, or the variable of the environment that holds it. It may hold a secret. */
  readonly url: { readonly text: string } | { readonly env: string };
  /** Undefined: `LUMINOUS_NOTIFY_SECRET` where it is set, else there is no signature. */
  readonly secret: NotifySecret | undefined;
}

/** A program that is told on its standard input. */
export interface NotifyCommand extends NotifyTerms {
  readonly kind: "command";
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** Where it runs, absolute: the folder of the job. */
  readonly folder: string;
}

/** Who is told of a job's runs. */
export type NotifySettings = readonly (NotifyAddress | NotifyCommand)[];

const variableName = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable");

const writtenTarget = z.strictObject({
  url: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "Gets the summary by POST, as JSON; https, or http to this machine.",
      examples: ["https://hooks.example.com/imports"],
    }),
  url_env: variableName.optional().meta({
    description: "The environment variable that holds the address, instead of url: a chat's address is a secret.",
    examples: ["IMPORT_WEBHOOK"],
  }),
  command: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({
      description: "A program and its arguments, without a shell: gets the same JSON on its standard input.",
      examples: [["/usr/local/bin/page-me", "--team", "imports"]],
    }),
  on: z
    .array(z.enum(["failure", "success", "always"]))
    .min(1)
    .default(["failure"])
    .meta({
      description:
        "failure: any exit code but 0; success: exit code 0 with rows; always: also when nothing was there to do.",
      examples: [["failure", "success"]],
    }),
  values: z
    .boolean()
    .default(false)
    .meta({ description: "Whether cell values may be in it.", examples: [false] }),
  timeout_seconds: z
    .number()
    .gt(0)
    .max(600)
    .default(30)
    .meta({ description: "How long all tries together may take, or the program.", examples: [30] }),
  secret_env: variableName.optional().meta({
    description: "The environment variable with the key of the signature; LUMINOUS_NOTIFY_SECRET unless said.",
    examples: ["IMPORT_WEBHOOK_SECRET"],
  }),
  secret_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "A file with the key, relative to the job file.", examples: ["/run/secrets/import-webhook"] }),
});

// Each of a list by itself: one that is faulty takes no faults of the others with it. No message shows an address.
const soundTarget = writtenTarget.superRefine((target, context) => {
  for (const { path, message } of targetFaults(target)) context.addIssue({ code: "custom", path: [...path], message });
});

/** The schema of `notify:`: one who is told, or a list of them. */
export const writtenNotify = z.union([soundTarget, z.array(soundTarget).min(1)]);

type WrittenNotify = z.output<typeof writtenNotify>;

/** What to say of a key that somebody tried to give a secret with; undefined for every other key. */
export function secretKeyFault(path: readonly PropertyKey[]): string | undefined {
  if (path[0] !== "notify" || !/^(secret|token|password|hmac|key)$/.test(String(path.at(-1)))) return undefined;
  return "a secret never belongs in a job file: name a variable with secret_env, or a file with secret_file";
}

/** The normalised form, for a job in this folder (absolute). `resolvePath` makes paths of the job absolute. */
export function notifySettings(
  written: WrittenNotify,
  folder: string,
  resolvePath: (path: string) => string,
): NotifySettings {
  return [written].flat().map((target) => {
    const terms = {
      on: target.on,
      values: target.values,
      timeoutMs: Math.round(target.timeout_seconds * 1000),
    };
    const [program, ...words] = target.command ?? [];
    if (program !== undefined) return { kind: "command", ...terms, command: [program, ...words], folder };
    return {
      kind: "url",
      ...terms,
      url: target.url_env === undefined ? { text: target.url ?? "" } : { env: target.url_env },
      secret:
        target.secret_file !== undefined
          ? { file: resolvePath(target.secret_file) }
          : target.secret_env === undefined
            ? undefined
            : { env: target.secret_env },
    };
  });
}

/** Why an address cannot be used, in words that do not show it; undefined when it can. */
export function addressFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return "is not a web address: it begins with https://";
  if (url.username !== "" || url.password !== "") return "may hold no user and no password";
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return "must begin with https: plain http is for this machine only";
  return undefined;
}

interface TargetFault {
  readonly path: readonly string[];
  readonly message: string;
}

function targetFaults(target: z.output<typeof writtenTarget>): readonly TargetFault[] {
  const { url, url_env, command, secret_env, secret_file } = target;
  const ways = Object.entries({ url, url_env, command }).filter(([, value]) => value !== undefined);
  const secrets = Object.entries({ secret_env, secret_file }).filter(([, value]) => value !== undefined);
  const fault = url === undefined ? undefined : addressFault(url);
  const at = (key: string, message: string): TargetFault => ({ path: [key], message });
  return [
    ...(ways.length === 0 ? [{ path: [], message: "needs url, url_env or command: who is to be told" }] : []),
    ...ways
      .slice(1)
      .map(([key]) => at(key, `${ways[0]?.[0]} is there too: one of them for each entry; a list tells several`)),
    ...(fault === undefined ? [] : [at("url", fault)]),
    ...secrets.slice(1).map(([key]) => at(key, "secret_env is there too: take one of them away")),
    ...(command === undefined ? [] : secrets.slice(0, 1)).map(([key]) =>
      at(key, "is for an address: what a program gets is not signed"),
    ),
  ];
}
