// The demo's folder: the example of this package with the mappings that it uses, and what the demo changes in it.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ledgersIn } from "../ledger/host.ts";
import { ImportError } from "../model/error.ts";
import { isLoopback } from "../model/loopback.ts";
import { packageFolder } from "../model/package.ts";

/** Where to write, and for which address. */
export interface ExampleOptions {
  /** Absolute. */
  readonly folder: string;
  /** As messages show it. */
  readonly shown: string;
  /** Of the sandbox: the job names it, so that nothing of the example ever reaches an account. */
  readonly baseUrl: string;
  /** Write into a folder that holds something else. */
  readonly force: boolean;
}

const example = join(packageFolder, "fixtures/demo");
const mappings = "../../mappings/";
const marker = "# The example of `luminous-import demo`, which writes it anew each time, unless somebody changed it.";
const state = ".luminous-import";
const apiLine = "api: ";

/**
 * Writes the job, its exports and its mappings. Throws `ImportError("USAGE")` when something else is in the folder and
 * `force` is not set, and always when its ledgers are of a real account.
 */
export async function writeExample({ folder, shown, baseUrl, force }: ExampleOptions): Promise<void> {
  const files = await exampleFiles(baseUrl);
  await checkFolder(folder, shown, force);
  if (!force) await refuseChanged(folder, shown, files);
  try {
    for (const within of ["exports", "mappings"]) await makeFolder(join(folder, within));
  } catch (cause) {
    throw unusable(shown, cause);
  }
  await rm(join(folder, state), { recursive: true, force: true });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

/** What is written, by its path in the folder. */
async function exampleFiles(baseUrl: string): Promise<ReadonlyMap<string, string>> {
  const written = await readFile(join(example, "import.yaml"), "utf8");
  const api = `${apiLine}{ base_url: ${baseUrl} } # the sandbox of the demo`;
  const job = withoutSchema(written)
    .replaceAll(mappings, "mappings/")
    .replace(/^version: 1$/m, `version: 1\n${api}`);
  const files = new Map([["import.yaml", `${marker}\n${job}`]]);
  for (const [, name = ""] of written.matchAll(new RegExp(`${mappings}(\\S+)`, "g")))
    files.set(`mappings/${name}`, withoutSchema(await readFile(join(packageFolder, "mappings", name), "utf8")));
  for (const name of await readdir(join(example, "exports")))
    files.set(`exports/${name}`, await readFile(join(example, "exports", name), "utf8"));
  return files;
}

/** Somebody may have tried something in the example. */
async function refuseChanged(folder: string, shown: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of files) {
    const there = await readFile(join(folder, name), "utf8").catch(() => text);
    if (withoutAddress(there) === withoutAddress(text)) continue;
    throw new ImportError("USAGE", `${join(shown, name)} was changed, and the demo would write it anew`, {
      hint: `Name another folder: luminous-import demo ${basename(folder)}-2. Or lose what was changed, with --force.`,
    });
  }
}

// The sandbox has another port each time.
function withoutAddress(job: string): string {
  return job
    .split("\n")
    .filter((line) => !line.startsWith(apiLine))
    .join("\n");
}

/** A cell that was changed. */
export interface FixedCell {
  /** The file that the newest run left, from the folder of the example. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Fixes the price that the run refused, in the failures file, as somebody would in an editor. */
export async function fixCell(folder: string): Promise<FixedCell> {
  const runs = join(state, "runs");
  const newest = (await readdir(join(folder, runs))).sort().at(-1) ?? "";
  const file = join(runs, newest, "failures/products.csv");
  const fixed = { file, before: "€24.90", after: "24.90" };
  const text = await readFile(join(folder, file), "utf8");
  await writeFile(join(folder, file), text.replace(fixed.before, fixed.after));
  return fixed;
}

async function checkFolder(folder: string, shown: string, force: boolean): Promise<void> {
  const there = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw unusable(shown, error);
  });
  const job = await readFile(join(folder, "import.yaml"), "utf8").catch(() => "");
  if (there.length > 0 && !job.startsWith(marker) && !force) {
    throw new ImportError("USAGE", `${shown} holds something else than the demo`, {
      hint: `Name another folder: luminous-import demo ${basename(folder)}-2. Or write into it with --force.`,
    });
  }
  // What a run has sent to an account must stay known, whoever asks for the demo.
  const ledgers = await ledgersIn({ state: join(folder, state) }).list();
  const real = ledgers.find(({ baseUrl }) => baseUrl === undefined || !isLoopback(new URL(baseUrl).hostname));
  if (real !== undefined) {
    throw new ImportError("USAGE", `${shown} holds the ledger of an account: ${real.baseUrl ?? real.place}`, {
      hint: "The demo would remove it. Name another folder.",
    });
  }
}

// One step after the other: Node's own way of making all of them never ends where a folder of the kernel refuses (`/proc`).
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder).then(
    () => "made",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
  if (made === "EEXIST" || made === "made") return;
  if (made === "ENOENT" && dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder);
}

function unusable(shown: string, cause: unknown): ImportError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new ImportError("USAGE", `${shown} cannot be used as a folder (${code})`, {
    hint: "Name another folder.",
    cause,
  });
}

// Its path is right where the package has the file.
function withoutSchema(text: string): string {
  return text.replace(/^# yaml-language-server:.*\n/, "");
}
