// What a check that asked the account (`--account`) says: what exists, what would become of the entries, and why not.
import type { Forecast, ForecastFate, PhaseForecast } from "../model/forecast.ts";
import { forecastFates } from "../model/forecast.ts";
import { describeProblem } from "../model/problem.ts";
import { visibleSentence } from "../model/text/visible.ts";
import type { Summary } from "./summary.ts";
import { grouped, phaseAmount } from "./wording.ts";
import { wrap } from "./wrap.ts";

/** A sentence for each phase with its reasons below; nothing where the account was not asked. */
export function forecastText({ forecast, account }: Summary, width: number): string {
  // A summary that an older version wrote has none.
  if (forecast === undefined || forecast === null) return "";
  const lines = forecast.phases.flatMap((phase) => [
    ...wrap(phaseText(phase), width - 2),
    ...reasonLines(phase, width - 4).map((line) => `  ${line}`),
  ]);
  if (forecast.guard !== null) lines.push(...wrap(`A run would send nothing: ${forecast.guard.message}`, width - 2));
  if (forecast.earlier_runs)
    lines.push(
      ...wrap(
        "What earlier runs of this job brought in counts as existing. A run leaves it alone where its rows are the same.",
        width - 2,
      ),
    );
  if (lines.length === 0) lines.push("nothing to ask about: no entry is valid");
  return [`In Luminous (${account}; asked, nothing written)`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** What to do about it. */
export function forecastStep({ phases, guard }: Forecast, again: string, send: string): string {
  if (guard !== null)
    return `${guard.hint.replace(/ ?Nothing was sent\.$/, "").replace(/\.$/, "")}. Then check again: ${again}`;
  const kept = phases.reduce((sum, { refused, blocked, unknown }) => sum + refused + blocked + unknown, 0);
  if (kept === 0) return `nothing stands in the way. To send it: ${send}`;
  return `fix what would not be sent (above) and check again: ${again}. To send the rest: ${send}`;
}

function phaseText(forecast: PhaseForecast): string {
  const fates = forecastFates.filter((fate) => forecast[fate] > 0);
  const [only] = fates;
  const all = phaseAmount(forecast);
  if (fates.length === 1 && only !== undefined) return `${all} ${fateText(only, forecast[only])}`;
  return `${all}: ${fates.map((fate) => `${grouped(forecast[fate])} ${fateText(fate, forecast[fate])}`).join(", ")}`;
}

function fateText(fate: ForecastFate, entries: number): string {
  const exist = entries === 1 ? "exists already" : "exist already";
  switch (fate) {
    case "updated":
      return `${exist} and would be updated`;
    case "unchanged":
      return `${exist} as ${entries === 1 ? "it is" : "they are"} in the files`;
    case "skipped":
      return `${exist} and would be skipped`;
    case "created":
      return "would be created";
    case "refused":
      return "would be refused";
    case "blocked":
      return "would be blocked";
    case "unknown":
      return "would not be sent, because nothing proves whether Luminous has them";
    default:
      return fate satisfies never;
  }
}

const shownReasons = 5;

function reasonLines({ reasons }: PhaseForecast, width: number): readonly string[] {
  const more = reasons.length - shownReasons;
  return [
    ...reasons
      .slice(0, shownReasons)
      .flatMap(({ entries, first }) =>
        wrap(`${grouped(entries)} × ${visibleSentence(describeProblem(first))}`, width - 4).map((line, at) =>
          at === 0 ? line : `    ${line}`,
        ),
      ),
    ...(more > 0 ? [`+${more} more kinds of reason: summary.json has them`] : []),
  ];
}
