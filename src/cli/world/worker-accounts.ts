// The tokens of a worker: of any number of accounts, each for its host and no other. From a folder of secrets, from a variable for each
// host, or from LUMINOUS_API_KEY for the one account that the environment names.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "../../model/account.ts";
import { ImportError } from "../../model/error.ts";
import { accountAt, checkedToken, namedAddress } from "./account.ts";
import { accountSources, type CommandWorld } from "./world.ts";

/** Gives the account at an address with its token; undefined where there is none for it. Throws `ImportError` where what is there cannot be used. */
export function workerAccounts(
  world: CommandWorld,
  secrets: string | undefined,
): (baseUrl: string) => Promise<Account | undefined> {
  return async (baseUrl) => {
    const found =
      (await fromFolder(baseUrl, secrets)) ?? fromVariable(baseUrl, world) ?? (await ofOneAccount(baseUrl, world));
    if (found === undefined) return undefined;
    const token = checkedToken(found.text, found.from);
    world.keepSecret(token);
    return accountAt(baseUrl, token, accountSources(world, {}));
  };
}

interface FoundToken {
  readonly text: string;
  /** For messages. */
  readonly from: string;
}

/** `acme.api.joinluminous.com`; a port is written behind an underscore. */
async function fromFolder(baseUrl: string, folder: string | undefined): Promise<FoundToken | undefined> {
  if (folder === undefined) return undefined;
  const path = join(folder, new URL(baseUrl).host.replaceAll(":", "_"));
  try {
    return { text: await readFile(path, "utf8"), from: path };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    if (code === "ENOENT") return undefined;
    throw new ImportError("NO_TOKEN", `${path} cannot be read (${code})`, { cause });
  }
}

function fromVariable(baseUrl: string, { env }: CommandWorld): FoundToken | undefined {
  const from = tokenVariable(baseUrl);
  const text = env[from];
  return text === undefined || text.trim() === "" ? undefined : { text, from };
}

/** The variable for an account's token: no two hosts have the same. */
export function tokenVariable(baseUrl: string): string {
  const host = new URL(baseUrl).host.replaceAll("-", "__").replace(/[.:]/g, "_");
  return `LUMINOUS_API_KEY_${host.toUpperCase()}`;
}

/** A token without a name goes nowhere but to the account that stands beside it. */
async function ofOneAccount(baseUrl: string, world: CommandWorld): Promise<FoundToken | undefined> {
  const from = "LUMINOUS_API_KEY";
  const text = world.env[from];
  if (text === undefined || text.trim() === "") return undefined;
  const job = { baseUrl: undefined, company: undefined, file: { path: "", shown: "" } };
  const named = await namedAddress(job, accountSources(world, {}));
  return named !== undefined && isSameAddress(named, baseUrl) ? { text, from } : undefined;
}

function isSameAddress(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin.replace("//localhost", "//127.0.0.1") + pathname.replace(/\/+$/, "");
}
