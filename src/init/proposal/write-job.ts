// A proposal as a job file: an input for each mapping, with the files of its joins.
import type { Proposal, ProposedMapping } from "./proposal.ts";
import { type CommentedLine, inline, oneLine, type Written, written } from "./yaml-lines.ts";

/** What the job says beside its inputs. */
export interface JobHead {
  readonly schema: string;
  /** Where the account is named already, such as LUMINOUS_COMPANY; undefined when nowhere. */
  readonly account: string | undefined;
  /** The path of an export as the job names it, by the name that people know it by. */
  readonly fileOf: (shown: string) => string;
}

/** A job file. */
export function writeJob(proposal: Proposal, { schema, account, fileOf }: JobHead): Written {
  const { mappings, unrecognised } = proposal;
  const sure = mappings.filter(({ kindTodo }) => kindTodo === undefined);
  const unsure = mappings.filter(({ kindTodo }) => kindTodo !== undefined);
  const laterLines = (mapping: ProposedMapping) => [
    marked("# ", `${mapping.shown}: say in ${mapping.name}.yaml what it is, and take the # off these lines`),
    ...inputLines(mapping, fileOf).map((line) => ({ code: `#${line}` })),
  ];
  const codes = (lines: readonly string[]) => lines.map((code) => ({ code }));
  return written([
    ...codes([
      `# yaml-language-server: $schema=${schema}`,
      "# Written by luminous-import init. Every key is in docs/job.md; what is in comments is optional.",
      "version: 1",
    ]),
    account === undefined
      ? marked("#api: { company: acme }  # ", "your account; or set LUMINOUS_COMPANY. A token never belongs here")
      : { code: `# api: { company: acme } is not needed: ${account} names the account` },
    ...channelLines(proposal),
    ...codes([
      "#limits: { requests_per_second: 4, concurrency: 4 }",
      "#existing: { products: update, sales_orders: skip }",
      "inputs:",
      ...sure.flatMap((mapping) => inputLines(mapping, fileOf)),
    ]),
    ...(sure.length === 0
      ? codes(unsure.flatMap((mapping) => inputLines(mapping, fileOf)))
      : unsure.flatMap(laterLines)),
    ...unrecognised.map(({ shown, columns }) =>
      marked(
        "# ",
        `${shown} is not in the job: nothing is known by these columns: ${columns.slice(0, 12).map(oneLine).join(", ")}`,
      ),
    ),
  ]);
}

function marked(before: string, text: string, isRequired = false): CommentedLine {
  return { code: `${before}TODO ${oneLine(text)}`, todo: { text, isRequired } };
}

function inputLines({ name, shown, joins }: ProposedMapping, fileOf: JobHead["fileOf"]): readonly string[] {
  const files = joins.map((join) => [join.name, globSafe(fileOf(join.shown))] as const);
  return [
    `  - name: ${inline(name)}`,
    `    file: ${inline(globSafe(fileOf(shown)))}`,
    ...(files.length === 0 ? [] : [`    join: ${inline(Object.fromEntries(files))}`]),
    `    mapping: ${inline(`${name}.yaml`)}`,
  ];
}

function channelLines({ channel, needsChannel }: Proposal): readonly CommentedLine[] {
  if (channel !== undefined)
    return [
      {
        code: `channel: { label: ${inline(channel)} }  # as you said; warehouse_group: … too, where it has to be made`,
      },
    ];
  if (!needsChannel) return [];
  const question = "required: channel: which do the orders go to? One that pushes no orders to a warehouse";
  return [marked('#channel: { label: "…", warehouse_group: "…" }  # ', question, true)];
}

/** A file name is a pattern in a job: what has a meaning there is escaped. */
function globSafe(path: string): string {
  return path.replace(/[*?{}[\]]/g, "\\$&");
}
