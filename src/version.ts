// The version of this package, from package.json, which stands one folder up from both src/ and dist/.
import { readFileSync } from "node:fs";
import { z } from "zod";

/** Such as `0.1.0`. */
export const version = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))).version;
