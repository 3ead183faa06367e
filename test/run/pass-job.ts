// A job whose files come in passes, as from a drop folder, against a sandbox of its own. Every pass is audited at its end.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { audit } from "../../src/audit/audit.ts";
import type { Job, JobFile } from "../../src/job/job.ts";
import { readJobOutline } from "../../src/job/job-outline.ts";
import { ledgersIn } from "../../src/ledger/host.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import { type RetryResult, retry } from "../../src/run/retry.ts";
import type { RunOptions, RunResult } from "../../src/run/run-options.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type Files, type JobFolder, jobFolder } from "../staging/job-folder.ts";
import { runPass } from "./pass.ts";

/** By input the files of a pass, oldest first, with their texts; by `input.join` those of its joins. */
export type PassFiles = Readonly<Record<string, Files>>;

export interface PassJobOptions extends Partial<RunOptions> {
  /** Days since the first pass; 0 unless said. */
  readonly day?: number;
  readonly keepOpenDays?: number;
}

export interface PassJob extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly folder: JobFolder;
  /** A pass over these files. Undefined where there was nothing to do. */
  pass(files: PassFiles, options?: PassJobOptions): Promise<RunResult | undefined>;
  retry(): Promise<RetryResult>;
  /** The breaches that an audit of the newest run finds. */
  breaches(): Promise<readonly string[]>;
  ledger<T>(look: (ledger: Ledger, job: Job) => Promise<T>): Promise<T>;
}

export async function passJob(files: Files, sandboxOptions: Parameters<typeof startSandbox>[0] = {}): Promise<PassJob> {
  const sandbox = await startSandbox(sandboxOptions);
  const folder = await jobFolder(files);
  const account = { baseUrl: sandbox.url, baseUrlFrom: "the test", token: "sandbox" };
  let count = 0;
  const write = async (night: number, texts: Files = {}): Promise<readonly JobFile[]> => {
    const written: JobFile[] = [];
    for (const [name, text] of Object.entries(texts)) {
      const path = join(folder.path, `pass-${night}`, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      written.push({ path, shown: name });
    }
    return written;
  };
  const breaches = async (): Promise<readonly string[]> => {
    const outline = await readJobOutline("import.yaml", { cwd: folder.path });
    const { laws } = await audit(outline, { baseUrl: sandbox.url });
    return laws.flatMap(({ law, breaches }) => (breaches === 0 ? [] : [law]));
  };
  return {
    sandbox,
    folder,
    breaches,
    async pass(given, { day = 0, keepOpenDays = 14, ...options } = {}) {
      count += 1;
      const job = await folder.loadJob();
      const inputs = [];
      for (const input of job.inputs) {
        const joins: Record<string, readonly JobFile[]> = {};
        for (const name of Object.keys(input.joins)) joins[name] = await write(count, given[`${input.name}.${name}`]);
        inputs.push({ ...input, files: await write(count, given[input.name]), joins });
      }
      const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + day * 86_400_000 };
      await using lock = await ledgersIn(job).lock();
      await using ledger = await ledgersIn(job).open(sandbox.url, "write");
      return await runPass({ ...job, inputs }, { account, clock, ...options }, { ledger, lock, keepOpenDays });
    },
    retry: async () => await retry(await folder.loadJob(), { account }),
    async ledger(look) {
      const job = await folder.loadJob();
      await using ledger = await ledgersIn(job).open(sandbox.url, "read");
      return await look(ledger, job);
    },
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}
