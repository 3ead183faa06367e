// The package as it is published: packed, and unpacked where a program that uses it finds it.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { repository } from "./program.ts";

const command = promisify(execFile);

/** A folder of somebody who installed the package; disposing it removes it. */
export interface Packed extends AsyncDisposable {
  readonly tarball: Uint8Array;
  /** What is in the tarball, relative to the package. */
  readonly files: readonly string[];
  /** Has a `node_modules` with the package and what it depends on; its own modules are ES modules. */
  readonly folder: string;
  /** Where the package lies in it. */
  readonly packageFolder: string;
}

const packReport = z
  .array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
  .length(1);
const packages = z.record(z.string(), z.string()).default({});
const manifest = z.object({ dependencies: packages, optionalDependencies: packages });

/** Packs what is built, and installs it. Nothing is fetched: what it depends on is taken from the repository. */
export async function openPacked(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-packed-"));
  const packageFolder = join(folder, "node_modules/luminous-import");
  await mkdir(packageFolder, { recursive: true });
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await command("npm", pack, { cwd: repository, maxBuffer: 16 * 1024 * 1024 });
  const [packed] = packReport.parse(JSON.parse(stdout));
  if (packed === undefined) throw new Error("npm packed nothing");
  const path = join(folder, packed.filename);
  await command("tar", ["-xzf", path, "-C", packageFolder, "--strip-components=1"]);
  const { dependencies, optionalDependencies } = manifest.parse(
    JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")),
  );
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), "@types/node"]) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(repository, "node_modules", name), link);
  }
  await writeFile(join(folder, "package.json"), `{ "type": "module" }\n`);
  return {
    tarball: await readFile(path),
    files: packed.files.map((file) => file.path).sort(),
    folder,
    packageFolder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
