// The declarations of the built library, as a program that uses it sees them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { resourceNames, resources } from "../../src/model/resources/resources.ts";
import { repository } from "./program.ts";

/** What TypeScript has against a program that imports the library. */
async function complaints(source: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(repository, "dist/types-"));
  const file = join(folder, "program.ts");
  try {
    await writeFile(file, source);
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it("know every resource and every phase by name, and no other", async () => {
  const source = (names: readonly string[], phases: readonly string[]) => `
import type { Job, Summary } from "../index.js";
export const names: readonly (keyof Job["existing"])[] = ${JSON.stringify(names)};
export const phases: readonly Summary["tallies"][number]["phase"][] = ${JSON.stringify(phases)};
`;
  const phases = Object.values(resources).flatMap((resource) => resource.phases);
  expect(await complaints(source(resourceNames, phases))).toEqual([]);
  expect(await complaints(source(["cats"], ["dogs"]))).toEqual([
    expect.stringContaining(`'"cats"' is not assignable`),
    expect.stringContaining(`'"dogs"' is not assignable`),
  ]);
});
