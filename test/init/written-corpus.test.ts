// The same over every export that `init` is measured on: a mapping loads as it is written, and with each proposed line by itself.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readCases } from "../../bench/init-report/cases.ts";
import { allLines, guessImport, readExports } from "../../src/init/init.ts";
import { writeMapping } from "../../src/init/proposal/write-mapping.ts";
import { loadJob } from "../../src/job/job.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { compileOnce } from "../../src/map/expression/compile-once.ts";
import { compileExpression } from "../../src/map/expression/expression.ts";

const proposed = /^(\s*)#(?=\S| {2})(?! TODO)/;

const compile = compileOnce(compileExpression);

/** Why a text is no mapping; nothing where it is one. */
function refusal(text: string, what: string): readonly string[] {
  try {
    loadMapping(text, what, compile);
    return [];
  } catch (error) {
    return [String(error).split("\n")[0] ?? ""];
  }
}

it("every mapping that is written of an export loads, also with any line that it proposes and any answer to what it asks", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "init-written-"));
  const refused: string[] = [];
  let edits = 0;
  let answers = 0;
  try {
    for (const { name, part, job, folder } of await readCases(scratch)) {
      // What nobody may tune to is named and no more.
      const fault = (text: string, what: string): readonly string[] =>
        refusal(text, what).map((reason) => (part === "held" ? `${name}: refused` : `${what}: ${reason}`));
      const { inputs } = await loadJob(job);
      const files = inputs.flatMap(({ files: own, joins }) => [...own, ...Object.values(joins).flat()]);
      const exports = await readExports([...new Set(files.map(({ path }) => path))], folder);
      const { mappings } = guessImport(exports);
      for (const mapping of mappings) {
        const lines = writeMapping(mapping, { schema: "s.json", shipped: undefined }).text.split("\n");
        const open = lines.flatMap((line, at) => (proposed.test(line) ? [at] : []));
        edits += open.length;
        for (const edited of [undefined, ...open]) {
          const text = lines.map((line, at) => (at === edited ? line.replace(proposed, "$1") : line)).join("\n");
          refused.push(...fault(text, `${name} with ${edited === undefined ? "nothing" : lines[edited]}`));
        }
      }
      const asked = mappings.flatMap((mapping) =>
        [...mapping.sourceTodos, ...allLines(mapping)].flatMap((line) =>
          line.kind === "todo" && line.asks !== undefined ? [{ mapping: mapping.name, asks: line.asks }] : [],
        ),
      );
      const choices = Math.max(0, ...asked.map(({ asks }) => asks.answers.length));
      for (let choice = 0; choice < choices; choice += 1) {
        const said = new Map(mappings.map((mapping) => [mapping.name, new Map<string, string>()]));
        for (const { mapping, asks } of asked)
          said.get(mapping)?.set(asks.about, asks.answers[choice % asks.answers.length]?.name ?? "");
        for (const mapping of guessImport(exports, { answers: said }).mappings) {
          const left = [...mapping.sourceTodos, ...allLines(mapping)].filter(
            (line) => line.kind === "todo" && line.asks !== undefined,
          );
          refused.push(...left.map(({ path }) => `${name}: ${path} is still asked about`));
          refused.push(
            ...fault(
              writeMapping(mapping, { schema: "s.json", shipped: undefined }).text,
              `${name}, answered ${choice}`,
            ),
          );
          answers += 1;
        }
      }
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
  expect(refused).toEqual([]);
  expect(edits).toBeGreaterThan(5);
  expect(answers).toBeGreaterThan(20);
});
