// `npm run init-report -- [--cases FOLDER] [name…]`: what `init` makes of every fixture and of the corpus, against what an expert wrote.
// Prints fields right, wrong and left as TODO, and money apart; with names, every field of those cases. Exits with 1 where a
// line marked high is wrong or money is wrong. With `--cases`, exports that are not the project's: in FOLDER, one folder for
// each case, made like those of fixtures/init (one export and `expert.yaml`, or several and `import.yaml`).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readCases, readOutsideCases } from "./cases.ts";
import { type CaseResult, count, measureCase } from "./measure.ts";

const { positionals: asked, values } = parseArgs({ allowPositionals: true, options: { cases: { type: "string" } } });
const scratch = await mkdtemp(join(tmpdir(), "init-report-"));
const every =
  values.cases === undefined ? await readCases(scratch) : await readOutsideCases(resolve(values.cases), scratch);
const cases = every.filter(({ name }) => asked.length === 0 || asked.includes(name));
const results: CaseResult[] = [];
for (const each of cases) results.push(await measureCase(each, scratch));
for (const result of results) tell(result);
console.log("");
let isSound = true;
for (const part of ["shipped", "corpus", "held", "outside"] as const) {
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
