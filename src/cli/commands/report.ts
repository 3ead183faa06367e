// `luminous-import report`: the report of a run, written again.
import { reportAgain } from "../../history/report-again.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { visibleLine } from "../../model/text/visible.ts";
import { counted } from "../../report/wording.ts";
import { namedAddress } from "../world/account.ts";
import { near } from "../world/console.ts";
import { loadCommandOutline } from "../world/load-job.ts";
import { openPage } from "../world/open-page.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `report`. */
export interface ReportFlags {
  readonly run?: string;
  readonly values?: boolean;
  readonly open?: boolean;
  readonly out?: string;
}

/** Writes the report of the newest run, or of the one that is named, and says where it is; gives the exit code. */
export async function report(
  path: string,
  options: GlobalOptions,
  { run, values, open, out }: ReportFlags,
  world: CommandWorld,
): Promise<number> {
  const { state } = options;
  const job = await loadCommandOutline(path, options, world);
  const account = await namedAddress(job, accountSources(world, options));
  const written = await reportAgain(job, {
    cwd: world.cwd,
    words: [path, ...(state === undefined ? [] : ["--state", state])],
    ...(account === undefined ? {} : { account }),
    ...(run === undefined ? {} : { run }),
    ...(values === undefined ? {} : { values }),
    ...(out === undefined ? {} : { out }),
  });
  const { reasons, totals } = written.summary;
  const failed = `${counted(reasons?.rows ?? 0, "row")} of ${counted(totals.rows, "row").replace(/ rows?$/, "")} did not make it`;
  world.stdout.write(visibleLine(`${near(written.path, world)}: run ${written.runId}, ${failed}`));
  world.stdout.write("\n");
  if (open === true) await openPage(written.path, world);
  return exitCodes.done;
}
