// The tokens of a worker: each goes to the account that it is meant for, and to no other.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tokenVariable, workerAccounts } from "../../src/cli/world/worker-accounts.ts";
import type { CommandWorld } from "../../src/cli/world/world.ts";

const acme = "https://acme.api.joinluminous.com/external/api/v1";
const other = "https://other.api.joinluminous.com/external/api/v1";

function worldWith(env: Readonly<Record<string, string>>): {
  readonly world: CommandWorld;
  readonly secrets: string[];
} {
  const secrets: string[] = [];
  const world = { env, home: "/nowhere", keepSecret: (secret: string) => void secrets.push(secret) };
  return { world: world as unknown as CommandWorld, secrets };
}

describe("a worker's token", () => {
  it("is in a variable that names its host, and no two hosts have the same", async () => {
    expect(tokenVariable(acme)).toBe("LUMINOUS_API_KEY_ACME_API_JOINLUMINOUS_COM");
    expect(tokenVariable("https://a-b.example/x")).not.toBe(tokenVariable("https://a.b.example/x"));
    const { world, secrets } = worldWith({ LUMINOUS_API_KEY_ACME_API_JOINLUMINOUS_COM: " secret-1 " });
    const accountOf = workerAccounts(world, undefined);
    expect(await accountOf(acme)).toMatchObject({ baseUrl: acme, token: "secret-1" });
    expect(await accountOf(other)).toBeUndefined();
    expect(secrets).toEqual(["secret-1"]);
  });

  it("in LUMINOUS_API_KEY goes to the account that stands beside it alone, and nowhere without one", async () => {
    const named = workerAccounts(
      worldWith({ LUMINOUS_API_KEY: "secret-2", LUMINOUS_COMPANY: "acme" }).world,
      undefined,
    );
    expect(await named(acme)).toMatchObject({ token: "secret-2" });
    expect(await named(other)).toBeUndefined();
    const nameless = workerAccounts(worldWith({ LUMINOUS_API_KEY: "secret-2" }).world, undefined);
    expect(await nameless(acme)).toBeUndefined();
  });

  it("is in a file of the folder of secrets, which is read each time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "luminous-import-secrets-"));
    try {
      const accountOf = workerAccounts(worldWith({}).world, folder);
      expect(await accountOf(acme)).toBeUndefined();
      await writeFile(join(folder, "acme.api.joinluminous.com"), "secret-3\n");
      expect(await accountOf(acme)).toMatchObject({ token: "secret-3" });
      await writeFile(join(folder, "acme.api.joinluminous.com"), "two words\n");
      await expect(accountOf(acme)).rejects.toMatchObject({ code: "NO_TOKEN" });
      await mkdir(join(folder, "other.api.joinluminous.com"));
      await expect(accountOf(other)).rejects.toMatchObject({ code: "NO_TOKEN" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("never travels in the clear, whatever address the database names", async () => {
    const plain = "http://acme.api.joinluminous.com/external/api/v1";
    const { world } = worldWith({ LUMINOUS_API_KEY_ACME_API_JOINLUMINOUS_COM: "secret-4" });
    await expect(workerAccounts(world, undefined)(plain)).rejects.toMatchObject({ code: "USAGE" });
  });
});
