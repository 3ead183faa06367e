// What a doctor found, at the terminal: one line for each thing, with what to do below it.
import type { CheckName, Finding } from "../model/finding.ts";
import { visibleLine } from "../model/text/visible.ts";
import { counted } from "./wording.ts";
import { wrap } from "./wrap.ts";

/** A doctor's findings as they are shown. */
export interface DoctorShown {
  readonly findings: readonly Finding[];
  readonly notLookedAt: readonly CheckName[];
}

/** The whole text, with a line end; lines are at most `width` characters where words allow it. */
export function doctorText({ findings, notLookedAt }: DoctorShown, { width }: { readonly width: number }): string {
  const nameWidth = Math.max(...findings.map(({ check }) => check.length));
  const room = Math.max(30, width - standingWidth - nameWidth - 4);
  const indent = " ".repeat(standingWidth + nameWidth + 4);
  const below = ({ hint }: Finding) => (hint === undefined || hint === "" ? [] : [`→ ${hint}`]);
  const lines = findings.flatMap((finding) => {
    const [first = "", ...rest] = [finding.message, ...below(finding)]
      // Faults of files are a line each; whatever else has a line end got it from the account.
      .flatMap((text) => (finding.check === "inputs" ? text.split("\n") : [visibleLine(text)]))
      .flatMap((text) => wrap(text, room));
    return [
      `${finding.standing.padEnd(standingWidth)}  ${finding.check.padEnd(nameWidth)}  ${first}`,
      ...rest.map((line) => `${indent}${line}`),
    ];
  });
  const skipped = notLookedAt.length === 0 ? [] : ["", ...wrap(`Not checked: ${notLookedAt.join(", ")}.`, width)];
  return `${[...lines, ...skipped, "", verdict(findings)].join("\n")}\n`;
}

const standingWidth = "problem".length;

function verdict(findings: readonly Finding[]): string {
  const count = (standing: Finding["standing"]) => findings.filter((finding) => finding.standing === standing).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  if (problems + warnings === 0) return "All is well.";
  return [
    ...(problems === 0 ? ["No problem"] : [counted(problems, "problem")]),
    ...(warnings === 0 ? [] : [counted(warnings, "warning")]),
  ]
    .join(", ")
    .concat(".");
}
