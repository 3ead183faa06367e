// Where a notification goes, once the environment was asked: the address, the key of the signature, and what they are called
// where people read. Nothing here shows more of an address than its host.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { addressFault, type NotifyAddress, type NotifyCommand, type NotifySettings } from "../job/notify-schema.ts";

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that has the key of the signature where the job names no other. */
export const secretVariable = "LUMINOUS_NOTIFY_SECRET";

/** Where a POST goes; without a secret it is not signed. */
export interface Address {
  readonly url: URL;
  readonly secret: string | undefined;
}

/** The address, or why there is none, in words that show no secret. */
export type FoundAddress =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly why: string };

/** Finds the address and the key. */
export async function findAddress({ url, secret }: NotifyAddress, env: Environment): Promise<FoundAddress> {
  const text = "env" in url ? env[url.env]?.trim() : url.text;
  const from = "env" in url ? url.env : "url";
  if (text === undefined || text === "") return { ok: false, why: `${from} is not set` };
  const fault = addressFault(text);
  if (fault !== undefined) return { ok: false, why: `${from} ${fault}` };
  const found = await findSecret(secret, env);
  return found.ok ? { ok: true, address: { url: new URL(text), secret: found.secret } } : found;
}

type FoundSecret =
  | { readonly ok: true; readonly secret: string | undefined }
  | { readonly ok: false; readonly why: string };

/** A key that is named has to be there: a receiver that checks signatures would drop what has none. */
async function findSecret(secret: NotifyAddress["secret"], env: Environment): Promise<FoundSecret> {
  if (secret === undefined) {
    const usual = env[secretVariable]?.trim() ?? "";
    return { ok: true, secret: usual === "" ? undefined : usual };
  }
  const named = "env" in secret ? secret.env : `the file ${basename(secret.file)} of secret_file`;
  const text = "env" in secret ? env[secret.env] : await readFile(secret.file, "utf8").catch(() => undefined);
  if (text === undefined)
    return { ok: false, why: "env" in secret ? `${named} is not set` : `${named} cannot be read` };
  return text.trim() === "" ? { ok: false, why: `${named} is empty` } : { ok: true, secret: text.trim() };
}

/** `https://hooks.slack.com`, or the name of the program: all that is ever shown of who is told. */
export function shownTarget(target: NotifyAddress | NotifyCommand, env: Environment): string {
  if (target.kind === "command") return basename(target.command[0]);
  const { url } = target;
  const text = "env" in url ? (env[url.env]?.trim() ?? "") : url.text;
  if (URL.canParse(text)) return new URL(text).origin;
  return "env" in url ? `the address in ${url.env}` : "the address of notify";
}

/**
 * Everything of a job's notifications that must be shown nowhere: keys, and the parts of addresses that may let anybody
 * write there. Waits for a file at most.
 */
export async function notifySecrets(settings: NotifySettings, env: Environment): Promise<readonly string[]> {
  const secrets: string[] = [env[secretVariable]?.trim() ?? ""];
  for (const target of settings) {
    if (target.kind === "command") continue;
    const { url, secret } = target;
    const text = "env" in url ? (env[url.env]?.trim() ?? "") : url.text;
    if (URL.canParse(text)) secrets.push(...secretParts(new URL(text)));
    const found = await findSecret(secret, env);
    if (found.ok && found.secret !== undefined) secrets.push(found.secret);
  }
  return [...new Set(secrets)].filter((secret) => secret !== "");
}

/** Steps of the path and values of the query that nobody would think of. */
function secretParts({ pathname, searchParams }: URL): readonly string[] {
  const steps = [...pathname.split("/"), ...searchParams.values()];
  return steps.filter((step) => step.length >= 16 || (step.length >= 8 && /\d/.test(step)));
}

/** Variables that a program must not get: the account's token, the way to the ledgers, and what its settings call secret. */
export function withoutSecrets(env: Environment, settings: NotifySettings): Readonly<Record<string, string>> {
  const named = settings.flatMap((target) => {
    if (target.kind === "command") return [];
    const { url, secret } = target;
    return ["env" in url ? url.env : "", secret !== undefined && "env" in secret ? secret.env : ""];
  });
  const secret = new Set(["LUMINOUS_API_KEY", "LUMINOUS_LEDGER", "PGPASSWORD", secretVariable, ...named]);
  // Under another name it is the same secret.
  const values = new Set([...secret].map((name) => env[name]?.trim() ?? "").filter((value) => value !== ""));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || secret.has(name) || values.has(value.trim()) ? [] : [[name, value] as const],
    ),
  );
}
