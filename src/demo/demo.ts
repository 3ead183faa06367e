// The demo: a sandbox, the example, and the very commands that somebody would type, one after the other, with excerpts of
// what they print. What they do is theirs.
import { join } from "node:path";
import { exitCodes } from "../model/exit-codes.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { startSandbox } from "../sandbox/server.ts";
import { fixCell, writeExample } from "./example.ts";
import { excerpt } from "./excerpt.ts";

/** How a command ended, and what it printed. */
export interface Called {
  readonly exitCode: number;
  readonly printed: string;
}

/** What the demo needs of the process. */
export interface DemoOptions {
  /** Absolute. */
  readonly folder: string;
  /** From where the commands are called. */
  readonly shown: string;
  readonly force: boolean;
  /** How this program is called here: `luminous-import`, or what a shell takes for it. */
  readonly program: string;
  /** Calls a command with a token for the sandbox. */
  readonly call: (words: readonly string[], token: string) => Promise<Called>;
  /** Prints a line. */
  readonly say: (text: string) => void;
  /** Prints what a command printed. */
  readonly show: (text: string) => void;
  /** A line that stands out on a terminal. */
  readonly head: (text: string) => void;
  readonly stop: AbortSignal;
}

/** Shows check, run, a fix, retry and explain; gives 0, or the code of the command that ended as it should not have. */
export async function demo({
  folder,
  shown,
  force,
  program,
  call,
  say,
  show,
  head,
  stop,
}: DemoOptions): Promise<number> {
  await using sandbox = await startSandbox();
  await writeExample({ folder, shown, baseUrl: sandbox.url, force });
  const job = join(shown, "import.yaml");
  say(`The demo is in ${shown}/: exports of two shops, a job and mappings.`);
  say("Two cells of the exports are wrong. A sandbox stands in for Luminous.");
  say("What the commands print is shortened.");

  const step = async ({ title, words, expected, without }: Step): Promise<number | undefined> => {
    if (stop.aborted) return exitCodes.stopped;
    head(`\n${title}`);
    head(`$ luminous-import ${words.map(shellWord).join(" ")}`);
    const { exitCode, printed } = await call(words, sandboxToken);
    if (stop.aborted) return exitCodes.stopped;
    show(`\n${excerpt(printed, without)}\n`);
    if (exitCode === expected) return undefined;
    say(`It ended with exit code ${exitCode} where the demo expected ${expected}, so the demo ends here.`);
    return exitCode === exitCodes.done ? exitCodes.defect : exitCode;
  };

  const before =
    (await step({
      title: "1. Check: nothing is sent, everything that is wrong is named.",
      words: ["check", job],
      ...partly,
    })) ??
    (await step({
      title: "2. Run: what is right is sent, products first, then kits, then orders.",
      words: ["run", job],
      ...partly,
    }));
  if (before !== undefined) return before;

  const { file, before: cell, after } = await fixCell(folder);
  head(`\n3. Fix: one cell of a file that the run left, here for you.`);
  say(join(shown, file));
  say(`  Variant Price: ${cell}  →  ${after}`);

  const key = "KIT-FIRE";
  const failed =
    (await step({ title: "4. Retry: only what failed, and what waited for it.", words: ["retry", job], ...partly })) ??
    (await step({
      title: `5. Explain: the story of the kit that waited for the lantern.`,
      words: ["explain", job, key],
      expected: exitCodes.done,
      without: /^(?:The payload|In earlier runs)/,
    }));
  if (failed !== undefined) return failed;

  head("\nThat was all; the sandbox is gone. A file of your own, or more of the example:");
  for (const words of [
    ["init", "your-file.csv"],
    ["check", job, "--show", "1"],
    ["explain", job, key],
  ])
    say(`  ${program} ${words.map(shellWord).join(" ")}`);
  return exitCodes.done;
}

const sandboxToken = "sandbox";

interface Step {
  readonly title: string;
  readonly words: readonly string[];
  readonly expected: number;
  /** The heads of paragraphs that are left out. */
  readonly without: RegExp;
}

// An order with quantity 0 stays wrong to the end.
const partly = { expected: exitCodes.someFailed, without: /^Files in|file's own totals/ } as const;
