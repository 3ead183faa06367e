// This package's folder and version: its package.json stands some folders up, in the sources and in every form they are
// built to.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** The folder that holds `package.json`, `mappings/` and `schemas/`. */
export const packageFolder = findPackage(dirname(fileURLToPath(import.meta.url)));

const manifest = z
  .object({ version: z.string(), engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")));

/** Such as `0.2.0`. */
export const { version } = manifest;

/** The oldest Node that this runs on: `20.19`. */
export const leastNodeVersion = manifest.engines.node.replace(/^\D+/, "");

function findPackage(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("this program's package.json is gone: install the package again");
  return findPackage(parent);
}
