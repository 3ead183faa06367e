// Which account, at which address, with which token: from the environment, the job, a profile of the vendor's own CLI
// (config.toml and credentials/<profile>.key in its folder) or a token file. Tokens never come from argv or a job file.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import type { Job } from "../../job/job.ts";
import type { Account } from "../../model/account.ts";
import { ImportError } from "../../model/error.ts";
import { isLoopback } from "../../model/loopback.ts";
import { shownUnlessToken } from "../../model/text/mask.ts";
import { didYouMean } from "../../model/text/nearest.ts";
import { proxyFor, secretsOf } from "./proxy.ts";

/** The world as account resolution sees it. */
export interface AccountSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly profile?: string;
  readonly tokenFile?: string;
  /** Told every secret that is found, before anything else is done with it. */
  readonly keepSecret?: (secret: string) => void;
}

const vendorConfig = z.object({
  default_profile: z.string().default("default"),
  profiles: z.record(z.string(), z.object({ company: z.string().optional() })).default({}),
});

/** The account of a job. Throws `ImportError("NO_TOKEN")` or `("USAGE")` saying which settings there are. */
export async function resolveAccount(
  job: Pick<Job, "baseUrl" | "company" | "file">,
  sources: AccountSources,
): Promise<Account> {
  const { env, keepSecret = () => undefined } = sources;
  const { company, ...address } = await findAddress(job, sources);
  refuseUncheckedServers(address, env);
  const proxy = proxyFor(address.baseUrl, env);
  for (const secret of proxy === undefined ? [] : secretsOf(proxy)) keepSecret(secret);
  const token = await resolveToken(sources, company);
  keepSecret(token);
  return { ...address, token, ...(proxy === undefined ? {} : { proxy }) };
}

/** The account at an address of a database, with the token that is meant for its host. Throws `ImportError("USAGE")` as `resolveAccount` does. */
export function accountAt(
  baseUrl: string,
  token: string,
  { env, keepSecret = () => undefined }: AccountSources,
): Account {
  const address = checkedAddress(baseUrl, "the submitted run");
  refuseUncheckedServers(address, env);
  const proxy = proxyFor(address.baseUrl, env);
  for (const secret of proxy === undefined ? [] : secretsOf(proxy)) keepSecret(secret);
  return { ...address, token, ...(proxy === undefined ? {} : { proxy }) };
}

/** Node would send the token to whoever answers. */
function refuseUncheckedServers({ baseUrl }: Address, env: AccountSources["env"]): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== "0" || isLoopback(new URL(baseUrl).hostname)) return;
  throw new ImportError("USAGE", "NODE_TLS_REJECT_UNAUTHORIZED=0 is set: the token would go to whoever answers", {
    hint: "Unset it. A certificate that this machine does not know goes into a file that NODE_EXTRA_CA_CERTS names.",
  });
}

type Address = Pick<Account, "baseUrl" | "baseUrlFrom">;

/** The address alone: enough to find an account's ledger. */
export async function resolveAddress(
  job: Pick<Job, "baseUrl" | "company" | "file">,
  sources: AccountSources,
): Promise<Address> {
  const { baseUrl, baseUrlFrom } = await findAddress(job, sources);
  return { baseUrl, baseUrlFrom };
}

/** The address that was given, for what can do without: undefined when none was. Throws like `resolveAddress` for a profile. */
export async function namedAddress(
  job: Pick<Job, "baseUrl" | "company" | "file">,
  sources: AccountSources,
): Promise<string | undefined> {
  try {
    return (await resolveAddress(job, sources)).baseUrl;
  } catch (error) {
    if (sources.profile === undefined && error instanceof ImportError && error.code === "NO_TOKEN") return undefined;
    throw error;
  }
}

interface FoundAddress extends Address {
  /** Unknown when a whole address was given. */
  readonly company?: NamedCompany;
}

interface NamedCompany {
  readonly company: string;
  readonly from: string;
}

async function findAddress(
  job: Pick<Job, "baseUrl" | "company" | "file">,
  sources: AccountSources,
): Promise<FoundAddress> {
  const { env } = sources;
  if (isSet(env.LUMINOUS_BASE_URL)) return checkedAddress(env.LUMINOUS_BASE_URL, "LUMINOUS_BASE_URL");
  if (job.baseUrl !== undefined) return checkedAddress(job.baseUrl, `api.base_url in ${job.file.shown}`);
  const profile = await readProfile(sources);
  const named = [
    { company: job.company, from: `api.company in ${job.file.shown}` },
    { company: sources.profile === undefined ? undefined : profile?.company, from: `the profile "${profile?.name}"` },
    { company: isSet(env.LUMINOUS_COMPANY) ? env.LUMINOUS_COMPANY : undefined, from: "LUMINOUS_COMPANY" },
  ].filter((candidate): candidate is NamedCompany => candidate.company !== undefined);
  const [first, ...others] = named;
  // A token of one company sent to another is never what somebody wants.
  const other = others.find(({ company }) => first !== undefined && !isSameCompany(company, first.company));
  if (first !== undefined && other !== undefined) {
    throw new ImportError(
      "USAGE",
      `${first.from} says ${shownUnlessToken(first.company)}, ${other.from} says ${shownUnlessToken(other.company)}`,
      {
        hint: "Take one of them away, or make them agree.",
      },
    );
  }
  const chosen =
    first ??
    (profile?.company === undefined ? undefined : { company: profile.company, from: `the profile "${profile.name}"` });
  if (chosen === undefined) {
    throw new ImportError("NO_TOKEN", "no account is named", {
      hint: `Set LUMINOUS_COMPANY, or api.company in the job file, or use --profile.${isSet(env.LUMINOUS_API_KEY) ? "" : " The token goes into LUMINOUS_API_KEY."}`,
    });
  }
  // Not shown but where it is an address of Luminous: people paste tokens.
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(chosen.company) || chosen.company === env.LUMINOUS_API_KEY?.trim()) {
    const said = /luminous/i.test(chosen.company) ? `"${chosen.company}"` : "what it says";
    throw new ImportError("USAGE", `${chosen.from}: ${said} is not a company name`, {
      hint: "It is the first part of the address in the browser, such as acme. A whole address goes into LUMINOUS_BASE_URL.",
    });
  }
  const address = checkedAddress(`https://${chosen.company}.api.joinluminous.com/external/api/v1`, chosen.from);
  return { ...address, company: chosen };
}

// It becomes part of a host name.
function isSameCompany(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function checkedAddress(text: string, from: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // First of all: such an address may hold a secret, and no message may show it.
  if (/[@?#]/.test(text)) {
    throw new ImportError("USAGE", `${from}: the address may hold no user, password, query or fragment`, {
      hint: "The token goes into LUMINOUS_API_KEY.",
    });
  }
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ImportError("USAGE", `${from} is not a web address`, {
      hint: "It looks like https://acme.api.joinluminous.com/external/api/v1.",
    });
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new ImportError("USAGE", `${from}: plain http is for this machine only`, {
      hint: `Use https://${url.host}${url.pathname}: the token would travel in the clear.`,
    });
  }
  return { baseUrl: url.href.replace(/\/+$/, ""), baseUrlFrom: from };
}

async function resolveToken(sources: AccountSources, account: NamedCompany | undefined): Promise<string> {
  const { env, tokenFile } = sources;
  if (tokenFile !== undefined) return checkedToken(await readSecret(tokenFile, "--token-file"), "--token-file");
  if (sources.profile === undefined && isSet(env.LUMINOUS_API_KEY))
    return checkedToken(env.LUMINOUS_API_KEY, "LUMINOUS_API_KEY");
  const profile = await readProfile(sources);
  const path = profile === undefined ? undefined : join(configFolder(sources), "credentials", `${profile.name}.key`);
  const token = path === undefined ? undefined : await readFile(path, "utf8").catch(() => undefined);
  if (token !== undefined && token.trim() !== "") {
    checkOwner(profile, account);
    return checkedToken(token, `the profile "${profile?.name}"`);
  }
  if (isSet(env.LUMINOUS_API_KEY)) return checkedToken(env.LUMINOUS_API_KEY, "LUMINOUS_API_KEY");
  throw new ImportError(
    "NO_TOKEN",
    profile === undefined ? "no API token was found" : `the profile "${profile.name}" has no key file`,
    {
      hint: "Set LUMINOUS_API_KEY, or use --token-file FILE. Tokens are made in Luminous under /settings/api-tokens.",
    },
  );
}

/** A profile that nobody named must not lend its token to another company. */
function checkOwner(profile: Profile | undefined, account: NamedCompany | undefined): void {
  if (profile?.company === undefined || account === undefined || isSameCompany(profile.company, account.company))
    return;
  throw new ImportError(
    "NO_TOKEN",
    `${account.from} says "${account.company}", and the only token found is of the profile "${profile.name}", for "${profile.company}"`,
    { hint: "Set LUMINOUS_API_KEY, or name the right profile with --profile." },
  );
}

/** The token in a text. Throws `ImportError("NO_TOKEN")` where it is none; the text is not shown. */
export function checkedToken(text: string, from: string): string {
  const token = text.trim();
  if (token === "" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new ImportError("NO_TOKEN", `${from} holds no usable token`, { hint: "A token is one line without spaces." });
  }
  return token;
}

/** A path that leads nowhere is not shown, neither is what the system says of it: people paste the token itself there. */
async function readSecret(path: string, from: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const isThere = code === "EACCES" || code === "EISDIR";
    throw new ImportError("NO_TOKEN", isThere ? `${from}: ${path} cannot be read (${code})` : `${from}: no such file`, {
      hint: "Name a file that holds the token and nothing else.",
      ...(isThere ? { cause } : {}),
    });
  }
}

/** Throws `ImportError("NO_TOKEN")` when the profile that is asked for is not there. */
export async function requireProfile(sources: AccountSources): Promise<void> {
  await readProfile(sources);
}

interface Profile {
  readonly name: string;
  readonly company: string | undefined;
}

async function readProfile(sources: AccountSources): Promise<Profile | undefined> {
  const path = join(configFolder(sources), "config.toml");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    if (sources.profile === undefined) return undefined;
    throw new ImportError("NO_TOKEN", `--profile: no such profile: ${path} does not exist`, {
      hint: "Profiles are made by the vendor's own CLI (luminous auth login).",
    });
  }
  const config = vendorConfig.safeParse(parseToml(text, path));
  if (!config.success)
    throw new ImportError("NO_TOKEN", `${path} is not understood`, {
      hint: "Set LUMINOUS_COMPANY and LUMINOUS_API_KEY instead.",
    });
  const name = sources.profile ?? config.data.default_profile;
  const names = Object.keys(config.data.profiles);
  if (sources.profile !== undefined && !names.includes(name)) {
    // What was given is not shown: it may be the token.
    throw new ImportError("NO_TOKEN", `--profile: no such profile in ${path}.${didYouMean(name, names)}`, {
      hint: `It has ${names.join(", ") || "none"}.`,
    });
  }
  return { name, company: config.data.profiles[name]?.company };
}

function parseToml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new ImportError("NO_TOKEN", `${path} is not valid TOML`, {
      hint: "Set LUMINOUS_COMPANY and LUMINOUS_API_KEY instead.",
      cause,
    });
  }
}

function configFolder({ env, home }: AccountSources): string {
  return join(isSet(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : join(home, ".config"), "luminous");
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}
