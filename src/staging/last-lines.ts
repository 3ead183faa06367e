// Files whose last line has no line end, where others of the same input have one: most likely they were cut off while they
// were written or copied. Alone it proves nothing, since many programs never write the last one.
import type { Job } from "../job/job.ts";
import { ImportError } from "../model/error.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { StagedFile } from "../model/ledger/rows.ts";

/** Says which file of an earlier run stood where this one does and ended with a line end; undefined where none did. */
export type EarlierEndings = (file: StagedFile) => Promise<string | undefined>;

/** What judging needs. */
export interface LastLineOptions {
  readonly ledger: Ledger;
  readonly earlier: EarlierEndings;
  readonly strict: boolean;
  readonly onWarning: (warning: string) => void;
  /** The files are failures files, which are written with a line end. */
  readonly isRetry: boolean;
}

/**
 * Warns of each staged file of a run that seems to be cut off. With `strict` throws `INPUT_UNREADABLE` naming all of
 * them: what is missing of such a file cannot be told, so no row of it is to be trusted.
 */
export async function judgeLastLines(run: number, options: LastLineOptions): Promise<void> {
  const files = await options.ledger.results.files(run);
  const told: string[] = [];
  for (const file of files) {
    if (file.info.lastLineEnds !== false) continue;
    const proof = await proofAgainst(file, files, options);
    if (proof !== undefined) told.push(`${file.file}: is it cut off? Its last line has no line end, and ${proof}`);
  }
  if (!options.strict) for (const warning of told) options.onWarning(warning);
  else if (told.length > 0) {
    throw new ImportError("INPUT_UNREADABLE", told.join("\n"), {
      hint: "Nothing was sent. Export or copy the file again; if it is whole, add a line end to it, or run without --strict.",
    });
  }
}

async function proofAgainst(
  file: StagedFile,
  files: readonly StagedFile[],
  { earlier, isRetry }: LastLineOptions,
): Promise<string | undefined> {
  if (isRetry && file.kind !== "reference") return "failures files are written with one";
  const sibling = files.find((other) => standsWhere(other, file) && other.info.lastLineEnds === true);
  return sibling === undefined ? await earlier(file) : `${sibling.file} has one`;
}

function standsWhere(other: StagedFile, file: StagedFile): boolean {
  return other.input === file.input && other.join === file.join && other.info.format === file.info.format;
}

// As many as that in a row without a line end, and the program that writes them has changed its ways.
const mostEarlierFiles = 10;

/** How files of the job's earlier runs ended, the newest ones first. `before` is the run that asks. */
export function earlierEndings({ runs, results }: Ledger, { file: { path } }: Job, before = Infinity): EarlierEndings {
  return async (file) => {
    // A file that was read by several runs counts once.
    const others = new Set<string>();
    for (const { id, runId, job, retryOf } of await runs.list()) {
      if (id >= before || job !== path || retryOf !== undefined) continue;
      for (const other of await results.files(id)) {
        const { lastLineEnds, fingerprint = `${id} ${other.id}` } = other.info;
        if (lastLineEnds === undefined || fingerprint === file.info.fingerprint || !standsWhere(other, file)) continue;
        if (lastLineEnds) return `${other.file} had one in run ${runId}`;
        if (others.add(fingerprint).size === mostEarlierFiles) return undefined;
      }
    }
    return undefined;
  };
}
