// The exports that `init` is measured on, each with the mapping of somebody who knows: the fixtures of the shipped mappings,
// and the corpus in fixtures/init. A folder of the corpus has one export and `expert.yaml`, or several and `import.yaml`. Folders
// like these may lie outside the project too: exports that are somebody's own.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stringify } from "yaml";

/** Exports, and the job of an expert over them. */
export interface InitCase {
  readonly name: string;
  readonly folder: string;
  readonly job: string;
  /** `shipped`: a fixture of a shipped mapping. `held`: of the corpus, and never looked at while `init` is tuned. */
  readonly part: "shipped" | "corpus" | "held" | "outside";
}

const fixtures = resolve(import.meta.dirname, "../../fixtures");

/** Chosen before `init` was tuned on the others; another ten would be as good. */
const heldOut: readonly string[] = [
  "dutch-orders",
  "generic-json-items",
  "italian-listino",
  "netsuite-main-line",
  "orders-tax-included",
  "shipstation-orders",
  "shopify-orders-rest",
  "variants-blank-id",
  "woocommerce-orders-plugin",
  "zoho-items",
];

/** All cases, shipped ones first. Jobs that nobody wrote go into `scratch`. */
export async function readCases(scratch: string): Promise<readonly InitCase[]> {
  const shipped = await foldersWith(fixtures, "import.yaml");
  const corpus = join(fixtures, "init");
  const own = await readdir(corpus);
  return [
    ...shipped
      .filter((name) => name !== "demo")
      .map((name) => ({
        name,
        folder: join(fixtures, name),
        job: join(fixtures, name, "import.yaml"),
        part: "shipped" as const,
      })),
    ...(await Promise.all(
      own.sort().map(async (name) => ({
        name,
        folder: join(corpus, name),
        job: await jobOf(join(corpus, name), scratch),
        part: heldOut.includes(name) ? ("held" as const) : ("corpus" as const),
      })),
    )),
  ];
}

/** The cases in a folder that is not the project's, each in a folder of its own. */
export async function readOutsideCases(outside: string, scratch: string): Promise<readonly InitCase[]> {
  const names = [
    ...new Set([...(await foldersWith(outside, "expert.yaml")), ...(await foldersWith(outside, "import.yaml"))]),
  ];
  return Promise.all(
    names.sort().map(async (name) => ({
      name,
      folder: join(outside, name),
      job: await jobOf(join(outside, name), scratch),
      part: "outside" as const,
    })),
  );
}

async function foldersWith(folder: string, file: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => existsSync(join(folder, name, file))).sort();
}

/** The expert's job; where only the mapping is written, the one export that lies beside it is its file. */
async function jobOf(folder: string, scratch: string): Promise<string> {
  const written = join(folder, "import.yaml");
  if (existsSync(written)) return written;
  const [file, ...others] = (await readdir(folder)).filter((name) => !name.endsWith(".yaml"));
  if (file === undefined || others.length > 0) throw new Error(`${folder}: one export and expert.yaml, or import.yaml`);
  const job = join(await mkdtemp(join(scratch, "job-")), "import.yaml");
  const input = { name: "export", file: join(folder, file), mapping: join(folder, "expert.yaml") };
  await writeFile(job, stringify({ version: 1, channel: { label: "Legacy" }, inputs: [input] }));
  return job;
}
