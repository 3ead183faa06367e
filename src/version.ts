// The version of this package, from its package.json: some folders up, in the sources and in every form they are built to.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** Such as `0.1.0`. */
export const version = readVersion(dirname(fileURLToPath(import.meta.url)));

function readVersion(folder: string): string {
  const file = join(folder, "package.json");
  if (existsSync(file)) return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, "utf8"))).version;
  return readVersion(dirname(folder));
}
