// What an export becomes when a person answers what its guess marks as TODO, and changes nothing else.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { draftsOfJob } from "../../bench/init-report/drafts.ts";
import { proposeImport, readExports, writeImport } from "../../src/init/init.ts";
import type { Draft } from "../../src/model/draft.ts";

/** The answer to a marked line: what is written in its place, or how another line is changed as it says. */
export interface Answer {
  /** How the text behind TODO begins. */
  readonly todo: string;
  /** What stands in place of the marked line; absent where the answer is a change of another line, or "leave it as it is". */
  readonly line?: string;
  /** What it says to change elsewhere in the mapping: text that stands there once, and what it becomes. */
  readonly change?: readonly [string, string];
}

/** The drafts of a guessed mapping with these answers; a marked line without an answer, or an answer without one, is an error. */
export async function draftsAnswered(
  files: readonly string[],
  folder: string,
  answers: readonly Answer[] = [],
): Promise<readonly Draft[]> {
  const exports = await readExports(files, folder);
  const proposal = proposeImport(exports, { channel: "Legacy" });
  const [mapping] = proposal.mappings;
  if (mapping === undefined) throw new Error("nothing was recognised");
  const out = await mkdtemp(join(tmpdir(), "init-answered-"));
  try {
    await writeImport(proposal, exports, { out, account: "LUMINOUS_COMPANY" });
    const path = join(out, `${mapping.name}.yaml`);
    await writeFile(path, answered(await readFile(path, "utf8"), answers));
    return (await draftsOfJob(join(out, "import.yaml"))).flatMap(({ drafts }) => drafts);
  } finally {
    await rm(out, { recursive: true });
  }
}

function answered(text: string, answers: readonly Answer[]): string {
  const used = new Set<Answer>();
  const lines = text.split("\n").flatMap((line) => {
    const marked = /^(\s*)#.*\bTODO (.*)$/.exec(line);
    if (marked === null || /^# \d+ lines? (is|are) marked TODO/.test(line)) return [line];
    const [, indent = "", said = ""] = marked;
    const answer = answers.find(({ todo }) => said.startsWith(todo));
    if (answer === undefined) throw new Error(`nobody answers: ${said}`);
    used.add(answer);
    return answer.line === undefined ? [] : [`${indent}${answer.line}`];
  });
  const unused = answers.filter((answer) => !used.has(answer)).map(({ todo }) => todo);
  if (unused.length > 0) throw new Error(`nothing is marked TODO ${unused.join(", ")}`);
  return answers.reduce(
    (changed, { change }) => (change === undefined ? changed : replaced(changed, change)),
    lines.join("\n"),
  );
}

function replaced(text: string, [old, now]: readonly [string, string]): string {
  if (text.split(old).length !== 2) throw new Error(`this stands not once in the mapping: ${old}`);
  return text.replace(old, () => now);
}

/** What a draft says: the payload by its key, and each problem in one line. */
export function told(drafts: readonly Draft[]): {
  readonly payloads: Readonly<Record<string, object>>;
  readonly problems: readonly string[];
} {
  return {
    payloads: Object.fromEntries(drafts.map(({ key = "", payload }) => [key, payload])),
    problems: drafts.flatMap(({ key, problems }) =>
      problems
        .filter(({ severity }) => severity === undefined)
        .map(({ path, message }) => `${key}: ${path}: ${message}`),
    ),
  };
}
