// `npm run init-report [name…]`: what `init` makes of every fixture and of the corpus, against what an expert wrote.
// Prints fields right, wrong and left as TODO, and money apart; with names, every field of those cases. Exits with 1 where a
// line marked high is wrong or money is wrong.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guessImport, readExports, writeImport } from "../../src/init/init.ts";
import { allLines, type Proposal } from "../../src/init/proposal/proposal.ts";
import { loadJob } from "../../src/job/job.ts";
import type { Draft } from "../../src/model/draft.ts";
import { ImportError } from "../../src/model/error.ts";
import { type InitCase, readCases } from "./cases.ts";
import { draftsOfJob } from "./drafts.ts";
import { type JudgedField, judgeDrafts } from "./judge.ts";

interface CaseResult {
  readonly of: InitCase;
  readonly fields: readonly (JudgedField & { readonly isHigh: boolean })[];
  /** Why nothing could be measured of the guess. */
  readonly broken?: string;
}

/** Only a person knows the channel. */
const personal = new Set(["channel_id"]);

const asked = process.argv.slice(2);
const scratch = await mkdtemp(join(tmpdir(), "init-report-"));
const cases = (await readCases(scratch)).filter(({ name }) => asked.length === 0 || asked.includes(name));
const results: CaseResult[] = [];
for (const each of cases) results.push(await measure(each));
for (const result of results) tell(result);
console.log("");
let isSound = true;
for (const part of ["shipped", "corpus", "held"] as const) {
  const fields = results.filter(({ of }) => of.part === part).flatMap((result) => result.fields);
  if (fields.length === 0) continue;
  const { right, wrong, todo, wrongHigh, wrongMoney } = count(fields);
  const share = ((100 * right) / fields.length).toFixed(1);
  console.log(
    `${part}: ${fields.length} fields, ${right} right (${share} %), ${wrong} wrong, ${todo} left; wrong though high: ${wrongHigh}; wrong money: ${wrongMoney}`,
  );
  isSound &&= wrongHigh + wrongMoney === 0;
}
await rm(scratch, { recursive: true });
process.exitCode = isSound ? 0 : 1;

async function measure(of: InitCase): Promise<CaseResult> {
  const job = await loadJob(of.job);
  const paths = [
    ...new Set(
      job.inputs.flatMap(({ files, joins }) => [...files, ...Object.values(joins).flat()]).map(({ path }) => path),
    ),
  ];
  const exports = await readExports(paths, of.folder);
  const proposal = guessImport(exports);
  const wanted = await draftsOfJob(of.job);
  const { drafts, broken } = await guessedDrafts(proposal, exports);
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

async function guessedDrafts(proposal: Proposal, exports: Awaited<ReturnType<typeof readExports>>) {
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

function count(fields: CaseResult["fields"]) {
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

function tell({ of, fields, broken }: CaseResult): void {
  const { right, wrong, todo, wrongHigh, wrongMoney } = count(fields);
  const marks = [wrongHigh > 0 ? `${wrongHigh} high` : "", wrongMoney > 0 ? `${wrongMoney} money` : ""].filter(
    (mark) => mark !== "",
  );
  console.log(
    `${of.part.padEnd(8)}${of.name.padEnd(34)}${String(right).padStart(3)} right ${String(wrong).padStart(3)} wrong ${String(todo).padStart(3)} left${marks.length === 0 ? "" : `  wrong: ${marks.join(", ")}`}${broken === undefined ? "" : `  (${broken.split("\n")[0]})`}`,
  );
  if (asked.length === 0) return;
  for (const { path, verdict, isHigh, example } of fields)
    console.log(
      `  ${verdict.padEnd(6)}${isHigh ? "high  " : "      "}${path}${example === undefined ? "" : `: ${example}`}`,
    );
}
