// What README and docs tell a reader to type is typed here, in a folder with nothing but what the document gives, and shows what the
// document says. LUMINOUS_DOCS=write writes what the program really says into the text blocks that differ; look at them before they
// are committed.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import {
  type Block,
  blocksOf,
  commandsOf,
  isTyped,
  masked,
  runDocument,
  shows,
  whyShownOnly,
} from "./console-blocks.ts";

const root = join(import.meta.dirname, "../..");
const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("a document", () => {
  // Most of it waits: for the pace of a job, and for the sandbox.
  test.concurrent.for(documents.filter((path) => blocksOf(read(path)).some(isRun)))(
    "%s does and shows what it says",
    { timeout: 300_000 },
    async (path, { expect }) => {
      const ran = await runDocument(read(path));
      // From the end, so that what is written above moves no line that is still to be found.
      for (const { block, commands, stdout, stderr, shown } of ran.toReversed()) {
        for (const { command, exitCode, wanted } of commands)
          expect.soft(exitCode, `${path}:${block.line} ${command}\n${stdout}${stderr}`).toBe(wanted);
        if (shown === undefined) continue;
        const output = shown.comments.includes("on stderr") ? stderr : stdout;
        if (shows(shown.body, output)) continue;
        const asWanted = commands.every(({ exitCode, wanted }) => exitCode === wanted);
        if (process.env.LUMINOUS_DOCS === "write" && asWanted && !/^…$/m.test(shown.body)) rewrite(path, shown, output);
        else expect.soft(masked(output), `${path}:${shown.line}`).toBe(masked(shown.body));
      }
    },
  );

  it("says of every block to type that is not run why not", () => {
    const silent = documents.flatMap((path) =>
      blocksOf(read(path)).flatMap((block) =>
        isTyped(block) && whyShownOnly(block) === undefined && commandsOf(block).length === 0
          ? [`${path}:${block.line}`]
          : [],
      ),
    );
    expect(silent).toEqual([]);
  });
});

describe("a block", () => {
  it("has the name, the comments and the place that stand above it", () => {
    const [file, command, text] = blocksOf(
      "`a.csv`:\n```csv\nsku\n```\n\n<!-- ends with: 3 -->\n```console\n$ luminous-import check \\\n    import.yaml\n```\n```text\nno\n```\n",
    );
    expect(file).toMatchObject({ kind: "csv", file: "a.csv", body: "sku", line: 2 });
    expect(command).toMatchObject({ file: undefined, comments: ["ends with: 3"], followsBlock: true });
    expect(commandsOf(command as Block)).toEqual(["luminous-import check import.yaml"]);
    expect(text).toMatchObject({ comments: [], followsBlock: true });
  });

  it("does not belong to the block above when there is prose between", () => {
    expect(blocksOf("```console\n$ true\n```\nIn the file:\n```text\na\n```\n")[1]?.followsBlock).toBe(false);
  });
});

describe("output", () => {
  it.each([
    {
      text: "run 20261121-021855-4048 finished in 1 s: 3 rows",
      output: "run 20261122-101855-aaaa finished in 1 min 2 s: 3 rows\n",
      is: true,
    },
    { text: "a\n…\nd", output: "a\nb\nc\nd\n", is: true },
    { text: "a\n…\nd", output: "a\nd\n", is: true },
    { text: "a\n…", output: "a\nb\nc\n", is: true },
    { text: "…\nc", output: "a\nb\nc\n", is: true },
    { text: "a\n…\nc\n…", output: "a\nb\nc\nd\n", is: true },
    { text: "a\n…\nc", output: "a\nb\nc\nd\n", is: false },
    { text: "b\n…", output: "a\nb\n", is: false },
    { text: "a\nd", output: "a\nb\nd\n", is: false },
    { text: "3 rows", output: "4 rows\n", is: false },
  ])("$text shows $output: $is", ({ text, output, is }) => {
    expect(shows(text, output)).toBe(is);
  });

  it("is compared with what the program says, and with its exit code", async () => {
    const [ran] = await runDocument("```console\n$ luminous-import check nowhere.yaml\n```\n```text\n```\n");
    expect(ran?.commands).toMatchObject([{ exitCode: 2, wanted: 0 }]);
    expect(ran?.stderr).toContain("nowhere.yaml");
  });

  it("comes from one shell, in which what was exported stays", async () => {
    const ran = await runDocument("```console\n$ export A=1\n```\n\n```console\n$ echo $A\n```\n");
    expect(ran.map(({ stdout }) => stdout)).toEqual(["", "1\n"]);
  });
});

function isRun(block: Block): boolean {
  return isTyped(block) && whyShownOnly(block) === undefined;
}

function rewrite(path: string, { line, body }: Block, output: string): void {
  const lines = read(path).split("\n");
  const at = lines.indexOf("```text", line - 1) + 1;
  const length = body === "" ? 0 : body.split("\n").length;
  lines.splice(at, length, ...output.trim().split("\n"));
  writeFileSync(join(root, path), lines.join("\n"));
}
