// The templates of deploy/ as text, a night for them to import, and the built program under the name that they call.
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { lines, openProject, type Project, repository } from "../e2e/program.ts";

/** A file of deploy/. */
export function template(name: string): Promise<string> {
  return readFile(join(repository, "deploy", name), "utf8");
}

/** A folder as the templates expect one in /srv/luminous-import: a job with a drop folder, a token, and an inbox. */
export interface JobFolder extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly project: Project;
  /** A folder for PATH in which `luminous-import` is the built program. */
  readonly bin: string;
  drop(name: string, ...rows: readonly string[]): Promise<string>;
}

/** The job names the account itself: nothing of it is in the environment. */
export async function openJobFolder(): Promise<JobFolder> {
  const sandbox = await startSandbox({ token: canary });
  const project = await openProject(sandbox, {
    "import.yaml": `version: 1
api: { base_url: "${sandbox.url}" }
limits: { requests_per_second: 1000, read_lag_seconds: 0 }
drop: { inbox: in, quiet_seconds: 0 }
inputs: [{ name: products, match: "products*.csv", mapping: ${JSON.stringify(join(repository, "mappings/products.yaml"))} }]
`,
    token: canary,
    "in/.keep": "",
    "logs/.keep": "",
  });
  await chmod(join(project.folder, "token"), 0o600);
  const bin = join(project.folder, "bin");
  await mkdir(bin);
  const program = join(bin, "luminous-import");
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${join(repository, "dist/cli/bin.js")}' "$@"\n`);
  await chmod(program, 0o755);
  return {
    sandbox,
    project,
    bin,
    drop: (name, ...rows) => project.write(`in/${name}`, lines("sku,name,category,price", ...rows)),
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** The token that nothing may show. */
export const canary = "canary-7d41b2c09e";
