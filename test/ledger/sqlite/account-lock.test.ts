// The lock of an account lies where every user of the machine can put something: what is not proven to be ours is left alone.
import { chmod, lchown, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { ensurePrivateFile, isForeignLink, makePrivateFolder, whyNotOurs } from "../../../src/disk/private-files.ts";
import { lockAccount, lockState } from "../../../src/ledger/sqlite/lock.ts";
import { openLedger } from "../../../src/ledger/sqlite/open-ledger.ts";
import { ledgerPath } from "../../../src/ledger/sqlite/storage/ledger-file.ts";
import { scratchFolder } from "../scratch-folder.ts";

const baseUrl = "https://acme.example/external/api/v1";
const account = basename(ledgerPath("", baseUrl), ".db");
const uid = process.geteuid?.() ?? 0;
const isRoot = uid === 0;
const somebodyElse = 65_534;

interface Place extends AsyncDisposable {
  readonly folder: string;
  /** As /var/tmp is. */
  readonly common: string;
  /** The folder there that should be this user's. */
  readonly own: string;
  readonly state: string;
  /** A file of whoever runs the program. */
  readonly precious: string;
}

async function commonPlace(): Promise<Place> {
  const scratch = await scratchFolder();
  const [common = "", state = "", precious = ""] = ["common", "state", "precious"].map((name) =>
    join(scratch.folder, name),
  );
  await mkdir(common);
  await chmod(common, 0o1777);
  await writeFile(precious, "mine");
  return { ...scratch, common, state, precious, own: join(common, `luminous-import-${uid}`) };
}

/** Only root can make something belong to somebody else; for others it is open to everybody instead, which is as bad. */
async function givenAway(path: string): Promise<void> {
  if (isRoot) await lchown(path, somebodyElse, somebodyElse);
  else await chmod(path, 0o777);
}

describe("the lock of an account", () => {
  it("lies in a folder of this user's own, where nobody else gets in", async () => {
    await using place = await commonPlace();
    await using lock = await lockAccount(baseUrl, place.state, place.common);
    expect(lock.warning).toBeUndefined();
    expect(await readdir(join(place.own, account))).toEqual(expect.arrayContaining(["lock.db", "lock.json"]));
    expect(whyNotOurs(place.own)).toBeUndefined();
  });

  test.each<{
    readonly what: string;
    readonly plant: (place: Place) => Promise<void>;
    readonly why: RegExp;
  }>([
    {
      what: "another user's, with links to this user's files",
      async plant({ own, precious }) {
        await mkdir(join(own, account), { recursive: true });
        for (const name of ["lock.json.new", "lock.json", "lock.db"]) await symlink(precious, join(own, account, name));
        await givenAway(join(own, account));
        await givenAway(own);
      },
      why: isRoot ? /belongs to another user/ : /can be entered by others \(mode 777\)/,
    },
    {
      what: "a link to a folder of this user",
      async plant({ own, folder, precious }) {
        const target = join(folder, "target", account);
        await mkdir(target, { recursive: true });
        await symlink(precious, join(target, "lock.json.new"));
        await symlink(join(folder, "target"), own);
      },
      why: /is a link/,
    },
    { what: "a link to nothing", plant: ({ own, folder }) => symlink(join(folder, "nowhere"), own), why: /is a link/ },
    { what: "a file", plant: ({ own }) => writeFile(own, ""), why: /is not a folder/ },
    {
      what: "open to others",
      async plant({ own }) {
        await mkdir(own);
        await chmod(own, 0o750);
      },
      why: /can be entered by others \(mode 750\)/,
    },
    {
      what: "where others can replace it",
      plant: ({ common }) => chmod(common, 0o777),
      why: /is where others could replace it/,
    },
    {
      what: "where none can be made",
      plant: async ({ common }) => {
        await rm(common, { recursive: true });
        await writeFile(common, "");
      },
      why: /cannot be made \(ENOTDIR\)/,
    },
  ])("lies in the state folder, with a warning, where the common one is $what", async ({ plant, why }) => {
    await using place = await commonPlace();
    await plant(place);
    const before = await readdir(place.folder, { recursive: true });
    await using lock = await lockAccount(baseUrl, place.state, place.common);
    expect(lock.warning).toMatch(why);
    expect(lock.warning).toContain("Start no other job of this account until this one has ended");
    lock.name("20260101-run");
    expect(await readFile(place.precious, "utf8")).toBe("mine");
    const made = (await readdir(place.folder, { recursive: true })).filter((name) => !before.includes(name));
    expect(made.filter((name) => !/^(state|common\/luminous-import-\d+)(\/|$)/.test(name))).toEqual([]);
    expect(made).toContain(`state/accounts/${account}/lock.json`);
    // Those who share the state folder are kept apart as ever.
    await expect(lockAccount(baseUrl, place.state, place.common)).rejects.toMatchObject({ code: "STATE_LOCKED" });
  });

  it("is not where another user says it is, whoever asks", async () => {
    await using place = await commonPlace();
    await mkdir(place.own, { mode: 0o700 });
    expect(whyNotOurs(place.own, uid + 1)).toBe("belongs to another user");
  });
});

describe("a link in a state folder", () => {
  /** A link that somebody else made; who is not root asks as somebody else. */
  async function foreignLink(target: string, path: string): Promise<number | undefined> {
    await symlink(target, path);
    if (isRoot) await lchown(path, somebodyElse, somebodyElse);
    return isRoot ? undefined : uid + 1;
  }

  it("is foreign when another user made it, and none when this user or nobody did", async () => {
    await using place = await commonPlace();
    const [theirs = "", ours = "", none = ""] = ["theirs", "ours", "none"].map((name) => join(place.folder, name));
    const asked = await foreignLink(place.precious, theirs);
    await symlink(place.precious, ours);
    expect(isForeignLink(theirs, asked)).toBe(true);
    expect([isForeignLink(ours), isForeignLink(none), isForeignLink(place.precious)]).toEqual([false, false, false]);
  });

  it.each(["lock.db", "."])("at %s is followed when this user made it, and refused when another did", async (at) => {
    await using place = await commonPlace();
    const target = join(place.folder, "target");
    if (at === ".") {
      await mkdir(target);
      await symlink(target, place.state);
    } else {
      await mkdir(place.state);
      await symlink(target, join(place.state, at));
    }
    {
      await using _followed = await lockState(place.state);
    }
    if (!isRoot) return; // nobody else can make a link that is another's
    await rm(target, { recursive: true });
    await lchown(join(place.state, at).replace(/\/\.?$/, ""), somebodyElse, somebodyElse);
    await expect(lockState(place.state)).rejects.toMatchObject({
      code: "STATE_UNUSABLE",
      message: expect.stringContaining("is a link that another user made"),
    });
    expect(await readdir(place.folder)).not.toContain("target");
  });

  it("under the name of a ledger that is being made is removed", async () => {
    await using place = await commonPlace();
    const file = ledgerPath(place.state, baseUrl);
    await mkdir(join(place.state, "ledgers"), { recursive: true });
    for (const name of [`${file}.new`, `${file}.new-wal`]) await symlink(place.precious, name);
    await using _ledger = await openLedger({ folder: place.state, baseUrl, mode: "write" });
    expect(await readFile(place.precious, "utf8")).toBe("mine");
  });
});

describe("a private folder", () => {
  it("that is there stays as it is, and one that cannot be made is an error, not an endless try", async () => {
    await using place = await commonPlace();
    makePrivateFolder(place.common);
    makePrivateFolder(join(place.folder, "a/b/c"));
    expect(await readdir(join(place.folder, "a/b"))).toEqual(["c"]);
    expect(() => makePrivateFolder(join(place.precious, "x"))).toThrow(/ENOTDIR|EEXIST/);
    await symlink(join(place.folder, "nowhere"), join(place.folder, "dangling"));
    expect(() => makePrivateFolder(join(place.folder, "dangling/x"))).toThrow();
  });

  it("holds files that are made once and never emptied", async () => {
    await using place = await commonPlace();
    ensurePrivateFile(place.precious);
    expect(await readFile(place.precious, "utf8")).toBe("mine");
  });
});
