// What `init` makes of one case, against what its expert wrote: every field judged, and the counts of them.
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { guessImport, readExports, writeImport } from "../../src/init/init.ts";
import { allLines, type Proposal } from "../../src/init/proposal/proposal.ts";
import { loadJob } from "../../src/job/job.ts";
import type { Draft } from "../../src/model/draft.ts";
import { ImportError } from "../../src/model/error.ts";
import type { InitCase } from "./cases.ts";
import { draftsOfJob } from "./drafts.ts";
import { type JudgedField, judgeDrafts } from "./judge.ts";

/** A case with its judged fields. */
export interface CaseResult {
  readonly of: InitCase;
  readonly fields: readonly (JudgedField & { readonly isHigh: boolean })[];
  /** Why nothing could be measured of the guess. */
  readonly broken?: string;
}

/** Only a person knows the channel. */
const personal = new Set(["channel_id"]);

/** Judges one case; files are written into `scratch`. */
export async function measureCase(of: InitCase, scratch: string): Promise<CaseResult> {
  const job = await loadJob(of.job);
  const paths = [
    ...new Set(
      job.inputs.flatMap(({ files, joins }) => [...files, ...Object.values(joins).flat()]).map(({ path }) => path),
    ),
  ];
  const exports = await readExports(paths, of.folder);
  const proposal = guessImport(exports);
  const wanted = await draftsOfJob(of.job);
  const { drafts, broken } = await guessedDrafts(proposal, exports, scratch);
  const fields = job.inputs.flatMap(({ name, files }) => {
    const own = exports.find(({ path }) => path === files[0]?.path);
    const mapping = proposal.mappings.find((each) => each.name === own?.name);
    const high = new Set(
      mapping === undefined
        ? []
        : allLines(mapping).flatMap((line) =>
            line.kind === "guess" && line.confidence === "high" ? [plain(line.path)] : [],
          ),
    );
    const theirs = wanted.find((each) => each.name === name)?.drafts ?? [];
    return judgeDrafts(theirs, drafts.get(own?.name ?? "") ?? [], personal).map((field) => ({
      ...field,
      isHigh: high.has(plain(field.path)),
    }));
  });
  return { of, fields, ...(broken === undefined ? {} : { broken }) };
}

async function guessedDrafts(proposal: Proposal, exports: Awaited<ReturnType<typeof readExports>>, scratch: string) {
  const drafts = new Map<string, readonly Draft[]>();
  if (proposal.mappings.length === 0) return { drafts, broken: "nothing was recognised" };
  const out = await mkdtemp(join(scratch, "guess-"));
  await writeImport(proposal, exports, { out });
  try {
    for (const { name, drafts: made } of await draftsOfJob(join(out, "import.yaml"))) drafts.set(name, made);
    return { drafts };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { drafts, broken: `${error.code}: ${error.message}` };
  }
}

/** A path without what tells elements of lists apart. */
function plain(path: string): string {
  return path.replace(/\[\]/g, "").replace(/custom_fields\..*/, "custom_fields");
}

/** How many fields there are of each verdict. */
export function count(fields: CaseResult["fields"]) {
  const of = (verdict: string) => fields.filter((field) => field.verdict === verdict).length;
  const wrong = fields.filter(({ verdict }) => verdict === "wrong");
  return {
    right: of("right"),
    wrong: wrong.length,
    todo: of("todo"),
    wrongHigh: wrong.filter(({ isHigh }) => isHigh).length,
    wrongMoney: wrong.filter(({ isMoney }) => isMoney).length,
  };
}
