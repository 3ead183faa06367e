// The end of a report: control totals, the files that were read and written, what else is worth knowing, and how to prove all of it.
import { resources } from "../../model/resources/resources.ts";
import type { Summary, SummaryFile } from "../summary.ts";
import { type Html, html, shortened } from "./kit/markup.ts";
import { command, count, facts, moment, section, table } from "./kit/parts.ts";

/** The control totals of the files. */
export function controlTotalsSection({ control_totals }: Summary): Html {
  const end = "end" as const;
  return section(
    "control-totals",
    "Control totals",
    (control_totals ?? []).length === 0
      ? html`<p>No mapping names sums of the files that entries could be compared with (<code>totals:</code>).</p>`
      : html`<p>What the files say of the sums of their own entries, compared with what was made of the rows.</p>
${table(
  "Control totals by input",
  [
    { heading: "input" },
    { heading: "entries" },
    { heading: "agree", align: end },
    { heading: "differ", align: end },
    { heading: "without a sum", align: end },
    { heading: "not compared", align: end },
  ],
  control_totals.map(({ input, resource, agree, differ, unstated, uncompared }, at) => [
    html`<bdi>${input}</bdi>`,
    html`${resources[resource].singular}s`,
    count(`control_totals.${at}.agree`, agree),
    count(`control_totals.${at}.differ`, differ),
    count(`control_totals.${at}.unstated`, unstated),
    count(`control_totals.${at}.uncompared`, uncompared),
  ]),
)}`,
  );
}

/** What the last section needs beside the summary. */
export interface ProofFacts {
  /** Commands that prove the report, complete. */
  readonly audit: string;
  readonly verify: string;
  /** The version of the program that writes the page. */
  readonly program: string;
  readonly values: boolean;
}

/** Files, warnings, versions and audit. */
export function proofSection(summary: Summary, { audit, verify, program, values }: ProofFacts): Html {
  const { files, warnings, reference_faults, results, command: name } = summary;
  return section(
    "proof",
    "Files, and how to prove this",
    html`${filesTable(files)}
${
  warnings.length + reference_faults.length === 0
    ? ""
    : html`<h3>Worth knowing</h3>
${
  values
    ? html`<ul class="notes">
${warnings.map((warning) => html`<li><bdi>${shortened(warning, 2000)}</bdi></li>\n`)}${reference_faults.map(
  ({ file, input, join, rows, first_line }, at) =>
    html`<li><bdi>${file}</bdi>: ${count(`reference_faults.${at}.rows`, rows)} rows could not be read and count as no match (<bdi>${input}.${join}</bdi>), the first on line ${count(`reference_faults.${at}.first_line`, first_line)}</li>\n`,
)}</ul>`
    : html`<p>${count("warnings.length", warnings.length)} warnings were left out, because they can quote cells (--no-values).</p>`
}`
}
<h3>Prove it</h3>
<p>${
      name === "check"
        ? html`A check sends nothing, so there is nothing to prove. <code>results.csv</code> has a line for every row.`
        : html`${command(audit)} proves that every row has exactly one outcome, and ${command(verify)} reads entries back from Luminous and compares them field by field.`
    }</p>
${facts([
  ["Results", html`<code>${results.folder}</code>`],
  ["Job", html`<code>${summary.job}</code>`],
  ["Began", moment(summary.started_at)],
  ["Ended", moment(summary.ended_at)],
  ["Exit code", count("exit_code", summary.exit_code)],
  [
    "luminous-import",
    html`${summary.program ?? program}${summary.program === null || summary.program === program || summary.program === undefined ? "" : html` (this page: ${program})`}`,
  ],
])}
<p class="soft small">Every number on this page is one of <code>summary.json</code> beside it. Times are UTC.</p>`,
  );
}

/** The files; what none of them has is no column. */
function filesTable(files: readonly SummaryFile[]): Html {
  const none = html`<span class="soft">–</span>`;
  const columns = [
    { heading: "file", of: ({ file }: SummaryFile) => html`<bdi>${file}</bdi>` },
    {
      heading: "input",
      of: ({ input, kind }: SummaryFile) =>
        html`<bdi>${input}</bdi>${kind === "input" ? "" : html` <span class="soft">(${kind})</span>`}`,
    },
    {
      heading: "rows",
      align: "end" as const,
      of: ({ rows }: SummaryFile, at: number) => (rows === null ? none : count(`files.${at}.rows`, rows)),
    },
    ...(files.some(({ fingerprint }) => (fingerprint ?? null) !== null)
      ? [{ heading: "state when it was read", align: "wide" as const, of: stateText }]
      : []),
    ...(files.some(({ mapping_hash }) => (mapping_hash ?? null) !== null)
      ? [
          {
            heading: "mapping",
            of: ({ mapping_hash }: SummaryFile) =>
              (mapping_hash ?? null) === null ? none : html`<code>${(mapping_hash ?? "").slice(0, 12)}</code>`,
          },
        ]
      : []),
    ...(files.some(({ detected }) => detected.length > 0)
      ? [
          {
            heading: "detected",
            align: "wide" as const,
            of: ({ detected }: SummaryFile) => html`${detected.join(", ")}`,
          },
        ]
      : []),
  ];
  return table(
    "Files that were read",
    columns,
    files.map((file, at) => columns.map(({ of }) => of(file, at))),
  );
}

/** Size and time of the last change, out of the fingerprint `device:inode:bytes:nanoseconds`. */
function stateText({ fingerprint }: SummaryFile): Html {
  const [, , bytes, changedNs] = (fingerprint ?? "").split(":");
  if (bytes === undefined || changedNs === undefined) return html`<span class="soft">–</span>`;
  const changed = new Date(Number(BigInt(changedNs) / 1_000_000n)).toISOString();
  return html`${Number(bytes).toLocaleString("en-US")} bytes, changed ${moment(changed)}`;
}
