// Accepted entries are read back and compared with what was sent, over real HTTP.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import type { Verification } from "../../src/audit/verify.ts";
import { loadJob } from "../../src/job/job.ts";
import { systemClock } from "../../src/model/clock.ts";
import { auditText } from "../../src/report/audit-text.ts";
import { run } from "../../src/run/run.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { errorOf, type JobFolder } from "../staging/job-folder.ts";
import { accountAt, auditedFiles, type Copy, copyOf, ranJob } from "./audited.ts";

let sandbox: Sandbox;
let original: JobFolder;
beforeAll(async () => {
  sandbox = await startSandbox();
  original = await ranJob(sandbox);
});
afterAll(async () => {
  await original[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

async function verified(
  copy: Pick<Copy, "path" | "job">,
  at: Sandbox = sandbox,
  more: Parameters<typeof audited>[2] = {},
): Promise<Verification & { readonly exitCode: number }> {
  const { exitCode, verification } = await audited(copy, at, more);
  if (verification === undefined) throw new Error("nothing was verified");
  return { ...verification, exitCode };
}

async function audited(
  { path, job }: Pick<Copy, "path" | "job">,
  at: Sandbox = sandbox,
  more: { readonly count?: number | "all"; readonly token?: string } = {},
) {
  const { limits } = await loadJob("import.yaml", { cwd: path });
  const never = new AbortController().signal;
  return await audit(job, {
    baseUrl: at.url,
    verify: {
      count: more.count ?? "all",
      api: { ...accountAt(at), token: more.token ?? "sandbox" },
      limits,
      clock: systemClock,
      random: () => 0.5,
      stop: never,
      abort: never,
      onEvent: () => undefined,
    },
  });
}

const said = ({ findings }: Verification) =>
  findings.map(({ resource, key, message }) => `${resource} ${key}: ${message}`);

describe("what Luminous has", () => {
  it("is as it was sent, mapped again from the ledger's rows, with what replies do not show named once", async () => {
    await using copy = await copyOf(original.path);
    const result = await verified(copy);
    expect(said(result)).toEqual([]);
    expect(result).toMatchObject({ exitCode: 0, entries: 7, of: 7, compared: 7, differences: 0, notes: [] });
    expect(result.values).toBeGreaterThan(60);
    expect(result.notReadable).toEqual({ products: [], sales_orders: [] });
  });

  it("is read in part, spread over the run, at one request each", async () => {
    await using copy = await copyOf(original.path);
    const before = sandbox.counts().requests;
    expect(await verified(copy, sandbox, { count: 3 })).toMatchObject({ entries: 3, of: 7, compared: 3 });
    const reads = Object.entries(sandbox.counts().requests).map(([route, count]) => count - (before[route] ?? 0));
    expect(reads.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it("is named where it is something else, down to the field", async () => {
    await using own = await startSandbox();
    await using folder = await ranJob(own);
    await using copy = await copyOf(folder.path);
    await change(own, "A-1", {
      retail_price: 12,
      tags: ["iron"],
      custom_fields: { Origin: "SE" },
      supplier: { name: "X" },
    });
    await change(own, "A-2", { variants: [{ sku: "A-2-S", name: "A-2-S", retail_price: 8 }] });
    const result = await verified(copy, own);
    expect(said(result)).toEqual([
      'products A-1: supplier.name sent "Forge Ltd", Luminous has "X"',
      "products A-1: retail_price sent 12.5, Luminous has 12",
      'products A-1: tags sent ["iron","new"], Luminous has ["iron"]',
      'products A-1: custom_fields.Origin sent "DK", Luminous has "SE"',
      expect.stringMatching(/^products A-2: variants\[1\] sent \{.*"A-2-L".*\}, Luminous has nothing there$/),
    ]);
    expect(result.exitCode).toBe(3);
  });

  it("is what the last line goes by: no word that all holds where something differs", async () => {
    await using own = await startSandbox();
    await using folder = await ranJob(own);
    await using copy = await copyOf(folder.path);
    const lastLine = async () =>
      auditText(await audited(copy, own))
        .trimEnd()
        .split("\n")
        .at(-1);
    expect(await lastLine()).toBe("Every law holds.");
    await change(own, "A-1", { retail_price: 12 });
    expect(await lastLine()).toBe(
      "BROKEN: Luminous is not shown to have all that was sent (1 difference). The ledger's own laws hold.",
    );
  });

  it("is named where it is gone", async () => {
    await using copy = await copyOf(original.path);
    copy.sql(`update entries set remote_id = '987654' where key in (select id from keys where key = 'O-1');
      update accepted set remote_id = '987654' where key in (select id from keys where key = 'O-1')`);
    expect(said(await verified(copy))).toEqual(["sales_orders O-1: Luminous has no order with the id 987654 any more"]);
  });

  it("is compared with the newest accepted content only: an older run leaves out what a later one changed", async () => {
    await using own = await startSandbox();
    await using folder = await ranJob(own);
    await writeFile(join(folder.path, "products.csv"), auditedFiles["products.csv"].replace("A-6,Screw", "A-6,Bolt"));
    await run(await folder.loadJob(), { account: accountAt(own) });
    await using copy = await copyOf(folder.path);
    const newest = await verified(copy, own);
    expect([said(newest), newest.of]).toEqual([[], 7]);
  });
});

describe("what was sent and is no longer kept", () => {
  it("is not compared, and said so, when the mapping makes something else of the rows today", async () => {
    await using copy = await copyOf(original.path);
    const mapping = auditedFiles["products.yaml"].replace("value: Tools", "value: Things");
    await writeFile(join(original.path, "products.yaml"), mapping);
    try {
      const result = await verified(copy);
      expect(result).toMatchObject({ exitCode: 3, compared: 3, differences: 4 });
      expect(said(result)[0]).toBe(
        "products A-1: what was sent is no longer kept, and today's mapping (products.yaml) makes something else of these rows: not compared",
      );
      await rm(join(original.path, "products.yaml"));
      expect(said(await verified(copy))[0]).toContain(
        "products.yaml cannot be used: the mapping products.yaml cannot be read",
      );
    } finally {
      await writeFile(join(original.path, "products.yaml"), auditedFiles["products.yaml"]);
    }
  });

  it("needs no input file: one that changed or is gone is said", async () => {
    await using own = await startSandbox();
    await using folder = await ranJob(own);
    await using copy = await copyOf(folder.path);
    await rm(join(folder.path, "orders.json"));
    await writeFile(join(folder.path, "products.csv"), "sku,name\n");
    const result = await verified(copy, own);
    expect(result).toMatchObject({ exitCode: 0, compared: 7, differences: 0 });
    expect(result.notes).toEqual([
      "products.csv was changed after the run began; the rows that the run read were compared",
      "orders.json is gone now; its rows in the ledger were compared",
    ]);
  });
});

it("a refused account ends it", async () => {
  await using copy = await copyOf(original.path);
  expect(await errorOf(verified(copy, sandbox, { token: "wrong" }))).toMatchObject({ code: "ACCOUNT_REFUSED" });
});

async function change({ url }: Sandbox, sku: string, fields: object): Promise<void> {
  const headers = { authorization: "Bearer sandbox", "content-type": "application/json", accept: "application/json" };
  const found = (await (await fetch(`${url}/products?sku[eq]=${sku}`, { headers })).json()) as {
    data: { id: number }[];
  };
  const reply = await fetch(`${url}/products/${found.data[0]?.id}`, {
    method: "POST",
    headers,
    body: JSON.stringify({ sku, ...fields }),
  });
  if (!reply.ok) throw new Error(await reply.text());
}
