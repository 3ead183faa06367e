// A PostgreSQL for the tests of one file: the one that LUMINOUS_TEST_POSTGRES names, or one that is started here, in a temporary
// folder and on loopback, from what is installed. Where there is none, tests that need it are skipped and say why.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { LedgerChoice } from "../../../src/ledger/postgres/open-ledger.ts";
import { schemaName } from "../../../src/ledger/postgres/storage/account-schema.ts";

/** A server that tests may use; whoever starts it disposes it. */
export interface TestServer extends AsyncDisposable {
  /** `postgres://user@127.0.0.1:port/postgres`. */
  readonly url: string;
  /** Ends it at once, with what it has not written to its log yet, and starts it again. Undefined for one that others have started. */
  readonly crash?: () => Promise<void>;
  /** Ends it, at once or as an administrator does, and starts it again after so long. Undefined for one that others have started. */
  readonly away?: (ms: number, how: "at once" | "in order") => Promise<void>;
}

/** A ledger that no other test has; disposing it removes its schema and its lease. */
export interface TestAccount extends AsyncDisposable {
  readonly choice: Pick<LedgerChoice, "url" | "baseUrl">;
}

/** Starts a server; in words, why there is none. */
export async function startServer(): Promise<TestServer | string> {
  const named = process.env.LUMINOUS_TEST_POSTGRES;
  if (named !== undefined && named !== "") return { url: named, [Symbol.asyncDispose]: async () => {} };
  const bin = installedIn();
  if (bin === undefined) return "no PostgreSQL is installed, and LUMINOUS_TEST_POSTGRES names none";
  const owner = ownerOfServers();
  if (owner === undefined) return "PostgreSQL does not run as root, and there is no user postgres or nobody";
  const folder = mkdtempSync(join(tmpdir(), "postgres-test-"));
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const cluster = join(folder, "cluster");
  const settings = ["--no-sync", "--auth=trust", "--username=tester", "--encoding=UTF8", "--locale=C.UTF-8"];
  try {
    execFileSync(join(bin, "initdb"), ["-D", cluster, ...settings], { ...owner, cwd: folder, stdio: "pipe" });
    const port = await freePort();
    const url = `postgres://tester@127.0.0.1:${port}/postgres`;
    const start = async () => {
      const settings = ["-D", cluster, "-p", `${port}`, "-k", folder, "-h", "127.0.0.1", "-F"];
      const started = spawn(join(bin, "postgres"), settings, { ...owner, cwd: folder, stdio: "ignore" });
      await answering(url, started).catch(async (error) => {
        await stopped(started);
        throw error;
      });
      return started;
    };
    let server = await start();
    return {
      url,
      async crash() {
        await stopped(server);
        server = await start();
      },
      async away(ms, how) {
        await stopped(server, how === "at once" ? "SIGQUIT" : "SIGINT");
        await new Promise((resolve) => setTimeout(resolve, ms));
        server = await start();
      },
      async [Symbol.asyncDispose]() {
        await stopped(server);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

let accounts = 0;

/** An account whose ledger is not there yet. */
export function newAccount(url: string): TestAccount {
  accounts += 1;
  const baseUrl = `http://127.0.0.1:4010/external/api/v${process.pid}.${Date.now()}.${accounts}`;
  return {
    choice: { url, baseUrl },
    [Symbol.asyncDispose]: () =>
      asTester(url, `drop schema if exists "${schemaName(baseUrl)}" cascade; ${forget(baseUrl)}`),
  };
}

function forget(baseUrl: string): string {
  return `do $$ begin
    if to_regclass('luminous_import.accounts') is not null then
      execute (select coalesce(string_agg(format('drop schema if exists luminous_import_work_%s cascade', id), ';'), '')
        from luminous_import.accounts where base_url = '${baseUrl}');
      delete from luminous_import.fences where account in (select id from luminous_import.accounts where base_url = '${baseUrl}');
      delete from luminous_import.accounts where base_url = '${baseUrl}';
    end if;
  end $$`;
}

/** Runs a statement on a connection of its own. */
export async function asTester(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function installedIn(): string | undefined {
  const parent = "/usr/lib/postgresql";
  const versions = existsSync(parent) ? readdirSync(parent).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(parent, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => ["initdb", "postgres"].every((program) => existsSync(join(folder, program))));
}

/** Who a server has to run as: PostgreSQL refuses root. */
function ownerOfServers(): { readonly uid?: number; readonly gid?: number } | undefined {
  if (process.geteuid?.() !== 0) return {};
  for (const user of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, user], { stdio: "pipe" })));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // There is no such user.
    }
  }
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null)
      throw new Error(`PostgreSQL ended with exit code ${server.exitCode} before it answered`);
    try {
      return await asTester(url, "select 1");
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("PostgreSQL does not answer");
}

/** Ends the server: as a crash would, writing nothing more, unless said. */
async function stopped(server: ChildProcess, signal: "SIGQUIT" | "SIGINT" = "SIGQUIT"): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await ended;
}
