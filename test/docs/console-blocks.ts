// Runs the console blocks of a document as a reader would: in order, in one shell, in a folder of their own. What the blocks
// have to show is in console-blocks.test.ts.
//
//   `products.csv`:                     the block below is written into the folder under this name
//   <!-- prepare: fixtures/demo -->     folders of the repository, copied to the same place
//   <!-- shown only: why -->            the block below is not run
//   <!-- ends with: 3 -->               the exit code of each command in the block below; 0 unless said
//   <!-- on stderr -->                  the text block below is what the commands above it wrote to stderr
//
// A `text` block that stands below a console block, with nothing but such comments between, is what it writes to stdout. In it, a line `…`
// stands for any lines. `luminous-import sandbox` runs until the next one starts or the document ends, on a free port.
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
/** The port that documents write for the sandbox. */
const writtenPort = "127.0.0.1:4010";

/** A fenced block with what stands directly above it. */
export interface Block {
  readonly kind: string;
  readonly body: string;
  /** The line of its opening fence, from 1. */
  readonly line: number;
  /** The name that the line above gives it. */
  readonly file: string | undefined;
  /** The HTML comments above it, without their signs. */
  readonly comments: readonly string[];
  /** No prose and no other block stands between this one and the block above. */
  readonly followsBlock: boolean;
}

/** What a console block did, beside what the document says that it does. */
export interface Ran {
  readonly block: Block;
  readonly commands: readonly { readonly command: string; readonly exitCode: number; readonly wanted: number }[];
  readonly stdout: string;
  readonly stderr: string;
  /** The text block that shows its output, if there is one. */
  readonly shown: Block | undefined;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): readonly Block[] {
  const lines = document.split("\n");
  const blocks: Block[] = [];
  let comments: string[] = [];
  let file: string | undefined;
  let followsBlock = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const [, fence, kind = ""] = /^(```+)(\w*)$/.exec(line) ?? [];
    const comment = /^<!-- (.*) -->$/.exec(line)?.[1];
    if (fence !== undefined) {
      const end = lines.indexOf(fence, index + 1);
      if (end === -1) throw new Error(`the block of line ${index + 1} has no end`);
      const body = lines.slice(index + 1, end).join("\n");
      blocks.push({ kind, body, line: index + 1, file, comments, followsBlock });
      index = end;
      followsBlock = true;
    } else if (comment !== undefined) {
      comments = [...comments, comment];
      continue;
    } else if (line.trim() === "") continue;
    else followsBlock = false;
    file = fence === undefined ? /^`([^`]+)`:$/.exec(line)?.[1] : undefined;
    comments = file === undefined ? [] : comments;
  }
  return blocks;
}

/** The blocks that a reader types: they are run, or say why not. */
export function isTyped({ kind }: Block): boolean {
  return ["console", "sh", "bash", "shell"].includes(kind);
}

/** Why a block is not run; undefined for those that are. */
export function whyShownOnly({ comments }: Block): string | undefined {
  return said(comments, "shown only");
}

/** The commands of a console block: its lines that begin with `$ `, with those that a `\` continues. */
export function commandsOf({ kind, body }: Block): readonly string[] {
  const joined = body.replaceAll(/\\\n>? */g, "").split("\n");
  return kind === "console" ? joined.flatMap((line) => (line.startsWith("$ ") ? [line.slice(2)] : [])) : joined;
}

/** Runs what a document has, and gives what each block did. */
export async function runDocument(document: string): Promise<readonly Ran[]> {
  await using reader = await openReader();
  const ran: Ran[] = [];
  const blocks = blocksOf(document);
  for (const [index, block] of blocks.entries()) {
    for (const path of said(block.comments, "prepare")?.split(" ") ?? []) await reader.copy(path);
    if (block.file !== undefined) await reader.write(block.file, `${block.body}\n`);
    if (!isTyped(block) || whyShownOnly(block) !== undefined) continue;
    const wanted = Number(said(block.comments, "ends with") ?? 0);
    const next = blocks[index + 1];
    const done = { commands: [] as { command: string; exitCode: number; wanted: number }[], stdout: "", stderr: "" };
    for (const command of commandsOf(block)) {
      const { exitCode, stdout, stderr } = await reader.type(command);
      done.commands.push({ command, exitCode, wanted });
      done.stdout += stdout;
      done.stderr += stderr;
    }
    ran.push({ block, ...done, shown: next?.kind === "text" && next.followsBlock ? next : undefined });
  }
  return ran;
}

/** Whether a text shows this output: times and ids may differ, and a line `…` stands for any lines. */
export function shows(text: string, output: string): boolean {
  return linesShow(masked(text).split("\n"), masked(output).split("\n"));
}

function linesShow([first, ...further]: readonly string[], lines: readonly string[]): boolean {
  if (first === undefined) return lines.length === 0;
  if (first !== "…") return first === lines[0] && linesShow(further, lines.slice(1));
  return [...lines, "the end"].some((_, index) => linesShow(further, lines.slice(index)));
}

/** Times, run ids, process ids and folders named by a date all alike. */
export function masked(text: string): string {
  return text
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{4}/g, "RUN")
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, "MOMENT")
    .replaceAll(/\b\d\d:\d\d:\d\d(\.\d+)?\b/g, "TIME")
    .replaceAll(/\/\d{4}-\d\d-\d\d\//g, "/DATE/")
    .replaceAll(/\bfinished in [^:\n]+:/g, "finished in TIME:")
    .replaceAll(/ +$/gm, "")
    .trim();
}

function said(comments: readonly string[], name: string): string | undefined {
  return comments.find((comment) => comment.startsWith(`${name}: `))?.slice(name.length + 2);
}

interface Typed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Reader extends AsyncDisposable {
  copy(path: string): Promise<void>;
  write(name: string, content: string): Promise<void>;
  type(command: string): Promise<Typed>;
}

/** A folder, a shell in it that knows the built program, and the sandbox once one was started. */
async function openReader(): Promise<Reader> {
  const base = await mkdtemp(join(tmpdir(), "luminous-import-docs-"));
  const folder = join(base, "work");
  const bin = join(base, "bin");
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await symlink(root, join(folder, "node_modules/luminous-import"));
  await mkdir(bin);
  await writeFile(
    join(bin, "luminous-import"),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, "dist/cli/bin.js")}' "$@"\n`,
  );
  await chmod(join(bin, "luminous-import"), 0o755);
  // No HOME of the person who runs the tests: a profile there would be taken.
  const env = { PATH: [bin, process.env.PATH].join(delimiter), HOME: base, NO_COLOR: "1" };
  const shell = spawn("sh", { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
  let sandbox: ChildProcess | undefined;
  let port: string | undefined;
  const away = (text: string): string => (port === undefined ? text : text.replaceAll(writtenPort, port));
  const back = (text: string): string => (port === undefined ? text : text.replaceAll(port, writtenPort));

  const serve = async (words: readonly string[]): Promise<Typed> => {
    await ended(sandbox);
    const here = words.includes("--port") ? words.toSpliced(words.indexOf("--port"), 2) : words;
    const args = [...here, "--port", port?.split(":")[1] ?? "0"];
    sandbox = spawn(join(bin, "luminous-import"), args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const stdout = await until(sandbox, "stdout", "Ctrl-C stops it.");
    port = /127\.0\.0\.1:\d+/.exec(stdout)?.[0];
    return { exitCode: 0, stdout: back(stdout), stderr: "" };
  };

  return {
    async copy(path) {
      await cp(join(root, path), join(folder, path), {
        recursive: true,
        filter: (source) => !source.includes(".luminous-import"),
      });
    },
    async write(name, content) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), away(content));
    },
    async type(command) {
      const [program, ...words] = command.split(" ");
      if (program === "luminous-import" && words[0] === "sandbox" && !words.includes("--help")) return serve(words);
      const answer = until(shell, "stdout", "\n");
      shell.stdin?.write(`{ ${away(command)}\n} </dev/null >'${base}/out' 2>'${base}/err'; echo "$?"\n`);
      const exitCode = Number(await answer);
      const [stdout = "", stderr = ""] = await Promise.all(
        ["out", "err"].map(async (name) => back(await readFile(join(base, name), "utf8"))),
      );
      return { exitCode, stdout, stderr };
    },
    async [Symbol.asyncDispose]() {
      shell.stdin?.end();
      await Promise.all([ended(shell), ended(sandbox)]);
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function until(child: ChildProcess, stream: "stdout", sign: string): Promise<string> {
  let text = "";
  return await new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
      if (!text.includes(sign)) return;
      settle();
      resolve(text);
    };
    const onClose = (): void => {
      settle();
      reject(new Error(`it ended before it said ${JSON.stringify(sign)}: ${text}`));
    };
    const settle = (): void => {
      child[stream]?.off("data", onData);
      child.off("close", onClose);
    };
    child[stream]?.on("data", onData);
    child.on("close", onClose);
  });
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGINT");
  await new Promise((resolve) => child.once("close", resolve));
}
