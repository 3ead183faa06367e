// How a row ends. The closed set of design §2: adding one must break every switch that matters.

/** How an entry (and so its rows) ended. `excluded` belongs to rows only: an excluded row has no entry. */
export const outcomes = [
  "accepted",
  "unchanged",
  "skipped",
  "excluded",
  "invalid",
  "blocked",
  "rejected",
  "failed",
  "in_doubt",
  "pending",
] as const;
/** One of `outcomes`. */
export type Outcome = (typeof outcomes)[number];

/** What an accepted entry's acceptance was: `recovered` was found by lookup after an unanswered send. */
export const actions = ["created", "updated", "recovered"] as const;
/** One of `actions`. */
export type Action = (typeof actions)[number];

/** True for the outcomes of what has to be made good: the rows are in failures/. What was not reached did not fail. */
export function isFailed(outcome: Outcome): boolean {
  return !isSettledWell(outcome) && outcome !== "pending";
}

/** True for the outcomes with which a row counts as done: exit code 0 needs every row to have one of them. */
export function isSettledWell(outcome: Outcome): boolean {
  switch (outcome) {
    case "accepted":
    case "unchanged":
    case "skipped":
    case "excluded":
      return true;
    case "invalid":
    case "blocked":
    case "rejected":
    case "failed":
    case "in_doubt":
    case "pending":
      return false;
    default:
      outcome satisfies never;
      return false;
  }
}
