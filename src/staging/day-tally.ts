// How many dates of an input would be other days if `source.timezone` were said, or not said: nobody sees that in a file.
import type { Draft, OffsetDay } from "../model/draft.ts";
import { countText } from "../model/text/count-text.ts";
import { quote } from "../model/text/quote.ts";

/** Counts the dates with an offset of the drafts of one input. */
export interface DayTally {
  see(draft: Draft): void;
  /** What is told of them in the end; undefined where nothing depends on the zone. `timezone` is the mapping's. */
  told(timezone: string | undefined): string | undefined;
}

/** Nothing counted yet. */
export function createDayTally(): DayTally {
  let dates = 0;
  let others = 0;
  let first: OffsetDay | undefined;
  return {
    see({ offsetDays }) {
      for (const date of offsetDays) {
        dates += 1;
        if (date.day === date.otherwise) continue;
        others += 1;
        first ??= date;
      }
    },
    told(timezone) {
      if (first === undefined) return undefined;
      const { text, day, otherwise } = first;
      const count = `${countText(others)} of ${countText(dates)} dates with an offset`;
      return timezone === undefined
        ? `days as the cells show them: with source: { timezone: UTC } ${count} would be another day (${quote(text)} is ${day}, and ${otherwise} in UTC)`
        : `days in ${timezone}, as source.timezone says: ${count} are another day than the cell shows (${quote(text)} is ${otherwise}, and ${day} there)`;
    },
  };
}
