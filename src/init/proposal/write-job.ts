// A proposal as a job file: an input for each mapping, with the files of its joins.
import type { Proposal, ProposedMapping } from "./proposal.ts";
import { inline, oneLine } from "./yaml-lines.ts";

/** What the job says beside its inputs. */
export interface JobHead {
  readonly schema: string;
  /** Where the account is named already, such as LUMINOUS_COMPANY; undefined when nowhere. */
  readonly account: string | undefined;
  /** The path of an export as the job names it, by the name that people know it by. */
  readonly fileOf: (shown: string) => string;
}

/** The text of a job file. */
export function writeJob(proposal: Proposal, { schema, account, fileOf }: JobHead): string {
  const { mappings, unrecognised } = proposal;
  const sure = mappings.filter(({ kindTodo }) => kindTodo === undefined);
  const unsure = mappings.filter(({ kindTodo }) => kindTodo !== undefined);
  const laterLines = (mapping: ProposedMapping) => [
    `# TODO ${oneLine(mapping.shown)}: say in ${mapping.name}.yaml what it is, and take the # off these lines`,
    ...inputLines(mapping, fileOf).map((line) => `#${line}`),
  ];
  return [
    `# yaml-language-server: $schema=${schema}`,
    "# Written by luminous-import init. Every key is in docs/job.md; what is in comments is optional.",
    "version: 1",
    account === undefined
      ? "#api: { company: acme }  # TODO your account; or set LUMINOUS_COMPANY. A token never belongs here"
      : `# api: { company: acme } is not needed: ${account} names the account`,
    ...channelLines(proposal),
    "#limits: { requests_per_second: 4, concurrency: 4 }",
    "#existing: { products: update, sales_orders: skip }",
    "inputs:",
    ...sure.flatMap((mapping) => inputLines(mapping, fileOf)),
    ...(sure.length === 0 ? unsure.flatMap((mapping) => inputLines(mapping, fileOf)) : unsure.flatMap(laterLines)),
    ...unrecognised.map(
      ({ shown, columns }) =>
        `# TODO ${oneLine(shown)} is not in the job: nothing is known by these columns: ${columns.slice(0, 12).map(oneLine).join(", ")}`,
    ),
    "",
  ].join("\n");
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

function channelLines({ channel, needsChannel }: Proposal): readonly string[] {
  if (channel !== undefined)
    return [`channel: { label: ${inline(channel)} }  # as you said; warehouse_group: … too, where it has to be made`];
  if (!needsChannel) return [];
  return [
    '#channel: { label: "…", warehouse_group: "…" }  # TODO required: channel: which do the orders go to? One that pushes no orders to a warehouse',
  ];
}

/** A file name is a pattern in a job: what has a meaning there is escaped. */
function globSafe(path: string): string {
  return path.replace(/[*?{}[\]]/g, "\\$&");
}
