// An audit in words: one line for each law, breaches below it, then what verifying found.
import type { Invariant } from "../model/ledger/audit.ts";
import { countText } from "../model/text/count-text.ts";
import { visibleTexts } from "../model/text/visible.ts";

/** The audit as it is shown. */
export interface AuditShown {
  readonly runId: string;
  readonly laws: readonly Invariant[];
  readonly verification?: VerificationShown;
}

interface VerificationShown {
  readonly entries: number;
  readonly of: number;
  readonly compared: number;
  readonly values: number;
  readonly differences: number;
  readonly findings: readonly { readonly resource: string; readonly key: string; readonly message: string }[];
  readonly notReadable: Readonly<Record<string, readonly string[]>>;
  readonly notes: readonly string[];
}

const mostShown = 50;

/** The whole text, with a line end. */
export function auditText(audit: AuditShown): string {
  const { runId, laws, verification } = visibleTexts(audit);
  const broken = laws.filter(({ breaches }) => breaches > 0).length;
  const lines = [
    `audit of run ${runId}`,
    "",
    ...laws.flatMap(lawLines),
    ...(verification === undefined ? [] : ["", ...verificationLines(verification)]),
    "",
    verdictLine(broken, laws.length, verification?.differences ?? 0),
  ];
  return `${lines.join("\n")}\n`;
}

function verdictLine(broken: number, of: number, differences: number): string {
  const laws =
    broken === 0 ? "Every law holds" : `${countText(broken)} of ${of} laws ${broken === 1 ? "is" : "are"} broken`;
  if (differences === 0) return `${laws}.`;
  const found = `Luminous is not shown to have all that was sent (${countText(differences)} ${differences === 1 ? "difference" : "differences"})`;
  return broken === 0 ? `BROKEN: ${found}. The ledger's own laws hold.` : `${laws}. ${found}.`;
}

function lawLines({ claim, numbers, breaches, examples }: Invariant): readonly string[] {
  if (breaches === 0) return [`ok      ${claim}: ${numbers}`];
  const more = breaches > examples.length ? [`          and ${countText(breaches - examples.length)} more`] : [];
  return [
    `BROKEN  ${claim}: ${numbers}, ${countText(breaches)} ${breaches === 1 ? "breach" : "breaches"}`,
    ...examples.map((example) => `          ${example}`),
    ...more,
  ];
}

function verificationLines(shown: VerificationShown): readonly string[] {
  const { entries, of, compared, values, differences, findings, notReadable, notes } = shown;
  const listed = findings
    .slice(0, mostShown)
    .map(({ resource, key, message }) => `          ${resource} ${key}: ${message}`);
  const more = differences > listed.length ? [`          and ${countText(differences - listed.length)} more`] : [];
  const blind = Object.entries(notReadable).flatMap(([resource, paths]) =>
    paths.length === 0 ? [] : [`        not readable in ${resource}: ${paths.join(", ")}`],
  );
  return [
    `${differences === 0 ? "ok    " : "BROKEN"}  Luminous has what was sent: entries ${countText(entries)} of ${countText(of)}, ` +
      `compared ${countText(compared)}, values ${countText(values)}, differences ${countText(differences)}`,
    ...listed,
    ...more,
    ...blind,
    ...notes.map((note) => `        ${note}`),
  ];
}
