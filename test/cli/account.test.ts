import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { resolveAccount, resolveAddress } from "../../src/cli/world/account.ts";
import type { Account } from "../../src/model/account.ts";
import { ImportError } from "../../src/model/error.ts";
import { type Files, jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

const token = "12|s3cr3t-T0ken";
const file = { path: "/jobs/import.yaml", shown: "import.yaml" };

interface Case {
  readonly env?: Readonly<Record<string, string>>;
  /** What the job says of the account. */
  readonly job?: { readonly company?: string; readonly baseUrl?: string };
  /** Files of the vendor's CLI, in its folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly profile?: string;
  /** The content of a token file; none is named without it. */
  readonly tokenFile?: string;
}

async function resolveIn({ env = {}, job = {}, files = {}, profile, tokenFile }: Case): Promise<Account> {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-account-"));
  try {
    const all = { ...files, ...(tokenFile === undefined ? {} : { token: tokenFile }) };
    for (const [name, text] of Object.entries(all)) {
      await mkdir(dirname(join(folder, "luminous", name)), { recursive: true });
      await writeFile(join(folder, "luminous", name), text);
    }
    return await resolveAccount(
      { company: job.company, baseUrl: job.baseUrl, file },
      {
        env: { XDG_CONFIG_HOME: folder, ...env },
        home: "/nonexistent-home",
        ...(profile === undefined ? {} : { profile }),
        ...(tokenFile === undefined ? {} : { tokenFile: join(folder, "luminous", "token") }),
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function refusalOf(given: Case): Promise<ImportError> {
  const error = await resolveIn(given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ImportError)) throw new Error("it was not refused", { cause: error });
  expect(error.hint).toMatch(/\.$/);
  expect(`${error.message}\n${error.hint}`).not.toContain("s3cr3t");
  return error;
}

const acme = "https://acme.api.joinluminous.com/external/api/v1";
const beta = "https://beta.api.joinluminous.com/external/api/v1";
const key = { LUMINOUS_API_KEY: token };
const vendorFiles = {
  "config.toml": 'default_profile = "main"\n[profiles.main]\ncompany = "acme"\n[profiles.stage]\ncompany = "beta"\n',
  "credentials/main.key": `${token}\n`,
  "credentials/stage.key": "stage-token\n",
};

describe("an account is found", () => {
  test.each<Case & { readonly name: string; readonly is: Partial<Account> }>([
    {
      name: "in the environment",
      env: { LUMINOUS_COMPANY: "acme", ...key },
      is: { baseUrl: acme, baseUrlFrom: "LUMINOUS_COMPANY", token },
    },
    {
      name: "in the job, with the token from outside",
      job: { company: "acme" },
      env: key,
      is: { baseUrl: acme, baseUrlFrom: "api.company in import.yaml", token },
    },
    {
      name: "as an address in the job",
      job: { baseUrl: "https://x.test/v1/" },
      env: key,
      is: { baseUrl: "https://x.test/v1", baseUrlFrom: "api.base_url in import.yaml" },
    },
    {
      name: "as an address in the environment, which replaces everything else",
      job: { company: "acme" },
      env: { ...key, LUMINOUS_COMPANY: "beta", LUMINOUS_BASE_URL: "https://x.test/v1" },
      is: { baseUrl: "https://x.test/v1", baseUrlFrom: "LUMINOUS_BASE_URL" },
    },
    {
      name: "in the vendor's default profile",
      files: vendorFiles,
      is: { baseUrl: acme, baseUrlFrom: 'the profile "main"', token },
    },
    { name: "in a profile by name", files: vendorFiles, profile: "stage", is: { baseUrl: beta, token: "stage-token" } },
    {
      name: "in a profile by name, whose token wins over the environment's",
      files: vendorFiles,
      profile: "stage",
      env: key,
      is: { token: "stage-token" },
    },
    {
      name: "with the environment's token before the default profile's",
      files: { ...vendorFiles, "credentials/main.key": "other" },
      env: key,
      is: { baseUrl: acme, token },
    },
    {
      name: "with a token file before everything else",
      files: vendorFiles,
      profile: "stage",
      env: key,
      tokenFile: "from-file\n",
      is: { baseUrl: beta, token: "from-file" },
    },
    {
      name: "when job and environment agree but for case",
      job: { company: "Acme" },
      env: { LUMINOUS_COMPANY: "acme", ...key },
      is: { baseUrl: acme },
    },
    {
      name: "when blank variables stand for nothing",
      job: { company: "acme" },
      env: { LUMINOUS_COMPANY: " ", LUMINOUS_BASE_URL: "", ...key },
      is: { baseUrl: acme },
    },
    {
      name: "with white space around the token taken off",
      env: { LUMINOUS_COMPANY: "acme", LUMINOUS_API_KEY: ` ${token}\r\n` },
      is: { token },
    },
  ])("$name", async ({ is, ...given }) => {
    expect(await resolveIn(given)).toMatchObject(is);
  });

  it("by its address alone where no token is needed", async () => {
    const sources = { env: { LUMINOUS_COMPANY: "acme", XDG_CONFIG_HOME: "/nonexistent" }, home: "/nonexistent-home" };
    expect(await resolveAddress({ company: undefined, baseUrl: undefined, file }, sources)).toEqual({
      baseUrl: acme,
      baseUrlFrom: "LUMINOUS_COMPANY",
    });
  });
});

describe("an account is refused", () => {
  test.each<Case & { readonly name: string; readonly code: string; readonly says: string; readonly hint: string }>([
    {
      name: "when nobody names one",
      env: key,
      code: "NO_TOKEN",
      says: "no account is named",
      hint: "LUMINOUS_COMPANY",
    },
    {
      name: "without a token",
      env: { LUMINOUS_COMPANY: "acme" },
      code: "NO_TOKEN",
      says: "no API token was found",
      hint: "LUMINOUS_API_KEY",
    },
    {
      name: "when job and environment disagree",
      job: { company: "acme" },
      env: { LUMINOUS_COMPANY: "beta", ...key },
      code: "USAGE",
      says: 'api.company in import.yaml says "acme", LUMINOUS_COMPANY says "beta"',
      hint: "agree",
    },
    {
      name: "when job and a profile by name disagree",
      job: { company: "acme" },
      files: vendorFiles,
      profile: "stage",
      code: "USAGE",
      says: 'api.company in import.yaml says "acme", the profile "stage" says "beta"',
      hint: "agree",
    },
    {
      name: "when the only token is of another company's default profile",
      job: { company: "beta" },
      files: vendorFiles,
      code: "NO_TOKEN",
      says: 'api.company in import.yaml says "beta", and the only token found is of the profile "main", for "acme"',
      hint: "--profile",
    },
    {
      name: "for a profile that is not there",
      files: vendorFiles,
      profile: "stagee",
      env: key,
      code: "NO_TOKEN",
      says: "--profile: no such profile in",
      hint: "main, stage",
    },
    {
      name: "for a profile without the vendor's files",
      profile: "main",
      env: key,
      code: "NO_TOKEN",
      says: "--profile: no such profile: ",
      hint: "luminous auth login",
    },
    {
      name: "for a profile without a key file",
      files: { "config.toml": vendorFiles["config.toml"] },
      code: "NO_TOKEN",
      says: 'the profile "main" has no key file',
      hint: "LUMINOUS_API_KEY",
    },
    {
      name: "for a config file that is no TOML",
      files: { "config.toml": "= x" },
      code: "NO_TOKEN",
      says: "is not valid TOML",
      hint: "LUMINOUS_COMPANY",
    },
    {
      name: "for a config file of another shape",
      files: { "config.toml": "profiles = 3" },
      code: "NO_TOKEN",
      says: "is not understood",
      hint: "LUMINOUS_COMPANY",
    },
    {
      name: "for a company that is an address",
      env: { LUMINOUS_COMPANY: "acme.joinluminous.com", ...key },
      code: "USAGE",
      says: '"acme.joinluminous.com" is not a company name',
      hint: "LUMINOUS_BASE_URL",
    },
    {
      name: "for a token with a space in it",
      env: { LUMINOUS_COMPANY: "acme", LUMINOUS_API_KEY: "s3cr3t and more" },
      code: "NO_TOKEN",
      says: "LUMINOUS_API_KEY holds no usable token",
      hint: "one line",
    },
    {
      name: "for an empty token file",
      env: { LUMINOUS_COMPANY: "acme" },
      tokenFile: "\n",
      code: "NO_TOKEN",
      says: "--token-file holds no usable token",
      hint: "one line",
    },
    {
      name: "for a token file of several lines",
      env: { LUMINOUS_COMPANY: "acme" },
      tokenFile: "s3cr3t\nmore\n",
      code: "NO_TOKEN",
      says: "--token-file holds no usable token",
      hint: "one line",
    },
  ])("$name", async ({ code, says, hint, name: _, ...given }) => {
    const error = await refusalOf(given);
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(error.hint).toContain(hint);
  });

  it("for a token file that is there and cannot be read, naming it", async () => {
    const job = { company: "acme", baseUrl: undefined, file };
    const sources = { env: {}, home: "/nonexistent-home", tokenFile: tmpdir() };
    await expect(resolveAccount(job, sources)).rejects.toMatchObject({
      code: "NO_TOKEN",
      message: `--token-file: ${tmpdir()} cannot be read (EISDIR)`,
    });
  });
});

describe("a token in the wrong place", () => {
  const pasted = "12|s3cr3tT0kenOfTheAcc0unt";
  const files = {
    "import.yaml": "version: 1\ninputs: [{ name: a, file: a.csv, mapping: m.yaml }]\n",
    "m.yaml": "version: 1\nresource: products\nfields: { sku: SKU, name: SKU }\n",
    "a.csv": "SKU\nCUP\n",
    "config/luminous/config.toml": vendorFiles["config.toml"],
  };
  const jobWith = (line: string) => ({ "import.yaml": `${files["import.yaml"]}${line}\n` });

  test.each<{
    readonly where: string;
    readonly argv?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly files?: Files;
  }>([
    { where: "--token-file", argv: ["run", "import.yaml", "--token-file", pasted] },
    { where: "--token-file, below a file", argv: ["run", "import.yaml", "--token-file", `a.csv/${pasted}`] },
    { where: "--token-file, far too long", argv: ["run", "import.yaml", "--token-file", pasted.repeat(200)] },
    { where: "--profile", argv: ["run", "import.yaml", "--profile", pasted] },
    {
      where: "--profile without any",
      argv: ["run", "import.yaml", "--profile", pasted],
      env: { XDG_CONFIG_HOME: "/none" },
    },
    { where: "--profile of init", argv: ["init", "a.csv", "--profile", pasted, "--out", "there"] },
    { where: "--token", argv: ["run", "import.yaml", "--token", pasted] },
    { where: "--api-kye=", argv: ["run", "import.yaml", `--api-kye=${pasted}`] },
    { where: "the command", argv: [pasted] },
    { where: "the job", argv: ["run", pasted] },
    { where: "the job of explain", argv: ["explain", pasted, "CUP"] },
    { where: "--limit", argv: ["run", "import.yaml", "--limit", pasted] },
    { where: "--verify", argv: ["audit", "import.yaml", "--verify", pasted] },
    { where: "--input", argv: ["run", "import.yaml", "--input", pasted] },
    { where: "LUMINOUS_COMPANY", env: { LUMINOUS_COMPANY: pasted } },
    {
      where: "LUMINOUS_COMPANY, when it could be a name",
      env: { LUMINOUS_COMPANY: "s3cr3tname", LUMINOUS_API_KEY: "s3cr3tname" },
    },
    {
      where: "LUMINOUS_COMPANY beside another",
      env: { LUMINOUS_COMPANY: pasted },
      files: jobWith("api: { company: acme }"),
    },
    { where: "LUMINOUS_BASE_URL", env: { LUMINOUS_BASE_URL: pasted } },
    { where: "LUMINOUS_BASE_URL as user", env: { LUMINOUS_BASE_URL: `https://${pasted}@acme.example/v1` } },
    { where: "LUMINOUS_BASE_URL as query", env: { LUMINOUS_BASE_URL: `https://acme.example/v1?key=${pasted}` } },
    { where: "HTTPS_PROXY", env: { LUMINOUS_COMPANY: "acme", HTTPS_PROXY: `socks5://me:${pasted}@proxy:1` } },
    { where: "the job as token", files: jobWith(`token: "${pasted}"`) },
    { where: "the job as api", files: jobWith(`api: "${pasted}"`) },
    { where: "the job as a key of api", files: jobWith(`api: { "${pasted}": 1 }`) },
    { where: "the job as api.company", files: jobWith(`api: { company: "${pasted}" }`) },
    { where: "the job as api.base_url", files: jobWith(`api: { base_url: "https://me:${pasted}@acme.example" }`) },
    { where: "the job as a limit", files: jobWith(`limits: { concurrency: "${pasted}" }`) },
    { where: "the job as an anchor", files: jobWith(`state: *${pasted}`) },
    { where: "the job, alone", files: { "import.yaml": pasted } },
  ])("$where, is not shown", async ({ argv = ["run", "import.yaml"], env = {}, files: other = {} }) => {
    await using folder = await jobFolder({ ...files, ...other });
    const account = { XDG_CONFIG_HOME: join(folder.path, "config"), LUMINOUS_API_KEY: "another" };
    const { exitCode, stdout, stderr } = await command(argv, { cwd: folder.path, env: { ...account, ...env } });
    expect(exitCode).toBe(2);
    expect(stderr).not.toBe("");
    expect(stdout + stderr).not.toMatch(/s3cr3t/i);
    expect(await readdir(folder.path)).not.toContain("there");
  });
});

describe("NODE_TLS_REJECT_UNAUTHORIZED=0", () => {
  const open = { ...key, NODE_TLS_REJECT_UNAUTHORIZED: "0" };

  it("is refused, with what to do instead", async () => {
    const error = await refusalOf({ env: { ...open, LUMINOUS_COMPANY: "acme" } });
    expect(error.code).toBe("USAGE");
    expect(error.message).toContain("NODE_TLS_REJECT_UNAUTHORIZED=0");
    expect(error.hint).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("ends a run with exit code 2 before anything else, and a doctor's too", async () => {
    await using folder = await jobFolder({
      "import.yaml": "version: 1\napi: { company: acme }\ninputs: [{ name: a, file: a.csv, mapping: m.yaml }]\n",
      "m.yaml": "version: 1\nresource: products\nfields: { sku: SKU, name: SKU }\n",
      "a.csv": "SKU\nCUP\n",
    });
    const run = await command(["run", "import.yaml"], { cwd: folder.path, env: open });
    expect([run.exitCode, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain("NODE_EXTRA_CA_CERTS");
    const doctor = await command(["doctor", "import.yaml"], { cwd: folder.path, env: open });
    expect(doctor.exitCode).toBe(2);
    expect(doctor.stdout).toContain("NODE_EXTRA_CA_CERTS");
  });

  test.each(["http://127.0.0.1:4010/v1", "https://localhost:4010/v1", "https://[::1]:4010/v1"])(
    "means nothing at %s",
    async (address) => {
      expect((await resolveIn({ env: { ...open, LUMINOUS_BASE_URL: address } })).baseUrl).toBe(address);
    },
  );

  test.each(["1", "", "false"])("is not %j: Node checks then", async (value) => {
    const env = { ...key, LUMINOUS_COMPANY: "acme", NODE_TLS_REJECT_UNAUTHORIZED: value };
    expect((await resolveIn({ env })).baseUrl).toBe(acme);
  });
});

describe("an address", () => {
  test.each([
    "http://localhost:4010/v1",
    "http://127.0.0.1:4010/v1",
    "http://127.8.9.10/v1",
    "http://[::1]:4010/v1",
    "https://acme.example/v1",
  ])("may be %s", async (address) => {
    expect((await resolveIn({ env: { ...key, LUMINOUS_BASE_URL: address } })).baseUrl).toBe(address);
  });

  test.each([
    { address: "http://acme.example/v1", says: "plain http is for this machine only" },
    { address: "http://localhost.example/v1", says: "plain http is for this machine only" },
    { address: "http://127.0.0.1.example/v1", says: "plain http is for this machine only" },
    { address: "http://10.0.0.1/v1", says: "plain http is for this machine only" },
    { address: "ftp://acme.example/v1", says: "is not a web address" },
    { address: "acme", says: "is not a web address" },
    { address: "https://me:s3cr3t@acme.example/v1", says: "no user, password, query or fragment" },
    { address: "ftp://me:s3cr3t@acme.example/v1", says: "no user, password, query or fragment" },
    { address: "me:s3cr3t@acme.example", says: "no user, password, query or fragment" },
    { address: "https://acme.example/v1?token=s3cr3t", says: "no user, password, query or fragment" },
    { address: "https://acme.example/v1#s3cr3t", says: "no user, password, query or fragment" },
  ])("may not be $address", async ({ address, says }) => {
    for (const given of [{ env: { ...key, LUMINOUS_BASE_URL: address } }, { env: key, job: { baseUrl: address } }]) {
      const error = await refusalOf(given);
      expect(error.code).toBe("USAGE");
      expect(error.message).toContain(says);
    }
  });
});
