// The ledgers of released versions under fixtures/ledgers, put where a program would find them, and an account that holds
// what theirs held. How they were made: fixtures/ledgers/make.ts.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Database } from "../../../src/ledger/sqlite/storage/database.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import type { JsonObject } from "../../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../../src/sandbox/server.ts";
import type { SandboxOptions } from "../../../src/sandbox/world/options.ts";
import { value as firstValue } from "./values.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/ledgers");

/** What stands in the fixtures where a ledger names its machine. */
export const neutral = { folder: "/srv/legacy", baseUrl: "http://127.0.0.1:4010/external/api/v1" } as const;

/** What an account holds that an import made. */
export const heldResources = ["channels", "products", "sales_orders"] as const;

/** The versions that have a ledger: `[2]`. */
export async function oldVersions(): Promise<readonly number[]> {
  const names = await readdir(fixtures);
  return names
    .flatMap((name) => /^v(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** A job's folder with an old ledger in its state folder. */
export interface OldFolder extends AsyncDisposable {
  readonly path: string;
  readonly state: string;
  readonly ledger: string;
  /** One value out of the ledger, without the program. */
  value(sql: string): unknown;
}

/** The job of the fixtures, in a folder of its own unless one is given, with the ledger of this version as one of the account at `baseUrl`. */
export async function oldFolder(version: number, baseUrl: string, given?: string): Promise<OldFolder> {
  const path = given ?? (await mkdtemp(join(tmpdir(), "luminous-import-old-")));
  const state = join(path, ".luminous-import");
  const ledger = ledgerPath(state, baseUrl);
  await cp(join(fixtures, "job"), path, { recursive: true });
  await cp(join(fixtures, `v${version}`, "runs"), join(state, "runs"), { recursive: true });
  await mkdir(dirname(ledger), { recursive: true });
  await writeFile(ledger, gunzipSync(await readFile(join(fixtures, `v${version}`, "ledger.db.gz"))), { mode: 0o600 });
  const database = new Database(ledger, "write");
  replaceTexts(database, [
    [neutral.folder, path],
    [neutral.baseUrl, baseUrl],
  ]);
  database.close();
  return {
    path,
    state,
    ledger,
    value(sql) {
      const reader = new Database(ledger, "read");
      try {
        return firstValue(reader, sql);
      } finally {
        reader.close();
      }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** An account that holds what the one of this version's ledger held when its program was killed, under the same ids. */
export async function accountOf(version: number, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ duplicates: "accept", ...options });
  const held = JSON.parse(await readFile(join(fixtures, `v${version}`, "held.json"), "utf8")) as Held;
  for (const resource of heldResources) {
    for (const { id, received } of held[resource]) {
      for (const [index, body] of received.entries()) {
        const path = `${resource.replace("_", "-")}${index === 0 ? "" : `/${id}`}`;
        const answer = await fetch(`${sandbox.url}/${path}`, {
          method: index > 0 && resource === "channels" ? "PUT" : "POST",
          headers: { authorization: "Bearer sandbox", "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${path} of version ${version} is refused: ${await answer.text()}`);
      }
      if (sandbox.records(resource).at(-1)?.id !== id) throw new Error(`${resource} ${id} got another id`);
    }
  }
  return sandbox;
}

type Held = Readonly<
  Record<(typeof heldResources)[number], readonly { readonly id: number; readonly received: readonly JsonObject[] }[]>
>;

/** Replaces texts wherever they stand in a database. */
export function replaceTexts(database: Database, texts: readonly (readonly [from: string, to: string])[]): void {
  const columns = database
    .prepare<{ table: string; column: string }>(
      `select t.name "table", c.name "column" from pragma_table_list t join pragma_table_info(t.name) c
        where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%' and c.type = 'TEXT'`,
    )
    .all();
  for (const { table, column } of columns) {
    for (const [from, to] of texts) {
      database
        .prepare(`update "${table}" set "${column}" = replace("${column}", ?, ?) where instr("${column}", ?) > 0`)
        .run(from, to, from);
    }
  }
}
