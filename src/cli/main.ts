// The program: argv in, exit code out. Errors are caught here, once.
import { CommanderError } from "commander";
import { ImportError } from "../model/error.ts";
import { exitCodeOf, exitCodes } from "../model/exit-codes.ts";
import { ledgerSecrets } from "../model/ledger/ledger-address.ts";
import { buildProgram } from "./program.ts";
import { firstOf, tellError } from "./world/tell-error.ts";
import { type CommandWorld, createBorder, type ProcessWorld } from "./world/world.ts";

/** Runs the command line and gives the exit code. Every error ends here. */
export async function main(argv: readonly string[], outside: ProcessWorld): Promise<number> {
  const border = createBorder(outside);
  let exitCode: number = exitCodes.done;
  try {
    const world: CommandWorld = { ...outside, ...border, call: (words, env) => callWithin(outside, words, env) };
    refuseWindows(outside);
    // Also for commands that need no token: it may stand in a ledger of an older version. The sandbox tells its own.
    if (argv[0] !== "sandbox") world.keepSecret(world.env.LUMINOUS_API_KEY?.trim() ?? "");
    for (const secret of databaseSecrets(world.env)) world.keepSecret(secret);
    await buildProgram(world, (code) => {
      exitCode = code;
    }).parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (thrown) {
    const error = firstOf(thrown);
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.notStarted;
    if (error instanceof ImportError) {
      tellError(error, border);
      return exitCodeOf(error.code);
    }
    border.stderr.write(
      `This is a defect of luminous-import, not of your files:\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return exitCodes.defect;
  }
}

/** Passwords of the database that holds the ledgers. */
function databaseSecrets({ LUMINOUS_LEDGER = "", PGPASSWORD = "" }: ProcessWorld["env"]): readonly string[] {
  return [...ledgerSecrets(LUMINOUS_LEDGER), PGPASSWORD];
}

// What a run promises rests on locks, on renaming and on syncing folders, and none of it was ever tried there.
function refuseWindows({ platform, argv }: ProcessWorld): void {
  const isAsked = argv.some((word) => ["--help", "-h", "help", "--version", "-V"].includes(word));
  if (platform !== "win32" || isAsked) return;
  throw new ImportError("USAGE", "luminous-import does not support Windows outside WSL", {
    hint: "Run it inside WSL (wsl --install sets it up), where it is a Linux program like any other.",
  });
}

async function callWithin(
  outside: ProcessWorld,
  argv: readonly string[],
  env: ProcessWorld["env"],
): Promise<{ readonly exitCode: number; readonly printed: string }> {
  const pieces: string[] = [];
  const { isTTY = false, columns } = outside.stdout;
  const stdout = { write: (text: string) => pieces.push(text), isTTY, columns };
  const exitCode = await main(argv, { ...outside, argv, env, stdout });
  return { exitCode, printed: pieces.join("") };
}
