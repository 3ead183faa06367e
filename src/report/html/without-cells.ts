// A summary without anything that came out of a cell: for a report that goes to people who must not see the data. Messages quote
// cells, and so may warnings, what was detected, answers of the API and hints, so all of these go; counts and places stay.
import type { Problem } from "../../model/problem.ts";
import type { Summary } from "../summary.ts";

/** The same summary as far as it quotes no cell. */
export function withoutCells(summary: Summary): Summary {
  const { stopped, reasons, problems, files } = summary;
  return {
    ...summary,
    stopped: stopped === null ? null : { code: stopped.code, message: `it was stopped (${stopped.code})` },
    warnings: summary.warnings.map(() => ""),
    damage: summary.damage.map((damage) => ({ ...damage, first: [] })),
    files: files.map((file) => ({ ...file, detected: [] })),
    problems: {
      ...problems,
      top: problems.top.map((group) => ({ ...group, signature: "", examples: group.examples.map(placeOnly) })),
    },
    reasons:
      reasons === null
        ? null
        : {
            ...reasons,
            groups: reasons.groups.map(({ code, rows, example }) => ({
              signature: "",
              code,
              rows,
              example: example === null ? null : placeOnly(example),
            })),
          },
  };
}

function placeOnly({ code, severity, path, file, line, column }: Problem): Problem {
  return {
    code,
    message: "",
    ...(severity === undefined ? {} : { severity }),
    ...(path === undefined ? {} : { path }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
